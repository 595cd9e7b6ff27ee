"""Protected accounts: a second person for every step, looks logged, who may not know learns nothing, contacts are marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.floor import SPAM, Floor, someone
from tests.support.people import member, signed_in

from watchfloor.enforcement import actions as enforcement_actions
from watchfloor.enforcement import queries as enforcement
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import RestrictedRead
from watchfloor.items import protected
from watchfloor.items import queries as items
from watchfloor.items.models import Item, ProtectedAccount
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Report

KNOWS = frozenset({"protected.know"})


def protect(item: Item, **more: str) -> ProtectedAccount:
    account = items.account_of(item)
    assert account is not None
    with writing(system("test")) as w:
        return protected.protect(
            w, account, tier="public", why="runs for mayor", review_at=clock.now() + timedelta(days=90), **more
        )


def test_what_is_done_to_them_waits_for_a_second_person(floor: Floor) -> None:
    item, version = floor.item(author="mayor")
    row = protect(item)
    assert items.guarded([item]) == {item.pk: "protected"}
    floor.report(item, version)
    one = someone()
    decision = floor.decide(one, SPAM)
    held = enforcement.of_decision(decision.pk)
    assert held and {action.state for action in held} == {"held"}
    assert all(each.needs_approval for each in enforcement.preview(item, "spam.bulk", ["remove"]))
    with pytest.raises(Forbidden), writing(one) as w:
        enforcement_actions.approve(w, held[0].id)
    with writing(someone()) as w:
        enforcement_actions.approve(w, held[0].id)
    assert enforcement.of_decision(decision.pk)[0].state == "pending"
    with writing(system("test")) as w:
        protected.release(w, row)
    other, version = floor.item(author="mayor")
    floor.report(other, version)
    assert {action.state for action in enforcement.of_decision(floor.decide(one, SPAM).pk)} == {"pending"}


def test_reports_of_an_authorised_contact_are_marked(floor: Floor) -> None:
    row = protect(floor.item(author="mayor")[0])
    with writing(system("test")) as w:
        contact = protected.name_representative(w, row, name="Ida Agent", channel="email", address="ida@agency.example")
    floor.report(reporter="ida@agency.example")
    assert Report.objects.get().representative == contact.pk
    with writing(system("test")) as w:
        protected.dismiss(w, contact)
    floor.report(reporter="ida@agency.example")
    assert Report.objects.order_by("-received_at").first().representative is None  # type: ignore[union-attr]
    told = str(list(Event.objects.values("data", "changes")))
    assert "ida@" not in told and "Ida Agent" not in told and "runs for mayor" not in told


def test_each_look_is_logged_and_who_may_not_know_learns_nothing(floor: Floor) -> None:
    row = protect(floor.item(author="mayor")[0], clearance="child_safety")
    plain, told = someone(KNOWS), someone(KNOWS, clearances=frozenset({"child_safety"}))
    assert list(protected.register(plain)) == [] and list(protected.register(told)) == [row]
    with pytest.raises(NotFound):
        protected.entry(plain, row.pk, "curious")
    assert not RestrictedRead.objects.exists()
    protected.entry(told, row.pk, "request of the agency")
    look = RestrictedRead.objects.get()
    assert (look.subject, look.why, look.actor) == (f"protected:{row.pk}", "request of the agency", str(told))
    assert "mayor" not in f"{look.subject}{look.why}"


def test_the_register_refuses_what_makes_no_sense(floor: Floor) -> None:
    item, _version = floor.item(author="mayor")
    with pytest.raises(BadInput, match="Only accounts"), writing(system("test")) as w:
        protected.protect(w, item, tier="public", why="x", review_at=clock.now() + timedelta(days=1))
    protect(item)
    with pytest.raises(Conflict):
        protect(item)


def test_the_pages(floor: Floor) -> None:
    floor.item(author="mayor")
    keeper = signed_in(member({"protected.know", "protected.manage", "case.view"}))
    bad = keeper.post(
        "/protected", {"account": "nobody", "tier": "public", "why": "runs for mayor", "review_at": "2099-01-01"}
    )
    assert bad.status_code == 422 and "runs for mayor" in bad.content.decode()
    made = keeper.post(
        "/protected", {"account": "mayor", "tier": "public", "why": "runs for mayor", "review_at": "2099-01-01"}
    )
    assert made.status_code == 302
    keeper.post(
        made["Location"], {"step": "name", "name": "Ida Agent", "channel": "email", "address": "ida@agency.example"}
    )
    page = keeper.get(made["Location"]).content.decode()
    assert "Ida Agent" in page and "runs for mayor" in page
    assert "mayor" in keeper.get("/protected").content.decode()
    assert "Too few decisions" in keeper.get("/protected/parity").content.decode()
    reader = signed_in(member({"protected.know"}))
    assert reader.post(made["Location"], {"step": "release"}).status_code == 403
    assert signed_in(member({"case.view"})).get("/protected").status_code == 403


def test_somebody_limited_to_a_market_knows_of_that_market(floor: Floor) -> None:
    protect(floor.item(author="mayor")[0])
    elsewhere: Actor = someone(KNOWS, markets=frozenset({"BR"}))
    assert list(protected.register(elsewhere)) == []
