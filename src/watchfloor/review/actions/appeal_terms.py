"""Versions of the terms of appeals. What a notice has promised stays promised: a shorter window holds for new notices only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.review import appeal_terms
from watchfloor.review.domain.appeal_terms import read
from watchfloor.review.events_appeals import AppealTermsSaved
from watchfloor.review.models import AppealTerms

PERMISSION = "appeal.manage"


def save_terms(actor: Actor, document: Mapping[str, Any], *, note: str = "", restores: int = 0) -> AppealTerms:
    """Put a new version live at once; ``BadInput`` says what is wrong with the document."""
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include changing the terms of appeals.")
    terms = read(document)
    with writing(actor, reason=note) as w:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('review.appeal_terms', 12))")
        last = AppealTerms.objects.order_by("-number").first()
        for old in AppealTerms.objects.filter(live=True):
            w.update(old, live=False)
        row = w.create(
            AppealTerms, number=last.number + 1 if last else 1, document=dict(document), live=True, made_by=w.actor,
            made_at=clock.now(), note=note.strip()[:200],
        )  # fmt: skip
        w.event(
            AppealTermsSaved(number=row.number, days=terms.days, windows=len(terms.windows), restores=restores), row
        )
    appeal_terms.current.forget()
    return row


def restore_terms(actor: Actor, number: int, *, note: str = "") -> AppealTerms:
    """Put a former version live again, as a new one; number 0 is what the program ships with."""
    row = AppealTerms.objects.filter(number=number).first()
    if row is None and number != 0:
        raise NotFound("unknown_version", f"There is no version {number} of the terms.", where="number")
    return save_terms(actor, row.document if row else {}, note=note, restores=number)
