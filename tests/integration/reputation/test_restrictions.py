"""Restrictions on a floor: made by one or two people, answered before and after, counted exactly, put back; records of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.support.floor import CLEAN, SPAM, Floor, install, someone
from tests.support.people import member, signed_in

from watchfloor.detection import lakes
from watchfloor.detection.actions import screen
from watchfloor.detection.contracts import Question
from watchfloor.detection.known_findings import FINDINGS
from watchfloor.detection.reputation import accounts, actions, hits, queries, records
from watchfloor.detection.reputation.contracts import RestrictionIn
from watchfloor.detection.reputation.models import Hit, Outcome, Restriction
from watchfloor.detection.screening import sml_event
from watchfloor.detection.verdict import Judge
from watchfloor.identity.domain import Actor, system
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger.models import Event
from watchfloor.ledger.sequencer import sequence
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review

pytestmark = pytest.mark.django_db
ANN, BEN = (Actor(kind="user", id=name, all_powerful=True) for name in ("ann", "ben"))


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    monkeypatch.setattr(hits, "BESIDE", False)
    monkeypatch.setattr(lakes, "folder", lambda: tmp_path / "lake")
    install()
    yield
    hits._waiting.clear()


def restrict(subject: str, value: str, effect: str = "deny", actor: Actor = ANN, **more: Any) -> Restriction:
    values: dict[str, Any] = {"actions": ("post", "message"), "reason": "a bot farm"}
    with writing(actor) as w:
        return actions.save(w, RestrictionIn(subject=subject, value=value, effect=effect, **(values | more)))


def ask(event: dict[str, Any], author: str = "eve", text: str = "hello") -> Any:
    judge = Judge()
    judge.look()
    return judge.ask(
        Question(name="message_sent", item_type="message", item_id="q1", data={"text": text}, author_type="account",
                 author_id=author, event=event)
    )  # fmt: skip


def happen(id: str, event: dict[str, Any], author: str = "eve") -> tuple[Item, Any]:
    with writing(system("intake")) as w:
        seen = ItemSeen(type="message", id=id, data={"text": f"hi {id}", "author": author}, seen_at=clock.now())
        item, version = items.see(w, seen)
        return item, screen(w, item, version, {"text": f"hi {id}"}, name="message_sent", event=event)


def test_asked_before_and_told_after() -> None:
    row = restrict("ip", "203.0.113.0/24")
    held = ask({"ip": "203.0.113.5"})
    assert held.verdicts == ("block",) and [(each.key, each.effect, each.action) for each in held.restrictions] == [
        (row.key, "deny", "message")
    ]
    assert ask({"ip": "198.51.100.1"}).verdicts == ()
    item, _ = happen("m1", {"ip": "203.0.113.9"})
    assert hits.flush() == 1
    assert {(hit.asked, hit.applied, hit.account_id) for hit in Hit.objects.all()} == {
        (True, True, item.author_id), (False, True, item.author_id),
    }  # fmt: skip
    assert "203.0.113" not in str(list(Event.objects.values_list("data", "changes", "reason")))
    with writing(ANN) as w:
        actions.lift(w, row, why="They are gone.")
    assert ask({"ip": "203.0.113.5"}).verdicts == ()
    with writing(ANN) as w:
        actions.save(w, actions.as_it_was(row, 1), row=row)
    assert ask({"ip": "203.0.113.5"}).verdicts == ("block",)
    assert list(row.versions.order_by("number").values_list("state", flat=True)) == ["on", "lifted", "on"]


def test_an_exemption_and_an_end() -> None:
    restrict("asn", "AS64500")
    restrict("ip", "203.0.113.5", "allow", expires_at=clock.now() + timedelta(minutes=1))
    assert ask({"asn": 64500, "ip": "203.0.113.5"}).verdicts == ()
    with clock.at(clock.now() + timedelta(minutes=2)):
        forget_all()
        assert ask({"asn": 64500, "ip": "203.0.113.5"}).verdicts == ("block",)


def test_a_rate_counts_exactly_the_seconds_before() -> None:
    restrict("asn", "AS64500", "slow", limit=2, window=60)
    begin = clock.now()
    for number, after in enumerate((0, 30)):
        with clock.at(begin + timedelta(seconds=after)):
            assert ask({"asn": 64500}).verdicts == ()  # asked only: not counted
            happen(f"m{number}", {"asn": 64500})
    with clock.at(begin + timedelta(seconds=59)):
        held = ask({"asn": 64500})
        assert held.verdicts == ("slow",) and 1 <= held.restrictions[0].retry_after <= 2
        assert ask({"asn": 64500}, author="other").verdicts == ()
    with clock.at(begin + timedelta(seconds=60)):
        assert ask({"asn": 64500}).verdicts == ()


def test_what_is_to_be_held_opens_a_case_when_it_is_out_already() -> None:
    row = restrict("ip", "203.0.113.5", "review")
    _, screened = happen("m1", {"ip": "203.0.113.5"})
    assert len(screened.cases) == 1
    from watchfloor.review.models import Signal

    assert Signal.objects.get().source == f"restriction:{row.key}"


def test_a_wide_one_needs_a_second_person() -> None:
    row = restrict("ip", "203.0.0.0/12")
    assert row.state == "waiting" and ask({"ip": "203.0.113.5"}).verdicts == ()
    with pytest.raises(Forbidden, match="Another person"), writing(ANN) as w:
        actions.judge(w, row, agree=True)
    with writing(BEN) as w:
        actions.judge(w, row, agree=True, why="Seen.")
    assert ask({"ip": "203.0.113.5"}).verdicts == ("block",)
    with pytest.raises(Conflict, match="does this already"):
        restrict("ip", "203.0.0.0/12")


@pytest.mark.parametrize(("more", "code"), [
    ({"actions": ()}, "unknown_action"), ({"actions": ("fly",)}, "unknown_action"), ({"effect": "scold"}, "unknown_effect"),
    ({"reason": ""}, "no_reason"), ({"effect": "slow"}, "bad_limit"), ({"effect": "slow", "limit": 1}, "bad_window"),
    ({"effect": "review", "policy": "nope"}, "unknown_policy"),
])  # fmt: skip
def test_what_is_wrong_with_one(more: dict[str, Any], code: str) -> None:
    values: dict[str, Any] = {
        "subject": "asn",
        "value": "1",
        "actions": ("post",),
        "effect": "deny",
        "reason": "because",
    }
    with pytest.raises(BadInput) as refused:
        actions.checked(RestrictionIn(**(values | more)))
    assert refused.value.code == code


def test_records_follow_decisions_and_fall_with_them() -> None:
    floor = Floor()
    records.follow()
    lead = someone(frozenset({"review.work", "case.view", "policy.view", "review.undo", "review.claim_case"}))
    decisions = []
    for number in range(4):
        case = floor.report(*floor.item(f"text {number}", author="mallory"))
        lease = review.claim_case(lead, case.pk)
        decisions.append(review.decide(lead, lease.job_id, lease.token, SPAM if number else CLEAN))
    sequence()
    while records.follow():
        pass
    mallory = Item.objects.get(external_id="mallory")
    found = accounts.standings([mallory])[mallory.pk]
    assert (found.violating, found.decided) == (3, 4) and records.check() == []
    review.undo(lead, decisions[-1].pk, "wrong")
    sequence()
    while records.follow():
        pass
    found = accounts.standings([mallory])[mallory.pk]
    assert (found.violating, found.decided) == (2, 3) and records.check() == []
    kept = set(Outcome.objects.values_list("case", "violating"))
    assert records.rebuild() == 3 and set(Outcome.objects.values_list("case", "violating")) == kept
    Outcome.objects.filter(violating=False).delete()
    assert len(records.check()) == 1


def test_pages_and_api() -> None:
    editor = signed_in(member({"restriction.view", "restriction.edit"}))
    assert b"No restrictions yet" in editor.get("/restrictions").content
    typed = {
        "subject": "ip",
        "value": "nowhere",
        "actions": ["post"],
        "effect": "deny",
        "reason": "bots",
        "do": "preview",
    }
    wrong = editor.post("/restrictions/new", typed)
    assert wrong.status_code == 422 and b"is no address" in wrong.content and b'value="nowhere"' in wrong.content
    shown = editor.post("/restrictions/new", typed | {"value": "203.0.113.7"})
    assert b"Put it on" in shown.content and not Restriction.objects.exists()
    editor.post("/restrictions/new", typed | {"value": "203.0.113.7", "do": "save"})
    row = Restriction.objects.get()
    happen("m1", {"ip": "203.0.113.7"})
    page = editor.get(f"/restrictions/{row.key}").content.decode()
    assert "203.0.113.7/32" in page and "Hits by day" in page
    assert "203.0.113.7/32" in editor.get("/restrictions").content.decode()
    assert row.key in editor.get("/restrictions?format=csv").getvalue().decode()
    assert editor.get(f"/restrictions/{row.key}?format=csv").getvalue().count(b"\n") == queries.DAYS + 1
    assert editor.post(f"/restrictions/{row.key}", {"do": "lift"}).status_code == 422
    assert editor.post(f"/restrictions/{row.key}", {"do": "lift", "why": "over"}).status_code == 302
    assert editor.post(f"/restrictions/{row.key}", {"do": "restore", "number": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "on"
    assert signed_in(member({"case.view"})).get("/restrictions").status_code == 403


def test_by_program() -> None:
    from django.test import Client

    from watchfloor.identity.tokens import create_token

    with writing(system("test")) as w:
        permissions = ["restriction.view", "restriction.edit", "restriction.approve"]
        _, secret = create_token(w, system("test"), name="t", source="t", permissions=permissions)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {
        "subject": "asn",
        "value": "64500",
        "actions": ["post"],
        "effect": "slow",
        "limit": 3,
        "window": 60,
        "reason": "bursts",
    }
    seen = api.post("/v1/restrictions/preview", body, content_type="application/json").json()
    assert (seen["events"], seen["wide"]) == (0, "")
    made = api.post("/v1/restrictions", body, content_type="application/json")
    assert made.status_code == 201 and made.json()["value"] == "AS64500"
    key = made.json()["key"]
    assert (
        api.put(f"/v1/restrictions/{key}", body | {"limit": 5}, content_type="application/json").json()["version"] == 2
    )
    assert [each["limit"] for each in api.get("/v1/restrictions").json()] == [5]
    assert len(api.get(f"/v1/restrictions/{key}").json()["days"]) == queries.DAYS
    why = {"why": "over"}
    assert api.post(f"/v1/restrictions/{key}/lift", why, content_type="application/json").json()["state"] == "lifted"
    assert api.post(f"/v1/restrictions/{key}/lift", why, content_type="application/json").status_code == 409
    judged = api.post(f"/v1/restrictions/{key}/judgement", {"agree": True}, content_type="application/json")
    assert judged.status_code == 409  # nothing waits for a second person
    item, _ = happen("m1", {})
    told = api.get(f"/v1/reputation/account/{item.author.external_id}").json()
    assert told["band"] == FINDINGS.band(sml_event(item, {}, "message_sent", {})) == "new" and told["decided"] == 0
    assert api.get("/v1/reputation/account/nobody").status_code == 404
