"""Near-duplicates among very many texts: the pieces, keys and distances of ``engines.nearby``, for a whole list at once.

A text is read, cut and keyed exactly as by ``nearby.shingles`` and ``nearby.minhash`` (what is stored of one compares with the other), but
the hashes of all pieces of all texts are taken together as arrays. Texts that share the key of a band are candidates; only those whose
pieces really overlap are pairs, by the exact Jaccard distance over all pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.groups import Group, groups
from watchfloor.engines.nearby.minhash import BANDS, FEWEST, PLACES, ROWS, SHIFT
from watchfloor.engines.nearby.shingles import LONGEST, SIZE, WORD, piece_hash
from watchfloor.engines.textmodels.normalise import normalise

WITHIN = 0.5
"""How far two texts may be apart to be one: found to part altered copies of campaigns from strangers (docs: how media is matched)."""

# Texts under one key of which all pairs are compared; of more, each with the eight next and the eight first.
_CROWD = 48
_GAP = re.compile(r"\W+")
_EACH = 8
_AT_ONCE = 20_000  # texts
_PAIRS = 100_000


class Pieces(NamedTuple):
    """The different pieces of texts: ``hashes[starts[i] : starts[i + 1]]`` are those of text ``i``, in order."""

    hashes: Any
    starts: Any


def exact(text: str) -> str:
    """SHA-256 of how the engines read a text: the same for two that differ only in disguise, case, punctuation and spacing."""
    form = normalise(text)
    said = " ".join([*WORD.findall(form.text), *(f"{kind}:{value}" for kind, value in form.entities)])
    return sha256(said.encode()).hexdigest()


def pieces(texts: Sequence[str]) -> Pieces:
    """The pieces of each text, as ``nearby.shingles.pieces`` finds them."""
    np = numpy()
    made = [_pieces(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
    starts = [np.zeros(1, dtype=np.int64)]
    for each in made:
        starts.append(each.starts[1:] + starts[-1][-1])
    return Pieces(
        np.concatenate([each.hashes for each in made] or [np.zeros(0, dtype=np.uint32)]), np.concatenate(starts)
    )


def signatures(of: Pieces) -> Any:
    """Texts x places: the smallest piece of each place, as ``nearby.minhash.signature`` finds them."""
    np = numpy()
    size = len(of.starts) - 1
    text = np.repeat(np.arange(size), np.diff(of.starts))
    value, place = of.hashes // PLACES, of.hashes % PLACES
    none = 0xFFFFFFFF
    least = np.full(size * PLACES, none, dtype=np.uint32)
    np.minimum.at(least, text * PLACES + place, value)
    least = least.reshape(size, PLACES)
    filled = least.copy()
    empty = least == none
    for steps in range(1, PLACES):  # borrow from the next full place
        if not empty.any():
            break
        lender = np.roll(least, -steps, axis=1)
        now = empty & (lender != none)
        filled[now] = lender[now] + np.uint32(steps * SHIFT & 0xFFFFFFFF)
        empty &= ~now
    return filled


def band_keys(signed: Any) -> Any:
    """Texts x bands, from signatures: texts with equal keys in one band may be alike. As ``nearby.minhash.bands``."""
    np = numpy()
    keys = np.zeros((len(signed), BANDS), dtype=np.uint64)
    for row in range(
        ROWS
    ):  # three values of 32 bits into one key of 64: equal rows stay equal, others meet once in 1e19
        keys = (keys ^ signed[:, row::ROWS]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def pairs(texts: Sequence[str], within: float = WITHIN) -> Iterator[tuple[int, int, float]]:
    """(text, later text, distance) of texts at most ``within`` apart (0 to 1) that share a band's key, each once."""
    np = numpy()
    of = pieces(texts)
    sizes = np.diff(of.starts)
    signed = signatures(of)
    keys = band_keys(signed)
    both = _once(np.concatenate([_candidates(keys[:, band], sizes >= FEWEST) for band in range(BANDS)]))
    for start in range(0, len(both), _PAIRS):
        part = both[start : start + _PAIRS]
        left, right = (part >> np.uint64(32)).astype(np.int64), (part & np.uint64(0xFFFFFFFF)).astype(np.int64)
        # As many places agree as the texts overlap, give or take: who has less than half of what it takes need not be compared.
        agree = (signed[left] == signed[right]).sum(axis=1)
        worth = (agree >= PLACES * (1 - within) / 2) | (np.minimum(sizes[left], sizes[right]) < PLACES)
        left, right = left[worth], right[worth]
        apart = distances(of, left, right)
        near = apart <= within
        yield from zip(left[near].tolist(), right[near].tolist(), apart[near].tolist(), strict=True)


def cluster(texts: Sequence[str], within: float = WITHIN) -> list[Group]:
    """Groups of near-duplicates, the largest first."""
    return groups(len(texts), ((left, right) for left, right, _ in pairs(texts, within)))


