"""Texts as columns: their pieces, the keys under which near-duplicates meet, and two words of bits that tell strangers apart.

A text is read and cut as by ``shingles`` (overlapping pieces of four characters, with the same hashes), but all texts are one column of
characters. MinHash in one pass (Li, Owen, Zhang 2012; Shrivastava, Li 2014 for places that got nothing) with ``BANDS`` bands of
``ROWS``: of two texts that share ``j`` of their pieces (Jaccard) one key agrees with ``1 - (1 - j^ROWS)^BANDS``: .94 at .5, .86 at .45.
A piece's place is in the first bits of its hash, so one sort gives the different pieces of each text and the least of each place.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

import polars as pl

from watchfloor.engines.nearby.reading import Read
from watchfloor.engines.nearby.shingles import SIZE, piece_hash

BANDS = 10
ROWS = 3
PLACES = 32
FEWEST = 8
"""A text with fewer pieces (some ten characters) is like too many others to mean anything."""

FORM = 1 << 24
"""A key is one number: forty bits of a band's hash, then the place of the form. So many forms can be told apart."""

MANY = 50_000
"""Texts from which the compiled way is worth bringing in."""

_AT_ONCE = 8_000  # texts: what they are made into stays in the processor's cache
_SHIFT = 0x9E3779B1
_WORD32 = 1 << 32
_VALUES = _WORD32 // PLACES
_EMPTY = crc32(bytes(4 * SIZE))
_NONE = _WORD32 * _WORD32 - 1
_END = "\n"  # no word has it
# Multilinear hashing (Lemire, Kaser 2014): of two that differ the first bits agree by chance alone.
_FACTORS = [
    [int.from_bytes(sha256(f"{band} {row}".encode()).digest()[:8]) for row in range(ROWS + 1)] for band in range(BANDS)
]


class Columns(NamedTuple):
    """What is known of forms, one row each but for ``keys``.

    Attributes:
        pieces: the different pieces of each: lists of 32-bit numbers.
        bits: ``low`` and ``high``, four bits of what each place holds: strangers differ in nearly half of them.
        keys: of the forms with enough pieces, one a band.
    """

    pieces: pl.Series
    bits: pl.DataFrame
    keys: pl.Series


NOTHING = Columns(
    pl.Series("pieces", [], dtype=pl.List(pl.UInt32)),
    pl.DataFrame(schema={"low": pl.UInt64, "high": pl.UInt64}),
    pl.Series("key", [], dtype=pl.UInt64),
)


def columns(of: Read, first: int = 0) -> Columns:
    """The columns of forms, the first of which has the place ``first``."""
    made = [NOTHING]
    quick = compiled_for(len(of.words))
    for start in range(0, len(of.words), _AT_ONCE):
        end = min(start + _AT_ONCE, len(of.words))
        if quick is not None:
            made.append(_compiled(quick, of, start, end, first + start))
        else:
            made.append(_columns(_sorted(of, start, end), end - start, first + start))
    return joined(made)


def compiled_for(texts: int) -> Any:
    """``compiled`` where so many texts are worth bringing it in and numba is installed; else None."""
    return _found() if texts >= MANY else None


@cache
def _found() -> Any:
    try:
        from watchfloor.engines.nearby import compiled
    except Exception:  # whatever is wrong with it: the way without it gives the same
        return None
    return compiled


def _compiled(quick: Any, of: Read, start: int, end: int, first: int) -> Columns:
    np = quick.np
    code = np.frombuffer(_said(of, start, end).encode("utf-32-le", "replace"), np.uint32)
    beside = np.array(sorted(_beside(of, start, end)), np.uint64)
    pieces, counts, least, got = quick.cut(
        code,
        ord(_END),
        _arrays(),
        np.uint32(_EMPTY),
        beside.astype(np.uint32),
        (beside >> 32).astype(np.int64),
        end - start,
        _VALUES,
    )
    keys, low, high = quick.known(least, got, counts, _SHIFT, np.array(_FACTORS, np.uint64), first, FEWEST, FORM)
    owner = pl.Series(np.arange(end - start, dtype=np.uint32).repeat(counts))
    return Columns(
        _lists(owner, pl.Series(pieces), end - start), pl.DataFrame({"low": low, "high": high}), pl.Series("key", keys)
    )


def joined(parts: list[Columns]) -> Columns:
    """Columns one after the other."""
    return Columns(*(pl.concat(each) for each in zip(*parts, strict=True)))


def _sorted(of: Read, start: int, end: int) -> pl.Series:
    """Text (above 32 bits) and hash of the different pieces of some texts, in order, each as one number."""
    said = _said(of, start, end)
    raw = pl.Series([said.encode("utf-32-le", "replace")], dtype=pl.Binary)
    code = raw.bin.reinterpret(dtype=pl.Array(pl.UInt32, len(said))).explode()
    ends = code == ord(_END)
    whole = len(code) - SIZE + 1
    inside = ~ends.slice(0, whole)
    for ahead in range(1, SIZE):
        inside &= ~ends.slice(ahead, whole)
    text = ends.rle_id().slice(0, whole).filter(inside) // 2  # a run of characters and its end are two
    made = text.cast(pl.UInt64) * _WORD32 + _hashes(code).filter(inside)
    made = pl.concat([made.alias("key"), pl.Series("key", _beside(of, start, end), dtype=pl.UInt64)]).sort()
    return made.filter(_begins(made))


