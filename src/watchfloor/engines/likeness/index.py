"""Which protected names a name would be taken for, among a hundred thousand, in less than a millisecond; and the same without an index.

A name is like another when they look the same (``same``), look the same once decoration is set aside (``decorated``), are one swap of
neighbouring letters apart (``near``), or differ by so few letters that the eye slips: one in names of 5 to 10 letters, two in longer
ones (``near``). Exact: names are cut into one piece more than letters may differ, so at least one piece stands unchanged, shifted at
most by the difference (the pigeonhole principle); what shares a piece is compared letter by letter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final, NamedTuple

from watchfloor.engines.likeness.shapes import shape

SAME, DECORATED, NEAR = "same", "decorated", "near"
SHORTEST: Final = 3  # a shorter form says nothing
ONE_FROM, TWO_FROM = 5, 11  # letters


class Like(NamedTuple):
    """``name`` would be taken for the protected name at ``place``; ``distance``: letters that differ."""

    place: int
    how: str
    distance: int
    score: float


def allowed(length: int) -> int:
    """Letters by which a name may differ from a protected one of so many letters."""
    return 0 if length < ONE_FROM else 1 if length < TWO_FROM else 2


class NameIndex:
    """Protected names, ready to be asked. ``place`` counts them in the order they were given."""

    def __init__(self, names: Iterable[str]) -> None:
        self._forms: list[str] = []
        self._bits: list[int] = []
        self._whole: dict[str, list[int]] = {}
        self._bare: dict[str, list[int]] = {}
        self._pieces: dict[tuple[int, int, str], list[int]] = {}
        self._lengths: set[int] = set()
        for place, name in enumerate(names):
            whole, bare = shape(name)
            self._forms.append(whole)
            self._bits.append(_bits(whole))
            if len(whole) < SHORTEST:
                continue
            self._whole.setdefault(whole, []).append(place)
            if len(bare) >= SHORTEST:
                self._bare.setdefault(bare, []).append(place)
            most = allowed(len(whole))
            if most:
                self._lengths.add(len(whole))
                for number, (start, end) in enumerate(_cut(len(whole), most + 1)):
                    self._pieces.setdefault((len(whole), number, whole[start:end]), []).append(place)

    def __len__(self) -> int:
        return len(self._forms)

    def find(self, name: str) -> list[Like]:
        """The protected names it is like, the likest first."""
        whole, bare = shape(name)
        if len(whole) < SHORTEST:
            return []
        found = {place: Like(place, SAME, 0, 1.0) for place in self._whole.get(whole, ())}
        for place in self._bare.get(bare, ()) if len(bare) >= SHORTEST else ():
            found.setdefault(place, Like(place, DECORATED, 0, 0.9))
        for place in self._whole.get(bare, ()) if len(bare) >= SHORTEST else ():
            found.setdefault(place, Like(place, DECORATED, 0, 0.9))
        for form in {whole, bare} if len(bare) >= ONE_FROM else {whole}:
            for swapped in _swaps(form):
                for place in self._whole.get(swapped, ()):
                    if allowed(len(swapped)):
                        found.setdefault(place, Like(place, NEAR, 1, 0.8))
            for place, distance in self._near(form):
                known = found.get(place)
                if known is None or (known.how == NEAR and distance < known.distance):
                    found[place] = Like(place, NEAR, distance, 0.8 if distance == 1 else 0.6)
        return sorted(found.values(), key=lambda each: (-each.score, each.place))

    def _near(self, form: str) -> Iterable[tuple[int, int]]:
        seen: set[int] = set()
        bits, size = _bits(form), len(form)
        for length in range(size - 2, size + 3):
            most = allowed(length)
            if length not in self._lengths or abs(length - size) > most:
                continue
            for number, (start, end) in enumerate(_cut(length, most + 1)):
                # Seen from the left a piece is shifted by what differs before it, from the right by what differs behind it (the
                # multi-match-aware windows of Pass-Join: Li, Deng, Wang, Feng 2011).
                more = size - length
                first = max(-number, more - (most - number), -start)
                last = min(number, more + (most - number), size - end)
                for shift in range(first, last + 1):
                    for place in self._pieces.get((length, number, form[start + shift : end + shift]), ()):
                        if place in seen:
                            continue
                        seen.add(place)
                        if (bits ^ self._bits[place]).bit_count() > 2 * most:
                            continue
                        distance = within(form, self._forms[place], most)
                        if distance:
                            yield place, distance


def alone(name: str, protected: str) -> Like | None:
    """Whether a name is like one protected name, by the definition itself: what the index is tested against."""
    (whole, bare), (form, plain) = shape(name), shape(protected)
    if len(whole) < SHORTEST or len(form) < SHORTEST:
        return None
    if whole == form:
        return Like(0, SAME, 0, 1.0)
    if len(bare) >= SHORTEST and bare in (plain, form):
        return Like(0, DECORATED, 0, 0.9)
    most = allowed(len(form))
    nearest = 0
    for each in {whole, bare} if len(bare) >= ONE_FROM else {whole}:
        distance = within(each, form, most) if most else 0
        if (most and not distance and form in _swaps(each)) or (distance == 2 and form in _swaps(each)):
            distance = 1
        if distance and (not nearest or distance < nearest):
            nearest = distance
    return Like(0, NEAR, nearest, 0.8 if nearest == 1 else 0.6) if nearest else None


def within(left: str, right: str, most: int) -> int:
    """The letters that must be put in, left out or exchanged (Levenshtein), if there are 1 to ``most``; else 0."""
    if left == right or abs(len(left) - len(right)) > most:
        return 0
    begin, ends = 0, min(len(left), len(right))
    while begin < ends and left[begin] == right[begin]:
        begin += 1
    tail = 0
    while tail < ends - begin and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    left, right = left[begin : len(left) - tail], right[begin : len(right) - tail]
    if not left or not right:
        return max(len(left), len(right)) if max(len(left), len(right)) <= most else 0
    before = list(range(len(right) + 1))
    for row, char in enumerate(left, 1):
        now = [row]
        for column, other in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (char != other)))
        if min(now) > most:
            return 0
        before = now
    return before[-1] if before[-1] <= most else 0


def _cut(length: int, parts: int) -> list[tuple[int, int]]:
    """Where pieces begin and end: as even as can be."""
    edges = [length * number // parts for number in range(parts + 1)]
    return list(itertools.pairwise(edges))


def _swaps(form: str) -> set[str]:
    """The forms that are one swap of neighbours away."""
    return {
        form[:place] + form[place + 1] + form[place] + form[place + 2 :]
        for place in range(len(form) - 1)
        if form[place] != form[place + 1]
    }


def _bits(form: str) -> int:
    """Which letters occur: two forms that differ by d letters differ in at most 2 d of these."""
    found = 0
    for char in form:
        found |= 1 << (ord(char) & 63)
    return found
