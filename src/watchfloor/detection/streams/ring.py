"""The ring: small grey stills of the last minutes of each stream, sealed; a strip of them is made when somebody asks to see it.

They lie in the database and not in the media store's folder: a row of a few kilobytes every second or two, of which most are dropped again
within minutes, costs there neither a synced file nor a second place that workers and pages on other machines must share. Rows of grey
come from the cage as plain numbers, so a strip is encoded from them here and nothing of a stranger's is ever decoded outside the cage.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from io import BytesIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchfloor.detection.streams.models import Still, Watch
from watchfloor.detection.streams.reading.messages import SIDE, Picture
from watchfloor.engines.matching.arrays import pillow
from watchfloor.items.media import options as media
from watchfloor.items.media import sealed
from watchfloor.kernel import clock

TILES = 48  # of a strip: 48 x 160 pixels side by side; WebP ends at 16,383


def new_key(watch_id: UUID) -> bytes:
    """A key for the stills of one watch, as its row keeps it."""
    return sealed.wrap(_master()[0], sealed.new_key(), str(watch_id))


class Ring:
    """Writes the stills of one watch, and drops those that are too old."""

    def __init__(self, watch: Watch, minutes: int) -> None:
        self._id, self._keep = watch.pk, 60.0 * minutes
        self._cipher = _cipher(watch)
        last = Still.objects.filter(watch=watch.pk).order_by("-number").values_list("number", flat=True).first()
        self._number = -1 if last is None else last

    def add(self, pictures: Sequence[Picture], base: float) -> list[Still]:
        """Keep these; ``base`` is the second of the stream at which their reader began."""
        made = []
        now = clock.now()
        for picture in pictures:
            self._number += 1
            made.append(
                Still(
                    watch_id=self._id, number=self._number, seconds=round(base + picture.seconds, 3), at=now, bits=picture.bits,
                    quality=picture.quality, width=picture.width, height=picture.height,
                    data=_seal(self._cipher, self._number, picture.grey),
                )
            )  # fmt: skip
        Still.objects.bulk_create(made)
        if made:
            Still.objects.filter(watch=self._id, seconds__lt=made[-1].seconds - self._keep).delete()
        return made


def chosen(watch: Watch, marked: Sequence[float], until: int | None = None, most: int = TILES) -> list[Still]:
    """At most so many stills of the ring, by time and without their pixels: those nearest to marked seconds, the newest, and others
    evenly spread. ``until``: none with a higher number."""
    rows = Still.objects.filter(watch=watch).defer("data").order_by("number")
    stills = list(rows if until is None else rows.filter(number__lte=until))
    if len(stills) <= most:
        return stills
    wanted = {len(stills) - 1}
    for second in marked[: most // 2]:
        wanted.add(min(range(len(stills)), key=lambda place: abs(stills[place].seconds - second)))
    left = most - len(wanted)
    wanted |= {round(place * (len(stills) - 1) / max(1, left - 1)) for place in range(left)}
    return [stills[place] for place in sorted(wanted)]


def strip(watch: Watch, numbers: Sequence[int]) -> tuple[bytes, int]:
    """Stills side by side as one WebP, in equal tiles, and how many; one that is gone by now is a dark tile."""
    image = pillow()
    cipher = _cipher(watch)
    found = {row.number: row for row in Still.objects.filter(watch=watch, number__in=list(numbers)[:TILES])}
    tiles = [(number, found.get(number)) for number in list(numbers)[:TILES]]
    width = max((row.width for row in found.values()), default=SIDE)
    height = max((row.height for row in found.values()), default=90)
    made = image.new("L", (max(1, width * len(tiles)), height), 24)
    for place, (number, row) in enumerate(tiles):
        grey = _open(cipher, number, bytes(row.data), row.width * row.height) if row is not None else None
        if row is not None and grey is not None:
            still = image.frombytes("L", (row.width, row.height), grey)
            made.paste(still, (place * width + (width - row.width) // 2, (height - row.height) // 2))
    out = BytesIO()
    made.save(out, "WEBP", quality=70)
    return out.getvalue(), len(tiles)


def sweep(minutes: int, limit: int = 500) -> int:
    """Drop the stills of streams that ended longer ago than the ring is long, and their keys; returns how many watches."""
    old = clock.now() - timedelta(minutes=minutes)
    ended = Watch.objects.filter(ended_at__lt=old, key__isnull=False).values_list("pk", flat=True)[:limit]
    for pk in list(ended):
        Still.objects.filter(watch=pk).delete()
        Watch.objects.filter(pk=pk).update(key=None)
    return len(ended)


def _seal(cipher: AESGCM, number: int, grey: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + cipher.encrypt(nonce, zlib.compress(grey, 1), number.to_bytes(8, "big"))


def _open(cipher: AESGCM, number: int, data: bytes, size: int) -> bytes | None:
    try:
        grey = zlib.decompress(cipher.decrypt(data[:12], data[12:], number.to_bytes(8, "big")))
    except (InvalidTag, zlib.error):
        return None
    return grey if len(grey) == size else None


def _cipher(watch: Watch) -> AESGCM:
    key = sealed.unwrap(_master(), bytes(watch.key), str(watch.pk)) if watch.key is not None else sealed.new_key()
    return AESGCM(key)


@cache
def _master() -> tuple[bytes, ...]:
    return tuple(sealed.installation_key(each) for each in media.installation_secrets())
