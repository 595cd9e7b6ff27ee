"""Joining, splitting and taking back in any order: every report is on exactly one case, counted once, and back where it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.support.floor import LEAD, Floor, install, someone

from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.review import actions
from watchfloor.review.models import Case, Joining, Report

BOSS = someone(LEAD | {"case.arrange"})
NAMES = ["anna", "ben", "cara"]


class Joins(RuleBasedStateMachine):
    """The oracle: which case each report came to, and which steps stand."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.floor = Floor()
        self.items = [self.floor.item(author="one") for _ in range(3)]
        self.place: dict[Any, Any] = {}
        self.stack: list[tuple[Any, dict[Any, Any]]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @rule(item=st.integers(0, 2), who=st.sampled_from(NAMES), reason=st.sampled_from(["spam", "scam"]))
    def report(self, item: int, who: str, reason: str) -> None:
        case = self.floor.report(*self.items[item], reporter=who, reason=reason)
        fresh = Report.objects.exclude(pk__in=self.place).get()
        assert fresh.case_id == case.pk
        self.place[fresh.pk] = case.pk

    @rule(first=st.integers(0, 9), second=st.integers(0, 9))
    def join(self, first: int, second: int) -> None:
        cases = sorted(Case.objects.values_list("pk", flat=True))
        if not cases:
            return
        one, two = cases[first % len(cases)], cases[second % len(cases)]
        before = dict(self.place)
        try:
            with transaction.atomic():
                made = actions.join(BOSS, one, two, "why")
        except (Conflict, BadInput):
            return
        self.stack.append((made.pk, before))
        self.place = {pk: two if case == one else case for pk, case in self.place.items()}

    @rule(pick=st.integers(0, 9), policy=st.sampled_from(["spam", "scam", ""]))
    def split(self, pick: int, policy: str) -> None:
        if not self.place:
            return
        pk = sorted(self.place)[pick % len(self.place)]
        before = dict(self.place)
        try:
            with transaction.atomic():
                made = actions.split(BOSS, self.place[pk], [pk], "why", policy_key=policy)
        except (Conflict, BadInput):
            return
        self.stack.append((made.pk, before))
        self.place[pk] = made.target_id

    @rule()
    def undo(self) -> None:
        if not self.stack:
            return
        made, before = self.stack[-1]
        try:
            with transaction.atomic():
                actions.undo_joining(BOSS, made, "back")
        except Conflict as problem:
            assert problem.code == "reopened"  # a report has opened the duplicate again  # noqa: PT017
            self.stack.clear()
            return
        self.stack.pop()
        self.place = {pk: before.get(pk, case) for pk, case in self.place.items()}

    @invariant()
    def every_report_is_where_the_story_says(self) -> None:
        assert dict(Report.objects.values_list("pk", "case_id")) == self.place

    @invariant()
    def every_open_case_counts_each_reporter_once(self) -> None:
        for case in Case.objects.exclude(state="closed"):
            rows = list(Report.objects.filter(case=case, outcome=""))
            counted = [row.reporter for row in rows if row.counted]
            assert len(counted) == len(set(counted)) == case.report_count
            assert set(counted) == {row.reporter for row in rows}

    @invariant()
    def nothing_is_left_on_a_duplicate(self) -> None:
        for case in Case.objects.filter(closed_how="duplicate"):
            assert not Report.objects.filter(case=case).exists()
            assert case.duplicate_of is not None
        assert Joining.objects.filter(undone_at=None).count() >= len(self.stack)


@pytest.mark.django_db
def test_every_report_exactly_once() -> None:
    install()
    run_state_machine_as_test(
        Joins,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
