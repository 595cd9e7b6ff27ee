"""What is known of a value: the entries of the banks in use that lie within their bank's threshold, the nearest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.detection.banks import entries as keeping
from watchfloor.detection.banks import indexes
from watchfloor.detection.banks.contracts import Match, Range
from watchfloor.detection.banks.domain import values
from watchfloor.detection.banks.models import Bank, Entry, EntryBand, EntryHash
from watchfloor.engines.matching.clips import ClipBank
from watchfloor.engines.matching.hashes import rows_of
from watchfloor.engines.matching.pdq import RADIUS
from watchfloor.engines.matching.videos import Frame
from watchfloor.engines.nearby import distance, sketch
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Rows

MOST_RADIUS = 64


class Asked(NamedTuple):
    """A frame of the video asked for."""

    seconds: float
    digits: str
    quality: int


def look_up(kind: str, value: str, banks: Collection[str] | None = None, radius: int | None = None) -> list[Match]:
    """Known values near (or equal to) this one, known-good ones included, the nearest first.

    Args:
        kind: pdq, md5, sha256, video (frames as of an entry), text or url.
        banks: only these, by key.
        radius: in place of each bank's own, in bits.

    Raises:
        BadInput: the value is none of the kind.
    """
    form = values.normal(kind, value)
    if radius is not None and not 0 <= radius <= MOST_RADIUS:
        raise BadInput("out_of_bounds", f"A radius is from 0 to {MOST_RADIUS} bits.", where="radius")
    if kind == "pdq":
        return of_rows(rows_of([form]), banks=banks, radius=radius)[0]
    if kind == "video":
        frames = [Asked(each.seconds, each.digits, each.quality) for each in values.frames_of(form)]
        return of_frames(frames, banks=banks, radius=radius)
    if kind == "text":
        return of_text(form, banks=banks)
    return of_exact([(kind, form)], banks=banks)


def of_rows(
    rows: Rows, qualities: Sequence[int | None] | None = None, *, banks: Collection[str] | None = None,
    radius: int | None = None,
) -> list[list[Match]]:  # fmt: skip
    """For each row (n x 4 words) the pictures and frames of videos it is near to; of an entry its nearest hash.

    Args:
        qualities: of the rows; one below a bank's least quality matches nothing in that bank. None: good enough.
    """
    near = indexes.near(rows, RADIUS if radius is None else radius)
    ids = {each for found in near for each, _ in found}
    if not ids:
        return [[] for _ in near]
    hashes = {
        row.pk: row
        for row in EntryHash.objects.filter(_standing("entry__", banks), pk__in=ids).select_related("entry__bank")
    }
    made = []
    for place, found in enumerate(near):
        quality = qualities[place] if qualities is not None else None
        best: dict[object, Match] = {}
        for each, bits in found:
            known = hashes.get(each)
            if known is None or known.entry_id in best:
                continue
            bank = known.entry.bank
            threshold = bank.radius if radius is None else radius
            if bits <= threshold and (quality is None or quality >= bank.quality):
                best[known.entry_id] = _match(
                    known.entry, float(bits), threshold - bits, quality=quality, seconds=known.seconds,
                    turned=known.entry.kind == Entry.Kind.PDQ and bytes(known.bits).hex() != known.entry.value,
                )  # fmt: skip
        made.append(list(best.values()))
    return made


def of_frames(
    frames: Sequence[Asked], *, banks: Collection[str] | None = None, radius: int | None = None
) -> list[Match]:
    """What a video holds of known ones: videos with the parts that met, and pictures that appear in it with their moments.

    A known video counts from its bank's ``frames`` matching frames on (all of them, if it has fewer).
    """
    used = [frame for frame in frames if frame.quality >= values.ENOUGH]
    if not used:
        return []
    found = of_rows(rows_of([f.digits for f in used]), [f.quality for f in used], banks=banks, radius=radius)
    by_entry: dict[UUID, list[tuple[Asked, Match]]] = {}
    for frame, matches in zip(used, found, strict=True):
        for match in matches:
            by_entry.setdefault(match.entry, []).append((frame, match))
    made = []
    for entry, met in by_entry.items():
        nearest = min((match for _, match in met), key=lambda match: match.distance)
        if nearest.entry_kind == "pdq":
            ranges = [Range(frame.seconds, frame.seconds, 0.0, 0.0, 1) for frame, _ in met]
        else:
            ranges = _ranges(entry, used, RADIUS if radius is None else radius)
            known = EntryHash.objects.filter(entry_id=entry).count()
            if sum(each.frames for each in ranges) < min(nearest.frames_needed, known):
                continue
        made.append(_with_ranges(nearest, ranges))
    return sorted(made, key=_order)


def of_exact(asked: Iterable[tuple[str, str]], *, banks: Collection[str] | None = None) -> list[Match]:
    """Entries that are equal: (kind, normal form) of md5, sha256 and url."""
    wanted = {values.key_of(kind, form): kind for kind, form in asked}
    rows = _entries(banks).filter(key__in=list(wanted), kind__in=set(wanted.values()))
    return sorted((_match(row, 0.0, 0.0, exact=True) for row in rows), key=_order)


def of_text(text: str, *, banks: Collection[str] | None = None) -> list[Match]:
    """Entries whose text is nearly the same: candidates by a common key, told apart by the share of their pieces."""
    keys = keeping.band_keys(text)
    same = keeping.key_of("text", text)
    chosen = Q(kind="text", key=same)
    if keys:
        chosen |= Q(pk__in=EntryBand.objects.filter(key__in=keys).values("entry"))
    made = []
    asked = sketch(text)
    for row in _entries(banks).filter(chosen).distinct():
        apart = 0.0 if bytes(row.key) == same else distance(asked, sketch(row.value))
        if apart <= row.bank.text_within:
            made.append(_match(row, round(apart, 4), round(row.bank.text_within - apart, 4), exact=apart == 0))
    return sorted(made, key=_order)


def _entries(banks: Collection[str] | None) -> QuerySet[Entry]:
    return Entry.objects.filter(_standing("", banks)).select_related("bank")


def _standing(to: str, banks: Collection[str] | None, now: datetime | None = None) -> Q:
    """Entries that count now, of banks that count now."""
    now = now or clock.now()
    found = (
        Q(**{f"{to}state": Entry.State.LIVE, f"{to}bank__archived_at__isnull": True})
        & (Q(**{f"{to}expires_at__isnull": True}) | Q(**{f"{to}expires_at__gt": now}))
        & (Q(**{f"{to}disable_until__isnull": True}) | Q(**{f"{to}disable_until__lte": now}))
        & (Q(**{f"{to}bank__expires_at__isnull": True}) | Q(**{f"{to}bank__expires_at__gt": now}))
    )
    return found if banks is None else found & Q(**{f"{to}bank__key__in": list(banks)})


def _ranges(entry: UUID, used: Sequence[Asked], radius: int) -> list[Range]:
    known = ClipBank()
    rows = EntryHash.objects.filter(entry_id=entry).order_by("pk").values_list("bits", "seconds")
    known.add(
        "known", [Frame(place, seconds or 0.0, bytes(bits).hex(), 100) for place, (bits, seconds) in enumerate(rows)]
    )
    asked = [Frame(place, each.seconds, each.digits, each.quality) for place, each in enumerate(used)]
    return [
        Range(clip.begin, clip.end, clip.known_begin, clip.known_end, clip.frames)
        for clip in known.clips(asked, radius)
    ]


def _with_ranges(match: Match, ranges: Sequence[Range]) -> Match:
    return msgspec.structs.replace(match, ranges=tuple(ranges))


def _match(
    row: Entry, distance: float, margin: float, *, quality: int | None = None, exact: bool = False,
    seconds: float | None = None, turned: bool = False,
) -> Match:  # fmt: skip
    bank: Bank = row.bank
    return Match(
        bank=bank.key, bank_id=bank.pk, entry=row.pk, entry_kind=row.kind, negative=bank.negative, distance=distance,
        margin=margin, value=row.value, quality=quality, exact=exact, seconds=seconds, source=row.source,
        source_ref=row.source_ref, tags=tuple(row.tags), frames_needed=bank.frames,
        turned=turned,
    )  # fmt: skip


def _order(match: Match) -> tuple[float, str, str]:
    return match.distance, match.bank, str(match.entry)
