"""The life of a policy's versions, walked at random through the real actions, against a small oracle that knows only the rules.

Never two versions in force at one time; every decision falls under a version that was in force then; nobody approves what they wrote;
a version ends at its date and the text before it comes back. ``WATCHFLOOR_LONG=100`` walks a hundred times (default 6).
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError

PEOPLE = st.sampled_from(["user:ann", "user:ben"])
PICK = st.integers(0, 7)
HOURS = st.sampled_from([None, 2, 6, 30])
LONG = int(os.environ.get("WATCHFLOOR_LONG", "6"))
pytestmark = pytest.mark.django_db


class Known:
    """What the oracle knows of one version."""

    def __init__(self, text: str, writer: str, ends: datetime | None) -> None:
        self.state, self.text, self.writer, self.ends = "draft", text, writer, ends
        self.approver = ""
        self.start: datetime | None = None
        self.left: datetime | None = None


def machine() -> type[RuleBasedStateMachine]:
    """A machine over the policy ``spam``; each run is one transaction that is rolled back."""
    from msgspec.structs import replace

    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import actions, queries, texts
    from watchfloor.policy.models import PolicyVersion

    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            first = PolicyVersion.objects.get(policy_key="spam")
            self.now = clock.now() + timedelta(days=1)
            self.base = texts.document_of(first)
            one = Known(first.summary, first.written_by, None)
            one.state, one.start, one.approver = "in_force", first.in_force_from, first.approved_by
            self.known = {1: one}
            self.decisions: list[tuple[datetime, int]] = []

        # -- what people do --

        @rule(who=PEOPLE, ends=HOURS)
        def write(self, who: str, ends: int | None) -> None:
            number = len(self.known) + 1
            until = None if ends is None else self.now + timedelta(hours=ends)
            document = replace(self.base, summary=f"text {number}", ends_at=until)
            assert self.took(who, lambda w: actions.draft_document(w, "spam", document))
            self.known[number] = Known(f"text {number}", who, until)

        @rule(who=PEOPLE, pick=PICK)
        def change(self, who: str, pick: int) -> None:
            number, version = self.pick(pick)
            document = replace(self.base, summary=f"again {number}")
            fine = version.state == "draft"
            assert self.took(who, lambda w: actions.edit_document(w, self.row(number), document)) == fine
            if fine:
                version.text, version.writer, version.ends = f"again {number}", who, None

        @rule(who=PEOPLE, pick=PICK)
        def approve(self, who: str, pick: int) -> None:
            number, version = self.pick(pick)
            fine = version.state == "draft" and version.writer != who
            assert self.took(who, lambda w: actions.approve(w, self.row(number))) == fine
            if fine:
                version.state, version.approver = "approved", who

        @rule(pick=PICK, hours=HOURS)
        def publish(self, pick: int, hours: int | None) -> None:
            number, version = self.pick(pick)
            at = None if hours is None else self.now + timedelta(hours=hours)
            fine = version.state in ("approved", "scheduled") and (
                version.ends is None or version.ends > (at or self.now)
            )
            assert self.took("user:cy", lambda w: actions.put_in_force(w, self.row(number), at=at)) == fine
            if fine and at is not None:
                version.state, version.start = "scheduled", at
            elif fine:
                self.enter(number)

        @rule(pick=PICK)
        def withdraw(self, pick: int) -> None:
            number, version = self.pick(pick)
            fine = version.state in ("draft", "approved", "scheduled")
            assert self.took("user:cy", lambda w: actions.withdraw(w, self.row(number), "no")) == fine
            if fine:
                version.state, version.start = "withdrawn", None

        @rule(who=PEOPLE, pick=PICK)
        def bring_back(self, who: str, pick: int) -> None:
            number, version = self.pick(pick)
            fine = version.state in ("superseded", "ended")
            assert self.took(who, lambda w: actions.roll_back(w, "spam", number, why="better")) == fine
            if fine:
                ends = version.ends if version.ends is not None and version.ends > self.now else None
                self.known[len(self.known) + 1] = Known(version.text, who, ends)

        # -- what time does --

        @rule(hours=st.sampled_from([1, 3, 7, 40]))
        def wait(self, hours: int) -> None:
            self.now += timedelta(hours=hours)
            assert self.took(
                system("policy"), lambda w: (actions.start_due(w), actions.end_due(w), actions.warn_due(w))
            )
            due = [(v.start, n) for n, v in self.known.items() if v.state == "scheduled" and v.start <= self.now]  # type: ignore[operator]
            for _start, number in sorted(due):  # type: ignore[type-var]
                version = self.known[number]
                if version.ends is not None and version.ends <= self.now:
                    version.state, version.start = "withdrawn", None
                else:
                    self.enter(number)
            for number, version in list(self.known.items()):
                if version.state == "in_force" and version.ends is not None and version.ends <= self.now:
                    self.end(number)

        @rule()
        def decide(self) -> None:
            version = queries.version_in_force("spam")
            if version is not None:
                self.decisions.append((self.now, version.number))

        # -- the oracle --

        def enter(self, number: int) -> None:
            for other in self.known.values():
                if other.state == "in_force":
                    other.state, other.left = "superseded", self.now
            self.known[number].state, self.known[number].start = "in_force", self.now

        def end(self, number: int) -> None:
            version = self.known[number]
            version.state, version.left = "ended", self.now
            earlier = [
                (v.left, n) for n, v in self.known.items()
                if v.state == "superseded" and v.left <= version.start and (v.ends is None or v.ends > self.now)  # type: ignore[operator]
            ]  # fmt: skip
            if earlier:
                back = self.known[max(earlier)[1]]  # type: ignore[type-var]
                self.known[len(self.known) + 1] = again = Known(back.text, back.writer, back.ends)
                again.approver = back.approver
                self.enter(len(self.known))

        def pick(self, pick: int) -> tuple[int, Known]:
            number = len(self.known) - pick % len(self.known)  # the newest are picked most
            return number, self.known[number]

        def row(self, number: int) -> Any:
            return PolicyVersion.objects.get(policy_key="spam", number=number)

        @invariant()
        def the_database_agrees(self) -> None:
            if not hasattr(self, "known"):
                return
            rows = PolicyVersion.objects.filter(policy_key="spam")
            shown = {row.number: (row.state, row.summary, row.approved_by, row.in_force_from) for row in rows}
            assert shown == {n: (v.state, v.text, v.approver, v.start) for n, v in self.known.items()}
            holds = [n for n, v in self.known.items() if v.state == "in_force"]
            version = queries.version_in_force("spam")
            assert len(holds) <= 1 and [version.number] * bool(holds) == holds if version else not holds
            assert bool(queries.violations("spam")) == bool(holds), "nothing is found where no text holds"
            assert all(
                row.approved_by not in ("", row.written_by) for row in rows if row.state not in ("draft", "withdrawn")
            )

        def took(self, who: Any, what: Any) -> bool:
            self.now += timedelta(minutes=1)
            try:
                with clock.at(self.now), writing(who) as w:
                    what(w)
            except WatchfloorError:
                return False
            return True

        def teardown(self) -> None:
            if not hasattr(self, "known"):
                return
            for at, number in self.decisions:
                row = self.row(number)
                assert row.in_force_from <= at <= (row.superseded_at or at), "it was in force then"
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            queries.forget()

    return Life


def test_the_life_of_versions_against_an_oracle(db: Any) -> None:
    from tests.support.floor import install

    install()
    found = settings(
        max_examples=LONG, stateful_step_count=25, deadline=None, database=None, derandomize=LONG <= 6,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine(), settings=found)
