"""A week of work on the real database with a moved clock: sixty people, three policies, budgets, and everything that goes wrong on a floor.

Cases come all week. People come in shifts, take, decide, skip, step back, walk away from the screen, send decisions of leases they lost.
Afterwards the ledger is read back by a checker that knows nothing of how jobs are handed out, and its rows are derived again. Set
``WATCHFLOOR_WEEK_JOBS`` for a bigger week.
"""

from __future__ import annotations

import os
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.floor import CLEAN, Floor, someone

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import actions, plan
from watchfloor.review.actions import jobs as making
from watchfloor.review.actions import people as people_module
from watchfloor.review.contracts import DecisionIn, LeaseOut
from watchfloor.review.domain.history import Rules, check
from watchfloor.review.domain.routing import Route
from watchfloor.review.models import Case, Job
from watchfloor.review.queries.history import happened
from watchfloor.workforce import actions as workforce
from watchfloor.workforce import defaults as workforce_defaults
from watchfloor.workforce.contracts import Limits

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
JOBS = int(os.environ.get("WATCHFLOOR_WEEK_JOBS", "120"))
PEOPLE = 60
SEVERE, BUDGET_MS = 4, 60_000
CLEARED = frozenset({"child_safety"})
POLICIES = {"spam": "spam.en", "violence": "violence", "child-safety": "child-safety"}


class Week:
    """The floor, its people, and a clock that moves from one event to the next."""

    def __init__(self, floor: Floor) -> None:
        self.floor, self.chance, self.now = floor, random.Random(11), MONDAY
        self.people: list[Actor] = []
        self.leases: dict[str, LeaseOut] = {}
        self.avoids: dict[str, frozenset[str]] = {}
        self.refused = self.limited = 0
        self.read = 0  # events up to here are in ``used``
        self.used: dict[tuple[str, str], int] = {}  # (person, day) -> focus on severe work, in milliseconds
        with clock.at(MONDAY), writing(system("test")) as w:
            workforce_defaults.install(w)
            for number in range(PEOPLE):
                self.people.append(self.hire(w, number))

    def hire(self, w: Writer, number: int) -> Actor:
        actor = someone(clearances=CLEARED if number % 6 == 0 else frozenset())
        pk = uuid.UUID(actor.id)
        start = (number % 3) * 8
        hours = [{"weekday": day, "start": f"{start:02}:00", "end": f"{(start + 8) % 24:02}:00"} for day in range(7)]
        workforce.save_reviewer(
            w, pk, vendor_key="inhouse", extras=["graphic"] if number % 4 == 0 else [], hours=hours,
            languages=["en"] if number % 5 else ["es"],
        )  # fmt: skip
        for policy in POLICIES:
            if number % 2 == 0 or self.chance.random() < 0.6:
                expires_at = self.now + timedelta(days=3) if self.chance.random() < 0.2 else None
                workforce.grant_certificate(w, pk, policy, version=99, how="exam", expires_at=expires_at)
        self.avoids[str(actor)] = frozenset({"violence"}) if number % 7 == 3 else frozenset()
        return actor

    def limits(self, pk: uuid.UUID) -> Limits:
        who = f"user:{pk}"
        ended = Event.objects.filter(type__in=("job.decided", "job.released"), ordinal__gt=self.read)
        for ordinal, at, data in ended.order_by("ordinal").values_list("ordinal", "at", "data"):
            self.read = ordinal
            if data["severity"] >= SEVERE:
                day = (data["reviewer"], at.date().isoformat())
                self.used[day] = self.used.get(day, 0) + data["active_ms"]
        used = self.used.get((who, self.now.date().isoformat()), 0)
        self.limited += used >= BUDGET_MS
        return Limits(max_severity=SEVERE - 1 if used >= BUDGET_MS else 5, avoid=tuple(self.avoids.get(who, ())))

    def arrive(self) -> None:
        """A case of some policy and language, one in ten with an extra need."""
        policy = self.chance.choice(list(POLICIES))
        item, version = self.floor.item(at=self.now)
        clearance = "child_safety" if policy == "child-safety" else ""
        with writing(system("test")) as w:
            case = w.create(
                Case, id=new_id(), item=item, harm_group=policy, policy_key=policy, state="open", item_version=version,
                language=self.chance.choice(["en", "es", ""]), channel="user", clearance=clearance,
                severity=self.chance.choice([1, 2, 3, 4, 5]), opened_at=self.now, reach=self.chance.choice([0, 10**5]),
                due_at=self.now + timedelta(hours=self.chance.choice([1, 4, 24, 72])),
            )  # fmt: skip
            needs = ("graphic",) if self.chance.random() < 0.1 else ()
            where = Route(POLICIES[policy], "test", needs, 3600 if needs else None)
            making.make(w, case, kind="review", cause="new", where=where, due_at=case.due_at)

    def on_shift(self) -> list[Actor]:
        shift = self.now.hour // 8
        return self.people[shift::3]

    def act(self, actor: Actor) -> None:
        """One move of one person."""
        lease = self.leases.get(str(actor))
        if lease is None:
            taken = actions.claim(actor)
            if taken is not None:
                self.leases[str(actor)] = taken
            return
        move = self.chance.random()
        active = self.chance.randrange(1, 300_000)
        try:
            if move < 0.70:
                verdict = "clean" if self.chance.random() < 0.95 else "unsure"
                actions.decide(actor, lease.job_id, lease.token, DecisionIn(verdict=verdict, active_ms=active))
            elif move < 0.78:
                actions.heartbeat(actor, lease.job_id, lease.token, active)
                return
            elif move < 0.84:
                actions.release(actor, lease.job_id, lease.token)
            elif move < 0.90:
                actions.skip(actor, lease.job_id, lease.token, self.chance.choice(["wellbeing", "technical"]))
            else:
                return  # walks away: the lease runs out, and later a stale decision comes
        except Conflict as error:
            assert error.code == "stale_lease"  # noqa: PT017
            self.refused += 1
        del self.leases[str(actor)]

    def run(self) -> None:
        arrivals = sorted(MONDAY + WEEK * self.chance.random() for _ in range(JOBS))
        step = WEEK / (JOBS * 3)
        for turn in range(JOBS * 3):
            self.now = MONDAY + step * turn
            with clock.at(self.now):
                while arrivals and arrivals[0] <= self.now:
                    arrivals.pop(0)
                    self.arrive()
                # Between two turns minutes pass: those who took something decide it a little later.
                actor = self.chance.choice(self.on_shift())
                self.act(actor)
            with clock.at(self.now + timedelta(minutes=2)):
                self.now += timedelta(minutes=2)
                self.act(actor)
                if turn % 25 == 0:
                    actions.sweep_leases()

    def drain(self) -> None:
        """Whatever is left is done within a day by people who may do everything: nothing is stuck."""
        helpers = [someone(clearances=CLEARED, max_severity=5) for _ in range(3)]
        for number in range(JOBS * 3):
            self.now = MONDAY + WEEK + timedelta(hours=1, minutes=number)
            with clock.at(self.now):
                lease = actions.claim(helpers[number % 3])
                if lease is None:
                    return
                actions.decide(helpers[number % 3], lease.job_id, lease.token, CLEAN)


