"""SimHash (Charikar 2002; Manku, Jain, Das Sarma 2007): 64 bits of a text of which near-duplicates share nearly all."""

from __future__ import annotations

from hashlib import blake2b

from watchfloor.engines.nearby.shingles import pieces

_LANE = 16  # bits kept for the count of one bit; texts have fewer than 2**16 pieces
# For each byte, its eight bits with a lane of their own each: adding such numbers counts eight bits at a time.
_SPREAD = [sum(1 << (_LANE * bit) for bit in range(8) if byte >> bit & 1) for byte in range(256)]
_MASK = (1 << _LANE) - 1


def simhash(text: str) -> int | None:
    """The 64 bits; None for a text without letters or digits, which is like nothing."""
    found = pieces(text)
    if not found:
        return None
    counts = [0] * 8
    for piece in found:
        for place, byte in enumerate(blake2b(piece.to_bytes(4, "big"), digest_size=8).digest()):
            counts[place] += _SPREAD[byte]
    half = len(found) / 2
    bits = 0
    for place, count in enumerate(counts):
        for bit in range(8):
            if (count >> (_LANE * bit) & _MASK) > half:
                bits |= 1 << (8 * place + bit)
    return bits
