"""Readers: what one may not know of is not there; timeline, summary, desk, lists."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.floor import CLEAN, REVIEWER, SPAM, Floor, someone

from watchfloor.identity.models import RestrictedRead
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.review import actions, queries
from watchfloor.review.queries import summary

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_restricted_case_does_not_exist_for_others(floor: Floor) -> None:
    case = floor.report(reason="child-abuse")
    with pytest.raises(NotFound):
        queries.case_timeline(someone(), case.pk)
    assert not queries.visible_cases(someone()).exists()
    assert not queries.visible_jobs(someone()).exists()
    cleared = someone(clearances=frozenset({"child_safety"}))
    assert queries.case_timeline(cleared, case.pk)
    read = RestrictedRead.objects.get()
    assert (read.actor, read.subject) == (str(cleared), f"case:{case.pk}")


def test_who_is_limited_to_queues_sees_the_cases_of_these(floor: Floor) -> None:
    spam, threat = floor.report(), floor.report(reason="threat")
    limited = someone(queues=frozenset({"spam.en"}))
    assert list(queries.visible_cases(limited)) == [spam]
    with pytest.raises(NotFound):
        queries.case(limited, threat.pk)


def test_the_timeline_says_who_did_what_and_why(floor: Floor) -> None:
    case = floor.report()
    reviewer = someone()
    actions.note(reviewer, case.pk, "seen this before")
    first = floor.decide(reviewer, SPAM)
    actions.undo(reviewer, first.pk, "wrong key")
    entries = queries.case_timeline(reviewer, case.pk)
    told = [entry.what for entry in entries]
    assert told[0] == "the case was opened under Spam, severity 1"
    assert "took the decision back" in told
    assert next(entry.why for entry in entries if entry.what == "took the decision back") == "wrong key"
    assert next(entry.text for entry in entries if entry.type == "note.added") == "seen this before"
    assert not [line for line in told if line.startswith(("case ", "job ", "decision "))]  # every type has its sentence


def test_the_summary_counts_what_is_there(floor: Floor) -> None:
    summary.forget()
    reviewer = someone()
    with clock.at(START):
        floor.report()
        floor.report()
        floor.report(reason="threat")
    with clock.at(START + timedelta(hours=5)):
        lease = floor.claim(reviewer, queue="spam.en")
        with clock.at(START + timedelta(hours=5, seconds=30)):
            actions.decide(reviewer, lease.job_id, lease.token, CLEAN)
        summary.forget()
        rows = {row.key: row for row in queries.queue_summary(reviewer)}
    assert (rows["violence"].open, rows["violence"].breached) == (1, 1)
    spam = rows["spam.en"]
    assert (spam.open, spam.oldest_at, spam.solved, spam.aht_ms) == (1, START, 1, 10_000)
    assert spam.aas_ms == 5 * 3_600_000 + 30_000
    assert "child-safety" not in rows


def test_the_day_counts_ones_own(floor: Floor) -> None:
    reviewer = someone()
    floor.report()
    floor.report()
    floor.decide(reviewer, SPAM)
    floor.decide(reviewer, CLEAN)
    today = queries.reviewer_today(reviewer)
    assert (today.decided, today.violating, today.clean) == (2, 1, 1)
    assert len(queries.my_decisions(reviewer)) == 2
    assert queries.held(reviewer) is None


def test_pages_go_through_everything_once(floor: Floor) -> None:
    made = {floor.report(reach=n * 7919 % 13).pk for n in range(7)}
    reviewer = someone()
    for read in (
        lambda after: queries.cases(reviewer, after=after, limit=2),
        lambda after: queries.queue_jobs(reviewer, "spam.en", after=after, limit=2),
    ):
        seen: list[uuid.UUID] = []
        after = ""
        while True:
            page = read(after)
            seen += [getattr(row, "case_id", row.pk) for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(seen) == 7
        assert set(seen) == made
    with pytest.raises(BadInput):
        queries.cases(reviewer, after="nonsense")
    assert queries.cases(reviewer, state="closed").rows == []


def test_linked_cases_and_precedents(floor: Floor) -> None:
    one, two = floor.report(), floor.report()
    reviewer = someone(REVIEWER)
    assert queries.linked_cases(reviewer, one.pk) == [two]
    first = floor.decide(reviewer, SPAM)
    assert queries.precedents(reviewer, "spam", "spam.bulk", "bulk mail") == [first]
    assert queries.precedents(reviewer, "hate") == []


def test_why_now_adds_up(floor: Floor) -> None:
    with clock.at(START):
        floor.report(reach=3000)
        job = queries.next_up(someone())[0]
        why = queries.why(job)
    assert why.score == pytest.approx(sum(why.parts.values()))
    assert why.sentence.startswith("Due in 24 h")
    assert queries.why(job, START + timedelta(hours=30)).sentence.startswith("Seen by about 3,000 (+2)")
