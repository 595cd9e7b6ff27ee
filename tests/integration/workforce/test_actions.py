"""Vendors, reviewers, and who is on: beats are cheap, only changes of state are events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.workforce import actions, defaults, queries
from watchfloor.workforce.models import Reviewer, Vendor

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def hire(vendor: str, **more: object) -> Actor:
    user = uuid4()
    with writing(system("test")) as w:
        actions.save_vendor(w, key=vendor, name=vendor.title())
        actions.save_reviewer(w, user, vendor_key=vendor, languages=["en"], **more)  # type: ignore[arg-type]
    return Actor(kind="user", id=str(user))


def test_a_reviewer_is_made_and_changed_with_events() -> None:
    actor = hire("acme", queues=["spam.en"])
    with writing(system("test")) as w:
        from uuid import UUID

        actions.save_reviewer(w, UUID(actor.id), vendor_key="acme", queues=["hate.en"], active=False)
    row = Reviewer.objects.get(pk=actor.id)
    assert (row.queues, row.active) == (["hate.en"], False)
    changes = [event.changes[0][2] for event in Event.objects.filter(type="reviewer.saved").order_by("ordinal")]
    assert changes[0]["queues"] == ["spam.en"]
    assert changes[1]["queues"] == ["hate.en"]


def test_an_unknown_vendor_is_refused() -> None:
    with pytest.raises(BadInput, match="no vendor"), writing(system("test")) as w:
        actions.save_reviewer(w, uuid4(), vendor_key="nobody")


def test_beats_keep_someone_on_and_changes_are_events() -> None:
    actor = hire("acme")
    with clock.at(NOW):
        actions.heartbeat(actor)
    with clock.at(NOW + timedelta(minutes=1)):
        actions.heartbeat(actor)
    with clock.at(NOW + timedelta(minutes=2)):
        actions.heartbeat(actor, "break")
    events = list(Event.objects.filter(type="presence.changed").order_by("ordinal"))
    assert [(e.data["before"], e.data["state"], e.data["held_ms"]) for e in events] == [
        ("", "available", 0),
        ("available", "break", 120_000),
    ]
    with clock.at(NOW + timedelta(minutes=4)):
        assert [one.state for one in queries.people_on(system("test"))] == ["break"]
    with clock.at(NOW + timedelta(minutes=10)):
        assert queries.people_on(system("test")) == []
        actions.heartbeat(actor, "break")  # came back after silence: the silence is not counted as break
    assert Event.objects.filter(type="presence.changed").latest("ordinal").data["held_ms"] == 0


def test_a_vendor_manager_sees_their_own_people() -> None:
    for vendor in ("acme", "zeta"):
        actor = hire(vendor)
        with clock.at(NOW):
            actions.heartbeat(actor)
    scope = Scope(role="vendor_manager", permissions=frozenset({"floor.view"}), vendors=frozenset({"zeta"}))
    manager = Actor(kind="user", id=str(uuid4()), scopes=(scope,))
    with clock.at(NOW):
        assert [one.vendor for one in queries.people_on(manager)] == ["zeta"]
    assert [key for key, _ in queries.vendors(manager)] == ["zeta"]


def test_the_house_is_a_vendor_once() -> None:
    for _ in range(2):
        with writing(system("test")) as w:
            defaults.install(w)
    assert Vendor.objects.filter(key="inhouse").count() == 1


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(BadInput, match="no state"):
        actions.heartbeat(hire("acme"), "asleep")
