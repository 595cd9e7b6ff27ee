"""The reader of the floor's history finds each fault that is planted, and none where there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchfloor.review.domain.history import Happened, Rules, check

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANN, BOB = "user:ann", "user:bob"
RULES = Rules(cleared={BOB: frozenset({"csam"})}, avoids={ANN: frozenset({"gore"})}, severe=4, budget_ms=60_000)


class Story:
    """Events as the floor would write them, a minute apart."""

    def __init__(self) -> None:
        self.events: list[Happened] = []

    def say(self, type_name: str, job: str, data: dict[str, Any], columns: dict[str, Any]) -> Story:
        at = START + timedelta(minutes=len(self.events))
        changes = [["review_job", job, columns]]
        full = {"policy": "spam", "severity": 1, **data}
        self.events.append(Happened(type=type_name, at=at, subject=f"job:{job}", data=full, changes=changes))
        return self

    def ready(self, job: str, priority: float = 0, *, policy: str = "spam", severity: int = 1, **columns: Any) -> Story:
        row = {"state": "ready", "queue_key": "q", "kind": "review", "priority": priority, "due_at": "1", "needs": [],
               "excluded": [], "clearance": "", "policy_key": policy, "severity": severity, **columns}  # fmt: skip
        return self.say("job.ready", job, {"policy": policy, "severity": severity}, row)

    def leased(self, job: str, who: str, **data: Any) -> Story:
        return self.say("job.leased", job, {"reviewer": who, **data}, {"state": "leased"})

    def released(self, job: str, who: str, **data: Any) -> Story:
        columns = {"state": "ready", **data.pop("columns", {})}
        return self.say("job.released", job, {"reviewer": who, **data}, columns)

    def decided(self, job: str, who: str, **data: Any) -> Story:
        return self.say("job.decided", job, {"reviewer": who, **data}, {"state": "decided"})

    def faults(self, rules: Rules = RULES) -> list[str]:
        return [fault.kind for fault in check(self.events, rules)]


def test_an_honest_day_has_no_faults() -> None:
    story = Story().ready("1", 5).ready("2", 9).leased("2", ANN).leased("1", BOB).released("2", ANN, active_ms=10)
    story.decided("1", BOB).leased("2", BOB).decided("2", BOB)
    story.ready("3", clearance="csam").leased("3", BOB).decided("3", BOB)
    assert story.faults() == []


@pytest.mark.parametrize(
    ("story", "kind"),
    [
        (Story().ready("1").leased("1", ANN).leased("1", BOB), "double"),
        (Story().ready("1").ready("2").leased("1", ANN).leased("2", ANN), "double"),
        (Story().ready("1").leased("1", ANN).decided("1", BOB), "stale"),
        (Story().ready("1").leased("1", ANN).released("1", ANN).decided("1", ANN), "stale"),
        (Story().ready("1").decided("1", ANN), "stale"),
        (Story().ready("1", clearance="csam").leased("1", ANN), "uncleared"),
        (Story().ready("1", policy="gore").leased("1", ANN, policy="gore"), "avoided"),
        (Story().ready("1", 1).ready("2", 9).leased("1", ANN), "starved"),
        (Story().ready("2", 1).ready("1", 1).leased("2", ANN), "starved"),
    ],
)
def test_each_planted_fault_is_found(story: Story, kind: str) -> None:
    assert story.faults() == [kind]


def test_a_budget_is_a_day_s() -> None:
    story = Story().ready("1", severity=4).leased("1", ANN, severity=4).decided("1", ANN, severity=4, active_ms=60_000)
    story.ready("2", severity=4)
    again = [*story.events]
    story.leased("2", ANN, severity=4)
    assert story.faults() == ["budget"]
    other = Story()
    other.events = again
    assert other.leased("2", BOB, severity=4).faults() == []


def test_a_need_that_is_not_waived_yet_is_no_reason_to_wait_for() -> None:
    """The later job's need is waived, the earlier one's is not: whoever has neither could only have the later one."""
    later = START + timedelta(days=1)

    def story(relax_at: str) -> Story:
        waiting = Story().ready("1", 9, needs=["graphic"], relax_at=relax_at)
        return waiting.ready("2", 1, needs=["graphic"], relax_at=START.isoformat()).leased("2", ANN, waived=True)

    assert story(later.isoformat()).faults() == []
    assert story(START.isoformat()).faults() == ["starved"]


def test_passing_over_is_no_fault_where_the_person_could_not_have_it() -> None:
    skipped = Story().ready("2", 9, excluded=["ann"]).ready("1", 1).leased("1", ANN)
    other_kind = Story().ready("2", 9, language="de").ready("1", 1).leased("1", ANN)
    assert skipped.faults() == other_kind.faults() == []


def test_patience_allows_what_is_in_flight() -> None:
    story = Story().ready("9", 9)
    for number in range(1, 4):
        story.ready(str(number), number).leased(str(number), f"user:{number}")
    assert story.faults() == ["starved"]
    assert story.faults(Rules(patience=2)) == ["starved"]
    assert story.faults(Rules(patience=3)) == []
