"""The JSON API of the floor: typed, by permission, and every error says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.support.floor import Floor

from watchfloor.identity.domain import system
from watchfloor.identity.tokens import create_token
from watchfloor.kernel import ids
from watchfloor.ledger.writer import writing


class Program:
    """A program with a token."""

    def __init__(self, *permissions: str) -> None:
        with writing(system("test")) as w:
            _row, secret = create_token(w, system("test"), name="test", source="test", permissions=list(permissions))
        self.client = Client(headers={"authorization": f"Bearer {secret}"})

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/v1/{path}", query)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = self.client.post(f"/v1/{path}", body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None


@pytest.mark.django_db
def test_take_decide_read_and_appeal(floor: Floor) -> None:
    item, version = floor.item("words", author="mallory")
    case = floor.report(item, version)
    worker, reader, platform = Program("review.work", "case.view"), Program("item.read"), Program("appeal.submit")
    lease = worker.post("jobs/claim", {})
    assert lease["case"] == ids.encode("case", case.pk)
    stale = worker.post(f"jobs/{lease['job']}/decide", {"token": lease["token"] + 1, "verdict": "clean"}, 409)
    assert stale["error"]["code"] == "stale_lease"
    wrong = worker.post(f"jobs/{lease['job']}/decide", {"token": lease["token"], "verdict": "violating"}, 422)
    assert wrong["error"]["where"] == "violation_key"
    body = {"token": lease["token"], "verdict": "violating", "violation": "spam.bulk", "rationale": "bulk"}
    made = worker.post(f"jobs/{lease['job']}/decide", body)
    assert (made["verdict"], made["stands"], made["origin"]) == ("violating", True, "human")
    assert made["actions"]
    assert worker.post("jobs/claim", {}, 204) is None
    assert reader.get(f"decisions/{made['id']}")["id"] == made["id"]
    filed = platform.post(
        "appeals", {"decision": made["id"], "by": "author", "appellant": "mallory", "grounds": "no"}, 201
    )
    assert filed["state"] == "queued"
    again = platform.post("appeals", {"decision": made["id"], "by": "author", "appellant": "mallory"}, 409)
    assert again["error"]["code"] == "appealed_already"
    whole = worker.get(f"cases/{lease['case']}")
    assert whole["decisions"] == [made["id"]]
    assert any(entry["type"] == "appeal.queued" for entry in whole["history"])


@pytest.mark.django_db
def test_only_what_the_token_may(floor: Floor) -> None:
    case, restricted = floor.report(), floor.report(reason="child-abuse")
    viewer, nobody = Program("case.view"), Program("report.submit")
    listed = viewer.get("cases", policy="spam")
    assert [row["id"] for row in listed["cases"]] == [ids.encode("case", case.pk)]
    assert viewer.get(f"cases/{ids.encode('case', restricted.pk)}", 404)["error"]["code"] == "unknown_case"
    assert viewer.get("cases/nonsense", 422)["error"]["code"] == "bad_id"
    assert viewer.get("cases", 422, after="xx")["error"]["code"] == "bad_cursor"
    for path, body in (("jobs/claim", {}), ("appeals", {"decision": "dec_x", "by": "author", "appellant": "x"})):
        assert viewer.post(path, body, 403)["error"]["code"] == "no_permission"
    assert nobody.get("cases", 403)["error"]["hint"] == "It needs case.view."
    assert Client().get("/v1/cases").status_code == 401


@pytest.mark.django_db
def test_the_document_describes_it(floor: Floor) -> None:
    paths = Client().get("/v1/openapi.json").json()["paths"]
    assert {"/v1/cases", "/v1/cases/{case_id}", "/v1/decisions/{decision_id}", "/v1/appeals", "/v1/jobs/claim"} <= set(
        paths
    )
