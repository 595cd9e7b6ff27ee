"""Reports of a reporter who is no longer muted: they count, and what they would have opened is opened."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.actions import cases, jobs
from watchfloor.review.actions.people import of_case
from watchfloor.review.domain import clocks
from watchfloor.review.events import ReportReceived
from watchfloor.review.models import Case, Report


def revive(w: Writer, report: Report) -> None:
    """Let a muted report count on its case; a case that only muted reports had made is opened for people.

    On a case that has been decided it gets what was found there.
    """
    case = cases.lock(report.case_id)
    opens = case.state == Case.State.CLOSED and case.closed_how == "muted"
    if case.state == Case.State.CLOSED and not opens:
        last = case.decisions.filter(superseded_at__isnull=True).exclude(verdict="unsure").order_by("-at").first()
        outcome = {"violating": "upheld", "clean": "rejected"}.get(last.verdict, "") if last else ""
        w.update(report, outcome=outcome)
    else:
        if opens:
            cases.reopen(w, case, why="undo", at=report.received_at)
        known = Report.objects.filter(
            case=case, reporter=report.reporter, reporter_kind=report.reporter_kind, outcome="", counted=True
        )
        counted = not known.exists()
        w.update(report, outcome="", counted=counted)
        if counted:
            w.update(case, report_count=case.report_count + 1)
    policy = policies.policy(policies.reason(report.reason_key).policy_key)
    event = ReportReceived(
        **{**of_case(case), "channel": report.channel, "policy": policy.key}, reason=report.reason_key,
        reporter_kind=report.reporter_kind, source=report.source, joined="reopened" if opens else "open",
        counted=report.counted, wait_ms=clocks.milliseconds(clock.now() - report.received_at),
    )  # fmt: skip
    w.event(event, ("report", report.pk), case_id=case.pk, item_version=report.item_version)
    if opens:
        jobs.make(w, case, kind="review", cause="reopened", where=cases.where(case), due_at=case.due_at)
