"""Running the day by API and from a shell: the same verbs, the same refusals, and nothing done by a preview."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.support.floor import Floor

from watchfloor.cli import floor as command
from watchfloor.identity.domain import system
from watchfloor.identity.tokens import create_token
from watchfloor.kernel import ids
from watchfloor.ledger.writer import writing
from watchfloor.review import surge
from watchfloor.review.models import Job, Queue, ServicePlan

pytestmark = pytest.mark.django_db
PLAN = {"targets": [{"name": "spam", "policy": "spam", "minutes": 90}]}


@pytest.fixture
def day(floor: Floor) -> Floor:
    """Three spam jobs and a playbook."""
    Queue.objects.update(target_minutes=None)
    for _ in range(3):
        floor.report()
    with writing(system("test")) as w:
        surge.save_playbook(w, key="wave", name="A wave", steps=[{"kind": "pause_queues", "queues": ["hate.en"]}])
    return floor


def program(*permissions: str) -> Any:
    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="test", source="test", permissions=list(permissions))
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(path: str, body: Any = None, status: int = 200) -> Any:
        address = f"/v1/{path}"
        answer = client.get(address) if body is None else client.post(address, body, content_type="application/json")
        assert answer.status_code == status, (path, answer.content)
        return answer.json()

    return ask


def test_by_api(day: Floor) -> None:
    boss, reader = program("queue.manage", "review.reassign", "case.view"), program("case.view")
    boss("service-plan", status=404)
    assert boss("service-plan/preview", {"document": PLAN})["sooner"] == 3
    assert not ServicePlan.objects.exists()
    assert boss("service-plan", {"document": PLAN, "note": "contract"})["number"] == 1
    assert (
        boss("service-plan", {"document": {"targets": [{"name": "x", "minutes": 0}]}}, 422)["error"]["where"]
        == "targets[0].minutes"
    )
    assert boss("service-plan/0/restore", {})["number"] == 2
    assert boss("service-plan")["document"] == {}
    job = ids.encode("job", Job.objects.order_by("pk")[0].pk)
    assert boss(f"jobs/{job}/pause", {"waits_for": "reporter"})["state"] == "waiting"
    assert boss(f"jobs/{job}/resume", {})["state"] == "ready"
    reader(f"jobs/{job}/pause", {"waits_for": "reporter"}, 403)
    filters = {"policy": "spam"}
    assert boss("boosts/count", filters) == {"spam.en": 3}
    made = boss("boosts", {"filters": filters, "points": 2, "hours": 1, "why": "a wave"})
    assert boss(f"boosts/{made['id']}/end", {})["ended_at"] is not None
    assert boss("moves", {"filters": filters, "to_queue": "other", "dry_run": True}) == {
        "id": "",
        "jobs": 3,
        "put_back": 0,
    }
    moved = boss("moves", {"filters": filters, "to_queue": "other", "why": "overflow"})
    assert boss(f"moves/{moved['id']}/undo", {})["put_back"] == 3
    assert boss("playbooks/wave/preview")[0]["count"] == 1
    on = boss("surges", {"playbook": "wave", "why": "a wave"})
    assert [each["id"] for each in boss("surges")] == [on["id"]]
    assert boss(f"surges/{on['id']}/end", {})["ended_at"] is not None
    for path, body in (
        ("service-plan", {"document": {}}), ("boosts/count", filters), ("surges", {"playbook": "wave", "why": "x"}),
        ("moves", {"filters": filters, "to_queue": "other", "dry_run": True}), ("playbooks/wave/preview", None),
        ("boosts", {"filters": filters, "points": 2, "hours": 1, "why": "x"}), ("surges", None), ("service-plan", None),
    ):  # fmt: skip
        reader(path, body, 403)


def test_from_a_shell(day: Floor, tmp_path: Any) -> None:
    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(command.floor, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    assert run("now")["backlog"] == 3
    assert run("due-times", "save", str(file), "--preview")["sooner"] == 3
    assert run("due-times", "save", str(file)) == {"number": 1}
    assert run("due-times", "show")["document"] == PLAN
    assert run("due-times", "restore", "0") == {"number": 2}
    assert "id" in run("boost", "--where", "policy=spam", "--points", "2", "--hours", "1", "--why", "a wave")
    assert run("move", "--where", "policy=spam", "--to", "other", "--preview")["jobs"] == 3
    moved = run("move", "--where", "policy=spam", "--to", "other", "--most", "2", "--why", "overflow")
    assert run("undo-move", moved["id"]) == {"put_back": 2}
    assert run("surge", "start", "wave", "--preview")[0]["count"] == 1
    on = run("surge", "start", "wave", "--why", "a wave")
    assert run("surge", "list")[0]["surge"] == on["id"]
    assert run("surge", "end", on["id"]) == {"id": on["id"]}
    assert not Queue.objects.get(key="hate.en").paused
