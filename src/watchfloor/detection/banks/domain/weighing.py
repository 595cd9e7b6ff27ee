"""What a match is worth: whether it is certain enough to act unseen, what a known-good neighbour takes away, which items a share covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from watchfloor.detection.banks.contracts import Match

NEAR_LIMIT = (
    21  # from here on a hash of a scaled picture may be some bits off: it is made again before anything is done
)
LOW_QUALITY = 55
BITS = 256


class Split(NamedTuple):
    """Of one medium or text: what matched, and what is known to be good with the entry that says so."""

    standing: list[Match]
    suppressed: list[tuple[Match, Match]]


def split(found: Iterable[Match]) -> Split:
    """Take away what lies no nearer than something known to be good."""
    matches = list(found)
    good = sorted((each for each in matches if each.negative), key=lambda each: each.distance)
    standing: list[Match] = []
    suppressed: list[tuple[Match, Match]] = []
    for each in matches:
        if each.negative:
            continue
        nearer = next((one for one in good if _unit(one) == _unit(each) and one.distance <= each.distance), None)
        if nearer is None:
            standing.append(each)
        else:
            suppressed.append((each, nearer))
    return Split(standing, suppressed)


def nearest(matches: Sequence[Match]) -> list[Match]:
    """Of each bank the nearest entry, in the order of entries (two writers then never wait for each other)."""
    best: dict[str, Match] = {}
    for each in matches:
        known = best.get(each.bank)
        if known is None or (each.distance, str(each.entry)) < (known.distance, str(known.entry)):
            best[each.bank] = each
    return sorted(best.values(), key=lambda each: str(each.entry))


def certain(match: Match) -> bool:
    """Whether it may be acted on without looking closer: equal, or near enough and of enough quality."""
    if match.exact:
        return True
    if match.entry_kind in ("pdq", "video"):
        return match.distance < NEAR_LIMIT and (match.quality is None or match.quality >= LOW_QUALITY)
    return match.distance == 0  # a text that is only nearly the same is for a person


def covers(ratio: float, bank: str, item: str) -> bool:
    """Whether an item is in the share that a bank acts on; always the same answer for the same two."""
    return _place(f"{bank}\n{item}") < ratio


def sampled(share: float, bank: str, item_version: str) -> bool:
    """Whether an automatic decision is one of those that a person checks."""
    return _place(f"check\n{bank}\n{item_version}") < share


def score(match: Match) -> float:
    """1 for the same, 0 for no nearer than strangers are: half the bits of a hash, no piece of a text."""
    apart = match.distance if match.entry_kind == "text" else match.distance / (BITS / 2)
    return round(max(0.0, 1.0 - apart), 3)


def _place(words: str) -> float:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest()) / 2**64


def _unit(match: Match) -> str:
    return "text" if match.entry_kind == "text" else "bits"