@pytest.mark.django_db
def test_a_week_of_work_leaves_a_history_without_faults(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    week = Week(floor)
    monkeypatch.setattr(people_module, "limits_of", week.limits)
    plan.forget()
    week.run()
    week.drain()
    cleared = {str(actor): CLEARED for number, actor in enumerate(week.people) if number % 6 == 0}
    drained = Event.objects.filter(type="job.leased", at__gte=MONDAY + WEEK).values_list("data", flat=True)
    helpers = {data["reviewer"] for data in drained}
    cleared |= dict.fromkeys(helpers, CLEARED)
    rules = Rules(cleared=cleared, avoids=week.avoids, severe=SEVERE, budget_ms=BUDGET_MS)
    history = list(happened())
    assert check(history, rules) == []
    assert week.refused > 0  # decisions of lost leases were tried, and refused
    assert week.limited > 0  # budgets were used up, and work was asked for all the same
    told = {event.type for event in history}
    assert told >= {"job.ready", "job.leased", "job.released", "job.decided"}
    reasons: set[Any] = {event.data["why"] for event in history if event.type == "job.released"}
    assert reasons >= {"released", "skipped", "expired"}
    assert not Job.objects.filter(state__in=("ready", "leased"), kind__in=("review", "second")).exists()
    sequencer.catch_up()
    assert rebuild.check().differences == []
