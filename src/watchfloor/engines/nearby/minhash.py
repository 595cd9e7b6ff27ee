"""Keys under which near-duplicate texts meet: MinHash in one pass, cut into bands (LSH), for an index in a database table.

Of two texts whose pieces overlap by the share ``j`` (Jaccard), each place of the signature agrees with probability ``j``; they share a
key when all ``ROWS`` places of some band agree: ``1 - (1 - j^ROWS)^BANDS``. With 12 bands of 3 that is .03 at j = .14, .24 at .3,
.80 at .5, .98 at .65 and 1.00 at .8: near-duplicates meet, and the few strangers are told apart by ``shingles.distance`` afterwards.

One-permutation hashing (Li, Owen, Zhang 2012): each piece falls into one place by its last bits, and the smallest stays. Places that
got nothing borrow from the next full one (Shrivastava, Li 2014, "Densifying one permutation hashing").
"""

from __future__ import annotations

from collections.abc import Iterable

from watchfloor.engines.nearby.shingles import pieces

BANDS = 12
ROWS = 3
PLACES = BANDS * ROWS
FEWEST = 8  # a text with fewer pieces (some ten characters) is like too many others to mean anything
SHIFT = 0x9E3779B1


def signature(found: Iterable[int]) -> tuple[int, ...] | None:
    """The smallest hash in each of ``PLACES`` places, of a text's pieces (``shingles.pieces``); None for too short a text."""
    least: list[int | None] = [None] * PLACES
    count = 0
    for piece in found:
        count += 1
        value, place = divmod(piece, PLACES)
        known = least[place]
        if known is None or value < known:
            least[place] = value
    if count < FEWEST:
        return None
    made: list[int] = []
    for place in range(PLACES):
        steps = 0
        value_there = least[place]
        while value_there is None:
            steps += 1
            value_there = least[(place + steps) % PLACES]
        made.append((value_there + steps * SHIFT) & 0xFFFFFFFF)
    return tuple(made)


def bands(text: str) -> list[bytes]:
    """The text's keys, one per band, as bytes to be hashed; none for too short a text. Two texts with one key in common may be alike."""
    made = signature(pieces(text))
    if made is None:
        return []
    return [
        bytes([band]) + b"".join(value.to_bytes(4, "big") for value in made[band * ROWS : (band + 1) * ROWS])
        for band in range(BANDS)
    ]


def chance(overlap: float) -> float:
    """The probability that two texts with this Jaccard overlap share a key."""
    return float(1 - (1 - overlap**ROWS) ** BANDS)
