"""Reporters' records follow decisions and their undoing; muted reports are kept and move nothing; lives are never muted."""

from __future__ import annotations

import pytest
from tests.support.floor import CLEAN, LEAD, SPAM, Floor, someone

from watchfloor.kernel.errors import Conflict
from watchfloor.review import actions
from watchfloor.review.actions import reporters
from watchfloor.review.actions.reporters import who_is
from watchfloor.review.models import Case, Job, Report, ReporterTally

BOSS = LEAD | {"reporter.mute", "reporter.view"}


def tallies() -> dict[str, tuple[int, int]]:
    return {row.reporter: (row.upheld, row.decided) for row in ReporterTally.objects.all()}


def test_a_record_follows_decisions_and_their_undoing(floor: Floor) -> None:
    boss = someone(BOSS)
    case = floor.report(reporter="anna")
    floor.report(case.item, reporter="ben")
    floor.report(case.item, reporter="ben")  # not counted twice
    floor.report(case.item, reporter="")
    decision = floor.decide(boss, SPAM)
    assert tallies() == {"anna": (1, 1), "ben": (1, 1)}
    actions.undo(boss, decision.pk, "mistaken")
    assert tallies() == {"anna": (0, 0), "ben": (0, 0)}
    floor.decide(boss, CLEAN)
    assert tallies() == {"anna": (0, 1), "ben": (0, 1)}


def population(kind: str = "user") -> None:
    """Thirty people who are right most of the time, one who never is."""
    for n in range(30):
        ReporterTally.objects.create(who=who_is(kind, f"p{n}"), channel="user", policy_key="spam", reporter_kind=kind,
                                     reporter=f"p{n}", upheld=7 + n % 3, decided=10)  # fmt: skip
    ReporterTally.objects.create(who=who_is(kind, "liar"), channel="user", policy_key="spam", reporter_kind=kind,
                                 reporter="liar", upheld=0, decided=40)  # fmt: skip
    reporters.prior_of.forget()


def test_a_record_moves_priority_a_little_and_says_so(floor: Floor) -> None:
    population()
    plain, low = floor.report(reporter="new"), floor.report(reporter="liar")
    jobs = {job.case_id: job for job in Job.objects.all()}
    assert "reporters" not in jobs[plain.pk].priority_parts
    assert -1 <= jobs[low.pk].priority_parts["reporters"] < 0
    assert jobs[low.pk].priority < jobs[plain.pk].priority


def test_a_muted_report_is_kept_opens_nothing_and_speaks_again(floor: Floor) -> None:
    population()
    boss = someone(BOSS)
    with pytest.raises(Conflict) as good:
        actions.mute(boss, who_is("user", "p1"), "why")
    assert good.value.code == "record_too_good"
    actions.mute(boss, who_is("user", "liar"), "0 of 40 were right")
    case = floor.report(reporter="liar")
    assert (case.state, case.closed_how, case.report_count) == ("closed", "muted", 0)
    assert not Job.objects.exists()
    assert Report.objects.get().outcome == "muted"
    saved = floor.report(reporter="liar", reason="child-abuse")
    assert saved.state == "open"  # nobody is muted where a child may be at stake
    other = floor.report(case.item, reporter="anna")
    assert (other.pk, other.state, other.report_count) == (case.pk, "open", 1)
    silent = floor.report(floor.item()[0], reporter="liar")
    assert actions.unmute(boss, who_is("user", "liar")) == 2
    case.refresh_from_db()
    silent.refresh_from_db()
    assert (case.report_count, silent.state, silent.report_count) == (2, "open", 1)
    assert Case.objects.filter(state="open").count() == 3
    assert floor.report(reporter="liar").state == "open"
