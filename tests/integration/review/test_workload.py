"""A day's share of work: counted in weights by kind and queue, by each one's own midnight; then nothing new; offers by share."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.review.test_matching import staff
from tests.support.floor import LEAD, Floor, someone
from tests.support.people import actor_of, member

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, queries
from watchfloor.workforce import queries as workforce
from watchfloor.workforce import shares, wellbeing_actions
from watchfloor.workforce.domain.budgets import Budget
from watchfloor.workforce.models import Presence

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def day_of(units: int) -> None:
    with writing(system("test")) as w:
        wellbeing_actions.save_budget(w, "default", Budget(day_units=units))
    forget_all()


def decided(floor: Floor, who: Actor, most: int = 20) -> int:
    """How many they are handed one after another."""
    for number in range(most):
        forget_all()
        if actions.claim(who) is None:
            return number
        floor.decide(who)
    return most


def test_a_share_of_the_day_is_handed_out_and_no_more(floor: Floor) -> None:
    with clock.at(START):
        for _ in range(14):
            floor.report()
        whole, half, new = someone(), someone(), someone()
        staff(whole)
        staff(half, share=0.5)
        staff(new, share=1.0, ramp_days=20, started_on=START.date() - timedelta(days=10))
        day_of(4)
        assert (decided(floor, whole), decided(floor, half), decided(floor, new)) == (4, 2, 3)
        assert "tomorrow" in queries.why_nothing(whole)
    with clock.at(START + timedelta(days=1)):
        forget_all()
        assert queries.why_nothing(half) == ""
        with writing(system("test")) as w:  # from now a job of this queue is worth two
            actions.save_queue(w, key="spam.en", weight=2.0)
        assert decided(floor, half) == 1
        day_of(0)
        assert decided(floor, half, most=4) == 4
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_offers_go_by_share_of_waiting(floor: Floor) -> None:
    whole, half = uuid.UUID(someone().id), uuid.UUID(someone().id)
    staff(Actor(kind="user", id=str(whole), scopes=()), share=1.0)
    staff(Actor(kind="user", id=str(half), scopes=()), share=0.5)
    now = clock.now()
    for person, minutes in ((half, 30), (whole, 20)):
        Presence.objects.create(
            reviewer_id=person, state="available", since=now - timedelta(minutes=minutes), seen_at=now
        )
    assert workforce.available() == [whole, half]
    Presence.objects.filter(pk=half).update(since=now - timedelta(minutes=50))
    assert workforce.available() == [half, whole]


def test_shares_by_the_api_within_ones_vendors(floor: Floor, client: Any) -> None:
    person, boss = member(LEAD, "Pat"), actor_of(member({"people.manage"}, "Boss"))
    staff(actor_of(person))
    found = shares.set_share(boss, person.pk, share=0.6, ramp_days=0, started_on=None)
    assert (found.name, found.strength) == ("Pat", 0.6)
    with pytest.raises(BadInput):
        shares.set_share(boss, person.pk, share=9, ramp_days=0, started_on=None)
    other = actor_of(member({"people.manage"}, "Other", vendors=["elsewhere"]))
    assert shares.shares(other) == []
    with pytest.raises(NotFound):
        shares.set_share(other, person.pk, share=0.5, ramp_days=0, started_on=None)
    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="roster", source="test", permissions=["people.manage"])
    headers, who = {"authorization": f"Bearer {secret}"}, ids.encode("usr", person.pk)
    body = {"share": 0.5, "ramp_days": 30, "started_on": str(clock.now().date())}
    put = client.put(f"/v1/people/{who}/share", body, content_type="application/json", headers=headers)
    assert (put.status_code, put.json()["strength"]) == (200, 0.25)
    assert client.get("/v1/people/shares", headers=headers).json()["people"] == [put.json()]
