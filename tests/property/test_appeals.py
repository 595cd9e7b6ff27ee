"""Decide, appeal, hear, undo, decide again, approve, rule from outside, let time pass: in any order, with an oracle beside it.

The oracle knows the rules of the house, not the code: which decisions stand, what each of them does, which strikes count, what the
statement of reasons says, what the author was told. Whoever decided (or agreed) is never handed the appeal.

``WATCHFLOOR_APPEAL_RUNS`` sets how many runs (default 6); ``WATCHFLOOR_APPEAL_STEPS`` how long each is (default 14).
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden

START = datetime(2026, 1, 1, tzinfo=UTC)
POINTS = {"hate.slur": (1, 180), "hate.stereotype": (1, 180), "hate.dehumanising": (2, 180)}
HOURS = {"remove": None, "warn": None, "label": None, "suspend_24h": 24, "suspend_7d": 168, "suspend": None}
LADDER = ((2, "suspend_24h"), (4, "suspend_7d"), (6, "suspend"))
CHOICES = [("remove",), ("warn",), (), ("suspend_24h",), ("remove", "suspend"), ("label", "warn")]
PEOPLE = 6


class Oracle:
    """What must be so, in plain lists."""

    def __init__(self) -> None:
        self.decisions: dict[UUID, dict[str, Any]] = {}
        self.actions: list[dict[str, Any]] = []
        self.strikes: list[dict[str, Any]] = []

    def record(self, pk: UUID, case: UUID, verdict: str, violation: str, kinds: tuple[str, ...], now: datetime,
               over: UUID | None = None) -> None:  # fmt: skip
        """A finding is recorded; ``over`` names the decision it lets fall."""
        others = [key for key, row in self.decisions.items()
                  if row["case"] == case and row["stands"] and row["verdict"] == "violating" and key != over]  # fmt: skip
        repeats = any(self.decisions[key]["violation"] == violation for key in others)
        falls = ([over] if over else []) + (others if verdict == "clean" else [])
        enforced = verdict == "violating" and not repeats
        for key in falls:
            self.fall(key)
        self.decisions[pk] = {"case": case, "verdict": verdict, "violation": violation, "stands": True, "told": []}
        if enforced:
            self.enforce(
                pk,
                violation,
                kinds,
                now,
                "author_modified" if over and self.was_violating(over) else "author_violating",
            )

    def was_violating(self, key: UUID) -> bool:
        return bool(self.decisions[key]["verdict"] == "violating")

    def enforce(self, pk: UUID, violation: str, kinds: tuple[str, ...], now: datetime, template: str) -> None:
        """Actions, the strike, the step of the ladder it crosses, the notice."""
        for kind in kinds:
            self.act(pk, kind, now)
        points, days = POINTS[violation]
        before = self.points(now)
        self.strikes.append(
            {"by": pk, "points": points, "until": now + timedelta(days=days), "void": False, "over": False}
        )
        crossed = [step for step in LADDER if before < step[0] <= before + points]
        if crossed:
            counted = [row for row in self.strikes if self.counts(row, now)]
            self.act(pk, crossed[-1][1], now, step=crossed[-1][0], strikes=counted)
        if any(row["by"] == pk and row["state"] == "on" for row in self.actions):
            self.decisions[pk]["told"].append(template)

    def act(self, pk: UUID, kind: str, now: datetime, step: int = 0, strikes: list[Any] | None = None) -> None:
        hours = HOURS[kind]
        self.actions.append({
            "by": pk, "kind": kind, "state": "held" if kind == "suspend" else "on", "step": step, "strikes": strikes or [],
            "until": now + timedelta(hours=hours) if hours else None,
        })  # fmt: skip

    def fall(self, key: UUID) -> None:
        """Nothing of a decision stands; ladder steps that rested on its strike go with it."""
        self.decisions[key]["stands"] = False
        for strike in self.strikes:
            strike["void"] = strike["void"] or strike["by"] == key
        for row in self.actions:
            unjust = row["step"] and sum(each["points"] for each in row["strikes"] if not each["void"]) < row["step"]
            if (row["by"] == key or unjust) and row["state"] in ("on", "held"):
                row["state"] = "gone"

    def tick(self, now: datetime) -> None:
        """What has run out is over."""
        for row in self.actions:
            if row["state"] == "on" and row["until"] and row["until"] <= now:
                row["state"] = "over"
        for strike in self.strikes:
            strike["over"] = strike["over"] or (strike["until"] <= now and not strike["void"])

    def counts(self, strike: dict[str, Any], now: datetime) -> bool:
        return not strike["void"] and strike["until"] > now

    def points(self, now: datetime) -> int:
        return sum(row["points"] for row in self.strikes if self.counts(row, now))

    def statement(self, key: UUID) -> tuple[str, list[str]] | None:
        """What is stated for a decision: (withdrawn or stands, the restrictions that stand or have run out)."""
        mine = [row for row in self.actions if row["by"] == key and row["kind"] != "warn"]
        if not any(row["state"] in ("on", "over") or row.get("was_on") for row in mine):
            return None
        standing = [row["kind"] for row in mine if row["state"] in ("on", "over")]
        if not self.decisions[key]["stands"] or not standing:
            return "withdrawn", []
        return "stands", standing


class Floor(RuleBasedStateMachine):
    """The real floor, driven by people; the oracle is told what they did, never what came of it."""

    def __init__(self) -> None:
        super().__init__()
        from tests.support.floor import LEAD, install, someone
        from tests.support.floor import Floor as Real

        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        self.oracle = Oracle()
        with clock.at(self.now):
            install()
            self.floor = Real()
            self.items = [self.floor.item("first")[0], self.floor.item("second")[0]]
        self.people = [someone(LEAD | {"appeal.manage", "enforcement.approve"}) for _ in range(PEOPLE)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(item=st.integers(0, 1), hours=st.sampled_from([0, 1, 23, 25, 170, 2_000]))
    def report(self, item: int, hours: int) -> None:
        """Time passes, what has run out ends, somebody reports."""
        from watchfloor.enforcement import actions as enforcement

        self.now += timedelta(hours=hours, seconds=1)
        with clock.at(self.now):
            enforcement.expire_due()
            self.floor.report(self.items[item], reason="hate-speech")
        self.oracle.tick(self.now)

    @rule(
        who=st.integers(0, PEOPLE - 1), verdict=st.sampled_from(["violating", "violating", "clean", "unsure"]),
        violation=st.sampled_from(sorted(POINTS)), kinds=st.sampled_from(CHOICES),
    )  # fmt: skip
    def decide(self, who: int, verdict: str, violation: str, kinds: tuple[str, ...]) -> None:
        """Somebody takes the next job, a review or an appeal, and decides it."""
        from watchfloor.review import actions
        from watchfloor.review.contracts import DecisionIn
        from watchfloor.review.models import Appeal, Decision, Job

        self.now += timedelta(seconds=1)
        actor = self.people[who]
        if not Job.objects.filter(state="ready").exists():
            self.report(who % 2, 25)  # past the time in which a report joins the decision already made
        with clock.at(self.now):
            leases = ((person, actions.claim(person)) for person in self.people[who:] + self.people[:who])
            actor, lease = next(((person, lease) for person, lease in leases if lease), (actor, None))
            if lease is None:
                return
            job = Job.objects.get(pk=lease.job_id)
            if job.kind == "appeal":
                made = set(Decision.objects.filter(case=job.case_id).values_list("decider", flat=True))
                agreed = {row["agreed"] for row in self.oracle.actions
                          if row.get("agreed") and self.oracle.decisions[row["by"]]["case"] == job.case_id}  # fmt: skip
                assert str(actor) not in made | agreed, "whoever decided hears the appeal"
            elif verdict == "unsure":
                verdict = "violating"
            found = violation if verdict == "violating" else ""
            done = actions.decide(
                actor, job.pk, lease.token, DecisionIn(verdict=verdict, violation_key=found, actions=kinds)
            )
            over = None
            if job.kind == "appeal" and verdict != "unsure":
                first = self.oracle.decisions[Appeal.objects.get(pk=job.appeal_id).decision_id]
                same = (first["verdict"], first["violation"]) == (verdict, found)
                over = Appeal.objects.get(pk=job.appeal_id).decision_id if not same and first["stands"] else None
        self.oracle.record(done.pk, done.case_id, verdict, found, kinds, self.now, over)

    @rule(pick=st.integers(0, 2), wrong=st.integers(0, 5))
    def appeal(self, pick: int, wrong: int) -> None:
        """The author, or whoever reported, objects to a decision; whether it can be heard is the floor's word."""
        from tests.support.floor import PLATFORM

        from watchfloor.review import actions
        from watchfloor.review.contracts import AppealIn
        from watchfloor.review.models import Report

        key = self.pick(pick)
        if key is None:
            return
        sides = ["author", "reporter"] if self.oracle.was_violating(key) else ["reporter", "author"]
        by = sides[wrong == 0]
        with clock.at(self.now):
            case = self.oracle.decisions[key]["case"]
            who = (
                "mallory" if by == "author" else Report.objects.filter(case=case).values_list("reporter", flat=True)[0]
            )
            try:
                row = actions.file_appeal(PLATFORM, AppealIn(decision_id=key, by=by, appellant=who))
            except Conflict:
                return
        wanted = self.oracle.decisions[key]["verdict"] == ("violating" if by == "author" else "clean")
        assert row.state == "ineligible" or (self.oracle.decisions[key]["stands"] and wanted)

    @rule(pick=st.integers(0, 2), own=st.booleans())
    def undo(self, pick: int, own: bool) -> None:
        """Somebody takes a decision back, where the floor lets them."""
        from watchfloor.review import actions
        from watchfloor.review.models import Decision

        key = self.pick(pick)
        if key is None:
            return
        self.now += timedelta(seconds=1)
        with clock.at(self.now):
            decider = Decision.objects.get(pk=key).decider
            who = next(person for person in self.people if (str(person) == decider) == own)
            try:
                with transaction.atomic():
                    done = actions.undo(who, key, "a mistake")
            except (Conflict, Forbidden):
                return
            assert Decision.objects.get(pk=key).superseded_at is not None
        self.oracle.record(done.pk, done.case_id, "unsure", "", (), self.now, key)

    @rule(pick=st.integers(0, 4), who=st.integers(0, PEOPLE - 1))
    def outside(self, pick: int, who: int) -> None:
        """A court finds that a violating decision must fall."""
        from watchfloor.review.actions import disputes

        key = self.pick(pick)
        if key is None or not self.oracle.was_violating(key):
            return
        self.now += timedelta(seconds=1)
        with clock.at(self.now):
            number = f"{self.now.isoformat()}"
            row = disputes.open_dispute(
                self.people[who], key, kind="court", body="Court", case_number=number, by="author"
            )
            done = disputes.conclude(self.people[who], row.pk, "overturned")
        if self.oracle.decisions[key]["stands"]:
            assert done.outcome_decision_id is not None
            self.oracle.record(done.outcome_decision_id, row.case_id, "clean", "", (), self.now, key)
        else:
            assert done.outcome_decision_id is None

    @rule(who=st.integers(0, PEOPLE - 1))
    def approve(self, who: int) -> None:
        """A second person agrees to what is held."""
        from watchfloor.enforcement import actions as enforcement
        from watchfloor.enforcement.models import Action
        from watchfloor.ledger.writer import writing

        held = Action.objects.filter(state="held").order_by("id").first()
        if held is None:
            return
        self.now += timedelta(seconds=1)
        with clock.at(self.now):
            try:
                with writing(self.people[who]) as w:
                    enforcement.approve(w, held.pk)
            except Forbidden:
                return
        [row] = [row for row in self.oracle.actions if row["by"] == held.decision_id and row["kind"] == held.kind_key
                 and bool(row["step"]) == held.from_ladder]  # fmt: skip
        row["state"], row["agreed"] = "on", str(self.people[who])
        self.oracle.decisions[held.decision_id]["told"].append("author_violating")

    def pick(self, number: int) -> UUID | None:
        """One of the decisions, the newest first."""
        keys = list(self.oracle.decisions)[::-1]
        return keys[number % len(keys)] if keys else None

    @invariant()
    def all_agree(self) -> None:
        """Decisions, actions, strikes, statements and notices are as the oracle says."""
        from watchfloor.enforcement import queries
        from watchfloor.enforcement.models import Action, Notice, Strike
        from watchfloor.review.models import Decision

        states = {"held": "held", "rejected": "gone", "reversed": "gone", "expired": "over"}
        for row in self.oracle.actions:
            row["was_on"] = row.get("was_on") or row["state"] in ("on", "over")
        with clock.at(self.now):
            standing = dict(Decision.objects.values_list("pk", "superseded_at"))
            assert {key: row["stands"] for key, row in self.oracle.decisions.items()} == {
                key: at is None for key, at in standing.items()
            }
            real = Action.objects.filter(inverse_of__isnull=True).order_by("id")
            assert sorted(
                (str(row.decision_id), row.kind_key, row.from_ladder, states.get(row.state, "on")) for row in real
            ) == sorted((str(row["by"]), row["kind"], bool(row["step"]), row["state"]) for row in self.oracle.actions)
            assert sorted((str(row.decision_id), row.points, row.state) for row in Strike.objects.all()) == sorted(
                (str(row["by"]), row["points"], "voided" if row["void"] else "expired" if row["over"] else "active")
                for row in self.oracle.strikes
            )
            for key, row in self.oracle.decisions.items():
                stated, wanted = queries.statement(key), self.oracle.statement(key)
                if wanted is None:
                    assert stated is None
                    continue
                assert stated is not None
                assert wanted[0] == ("withdrawn" if stated.state == "withdrawn" else "stands")
                assert wanted[0] == "withdrawn" or sorted(each.does for each in stated.actions) == sorted(
                    "suspend" if kind.startswith("suspend") else kind for kind in wanted[1]
                )
                told = Notice.objects.filter(
                    decision_id=key, to="author", template__in=["author_violating", "author_modified"]
                )
                assert list(told.order_by("id").values_list("template", flat=True)) == row["told"]


@pytest.mark.django_db
def test_strikes_actions_notices_and_statements_always_agree() -> None:
    run_state_machine_as_test(
        Floor,
        settings=settings(
            max_examples=int(os.environ.get("WATCHFLOOR_APPEAL_RUNS", "6")),
            stateful_step_count=int(os.environ.get("WATCHFLOOR_APPEAL_STEPS", "14")), deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
