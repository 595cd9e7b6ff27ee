"""What a decision rests on, read from its case: for the statement of reasons."""

from __future__ import annotations

from watchfloor.enforcement.contracts import Basis
from watchfloor.ledger import rows
from watchfloor.review.domain.sources import source_of, strongest
from watchfloor.review.models import Case, Decision

DETECTION = frozenset({"rule", "model", "match", "cluster"})  # channels of cases that no notice opened


def basis_of(case: Case, decision: Decision, batch: str = "") -> Basis:
    """Who gave notice (the body of most standing), what found it, and how much a machine decided."""
    automatic = decision.origin == "rule"
    decided = "fully" if automatic else "partially" if batch else "not_automated"
    detected = automatic or case.channel in DETECTION
    if not case.report_count:
        return Basis(detected_automatically=detected, decided=decided)
    with rows.prepared() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (reporter_kind, market) reporter_kind, market, reporter, received_at FROM review_report"
            " WHERE case_id = %s ORDER BY reporter_kind, market, received_at, id",
            [case.pk],
        )
        found = [(source_of(kind, market), reporter, at) for kind, market, reporter, at in cursor.fetchall()]
    source = strongest(source for source, _, _ in found)
    first = min((each for each in found if each[0] == source), key=lambda each: each[2], default=None)
    if first is None:
        return Basis(detected_automatically=detected, decided=decided)
    return Basis(
        source=source, source_identity=first[1], noticed_at=first[2], detected_automatically=detected, decided=decided
    )