def distances(of: Pieces, left: Any, right: Any) -> Any:
    """The Jaccard distance of pairs of texts by their places."""
    np = numpy()
    sizes = np.diff(of.starts)
    counts = np.stack([sizes[left], sizes[right]], axis=1)
    first = np.stack([of.starts[left], of.starts[right]], axis=1).ravel()
    many = counts.ravel()
    run = np.repeat(first - (np.cumsum(many) - many), many) + np.arange(many.sum())
    pair = np.repeat(np.arange(len(left)), counts.sum(axis=1)).astype(np.uint64)
    mixed = pair << np.uint64(32) | of.hashes[run]
    mixed.sort()
    twice = np.flatnonzero(mixed[1:] == mixed[:-1])
    common = np.bincount((mixed[twice] >> np.uint64(32)).astype(np.int64), minlength=len(left))
    return 1.0 - common / np.maximum(counts.sum(axis=1) - common, 1)


def _candidates(keys: Any, used: Any) -> Any:
    """Pairs of texts with one key of a band, as ``earlier << 32 | later``."""
    np = numpy()
    places = np.flatnonzero(used)
    order = places[np.argsort(keys[places], kind="stable")]
    sorted_keys = keys[order]
    begins = (
        np.flatnonzero(np.concatenate([[True], sorted_keys[1:] != sorted_keys[:-1]]))
        if len(order)
        else np.zeros(0, dtype=np.int64)
    )
    sizes = np.diff(np.append(begins, len(order)))
    made = [np.zeros(0, dtype=np.uint64)]
    crowded = sizes > _CROWD
    starts = np.repeat(begins, sizes)
    far = np.repeat(np.where(crowded, _EACH, _CROWD), sizes)
    rank = np.arange(len(order)) - starts
    for step in range(1, min(_CROWD, int(sizes.max(initial=1)))):
        later = np.flatnonzero((rank >= step) & (far >= step))
        if not len(later):
            break
        made.append(_pair(order[later - step], order[later]))
    for leader in range(_EACH if crowded.any() else 0):
        later = np.flatnonzero((far == _EACH) & (rank > leader))
        made.append(_pair(order[starts[later] + leader], order[later]))
    return np.concatenate(made)


def _pair(left: Any, right: Any) -> Any:
    np = numpy()
    return np.minimum(left, right).astype(np.uint64) << np.uint64(32) | np.maximum(left, right).astype(np.uint64)


def _pieces(texts: Sequence[str]) -> Pieces:
    np = numpy()
    said: list[str] = []
    extra_text: list[int] = []
    extra_hash: list[int] = []
    for number, text in enumerate(texts):
        form = normalise(text[:LONGEST])
        if "⟨" in form.text:
            words = " ".join([word[:2] if word[0] == "⟨" else word for word in WORD.findall(form.text)])
        else:
            words = _GAP.sub(" ", form.text).strip(" ")
        said.append(f" {words} " if words else "")
        for kind, value in form.entities:
            extra_text.append(number)
            extra_hash.append(piece_hash(f"{kind}:{value}".encode("utf-32-le")))
        if words and len(words) < SIZE - 2:  # shorter than one piece
            extra_text.append(number)
            extra_hash.append(piece_hash(said[-1].encode("utf-32-le")))
    lengths = np.array([len(each) for each in said], dtype=np.int64)
    code = np.frombuffer("".join(said).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    windows = np.maximum(lengths - SIZE + 1, 0)
    text = np.repeat(np.arange(len(said)), windows)
    place = np.arange(int(windows.sum())) + np.repeat(
        (np.cumsum(lengths) - lengths) - (np.cumsum(windows) - windows), windows
    )
    hashes = np.concatenate([_hash_windows(code, place), np.array(extra_hash, dtype=np.uint64)])
    owner = np.concatenate([text, np.array(extra_text, dtype=np.int64)]).astype(np.uint64)
    both = _once(owner << np.uint64(32) | hashes)
    counts = np.bincount((both >> np.uint64(32)).astype(np.int64), minlength=len(said))
    return Pieces((both & np.uint64(0xFFFFFFFF)).astype(np.uint32), np.concatenate([[0], np.cumsum(counts)]))


def _once(numbers: Any) -> Any:
    """In order, each once; sorted in place, which is several times quicker than ``unique``."""
    np = numpy()
    numbers.sort()
    first = np.ones(len(numbers), dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return numbers[first]


def _hash_windows(code: Any, place: Any) -> Any:
    """``shingles.piece_hash`` of the four characters at each place: a CRC is linear, so each character's part comes from a table."""
    np = numpy()
    low, high = _tables()
    total = np.full(len(place), crc32(bytes(4 * SIZE)), dtype=np.uint32)
    astral = bool(len(code)) and int(code.max()) > 0xFFFF
    for number in range(SIZE):
        there = code.take(place + number) if len(place) else np.zeros(0, dtype=np.uint32)
        total ^= low[number].take(there & 0xFFFF)
        if astral:
            total ^= high[number].take(there >> 16)
    return total.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(16) & np.uint64(0xFFFFFFFF)


@cache
def _tables() -> tuple[Any, Any]:
    """What a character adds to the CRC of a piece at each of its places: by its lower 16 bits, and by the rest."""
    np = numpy()
    width = 4 * SIZE
    nothing = crc32(bytes(width))

    def part(at: int) -> Any:
        return np.array(
            [crc32(bytes(at) + bytes([byte]) + bytes(width - at - 1)) ^ nothing for byte in range(256)], dtype=np.uint32
        )

    numbers = np.arange(1 << 16)
    low = np.stack([part(4 * place)[numbers & 255] ^ part(4 * place + 1)[numbers >> 8] for place in range(SIZE)])
    return low, np.stack([part(4 * place + 2) for place in range(SIZE)])
