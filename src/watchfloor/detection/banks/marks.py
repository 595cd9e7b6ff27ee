"""Where in a video something known was found: marks on the timeline of whoever looks at it. A restricted bank is not named there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.detection.banks.models import Match
from watchfloor.items.media.contracts import Mark

MATCHING = ("decided", "queued", "noted", "held", "cleared")  # not: known to be good, or of an entry that was stopped


def of_media(media: Sequence[UUID], item_version: str) -> Mapping[UUID, list[Mark]]:
    """The parts of these media that are parts of known ones, as they were found under this item version.

    Only what stands: an entry that was taken out or stopped marks nothing, and neither does a match that turned out wrong.
    """
    rows = Match.objects.filter(
        media_id__in=list(media), item_version=item_version, did__in=MATCHING, entry__state="live",
        bank__archived_at__isnull=True,
    ).exclude(verdict="rejected").select_related("bank").order_by("pk")  # fmt: skip
    found: dict[UUID, list[Mark]] = {}
    for row in rows:
        if row.media_id is None:  # of a text
            continue
        label = (
            _("known content of a restricted bank") if row.bank.clearance
            else _("known content of the bank %(name)s") % {"name": row.bank.name}
        )  # fmt: skip
        for begin, end, *_known in row.ranges:
            mark = Mark(at_s=begin, label=label, kind="match", end_s=end if end > begin else None)
            found.setdefault(row.media_id, []).append(mark)
    return found