def _said(of: Read, start: int, end: int) -> str:
    return "".join([f" {each} {_END}" for each in of.words[start:end]])


def _beside(of: Read, start: int, end: int) -> list[int]:
    """Text (above 32 bits) and hash of what is no run of four characters: what placeholders stand for, words shorter than one piece."""
    some = [
        place << 32 | piece_hash(each.encode("utf-32-le", "replace"))
        for place in range(end - start)
        if start + place in of.extra
        for each in of.extra[start + place]
    ]
    some += [
        place << 32 | piece_hash(f" {words} ".encode("utf-32-le", "replace"))
        for place, words in enumerate(of.words[start:end])
        if len(words) == 1
    ]
    return some


def _begins(ordered: pl.Series) -> pl.Series:
    """Where another value begins; no value is as large as what stands before the first."""
    return ordered != ordered.shift(fill_value=_NONE)


def _hashes(code: pl.Series) -> pl.Series:
    """``shingles.piece_hash`` of the four characters from each on: a CRC is linear, so each character's part comes from a table."""
    low, high = _tables()
    astral = bool((code >= 1 << 16).any())
    bottom = code % (1 << 16) if astral else code
    whole = len(code) - SIZE + 1
    total = pl.repeat(_EMPTY, whole, dtype=pl.UInt32, eager=True)
    for number in range(SIZE):
        total ^= low[number].gather(bottom.slice(number, whole))
        if astral:
            total ^= high[number].gather(code.slice(number, whole) // (1 << 16))
    return (total.cast(pl.UInt64) * 0x9E3779B97F4A7C15 // 65_536) % _WORD32  # as in shingles.piece_hash


@cache
def _tables() -> tuple[list[pl.Series], list[pl.Series]]:
    """What a character adds to the CRC of a piece at each of its places: by its lower 16 bits, and by the rest."""
    width = 4 * SIZE

    def part(at: int) -> list[int]:
        return [crc32(bytes(at) + bytes([byte]) + bytes(width - at - 1)) ^ _EMPTY for byte in range(256)]

    low, high = [], []
    for place in range(SIZE):
        one, other = part(4 * place), part(4 * place + 1)
        low.append(pl.Series([one[number & 255] ^ other[number >> 8] for number in range(1 << 16)], dtype=pl.UInt32))
        high.append(pl.Series(part(4 * place + 2), dtype=pl.UInt32))
    return low, high


@cache
def _arrays() -> Any:
    """The same for what is compiled: lower and upper bits x place x number."""
    import numpy as np

    made = np.zeros((2, SIZE, 1 << 16), np.uint32)
    for half, tables in enumerate(_tables()):
        for place, table in enumerate(tables):
            made[half, place, : len(table)] = table.to_numpy()
    return made


def _columns(found: pl.Series, size: int, first: int) -> Columns:
    cell = found // _VALUES
    begins = _begins(cell)
    listed = _lists((found // _WORD32).cast(pl.UInt32), (found % _WORD32).cast(pl.UInt32), size)
    least = pl.repeat(None, size * PLACES, dtype=pl.UInt32, eager=True).scatter(
        cell.filter(begins), (found.filter(begins) % _VALUES).cast(pl.UInt32)
    )
    places = _lent([least.gather_every(PLACES, place) for place in range(PLACES)])
    enough = listed.list.len() >= FEWEST
    form = pl.int_range(first, first + size, dtype=pl.UInt64, eager=True).filter(enough)
    keys = [NOTHING.keys]
    for band in range(BANDS):
        key = pl.repeat(_FACTORS[band][ROWS], size, dtype=pl.UInt64, eager=True)
        for row in range(ROWS):
            key += places[band * ROWS + row].cast(pl.UInt64) * _FACTORS[band][row]  # modulo 2^64
        keys.append((key.filter(enough) // FORM * FORM + form).alias("key"))
    half = PLACES // 2
    bits = pl.DataFrame({"low": _bits(places[:half]), "high": _bits(places[half:])}).select(pl.all().fill_null(0))
    return Columns(listed, bits, pl.concat(keys))


def _lent(places: list[pl.Series]) -> list[pl.Series]:
    """What got nothing borrows from the next that did, once around."""
    for turn in range(2):
        for place in reversed(range(PLACES)):
            got = places[place].is_not_null()
            if turn and got.all():
                return places  # none before it lacks any either
            places[place] = places[place].zip_with(got, places[(place + 1) % PLACES] + _SHIFT)  # modulo 2^32
    return places


def _lists(owner: pl.Series, piece: pl.Series, size: int) -> pl.Series:
    """A list for each of so many owners, who come in order."""
    table = (
        pl.DataFrame({"owner": owner.set_sorted(), "pieces": piece})
        .group_by("owner", maintain_order=True)
        .agg("pieces")
    )
    found = table["pieces"]
    if len(table) == size:
        return found
    place = pl.repeat(None, size, dtype=pl.UInt32, eager=True).scatter(
        table["owner"], pl.int_range(len(table), dtype=pl.UInt32, eager=True)
    )
    place = place.fill_null(len(table))  # some have none
    return pl.concat([found, pl.Series("pieces", [[]], dtype=found.dtype)]).gather(place)


def _bits(places: list[pl.Series]) -> pl.Series:
    """Four bits of each place in one number."""
    total = (places[0] % 16).cast(pl.UInt64)
    for column in places[1:]:
        total = total * 16 + column % 16
    return total
