"""Readers of reviews, each limited to what the actor may know of."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db.models import Q

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.programme.reviews import access
from watchfloor.programme.reviews.domain.document import Document
from watchfloor.programme.reviews.models import Review, ReviewVersion

PREFIX = "rev"
MOST = 300


def listed(actor: Actor, *, template: str = "", vendor: str = "", archived: bool = False) -> list[Review]:
    """The reviews one may know of, the newest span first."""
    rows = Review.objects.defer("document").filter(archived_at__isnull=not archived)
    if template:
        rows = rows.filter(template=template)
    if vendor:
        rows = rows.filter(vendor_key=vendor)
    if not actor.has(access.EDIT):
        rows = rows.filter(published__gt=0)
    if not actor.has(access.VIEW) and not actor.has(access.EDIT):
        rows = rows.filter(~Q(vendor_key=""))
    some = rows.order_by("-ends_at", "-made_at", "-pk")[: MOST * 2]
    found = [row for row in some if access.may_read(actor, row)][:MOST]
    for row in found:
        if row.published not in (0, row.version) and not access.may_write(actor, row):  # the title, too, as published
            row.title = ReviewVersion.objects.values_list("title", flat=True).get(review=row, number=row.published)
    return found


def opened(actor: Actor, review_id: UUID) -> Review:
    """One review.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = Review.objects.filter(pk=review_id).first()
    if row is None or not access.may_read(actor, row):
        raise NotFound("no_review", "There is no such review.")
    return row


def read_by(actor: Actor, row: Review, number: int = 0) -> tuple[Document, str, int]:
    """What this actor reads: document, title and number. Writers the newest (or any) version, readers the published one.

    Raises:
        NotFound: a version that is not theirs to read.
    """
    writer = access.may_write(actor, row)
    wanted = number or (row.version if writer else row.published)
    if not writer and wanted != row.published:
        raise NotFound("no_version", "This review has no such version.")
    version = ReviewVersion.objects.filter(review=row, number=wanted).first()
    if version is None:
        raise NotFound("no_version", "This review has no such version.")
    return msgspec.convert(version.document, Document), version.title, wanted


def versions(row: Review) -> list[ReviewVersion]:
    """All versions, the newest first, without their documents."""
    return list(ReviewVersion.objects.filter(review=row).defer("document").order_by("-number"))


def name_of(row: Review) -> str:
    """Its id as addresses have it."""
    return ids.encode(PREFIX, row.pk)
