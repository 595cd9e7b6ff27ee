"""Who gets which job, as a state machine against a plain-Python oracle that knows nothing of SQL.

Whatever happens to people (certificates come, go and expire, budgets, opt-outs and rests change) and to jobs (more urgent ones arrive,
needs are waived, leases run out, people skip, step back, release and decide), a claim gives exactly the job that the oracle expects: the
first in the order of priority among all that this person may have. Hence nobody is given what they must not see, nothing is in two
hands, and what comes first is never passed over.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.support.floor import CLEAN, Floor, install, someone

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.actions import claimsql
from watchfloor.review.actions import people as people_module
from watchfloor.review.actions.taking import wanted_of
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.domain.history import Rules, check
from watchfloor.review.events import QueueSaved
from watchfloor.review.models import Job
from watchfloor.review.queries.history import happened
from watchfloor.workforce import actions as workforce
from watchfloor.workforce import defaults as workforce_defaults
from watchfloor.workforce.contracts import Limits

CLEARED = frozenset({"child_safety"})
PEOPLE = [someone(), someone(clearances=CLEARED), someone(max_severity=3)]
SPEAKS = [["en"], [], ["es"]]
EXTRAS = [["graphic"], [], []]
MAY_SEE = [(5, {""}), (5, {"", *CLEARED}), (3, {""})]  # highest severity, clearances
people = st.integers(0, len(PEOPLE) - 1)
REASONS = ["spam", "threat", "child-abuse"]
POLICIES = ["spam", "violence", "child-safety"]
LIMITS = [Limits(), Limits(max_severity=2), Limits(avoid=("spam",)), Limits(rest=True)]


class Matching(RuleBasedStateMachine):
    """One floor, three people who differ in everything, a clock that only moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.floor = Floor()
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.limits: dict[uuid.UUID, Limits] = {}
        self.patch = mock.patch.object(people_module, "limits_of", lambda pk: self.limits.get(pk, Limits()))
        self.patch.start()
        self.certificates: list[dict[str, Any]] = []
        self.held: dict[int, tuple[LeaseOut, datetime]] = {}
        self.skipped: set[tuple[int, uuid.UUID]] = set()
        self.stale: list[tuple[int, LeaseOut]] = []
        with writing(system("test")) as w:
            for who, actor in enumerate(PEOPLE):
                workforce.save_reviewer(
                    w, uuid.UUID(actor.id), vendor_key="inhouse", languages=SPEAKS[who], extras=EXTRAS[who]
                )

    def teardown(self) -> None:
        try:
            cleared = {str(PEOPLE[1]): CLEARED}
            assert check(happened(), Rules(cleared=cleared)) == []
        finally:
            self.patch.stop()
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    # What the oracle thinks.

    def valid(self, who: int) -> list[str]:
        mine = [each for each in self.certificates if each["who"] == who and not each["revoked"]]
        return [each["policy"] for each in mine if each["until"] is None or each["until"] > self.now]

    def may_have(self, who: int, job: Job) -> bool:
        severity, clearances = MAY_SEE[who]
        limits = self.limits.get(uuid.UUID(PEOPLE[who].id), Limits())
        certified = any(each["who"] == who for each in self.certificates)
        waits = job.state == "ready" or (job.state == "leased" and job.lease_until <= self.now)  # type: ignore[operator]
        return (
            waits
            and job.kind in ("review", "second")
            and (who, job.pk) not in self.skipped
            and job.clearance in clearances
            and job.severity <= min(severity, limits.max_severity)
            and job.policy_key not in limits.avoid
            and (not certified or job.policy_key in self.valid(who))
            and (not SPEAKS[who] or job.language in ("", *SPEAKS[who]))
            and (
                set(job.needs) <= {*EXTRAS[who], *self.valid(who)}
                or (job.relax_at is not None and job.relax_at <= self.now)
            )
        )

    def in_order(self, who: int, jobs: list[Job]) -> list[uuid.UUID]:
        fit = [job for job in jobs if self.may_have(who, job)]
        return [job.pk for job in sorted(fit, key=lambda job: (-job.priority, job.due_at, str(job.pk)))]

    def expected(self, who: int) -> uuid.UUID | None:
        if self.limits.get(uuid.UUID(PEOPLE[who].id), Limits()).rest:
            return None
        return next(iter(self.in_order(who, list(Job.objects.all()))), None)

    @invariant()
    def everybody_would_get_just_what_they_may_have_in_its_order(self) -> None:
        jobs = list(Job.objects.all())
        for who, actor in enumerate(PEOPLE):
            with clock.at(self.now):
                person = people_module.person(actor)
                found = claimsql.preview(actor, person, wanted_of(None, person, self.now), now=self.now, limit=100)
            assert found == self.in_order(who, jobs)

    def live(self, who: int) -> LeaseOut | None:
        lease = self.held.get(who)
        return lease[0] if lease and lease[1] > self.now else None

    def drop(self, who: int) -> None:
        self.stale.append((who, self.held.pop(who)[0]))

    # What happens.

    @rule(
        reason=st.sampled_from(REASONS),
        language=st.sampled_from(["en", "es", ""]),
        need=st.booleans(),
        severity=st.integers(0, 5),
    )
    def arrive(self, reason: str, language: str, need: bool, severity: int) -> None:
        with clock.at(self.now):
            case = self.floor.report(*self.floor.item(at=self.now), reason=reason)
            # Routing gives needs and a language; here they are put into the waiting job directly.
            relax_at = self.now + timedelta(minutes=30)
            needs = {"needs": ["graphic"], "relax_at": relax_at} if need else {}
            with writing(system("test")) as w:
                job = w.update(
                    Job.objects.get(case=case, state="ready"),
                    language=language,
                    severity=severity,
                    priority=float(severity),
                    **needs,
                )
                w.event(QueueSaved(key="-"), job)

    @rule(minutes=st.sampled_from([1, 4, 6, 40]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=people)
    def claim(self, who: int) -> None:
        held, expected = self.live(who), self.expected(who)
        with clock.at(self.now):
            lease = actions.claim(PEOPLE[who])
        if held is not None:
            assert lease == held
            return
        assert (lease.job_id if lease else None) == expected
        if lease is None:
            return
        for other in [n for n in self.held if n == who or self.held[n][0].job_id == lease.job_id]:
            assert self.live(other) is None
            self.drop(other)
        self.held[who] = (lease, lease.until)

    @rule(who=people, way=st.sampled_from(["release", "skip", "step back", "decide"]))
    def end(self, who: int, way: str) -> None:
        lease = self.live(who)
        if lease is None:
            return
        with clock.at(self.now):
            if way == "release":
                actions.release(PEOPLE[who], lease.job_id, lease.token)
            elif way == "decide":
                actions.decide(PEOPLE[who], lease.job_id, lease.token, CLEAN)
            else:
                reason = "wellbeing" if way == "step back" else "other"
                actions.skip(PEOPLE[who], lease.job_id, lease.token, reason)
                self.skipped.add((who, lease.job_id))
        self.drop(who)

    @rule()
    def sweep(self) -> None:
        with clock.at(self.now):
            actions.sweep_leases()
        for who in [who for who in self.held if self.live(who) is None]:
            self.drop(who)

    @rule(who=people, policy=st.sampled_from([*POLICIES, "graphic"]), minutes=st.sampled_from([None, 5, 60]))
    def certify(self, who: int, policy: str, minutes: int | None) -> None:
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        with clock.at(self.now), writing(system("test")) as w:
            row = workforce.grant_certificate(
                w, uuid.UUID(PEOPLE[who].id), policy, version=99, how="exam", expires_at=until
            )
        self.certificates.append({"who": who, "policy": policy, "until": until, "revoked": False, "pk": row.pk})

    @precondition(lambda self: any(not each["revoked"] for each in self.certificates))
    @rule(pick=st.integers(0, 10**6))
    def revoke(self, pick: int) -> None:
        standing = [each for each in self.certificates if not each["revoked"]]
        chosen = standing[pick % len(standing)]
        with clock.at(self.now), writing(system("test")) as w:
            workforce.revoke_certificate(w, chosen["pk"], "why")
        chosen["revoked"] = True

    @rule(who=people, limits=st.sampled_from(LIMITS))
    def limit(self, who: int, limits: Limits) -> None:
        self.limits[uuid.UUID(PEOPLE[who].id)] = limits

    @precondition(lambda self: self.stale)
    @rule(pick=st.integers(0, 10**6))
    def a_stale_lease_decides_nothing(self, pick: int) -> None:
        who, lease = self.stale[pick % len(self.stale)]
        with pytest.raises(Conflict) as error, clock.at(self.now):
            actions.decide(PEOPLE[who], lease.job_id, lease.token, CLEAN)
        assert error.value.code == "stale_lease"


@pytest.mark.django_db
def test_a_claim_gives_what_the_oracle_expects() -> None:
    install()
    with writing(system("test")) as w:
        workforce_defaults.install(w)
    run_state_machine_as_test(
        Matching,
        settings=settings(
            max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
