"""The pages and the API of campaigns: everything opens, a campaign is taken down through them, who may not is told so."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.floor import Floor, install

from watchfloor.detection.campaigns import growing
from watchfloor.detection.campaigns.models import Campaign
from watchfloor.review.models import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client


@pytest.fixture
def sign_in(db: Any) -> Callable[..., Client]:
    """A client of someone with these permissions."""
    numbers = count()

    def enter(*permissions: str, **limits: Any) -> Client:
        from django.test import Client

        from watchfloor.identity import actions
        from watchfloor.identity.domain import system
        from watchfloor.ledger.writer import writing

        name = f"p{next(numbers)}"
        with writing(system("test")) as w:
            user = actions.create_user(w, email=f"{name}@example.org", name=name, password=None)
            actions.save_role(w, key=name, name=name, permissions=list(permissions))
            actions.grant(w, system("test"), user, name, **limits)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


def by_token(*permissions: str) -> Client:
    """A program with these permissions."""
    from django.test import Client

    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        _, secret = tokens.create_token(w, system("test"), name="t", source="t", permissions=list(permissions))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_campaign_is_read_and_made_a_cluster_case(sign_in: Callable[..., Client]) -> None:
    install()
    floor = Floor()
    lead = sign_in("case.view", "case.bulk", "policy.view")
    assert b"No campaigns" in lead.get("/campaigns").content
    for number in range(4):
        text = f"cheap <b>watches</b> for everyone, offer number {number}, write to +1 212 555 0147 today, overnight"
        floor.report(*floor.item(text, author=f"a{number}"))
    growing.grow()
    pk = Campaign.objects.get().pk
    page = lead.get("/campaigns").content.decode()
    assert f"/campaigns/{pk}" in page and "<b>watches" not in page
    assert b"No campaign like that" in lead.get("/campaigns?least=100").content
    assert lead.get("/campaigns.csv").getvalue().decode().count(str(pk)) == 1

    one = lead.get(f"/campaigns/{pk}").content.decode()
    assert "<svg" in one and "2125550147" in one and "Make a cluster case" in one and "<b>watches" not in one
    as_of = lead.get(f"/campaigns/{pk}?as_of=2001-01-01T00:00:00Z").content.decode()
    assert "as of" in as_of
    assert lead.get(f"/campaigns/{pk}?as_of=nonsense").status_code == 200
    assert lead.get(f"/campaigns/{pk}/csv").getvalue().decode().count("watches") == 4
    told = json.loads(lead.get(f"/campaigns/{pk}/json").content)
    assert len(told["members"]) == 4 and {edge["kind"] for edge in told["edges"]} >= {"near", "phone"}
    program = by_token("case.view", "case.bulk")
    whole = program.get(f"/v1/campaigns/{pk}").json()
    assert (whole["edges"], whole["shared"]) == (told["edges"], told["shared"]) and len(whole["members"]) == 4
    assert program.get("/v1/campaigns").json()[0]["items"] == 4

    reader = sign_in("case.view")
    assert "Make a cluster case" not in reader.get(f"/campaigns/{pk}").content.decode()
    assert reader.get(f"/campaigns/{pk}/cluster").status_code == 403
    assert reader.post(f"/campaigns/{pk}", {"state": "watched"}).status_code == 403
    assert sign_in("case.view", markets=["DE"]).get(f"/campaigns/{pk}").status_code == 404

    form = lead.get(f"/campaigns/{pk}/cluster").content.decode()
    assert "4 items" in form and "read 4" in form
    assert lead.post(f"/campaigns/{pk}/cluster", {"step": "make", "name": ""}).status_code == 422
    made = lead.post(f"/campaigns/{pk}/cluster", {"step": "make", "name": "watches", "share": "0.05"})
    assert made.status_code == 302 and made.url == f"/clusters/{Cluster.objects.get().pk}"
    after = lead.get(f"/campaigns/{pk}").content.decode()
    assert "4 items of the campaign are not decided" in after
    assert program.get(f"/v1/campaigns/{pk}/done").json()["left"] == 4
    rest = program.post(f"/v1/campaigns/{pk}/cluster", {"name": "rest", "left": True}, content_type="application/json")
    assert rest.status_code == 201 and rest.json()["items"] == 4
    watched = program.post(f"/v1/campaigns/{pk}/state", {"state": "watched"}, content_type="application/json")
    assert watched.json()["state"] == "watched"

    typed = lead.post(f"/campaigns/{pk}", {"state": "closed", "why": ""})
    assert typed.status_code == 422 and b"Say why" in typed.content
    assert lead.post(f"/campaigns/{pk}", {"state": "closed", "why": "taken down"}).status_code == 302
    assert Campaign.objects.get().state == "closed"
