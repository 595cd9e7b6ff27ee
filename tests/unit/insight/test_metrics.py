"""Every metric against a day computed by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.support.second_sql import QUERIES, Second
from tests.unit.insight.history import MONDAY, History

from watchfloor.insight import catalogue, lake
from watchfloor.insight.compile import Ask, compile_metrics, compile_row_count
from watchfloor.insight.flatten import naive

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
DAY = naive(MONDAY)


def the_day() -> History:
    """Four cases: one skipped once and decided, one by a rule, one transferred, late and reopened, one escalated; an appeal."""
    day = History()

    def at(hour: int, minute: int = 0) -> None:
        day.now = MONDAY + timedelta(hours=hour, minutes=minute)

    at(9)
    day.open("c1")
    day.ready("j1", "c1", "spam.en", "new", timedelta(hours=2))
    at(9, 10)
    day.lease("j1", "c1", "spam.en", "r1", "a", wait_ms=10 * MINUTE)
    at(9, 12)
    day.release("j1", "c1", "spam.en", "r1", "a", "skipped", 20 * SECOND, detail="language")
    at(9, 30)
    day.lease("j1", "c1", "spam.en", "r2", "b", wait_ms=30 * MINUTE)
    at(9, 31)
    day.decide("j1", "c1", "spam.en", "r2", "b", solves=True, active_total_ms=60 * SECOND, age_ms=31 * MINUTE)
    day.decision("d1", "c1", "human", "violating")
    day.close("c1", "manual", 31 * MINUTE)
    at(10)
    day.open("c2", manual=False)
    day.decision("d2", "c2", "rule", "violating")
    day.close("c2", "auto", SECOND)
    at(10, 5)
    day.open("c3")
    day.ready("j3", "c3", "spam.en", "new", timedelta(hours=1))
    at(10, 30)
    day.transfer("j3", "c3", "spam.en", "hate.en")
    at(11)  # somebody steps back from j3: in no number at all
    day.lease("j3", "c3", "hate.en", "r9", "a")
    day.release("j3", "c3", "hate.en", "", "", "stepped_back", 0)
    at(12)
    day.lease("j3", "c3", "hate.en", "r1", "a")
    at(12, 5)
    day.decide(
        "j3", "c3", "hate.en", "r1", "a", solves=True, active_total_ms=120 * SECOND, age_ms=2 * HOUR, verdict="clean",
        late_ms=HOUR,
    )  # fmt: skip
    day.decision("d3", "c3", "human", "clean")
    day.close("c3", "manual", 2 * HOUR, "clean")
    at(13)
    day.add(
        "appeal.filed", "appeal:a1", "c1", by="author", after_ms=1, origin="human", verdict="violating", violation="",
        changes=[["review_appeal", "a1", {"decision_id": "d1", "state": "filed"}]],
    )  # fmt: skip
    day.ready("ja", "c1", "appeals", "appeal", timedelta(hours=24), kind="appeal")
    at(14)
    day.lease("ja", "c1", "appeals", "r3", "a", kind="appeal")
    day.decide(
        "ja", "c1", "appeals", "r3", "a", solves=False, active_total_ms=100 * SECOND, age_ms=5 * HOUR, kind="appeal",
        verdict="clean",
    )  # fmt: skip
    day.add(
        "decision.superseded",
        "decision:d1",
        "c1",
        by="d4",
        why="appeal",
        verdict="violating",
        violation="",
        decider="u",
    )
    day.decision("d4", "c1", "appeal", "clean")
    day.add(
        "appeal.decided", "appeal:a1", "c1", by="author", outcome="overturned", age_ms=HOUR, in_time=True, first_origin="human",
        first_decider="user:r1", first_violation="",
    )  # fmt: skip
    at(15)
    day.reopen("c3")
    day.ready("j4", "c3", "spam.en", "reopened", timedelta(hours=24))
    at(16)
    for number, joined in enumerate(("open", "open", "cooling")):
        day.add(
            "report.received", f"report:p{number}", "c3", reason="spam", reporter_kind="user", source="app", joined=joined,
            counted=True,
        )  # fmt: skip
    at(16, 30)
    day.open("c5")
    day.ready("j5", "c5", "spam.en", "new", timedelta(hours=1))
    at(17)
    day.add(
        "escalation.raised", "escalation:e1", "c5", queue="spam.en", to_queue="escalations", level=1, cause="reviewer"
    )
    day.cancel("j5", "c5", "spam.en", "escalated")
    day.ready("j6", "c5", "escalations", "escalation", timedelta(hours=4), kind="escalation")
    _for_many(day)
    _up_and_down(day)
    _actions(day)
    _pages(day)
    _banks(day)
    _training(day)
    _quality(day)
    for vendor, level, shown in (("a", 3, 60 * MINUTE), ("several", 3, 30 * MINUTE), ("a", 4, 20 * MINUTE), ("a", 5, MINUTE)):  # fmt: skip
        day.figure("exposure", vendor, severity=level, shown_ms=shown)
    for measure_, times in (("breaks_planned", 40), ("breaks_taken", 30), ("step_backs", 7)):
        day.figure(measure_, "a", severity=0, times=times)
    for number in (1, 2, 3):
        day.add(
            "drift.found",
            f"drift:x{number}",
            None,
            kind="missing",
            effect="remove",
            policy="spam",
            market="DE",
            new=True,
        )
    day.add("drift.gone", "drift:x1", None, kind="missing", effect="remove")
    return day


def _for_many(day: History) -> None:
    """c6 is closed by an order over many, c7 as a duplicate."""
    day.now = MONDAY + timedelta(hours=18)
    day.open("c6", manual=False)
    day.open("c7", manual=False)
    day.now += timedelta(minutes=30)
    day.close("c6", "bulk", 30 * MINUTE)
    day.close("c7", "duplicate", 30 * MINUTE)


def _up_and_down(day: History) -> None:
    """Of two escalations one is resolved; a question; a pause; an undo; an appeal that is too late."""
    day.add("escalation.acknowledged", "escalation:e1", "c5", queue="escalations", after_ms=10 * MINUTE, in_time=False)
    day.add("escalation.acknowledged", "escalation:e0", "c5", queue="escalations", after_ms=2 * MINUTE, in_time=True)
    day.add("escalation.resolved", "escalation:e0", "c0", queue="escalations", after_ms=HOUR)
    day.add("escalation.handed_back", "escalation:e9", "c0", queue="escalations", after_ms=HOUR)
    for number in (1, 2):
        day.add("inquiry.asked", f"inquiry:i{number}", "c5", queue="spam.en", to="", waits=False)
    day.add("inquiry.answered", "inquiry:i1", "c5", queue="spam.en", took_ms=90 * SECOND, precedent=False)
    day.add(
        "job.resumed", "job:j6", "c5", queue="escalations", kind="review", paused_ms=20 * MINUTE, waits_for="author"
    )
    day.add("decision.superseded", "decision:d3", "c3", by="d9", why="undo", verdict="clean", violation="", decider="u")
    day.add("appeal.ineligible", "appeal:a9", "c0", by="author")


def _actions(day: History) -> None:
    what = {"kind": "remove", "target": "item", "violation": "", "origin": "human", "from_ladder": False}
    for number, seconds in enumerate((2.0, 4.0)):
        day.add("action.taken", f"action:x{number}", "c1", held=False, until="", **what)
        day.add("action.confirmed", f"action:x{number}", "c1", seconds=seconds, **what)
    day.add("action.dead", "action:x3", "c1", error="410", **what)
    day.add("action.reversed", "action:x0", "c1", why="appeal", sent=True, **what)
    for number in (1, 2):
        day.add("strike.given", f"strike:s{number}", "c1", points=1, total=number, origin="human")
    day.add("strike.voided", "strike:s1", "c1", points=1, total=1, why="appeal")
    for number in (1, 2, 3):
        day.add(
            "notice.written", f"notice:n{number}", "c1", to="author", template="t", template_version=1, automated=False
        )


def _pages(day: History) -> None:
    for number, after in enumerate((4 * MINUTE, 10 * MINUTE)):
        day.add("page.raised", f"page:p{number}", None, about="case", escalation_policy="night")
        day.add("page.acknowledged", f"page:p{number}", None, about="case", after_ms=after, steps=1)
    day.add("page.handed_back", "page:p1", None, about="case")
    day.add("page.resolved", "page:p0", None, about="case", after_ms=30 * MINUTE)
    day.add("incident.opened", "incident:i1", None, number=1, cause="page")
    day.add("incident.closed", "incident:i1", None, number=1, after_ms=2 * HOUR)


def _banks(day: History) -> None:
    """Two matches decided, of which one is looked at anyway, one left to a person, one known to be good; two right, one wrong, one fell."""
    for number, (did, avoided) in enumerate((("decided", 1), ("decided", 0), ("queued", 0), ("suppressed", 0))):
        seen = {"bank": "known", "kind": "pdq", "distance": 3.0, "margin": 28.0, "did": did, "views_avoided": avoided}
        day.add("bank.matched", f"bankmatch:m{number}", None, sampled=did == "decided" and not avoided, **seen)
    for number, (confirmed, by_appeal) in enumerate(((True, False), (True, False), (False, False), (False, True))):
        judged = {"bank": "known", "kind": "pdq", "confirmed": confirmed, "by_appeal": by_appeal}
        day.add("bank.judged", f"bankmatch:m{number}", None, **judged)
    day.add("bank.quarantined", "bankentry:b1", None, bank="known", hits=31, limit=30, acted=30)


def _training(day: History) -> None:
    for state, right in (("passed", 18), ("failed", 10), ("void", 5)):
        day.add(
            "exam.finished", f"sitting:{state}", None, version=1, state=state, how="handed_in", right=right, total=20
        )
    for right in (True, True, False):
        day.add("training.practised", "item:1", None, right=right)
    day.add("certificate.granted", "certificate:1", None, reviewer="r1", version=1, level=1, how="exam")


def _quality(day: History) -> None:
    work = {
        "vendor": "",
        "queue": "q",
        "purpose": "sample",
        "origin": "human",
        "verdict": "clean",
        "violation": "",
        "probability": 0.5,
    }
    said = {**work, "found": "clean", "found_violation": ""}
    for state, weight in (("agreed", 4.0), ("differs", 0.0), ("differs", 0.0), ("void", 0.0), ("agreed", 2.5)):
        day.add("quality.look_answered", "look:1", None, state=state, weight=weight, weight_right=weight, **said)
    settled = {
        "settled": "violating",
        "settled_violation": "spam.bulk",
        "wrong": True,
        "critical": True,
        "cause": "hurry",
    }
    day.add("quality.look_settled", "look:2", None, weight=10.0, weight_right=0.0, weight_grave=10.0, **work, **settled)


BY_HAND: dict[str, float] = {
    "incoming_total": 7,  # c1 c2 c3 c5 c6 c7, c3 again
    "incoming_new": 6,
    "incoming_reopened": 1,
    "incoming_manual": 4,  # j1 j3 j5, j4
    "incoming_auto": 3,
    "transferred_in": 1,
    "transfer_rate": 1 / 6,
    "misroute_rate": 1 / 4,  # leases as for the skip rate
    "solved_total": 4,
    "solved_manual": 3,
    "solved_auto": 1,
    "solved_bulk": 1,
    "solved_items": 4,
    "closed_unsolved": 1,
    "jobs_solved": 3,  # j1 j3 ja
    "jobs_cancelled": 1,  # j5
    "jobs_ready": 6,
    "automation_share": 1 / 4,
    "reports": 3,
    "join_rate": 2 / 3,
    "re_report_rate": 1 / 3,
    "aas": (31 * MINUTE + SECOND + 2 * HOUR + 30 * MINUTE) / 4,
    "aas_manual": (31 * MINUTE + 2 * HOUR + 30 * MINUTE) / 3,
    "aas_auto": SECOND,
    "aas_p50": 30.5 * MINUTE,  # of 1 s, 30 min, 31 min, 2 h
    "aas_p90": 31 * MINUTE + 0.7 * (2 * HOUR - 31 * MINUTE),
    "first_response_p50": 75.5 * MINUTE,
    "first_response_p90": 111.1 * MINUTE,
    "first_resolution": (31 + 0 + 120 + 30) / 4 * MINUTE,
    "full_resolution": (31 + 0 + 30) / 3 * MINUTE,  # c3 is open again
    "queue_wait": 8 * MINUTE,  # 10, 30, 0, 0, 0
    "queue_wait_p90": 22 * MINUTE,
    "touch_time": 75 * SECOND,  # 60, 120, 100, and 20 in vain
    "touches_per_job": 1,
    "effort": 280 * SECOND,
    "on_hold": 20 * MINUTE,
    "late_p90": HOUR,
    "appeals_in_time": 1,
    "appeal_age": HOUR,
    "escalation_ack": 6 * MINUTE,
    "escalation_in_time": 1 / 2,
    "escalation_resolve": HOUR,
    "inquiry_answer": 90 * SECOND,
    "appeals": 1,
    "appeals_refused": 1 / 2,
    "handed_back_rate": 1 / 2,
    "undo_rate": 1 / 2,
    "unsure_rate": 0,
    "questions": 2,
    "actions_taken": 2,
    "action_delay": 3 * SECOND,
    "action_delay_p90": 3.8 * SECOND,
    "action_dead_rate": 1 / 3,
    "actions_reversed": 1,
    "strikes": 2,
    "strikes_voided": 1,
    "notices": 3,
    "pages": 2,
    "mtta": 7 * MINUTE,
    "mtta_p90": 9.4 * MINUTE,
    "mttr": 30 * MINUTE,
    "pages_handed_back": 1 / 2,
    "incidents": 1,
    "incident_length": 2 * HOUR,
    "exams": 3,
    "exam_pass_rate": 1 / 2,
    "exam_score": 28 / 40,
    "practice_right": 2 / 3,
    "qa_looks": 3,
    "qa_accuracy": (4 + 2.5) / 16.5,
    "qa_grave": 10 / 16.5,
    "qa_otherwise": 2 / 4,
    "certificates": 1,
    "aht": (60 + 120 + 100) / 3 * SECOND,
    "aht_p50": 100 * SECOND,
    "aht_p90": 116 * SECOND,  # 100 + 0.8 x 20
    "first_response": (31 * MINUTE + 2 * HOUR) / 2,
    "backlog": 2,  # j4, j6
    "backlog_age_p50": 8.25 * HOUR,  # of 9 h and 7 h 30
    "backlog_age_p90": 8.85 * HOUR,
    "backlog_age_max": 9 * HOUR,
    "backlog_overdue": 1 / 2,  # j6 was due at 21:00
    "sla": 1 / 3,  # due today: j1 met; j3 late; j6 still open. j5 was cancelled before it was due
    "breaches": 2,
    "sla_completed": 2 / 3,  # j1, ja met; j3 late
    "reopen_rate": 1 / 4,
    "one_touch": 1 / 2,  # c1 took two reviewers; c3 one
    "escalation_rate": 1 / 4,
    "drift": 3,
    "skip_rate": 1 / 4,  # leases: j1 twice, j3, ja; the one stepped back from is none
    "appeal_rate": 1 / 2,  # of d1, d2
    "overturn_rate": 1,
    "overturned_per_decision": 1 / 2,
    "violation_rate": 1 / 2,  # of d1, d3
    "automatic_decision_share": 1 / 3,  # d2 of d1, d2, d3
    "automatic_decisions": 1,
    "auto_overturned": 0,
    "human_overturned": 1,  # d1
    "wrongly_enforced": 1,  # d1; d3 that was undone was clean
    "wrongly_enforced_cases": 1,
    "restore_lag": 269 * MINUTE,  # d1 from 9:31 to 14:00
    "bank_hits": 3,  # the fourth is known to be good
    "bank_confirmed": 2 / 3,  # what fell on appeal is no look
    "views_avoided": 1,
    "bank_floods": 1,
    "exposure_3": 90 * MINUTE,
    "exposure_4": 20 * MINUTE,
    "exposure_5": MINUTE,
    "exposure_severe": 111 * MINUTE,
    "breaks_planned": 40,
    "breaks_taken": 30,
    "breaks_kept": 3 / 4,
    "step_backs": 7,
}


def measure(key: str, files: list[str], ask: Ask) -> float | None:
    """One metric over files, through the compiler."""
    metric = catalogue.metric(key)
    query = compile_metrics([metric], ask)
    [row] = lake.run(query.sql, query.values, files, query.relation)
    if len(row) == 1:
        return row[0]
    return row[0] / row[1] if row[1] else None


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return the_day().file(tmp_path_factory.mktemp("day"))


def ask(start: datetime = DAY, **more: object) -> Ask:
    return Ask(start=start, end=start + timedelta(days=1), asof=DAY + timedelta(days=1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", list(catalogue.shipped()))
def test_a_metric_gives_what_was_computed_by_hand(key: str, files: list[str]) -> None:
    assert measure(key, files, ask()) == pytest.approx(BY_HAND[key])


def test_a_second_query_agrees_about_every_metric_by_hand() -> None:
    second = Second(the_day().facts())
    assert set(QUERIES) == set(catalogue.shipped())
    found = {key: second.ask(key, DAY, DAY + timedelta(days=1), DAY + timedelta(days=1)) for key in QUERIES}
    assert found == pytest.approx(BY_HAND)


@pytest.mark.parametrize(
    "key", [key for key, metric in catalogue.shipped().items() if metric.kind in {"count", "stock_count"}]
)
def test_a_count_is_the_number_of_rows_behind_it(key: str, files: list[str]) -> None:
    query = compile_row_count(catalogue.metric(key), ask())
    assert lake.run(query.sql, query.values, files, query.relation) == [(BY_HAND[key],)]


def test_aht_is_of_the_vendor_who_decided(files: list[str]) -> None:
    by_vendor = compile_metrics([catalogue.metric("aht")], ask(by=("vendor",)))
    assert lake.run(by_vendor.sql, by_vendor.values, files) == [("a", 220_000, 2), ("b", 60_000, 1)]


def test_a_day_with_nothing_in_it_counts_nothing(files: list[str]) -> None:
    empty = ask(DAY - timedelta(days=3))
    assert measure("incoming_total", files, empty) == 0
    assert measure("backlog", files, empty) == 0
    assert measure("aht", files, empty) is None


def test_metrics_of_one_source_share_a_query(files: list[str]) -> None:
    both = compile_metrics([catalogue.metric("reports"), catalogue.metric("aht")], ask())
    assert lake.run(both.sql, both.values, files) == [(3, 280_000, 3)]


def test_what_a_person_was_shown_is_not_in_the_lake() -> None:
    day = History()
    day.add(
        "exposure.seen", "exposure:gore", None, queue="gore.en", vendor="a", ms=9, revealed=1,
        lines=[{"kind": "image", "severity": 4, "filters": [], "ms": 9, "reveals": 1}],
    )  # fmt: skip
    [fact] = day.facts()
    assert {name for name, value in fact.items() if value is not None} == {"leaf", "event", "moment", "type"}
