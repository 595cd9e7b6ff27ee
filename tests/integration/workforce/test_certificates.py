"""Certificates by hand: listed with what became of them, granted and revoked with a reason, within one's vendors alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.floor import Floor, install
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.identity.tokens import create_token
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.workforce import actions, holders
from watchfloor.workforce.models import Certificate

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    install()
    made = {}
    for name, vendor in (("Ann", "acme"), ("Ben", "bravo")):
        user = member({"review.work", "case.view"}, name)
        with writing(system("test")) as w:
            actions.save_vendor(w, key=vendor, name=vendor.title())
            actions.save_reviewer(w, user.pk, vendor_key=vendor, languages=["en"], skills=["spam"])
        made[name] = user
    return made


def test_granted_and_revoked_with_a_reason_within_ones_vendors(people: dict[str, Any]) -> None:
    boss, narrow = actor_of(member({"people.manage"})), actor_of(member({"people.manage"}, vendors=["bravo"]))
    ann, ben = people["Ann"].pk, people["Ben"].pk
    with pytest.raises(BadInput, match="what shows"):
        holders.grant(boss, ann, "spam", why=" ")
    with pytest.raises(BadInput, match="not come into force"):
        holders.grant(boss, ann, "spam", why="read it", version=77)
    with pytest.raises(NotFound):
        holders.grant(narrow, ann, "spam", why="not mine")
    row = holders.grant(boss, ann, "spam", why="sat beside me for a week")
    soon = holders.grant(narrow, ben, "hate", why="ten of ten", expires_at=clock.now() + timedelta(days=3))
    assert [(each.name, each.state, each.policy_key) for each in holders.holders(boss)] == [
        ("Ann", "counts", "spam"), ("Ben", "counts", "hate"),
    ]  # fmt: skip
    assert [each.name for each in holders.holders(narrow)] == ["Ben"]
    assert Event.objects.get(type="certificate.granted", subject=f"certificate:{row.pk}").reason.startswith(
        "sat beside"
    )
    with pytest.raises(NotFound):
        holders.revoke(narrow, row.pk, "not mine")
    holders.revoke(boss, row.pk, "three mistakes in a row")
    Certificate.objects.filter(pk=soon.pk).update(expires_at=clock.now())
    assert {each.name: each.state for each in holders.holders(boss)} == {"Ann": "revoked", "Ben": "expired"}
    assert [each.name for each in holders.holders(boss, state="expired", person="be")] == ["Ben"]


def test_what_is_certified_here_is_what_one_is_given(people: dict[str, Any]) -> None:
    boss, ann = actor_of(member({"people.manage"})), people["Ann"]
    Floor().report(reason="hate-speech")
    assert review.claim(actor_of(ann)) is None
    row = holders.grant(boss, ann.pk, "hate", why="sat the exam on paper")
    held = review.claim(actor_of(ann))
    assert held is not None
    review.release(actor_of(ann), held.job_id, held.token)
    holders.revoke(boss, row.pk, "the paper was another's")
    assert review.claim(actor_of(ann)) is None


def test_the_page_and_the_file(people: dict[str, Any]) -> None:
    client, where = signed_in(member({"people.manage"}, "Boss")), reverse("certificates")
    assert "No certificate fits" in client.get(where).content.decode()
    form = {"step": "grant", "person": str(people["Ann"].pk), "policy": "spam", "level": "2", "expires": "soon"}
    refused = client.post(where, {**form, "why": "<b>good</b>"})
    assert refused.status_code == 422
    assert "That is no day." in refused.content.decode() and "&lt;b&gt;good" in refused.content.decode()
    assert client.post(where, {**form, "expires": "", "why": "good"}).status_code == 302
    page = client.get(where + "?policy=spam&state=counts").content.decode()
    assert "Ann" in page and "by hand" in page
    row = Certificate.objects.get()
    assert client.post(where, {"step": "revoke", "certificate": str(row.pk), "revoke_why": ""}).status_code == 422
    assert client.post(where, {"step": "revoke", "certificate": str(row.pk), "revoke_why": "left"}).status_code == 302
    lines = b"".join(client.get(where + "?format=csv").streaming_content).decode().splitlines()
    assert "person,vendor,team,policy" in lines[0] and ",revoked" in lines[1]
    looks = signed_in(member({"training.view"}, "Looks")).get(where).content.decode()
    assert "Ann" in looks and "Certify somebody" not in looks


def test_programs(people: dict[str, Any]) -> None:
    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="school", source="test", permissions=["people.manage"])
    headers = {"authorization": f"Bearer {secret}"}
    client = Client()
    body = {"person": ids.encode("usr", UUID(str(people["Ann"].pk))), "policy": "spam", "why": "exam 12 of the school"}
    made = client.post("/v1/certificates", body, content_type="application/json", headers=headers)
    assert (made.status_code, made.json()["state"], made.json()["how"]) == (201, "counts", "manager")
    listed = client.get(f"/v1/certificates?person={body['person']}", headers=headers).json()["certificates"]
    assert [each["id"] for each in listed] == [made.json()["id"]]
    gone = client.post(
        f"/v1/certificates/{made.json()['id']}/revoke",
        {"why": "ended"},
        content_type="application/json",
        headers=headers,
    )
    assert gone.json()["state"] == "revoked"
