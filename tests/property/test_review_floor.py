"""The floor as a state machine against a simple oracle: whatever people do in whatever order, the rows agree with the story.

The oracle knows, in plain dictionaries, who holds what with which token, who may not get what, which decisions stand and what
their actions must be. After every step the database is compared with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.support.floor import CLEAN, LEAD, PLATFORM, SCAM, SPAM, UNSURE, Floor, install, someone

from watchfloor.enforcement.models import Strike
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.models import Event
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, LeaseOut
from watchfloor.review.models import Appeal, Case, Decision, Job

PEOPLE = [someone(LEAD) for _ in range(4)]
people = st.integers(0, len(PEOPLE) - 1)
findings = st.sampled_from([SPAM, SCAM, CLEAN, UNSURE])


class FloorMachine(RuleBasedStateMachine):
    """One floor, four people who may do everything, a clock that only moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.floor = Floor()
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.leases: dict[int, tuple[LeaseOut, datetime]] = {}
        self.stale: list[tuple[int, LeaseOut]] = []
        self.highest: dict[UUID, int] = {}
        self.barred: dict[UUID, set[int]] = {}
        self.standing: dict[UUID, int] = {}  # decisions people may still take back, and whose they are
        self.items: list[Any] = []
        self.focus = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def live(self, who: int) -> LeaseOut | None:
        lease = self.leases.get(who)
        return lease[0] if lease and lease[1] > self.now else None

    def drop(self, who: int) -> None:
        lease, _ = self.leases.pop(who)
        self.stale.append((who, lease))

    @rule(old=st.booleans())
    def report(self, old: bool) -> None:
        with clock.at(self.now):
            seen = self.items[-1] if old and self.items else self.floor.item(f"text {len(self.items)}", at=self.now)
            self.items.append(seen)
            self.floor.report(*seen)

    @rule(minutes=st.sampled_from([1, 4, 6, 40, 1500]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        with clock.at(self.now):
            actions.sweep_leases()
            actions.sweep_breaches()
        for who in [who for who in self.leases if self.live(who) is None]:
            self.drop(who)

    @rule(who=people)
    def claim(self, who: int) -> None:
        with clock.at(self.now):
            lease = actions.claim(PEOPLE[who])
        held = self.live(who)
        if held is not None:
            assert lease is not None
            assert (lease.job_id, lease.token) == (held.job_id, held.token)
            return
        if who in self.leases:
            self.drop(who)
        if lease is None:
            return
        assert lease.token > self.highest.get(lease.job_id, 0)
        assert who not in self.barred.get(lease.job_id, set())
        for other in [n for n in self.leases if self.leases[n][0].job_id == lease.job_id]:
            assert self.live(other) is None  # only a lease that ran out can be taken over
            self.drop(other)
        self.highest[lease.job_id] = lease.token
        self.leases[who] = (lease, lease.until)

    @rule(who=people)
    def heartbeat(self, who: int) -> None:
        lease = self.live(who)
        if lease is None:
            return
        with clock.at(self.now):
            self.focus += 1000  # it grows: a page nobody looks at gives its job back
            self.leases[who] = (lease, actions.heartbeat(PEOPLE[who], lease.job_id, lease.token, self.focus))

    @rule(who=people, skip=st.booleans())
    def give_back(self, who: int, skip: bool) -> None:
        lease = self.live(who)
        if lease is None:
            return
        with clock.at(self.now):
            if skip:
                actions.skip(PEOPLE[who], lease.job_id, lease.token, "other")
                self.barred.setdefault(lease.job_id, set()).add(who)
            else:
                actions.release(PEOPLE[who], lease.job_id, lease.token)
        self.drop(who)

    @rule(who=people, finding=findings)
    def decide(self, who: int, finding: Any) -> None:
        lease = self.live(who)
        if lease is None:
            return
        job = Job.objects.get(pk=lease.job_id)
        if job.kind == "escalation" and finding is UNSURE:
            return
        deciders = set(Decision.objects.filter(case=job.case_id).values_list("decider", flat=True))
        with clock.at(self.now):
            decision = actions.decide(PEOPLE[who], lease.job_id, lease.token, finding)
        if job.kind == "appeal":
            assert str(PEOPLE[who]) not in deciders
        else:
            self.standing[decision.pk] = who
        self.drop(who)
        self.forget_ended()

    @rule(who=people)
    def escalate(self, who: int) -> None:
        lease = self.live(who)
        if lease is None or Job.objects.get(pk=lease.job_id).kind == "appeal":
            return
        with clock.at(self.now):
            actions.escalate(PEOPLE[who], lease.job_id, lease.token, "why")
        self.drop(who)

    @precondition(lambda self: self.stale)
    @rule(pick=st.integers(0, 10**6), finding=findings)
    def a_stale_lease_decides_nothing(self, pick: int, finding: Any) -> None:
        who, lease = self.stale[pick % len(self.stale)]
        before = Decision.objects.count()
        with pytest.raises(Conflict) as error, clock.at(self.now):
            actions.decide(PEOPLE[who], lease.job_id, lease.token, finding)
        assert error.value.code == "stale_lease"
        assert Decision.objects.count() == before

    @precondition(lambda self: self.standing)
    @rule(pick=st.integers(0, 10**6))
    def undo(self, pick: int) -> None:
        pk = list(self.standing)[pick % len(self.standing)]
        try:
            with clock.at(self.now), transaction.atomic():
                actions.undo(PEOPLE[self.standing[pk]], pk, "why")
        except Conflict as error:
            assert error.code in {"superseded", "under_appeal", "not_latest", "escalated"}  # noqa: PT017
            return
        del self.standing[pk]
        assert Decision.objects.get(pk=pk).superseded_at is not None
        self.forget_ended()

    @precondition(lambda self: self.standing)
    @rule(pick=st.integers(0, 10**6))
    def appeal(self, pick: int) -> None:
        pk = list(self.standing)[pick % len(self.standing)]
        try:
            with clock.at(self.now), transaction.atomic():
                row = actions.file_appeal(PLATFORM, AppealIn(decision_id=pk, by="author", appellant="mallory"))
        except Conflict as error:
            assert error.code == "appealed_already"  # noqa: PT017
            return
        decision = Decision.objects.get(pk=pk)
        eligible = decision.verdict == "violating" and decision.superseded_at is None
        assert (row.state == "queued") == eligible

    def forget_ended(self) -> None:
        """A case that closed, or was looked at again, ends leases of others on its other jobs."""
        for who in list(self.leases):
            if Job.objects.get(pk=self.leases[who][0].job_id).state != "leased":
                self.drop(who)

    @invariant()
    def leases_are_as_the_oracle_has_them(self) -> None:
        rows = Job.objects.filter(state="leased", lease_until__gt=self.now).values_list(
            "pk", "lease_holder", "lease_token"
        )
        ours = {
            (lease.job_id, UUID(PEOPLE[who].id), lease.token)
            for who, (lease, until) in self.leases.items()
            if until > self.now
        }
        assert set(rows) == ours

    @invariant()
    def cases_and_jobs_fit(self) -> None:
        live: dict[UUID, list[str]] = {}
        for case_id, kind in Job.objects.filter(state__in=("ready", "leased")).values_list("case_id", "kind"):
            if kind != "appeal":
                live.setdefault(case_id, []).append(kind)
        for case in Case.objects.all():
            kinds = live.get(case.pk, [])
            if case.state == "closed":
                assert kinds == []
            elif case.state == "escalated":
                assert kinds == ["escalation"]
            else:
                assert kinds in (["review"], ["second"])

    @invariant()
    def strikes_follow_the_decisions_that_stand(self) -> None:
        fallen = set(Decision.objects.filter(superseded_at__isnull=False).values_list("pk", flat=True))
        for decision_id, state in Strike.objects.values_list("decision_id", "state"):
            assert (state == "voided") == (decision_id in fallen)

    @invariant()
    def an_appeal_that_won_has_undone_its_decision(self) -> None:
        for row in Appeal.objects.filter(state__in=("overturned", "modified")).select_related("decision"):
            assert row.decision.superseded_at is not None
            assert row.outcome_decision_id is not None

    @invariant()
    def flows_add_up(self) -> None:
        """The identity every number of the floor rests on, per queue, from events alone."""
        backlog: dict[str, int] = {}
        step = {"job.ready": 1, "job.decided": -1, "job.cancelled": -1}
        for type_name, data in Event.objects.filter(type__in=step).values_list("type", "data"):
            backlog[data["queue"]] = backlog.get(data["queue"], 0) + step[type_name]
        rows: dict[str, int] = {}
        for queue in Job.objects.filter(state__in=("ready", "leased")).values_list("queue_key", flat=True):
            rows[queue] = rows.get(queue, 0) + 1
        assert {key: count for key, count in backlog.items() if count} == rows


@pytest.mark.django_db
def test_the_floor_agrees_with_the_story() -> None:
    install()
    run_state_machine_as_test(
        FloorMachine,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
