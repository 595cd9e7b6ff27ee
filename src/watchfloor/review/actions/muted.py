"""A muted reporter's report: received, kept with its case, shown; it opens and hurries nothing."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.review.actions import cases
from watchfloor.review.actions.people import of_case
from watchfloor.review.contracts import ReportIn
from watchfloor.review.domain import clocks
from watchfloor.review.events import ReportReceived
from watchfloor.review.models import Case, Report

OUTCOME = "muted"


def keep(w: Writer, report: ReportIn, arrival: cases.Arrival) -> Case:
    """Keep the report on the item's case, as that case is. Where there is none, one is made and closed at once."""
    case = cases.find(arrival)
    if case is None:
        case, _ = cases.take_in(w, None, arrival, manual=False)
        cases.close(w, case, how="muted", verdict="", violation="")
    w.create(
        Report, id=report.id, case=case, item=arrival.item, item_version=report.item_version, source=report.source,
        channel=report.channel, reporter_kind=report.reporter_kind, reporter=report.reporter,
        reason_key=report.reason_key, note=report.note, language=arrival.language, market=arrival.market,
        received_at=report.received_at, counted=False, outcome=OUTCOME,
    )  # fmt: skip
    event = ReportReceived(
        **{**of_case(case), "channel": report.channel}, reason=report.reason_key, reporter_kind=report.reporter_kind,
        source=report.source, joined="muted", counted=False,
        wait_ms=clocks.milliseconds(clock.now() - report.received_at),
    )  # fmt: skip
    w.event(event, ("report", report.id), case_id=case.pk, item_version=report.item_version)
    return case
