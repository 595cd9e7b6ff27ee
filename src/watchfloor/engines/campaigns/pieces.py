"""Texts as columns: their pieces, the keys under which near-duplicates meet, and how far they are apart, for very many at once.

A text is read and cut as by ``nearby.shingles`` (overlapping pieces of four characters of the normal form, with the same hashes), but all
texts are one column of characters. MinHash in one pass (Li, Owen, Zhang 2012; Shrivastava, Li 2014 for places that got nothing) with
``BANDS`` bands of ``ROWS``: of two texts that share ``j`` of their pieces (Jaccard) one key agrees with ``1 - (1 - j^ROWS)^BANDS``:
.64 at .5, .97 at .66, 1.00 at .8 - and one in 60,000 at .03, which is what strangers have in common.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

import polars as pl

from watchfloor.engines.nearby.shingles import LONGEST, SIZE, WORD, piece_hash
from watchfloor.engines.textmodels.normalise import is_invisible, normalise

BANDS = 16
ROWS = 4
PLACES = BANDS * ROWS
FEWEST = 8
"""A text with fewer pieces (some ten characters) is like too many others to mean anything."""

_AT_ONCE = 50_000
_LITTLE = 12  # characters
_DIFFERENT = (
    50  # of 128 bits: of texts .55 apart one pair in five hundred differs in more, of strangers nineteen in twenty do
)
_GOLDEN = 0x9E3779B97F4A7C15  # as in nearby.shingles.piece_hash
_SHIFT = 0x9E3779B1
_WORD32 = 1 << 32


class Form(NamedTuple):
    """How the engines read a text: equal keys for two that differ only in disguise, case, punctuation and spacing."""

    key: bytes
    words: str
    extra: tuple[str, ...]


def form_of(text: str) -> Form:
    """The form of one text: its words with placeholders cut short, and what the placeholders stand for."""
    form = normalise(text[:LONGEST])
    words = " ".join([word[:2] if word[0] == "⟨" else word for word in WORD.findall(form.text)])
    if len(words) < _LITTLE < len(text):  # nothing but a link or a number: then by how that is written
        words = " ".join(WORD.findall("".join(_seen(char) for char in unicodedata.normalize("NFKC", text[:LONGEST]))))
    extra = tuple([f"{entity.kind}:{entity.value}" for entity in form.entities])
    said = f"{words}\n{' '.join(extra)}" if extra else words
    return Form(blake2b(said.encode("utf-8", "replace"), digest_size=16).digest(), words, extra)


def _seen(char: str) -> str:
    return "" if is_invisible(char) else char.casefold()


def pieces(forms: Sequence[Form]) -> pl.Series:
    """The different pieces of each, in order: a column of lists of 32-bit numbers."""
    made = [_pieces(forms[start : start + _AT_ONCE]) for start in range(0, len(forms), _AT_ONCE)]
    return pl.concat(made) if made else pl.Series("pieces", [], dtype=pl.List(pl.UInt32))


def _pieces(forms: Sequence[Form]) -> pl.Series:
    said = [f" {form.words} " if form.words else "" for form in forms]
    code = pl.Series("code", array("I", "".join(said).encode("utf-32-le", "replace")), dtype=pl.UInt32)
    lengths = pl.DataFrame({"length": pl.Series([len(each) for each in said], dtype=pl.UInt32)}).with_row_index("owner")
    # Of each character which text it is of, and how many characters of that text begin with it.
    at = lengths.select("owner", left=pl.int_ranges("length", 0, -1, dtype=pl.UInt32)).explode("left")
    at = at.filter(pl.col("left").is_not_null())
    hashed = _hashes(code)
    cut = pl.DataFrame({"owner": at["owner"], "left": at["left"], "hash": hashed}).filter(pl.col("left") >= SIZE)
    extra_owner: list[int] = []
    extra_hash: list[int] = []
    for number, form in enumerate(forms):
        for each in form.extra:
            extra_owner.append(number)
            extra_hash.append(piece_hash(each.encode("utf-32-le", "replace")))
        if len(form.words) == 1:  # shorter than one piece
            extra_owner.append(number)
            extra_hash.append(piece_hash(said[number].encode("utf-32-le", "replace")))
    extra = pl.Series(
        [owner * _WORD32 + each for owner, each in zip(extra_owner, extra_hash, strict=True)], dtype=pl.UInt64
    )
    both = pl.concat([cut.select(key=pl.col("owner").cast(pl.UInt64) * _WORD32 + pl.col("hash"))["key"], extra]).sort()
    both = both.filter((both != both.shift()).fill_null(True))
    table = (
        pl.DataFrame({"owner": (both // _WORD32).cast(pl.UInt32), "pieces": (both % _WORD32).cast(pl.UInt32)})
        .group_by("owner", maintain_order=True)
        .agg("pieces")
    )
    return lengths.select("owner").join(table, on="owner", how="left", maintain_order="left").select(
        pl.col("pieces").fill_null(pl.lit([], dtype=pl.List(pl.UInt32)))
    )["pieces"]  # fmt: skip


def _hashes(code: pl.Series) -> pl.Series:
    """``shingles.piece_hash`` of the four characters from each on: a CRC is linear, so each character's part comes from a table."""
    low, high = _tables()
    bottom, top = code % 65_536, code // 65_536
    astral = bool(len(code)) and bool((top > 0).any())
    total = pl.repeat(crc32(bytes(4 * SIZE)), len(code), dtype=pl.UInt32, eager=True)
    for number in range(SIZE):
        part = low[number].gather(bottom)
        if astral:
            part = part ^ high[number].gather(top)
        total = total ^ part.shift(-number, fill_value=0)
    return (total.cast(pl.UInt64) * _GOLDEN // 65_536) % _WORD32


@cache
def _tables() -> tuple[list[pl.Series], list[pl.Series]]:
    """What a character adds to the CRC of a piece at each of its places: by its lower 16 bits, and by the rest."""
    width = 4 * SIZE
    nothing = crc32(bytes(width))

    def part(at: int) -> list[int]:
        return [crc32(bytes(at) + bytes([byte]) + bytes(width - at - 1)) ^ nothing for byte in range(256)]

    low, high = [], []
    for place in range(SIZE):
        one, other = part(4 * place), part(4 * place + 1)
        low.append(pl.Series([one[number & 255] ^ other[number >> 8] for number in range(1 << 16)], dtype=pl.UInt32))
        high.append(pl.Series(part(4 * place + 2), dtype=pl.UInt32))
    return low, high


class Keys(NamedTuple):
    """Under what texts meet.

    Attributes:
        bands: ``form`` (its place) and ``key``, one row per band, of the forms with enough pieces. The band is part of the key.
        bits: of every form ``low`` and ``high``, two bits of what each place holds: strangers differ in nearly half of them.
    """

    bands: pl.DataFrame
    bits: pl.DataFrame


NO_KEYS = Keys(
    pl.DataFrame(schema={"form": pl.UInt32, "key": pl.UInt64}),
    pl.DataFrame(schema={"low": pl.UInt64, "high": pl.UInt64}),
)


def band_keys(of: pl.Series, first: int = 0) -> Keys:
    """The keys of forms, the first of which has the place ``first``."""
    made = [NO_KEYS, *(_band_keys(of.slice(start, _AT_ONCE), first + start) for start in range(0, len(of), _AT_ONCE))]
    return Keys(pl.concat([each.bands for each in made]), pl.concat([each.bits for each in made]))


def differ(bits: pl.DataFrame, left: pl.Series, right: pl.Series) -> pl.Series:
    """Whether two forms (by place) differ in so many bits that they need not be compared."""
    apart = pl.DataFrame({name: bits[name].gather(left) ^ bits[name].gather(right) for name in ("low", "high")}).select(
        pl.all().bitwise_count_ones()
    )
    return (apart["low"] + apart["high"]) > _DIFFERENT


def _band_keys(of: pl.Series, first: int) -> Keys:
    numbered = pl.DataFrame({"form": pl.int_range(first, first + len(of), dtype=pl.UInt32, eager=True), "piece": of})
    numbered = numbered.filter(pl.col("piece").list.len() >= FEWEST)
    size = len(numbered)
    nothing = pl.DataFrame({name: pl.zeros(len(of), dtype=pl.UInt64, eager=True) for name in ("low", "high")})
    if not size:
        return Keys(NO_KEYS.bands, nothing)
    row = numbered.select(row=pl.int_range(size, dtype=pl.UInt32), piece="piece").explode("piece")
    # Place by place the least: one sort of (text, place, value).
    keyed = row.select(
        key=(pl.col("row").cast(pl.UInt64) * PLACES + pl.col("piece") % PLACES) * _WORD32 + pl.col("piece") // PLACES
    )["key"].sort()
    cell = keyed // _WORD32
    first_of = (cell != cell.shift()).fill_null(True)
    least = pl.repeat(None, size * PLACES, dtype=pl.UInt64, eager=True)
    least = least.scatter(cell.filter(first_of), (keyed % _WORD32).filter(first_of))
    columns = [least.gather_every(PLACES, place) for place in range(PLACES)]
    for _ in range(2):  # what got nothing borrows from the next that did, once around
        for place in reversed(range(PLACES)):
            lent = columns[(place + 1) % PLACES]
            columns[place] = columns[place].zip_with(columns[place].is_not_null(), (lent + _SHIFT) % _WORD32)
    bands = []
    for band in range(BANDS):
        key = pl.repeat(band + 1, size, dtype=pl.UInt64, eager=True)
        for number in range(band * ROWS, (band + 1) * ROWS):
            key = (key * _WORD32 + columns[number]).hash(band)
        bands.append(pl.DataFrame({"form": numbered["form"], "key": key}))
    here = numbered["form"] - first
    bits = nothing.with_columns(
        nothing[name].scatter(here, _bits(columns, part)).alias(name) for part, name in enumerate(("low", "high"))
    )
    return Keys(pl.concat(bands), bits)


def _bits(columns: Sequence[pl.Series], which: int) -> pl.Series:
    """One bit of each place in one number."""
    total = pl.zeros(len(columns[0]), dtype=pl.UInt64, eager=True)
    for column in columns:
        total = total * 2 + (column // (1 << which)) % 2
    return total


def distances(left: pl.Series, right: pl.Series) -> pl.Series:
    """The Jaccard distance of each pair of lists of pieces."""
    both = pl.DataFrame({"left": left, "right": right}).select(
        common=pl.col("left").list.set_intersection("right").list.len().cast(pl.Float64),
        total=(pl.col("left").list.len() + pl.col("right").list.len()).cast(pl.Float64),
    )
    return both.select(1 - pl.col("common") / (pl.col("total") - pl.col("common")).clip(lower_bound=1.0)).to_series()
