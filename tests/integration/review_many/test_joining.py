"""Joining, splitting, reopening after the cool-down, and reports by the thousand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.floor import CLEAN, LEAD, Floor, someone

from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.ledger.rebuild import check as rebuilt
from watchfloor.ledger.sequencer import catch_up
from watchfloor.review import actions, queries
from watchfloor.review.models import Case, Job, Note, Report
from watchfloor.review.queries.mass import mass, reports

BOSS = LEAD | {"case.arrange"}


def test_a_joined_case_gives_all_it_has_and_gets_it_back(floor: Floor) -> None:
    boss = someone(BOSS)
    one, two = floor.report(reporter="anna"), floor.report(reporter="ben")
    floor.report(two.item, reporter="anna")
    actions.note(boss, two.pk, "look at both")
    made = actions.join(boss, two.pk, one.pk, "the same picture")
    one.refresh_from_db()
    two.refresh_from_db()
    assert (made.reports, made.notes) == (2, 1)
    assert (one.report_count, two.report_count) == (2, 0)  # anna counts once
    assert (two.state, two.closed_how, two.duplicate_of) == ("closed", "duplicate", one.pk)
    assert Job.objects.filter(case=two, state="cancelled").count() == 1
    late = floor.report(two.item, reporter="cara")  # on the duplicate, while the other is open
    assert late.pk == one.pk
    assert late.item_version == one.item_version
    actions.undo_joining(boss, made.pk, "they differ")
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.report_count, two.report_count, two.state) == (2, 2, "open")  # cara stays where she came
    assert Note.objects.get().case_id == two.pk
    assert Job.objects.filter(case=two, state="ready").count() == 1
    with pytest.raises(Conflict):
        actions.undo_joining(boss, made.pk, "again")
    catch_up()
    assert rebuilt().differences == []


def test_after_a_decision_a_joining_stands_and_a_new_report_opens_the_duplicate(floor: Floor) -> None:
    boss = someone(BOSS)
    one, two = floor.report(), floor.report()
    made = actions.join(boss, two.pk, one.pk, "same")
    floor.decide(boss, CLEAN)
    assert set(Report.objects.values_list("outcome", flat=True)) == {"rejected"}
    with pytest.raises(Conflict) as error:
        actions.undo_joining(boss, made.pk, "no")
    assert error.value.code == "decided_since"
    again = floor.report(two.item)
    assert (again.pk, again.state, again.duplicate_of) == (two.pk, "open", None)


def test_a_split_opens_joins_and_goes_back(floor: Floor) -> None:
    boss = someone(BOSS)
    case = floor.report(reporter="anna")
    floor.report(case.item, reporter="ben")
    report = Report.objects.get(reporter="ben")
    made = actions.split(boss, case.pk, [report.pk], "it is a scam", policy_key="scam")
    other = Case.objects.get(pk=made.target_id)
    case.refresh_from_db()
    assert (other.policy_key, other.report_count, case.report_count) == ("scam", 1, 1)
    assert Job.objects.get(case=other).state == "ready"
    actions.undo_joining(boss, made.pk, "no")
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.report_count, other.state, other.closed_how) == (2, "closed", "withdrawn")
    assert actions.split(boss, case.pk, [report.pk], "again", policy_key="scam").target_id == other.pk  # reopened


def test_only_with_the_permission_and_only_what_is_open(floor: Floor) -> None:
    one, two = floor.report(), floor.report()
    with pytest.raises(Forbidden):
        actions.join(someone(), one.pk, two.pk, "why")
    boss = someone(BOSS)
    floor.decide(boss, CLEAN)
    with pytest.raises(Conflict):
        actions.join(boss, one.pk, two.pk, "why")


def test_a_closed_case_rests_for_the_cool_down_and_is_opened_again_after_it(floor: Floor) -> None:
    case = floor.report()
    floor.decide(someone(), CLEAN)
    assert floor.report(case.item).state == "closed"
    with clock.at(clock.now() + timedelta(hours=25)):
        again = floor.report(case.item)
    assert (again.pk, again.state, again.report_count) == (case.pk, "open", 1)


def test_reports_by_the_thousand_are_counted_and_paged_and_leave_the_timeline_short(floor: Floor) -> None:
    item, version = floor.item()
    case = floor.report(item, version, reporter="r0", market="US")
    for n in range(1, 130):
        floor.report(item, version, reporter=f"r{n}", market="US" if n % 2 else "CA")
    case.refresh_from_db()
    found = mass(case)
    assert (found.total, found.counted, found.people, case.report_count) == (130, 130, 130, 130)
    assert dict(found.markets) == {"US": 66, "CA": 64}
    assert found.reasons == (("spam", 130),)
    assert sum(count for _, count in found.hours) == 130
    first = reports(case)
    second = reports(case, after=first.next)
    assert len({row.pk for row in [*first.rows, *second.rows]}) == 100
    boss = someone(BOSS)
    actions.note(boss, case.pk, "the newest of all")
    entries = queries.case_timeline(boss, case.pk)
    assert len(entries) < 60
    assert entries[-1].text == "the newest of all"
    assert any("more reports" in entry.what for entry in entries)
