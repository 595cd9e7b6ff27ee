"""Chance by counting: number n of a stream is a function of its key and n, so an item has the same luck in every scenario.

The function is SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014), entered at any place.
"""

from __future__ import annotations

GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
ARRIVAL, HANDLE, HANDLE_TOO, PATIENCE, AUTOMATION, ABSENCE = range(6)


def mixed(state: int) -> int:
    """SplitMix64's finaliser."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def bits(key: int, number: int) -> int:
    """Output ``number`` (from 0) of the stream that begins at ``key``: 64 bits."""
    return mixed((key + GAMMA * (number + 1)) & MASK)


def uniform(key: int, number: int) -> float:
    """The same as a share in [0, 1), of 53 bits."""
    return (bits(key, number) >> 11) * 2.0**-53


def stream(seed: int, replication: int, purpose: int, name: str) -> int:
    """The key of a stream: by what it is for and by the name of a queue or team, not by its place in the file."""
    key = mixed(seed & MASK)
    for part in (replication, purpose, int.from_bytes(_hashed(name), "big")):
        key = mixed((key ^ part) + GAMMA & MASK)
    return key


def _hashed(name: str) -> bytes:
    """64 bits of a name (FNV-1a)."""
    found = 0xCBF29CE484222325
    for byte in name.encode():
        found = ((found ^ byte) * 0x100000001B3) & MASK
    return found.to_bytes(8, "big")
