"""Whoever gives notice through a channel of ours hears that it has arrived, at once (DSA, Article 16(4))."""

from __future__ import annotations

from watchfloor.enforcement import notices
from watchfloor.ledger.writer import Writer
from watchfloor.review import appeal_terms
from watchfloor.review.actions.cases import Arrival
from watchfloor.review.contracts import ReportIn
from watchfloor.review.models import Case


def acknowledge(w: Writer, case: Case, report: ReportIn, arrival: Arrival) -> None:
    """Write the receipt, where the terms want one; a platform that takes reports itself confirms them itself."""
    wanted = appeal_terms.current().receipts
    if not report.reporter or (report.reporter_kind not in wanted.kinds and report.channel not in wanted.channels):
        return
    about = notices.About(
        case_id=case.pk, item=arrival.item, policy_key=case.policy_key, market=arrival.market, severity=case.severity
    )
    notices.tell_received(
        w,
        about,
        reporter=report.reporter,
        language=arrival.language or "en",
        receipt=report.id,
        received_at=report.received_at,
    )
