"""Before a bank decides unseen on a match near its limit, the stored picture is hashed again from every pixel.

Outside of any transaction: it opens a file in the cage. What then lies within the bank's radius is certain; what does not is left to a
person, and so is what cannot be opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.banks.contracts import Match
from watchfloor.detection.banks.domain import weighing
from watchfloor.detection.banks.models import Bank, Entry, EntryHash
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.items.media import closely
from watchfloor.items.media.closely import Close


def look(matches: Sequence[Match], media_id: UUID | None) -> list[Match]:
    """The same matches; those of pictures that a bank would decide on and that are not certain, with their exact distance."""
    doubtful = _doubtful(matches) if media_id is not None else {}
    close = closely.look(media_id) if media_id is not None and doubtful else None
    if close is None:
        return list(matches)
    return [_again(each, close, doubtful[each.entry]) if each.entry in doubtful else each for each in matches]


def _doubtful(matches: Sequence[Match]) -> dict[UUID, Bank]:
    """Live entries whose match would be decided on if it were certain, with their banks."""
    asked = [
        each.entry for each in matches if each.entry_kind == "pdq" and not each.ranges and not weighing.certain(each)
    ]
    if not asked:
        return {}
    rows = Entry.objects.filter(
        pk__in=asked, state=Entry.State.LIVE, bank__action=Bank.Action.DECIDE, bank__negative=False
    )
    return {row.pk: row.bank for row in rows.select_related("bank")}


def _again(match: Match, close: Close, bank: Bank) -> Match:
    known = [
        int.from_bytes(bytes(bits))
        for bits in EntryHash.objects.filter(entry_id=match.entry).values_list("bits", flat=True)
    ]
    found = [
        ((int.from_bytes(each.bits) ^ one).bit_count(), each.quality)
        for each in close.prints if each.quality >= max(ENOUGH, bank.quality)
        for one in known
    ]  # fmt: skip
    if not found:
        return match
    distance, quality = min(found, key=lambda pair: pair[0])
    if distance > bank.radius:
        return msgspec.structs.replace(match, looked=float(distance))
    return msgspec.structs.replace(
        match, distance=float(distance), margin=float(bank.radius - distance), quality=quality, exact=True,
        looked=float(distance),
    )  # fmt: skip
