"""The JSON API of reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.programme.reviews import access, exports, queries, shown
from watchfloor.programme.reviews.models import Review
from watchfloor.programme.reviews.pages import parts

router = Router(tags=["programme"])


class ReviewOut(Schema):
    """A review. ``published`` is the version its readers see; 0: none yet. ``vendor`` empty: the house's."""

    id: str
    template: str
    title: str
    vendor: str
    start: datetime
    end: datetime
    version: int
    published: int
    changed_at: datetime


class ReviewWhole(ReviewOut):
    """A review with the blocks of the version one reads: what the rules said, the facts behind it, and people's text."""

    blocks: list[dict[str, Any]]


@router.get("/programme/reviews", response=list[ReviewOut], summary="List reviews")
def list_reviews(request: HttpRequest, template: str = "", vendor: str = "") -> Any:
    """The reviews the caller may read, the newest first. Needs ``programme.view`` or ``vendor.work``."""
    actor = needs(request, "programme.view", "vendor.work")
    return [_out(row) for row in queries.listed(actor, template=template[:40], vendor=vendor[:40])]


@router.get("/programme/reviews/{review_id}", response=ReviewWhole, summary="Read a review")
def read_review(request: HttpRequest, review_id: str) -> Any:
    """One review with its blocks. Needs ``programme.view`` or ``vendor.work``."""
    actor = needs(request, "programme.view", "vendor.work")
    row = parts.review_of(actor, review_id)
    document, title, _number = queries.read_by(actor, row)
    outside = access.is_outside(actor, row)  # a vendor's people have no way into the house
    with translation.override(row.language):
        blocks = tuple(
            msgspec.structs.replace(each, facts=() if outside else each.facts, entries=access.entries(actor, row, each))
            for each in document.blocks
        )
    return {**_out(row), "title": title, "blocks": msgspec.to_builtins(blocks)}


@router.get("/programme/reviews/{review_id}/export", summary="Export a review")
def export_review(request: HttpRequest, review_id: str, format: str = "pdf") -> Any:
    """The review as a file: ``pptx``, ``pdf`` or ``html``. Needs ``programme.view`` or ``vendor.work``."""
    actor = needs(request, "programme.view", "vendor.work")
    row = parts.review_of(actor, review_id)
    document, title, number = queries.read_by(actor, row)
    return parts.answer(exports.make(shown.of(actor, row, document, title=title, number=number), format))


def _out(row: Review) -> dict[str, Any]:
    return {
        "id": queries.name_of(row), "template": row.template, "title": row.title, "vendor": row.vendor_key, "start": row.starts_at,
        "end": row.ends_at, "version": row.version, "published": row.published, "changed_at": row.changed_at,
    }  # fmt: skip
