"""What a form falls into, compiled: the places of a text's features in the order in which ``features`` names them.

A feature that was never met is given a place; ``forget`` takes the last ones back where a text is only scored.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from watchfloor.engines.textmodels.compiled.folding import ROOM
from watchfloor.engines.textmodels.compiled.memory import (
    ALNUM,
    CAPS,
    CODE_ROOM,
    CODES,
    DIGIT,
    FACTS,
    FEATURE_ROOM,
    FEATURES,
    HIDDEN,
    KIND_AT,
    LENGTHS,
    MANY,
    MARK,
    MIXED,
    MONEY,
    NEEDED,
    NOTHING,
    OTHER,
    PAIR,
    PAIRS_LAST,
    SERIAL,
    SINGLES_LAST,
    UNDER,
    WORD,
    chars,
    compiled,
    meta,
    names,
    pairs,
    scratch,
    singles,
    values,
)
from watchfloor.engines.textmodels.compiled.placing import EDGE
from watchfloor.engines.textmodels.letters import FIRST_SQUARE

_FACTS = [
    *(f"shape:length{step}" for step in range(10)), *(f"shape:caps{step}" for step in range(11)),
    *(f"shape:digits{step}" for step in range(7)), "shape:hidden", "shape:mixed",
]  # fmt: skip
FACT_PLACE = {name: place for place, name in enumerate(_FACTS)}
_SPELLED = np.array([ord(char) for name in _FACTS for char in name], np.int64)
_SPELLED_AT = np.cumsum([0, *map(len, _FACTS)])
_STAR, _OPEN, _CLOSE, _QUOTE, _NONE = 42, 0x27E8, 0x27E9, 39, 48


@compiled
def hashed(codes: Any, start: Any, end: Any) -> Any:
    made = np.uint64(end - start)
    for place in range(start, end):
        made = (made ^ np.uint64(codes[place])) * np.uint64(0x9E3779B97F4A7C15)
        made ^= made >> np.uint64(29)
    return made * np.uint64(0xD6E8FEB86659FD93)


@compiled
def single(codes: Any, start: Any, end: Any, kind: Any, row: Any) -> Any:
    """The place of a name; it is given one, unless ``kind`` is below zero: then -1 if it has none."""
    made = hashed(codes, start, end)
    upper = made >> np.uint64(32)
    table, of, known = singles(row), meta(row), names(row)
    last = row[SINGLES_LAST]
    at = np.int64(made >> np.uint64(20)) & last
    while True:
        slot = table[at]
        if slot == 0:
            break
        if slot >> np.uint64(32) == upper:
            place = np.int64(slot & np.uint64(0xFFFFFFFF)) - 1
            if of[4 * place + 1] == end - start:
                begin = of[4 * place]
                same = True
                for step in range(end - start):
                    if np.int64(known[begin + step]) != codes[start + step]:
                        same = False
                        break
                if same:
                    return place
        at = (at + 1) & last
    if kind < 0:
        return -1
    place = row[FEATURES]
    begin = row[CODES]
    for step in range(end - start):
        known[begin + step] = codes[start + step]
    row[CODES] = begin + end - start
    table[at] = upper << np.uint64(32) | np.uint64(place + 1)
    _given(row, place, begin, end - start, kind)
    return place


@compiled
def _given(row: Any, place: Any, one: Any, other: Any, kind: Any) -> None:
    row[FEATURES] = place + 1
    of, worth = meta(row), values(row)
    of[4 * place], of[4 * place + 1], of[4 * place + 2], of[4 * place + 3] = one, other, kind, 0
    worth[2 * place], worth[2 * place + 1] = 0.0, FIRST_SQUARE


@compiled
def pair(left: Any, right: Any, row: Any) -> Any:
    """The place of two neighbours; it is given one."""
    key = (left << 32 | right) + 1
    table = pairs(row)
    last = row[PAIRS_LAST]
    made = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64(made >> np.uint64(32)) & last
    while True:
        met = table[2 * at]
        if met == key:
            return table[2 * at + 1]
        if met == 0:
            break
        at = (at + 1) & last
    place = row[FEATURES]
    table[2 * at], table[2 * at + 1] = key, place
    _given(row, place, left, right, PAIR)
    return place


@compiled
def forget(row: Any, before: Any) -> None:
    """Takes back the places from ``before`` on, the last first: the tables are then what they were."""
    of, known = meta(row), names(row)
    for place in range(row[FEATURES] - 1, before - 1, -1):
        one, other = of[4 * place], of[4 * place + 1]
        if of[4 * place + 2] == PAIR:
            double = pairs(row)
            key = (one << 32 | other) + 1
            made = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
            last = row[PAIRS_LAST]
            at = np.int64(made >> np.uint64(32)) & last
            while double[2 * at] != key:
                at = (at + 1) & last
            double[2 * at] = 0
        else:
            table = singles(row)
            last = row[SINGLES_LAST]
            at = np.int64(hashed(known, one, one + other) >> np.uint64(20)) & last
            while np.int64(table[at] & np.uint64(0xFFFFFFFF)) - 1 != place:
                at = (at + 1) & last
            table[at] = 0
            row[CODES] = one
    for fact in range(FACTS, FACTS + 30):
        if row[fact] > before:
            row[fact] = 0
    row[FEATURES] = before


@compiled
def _token(codes: Any, start: Any, size: Any, table: Any) -> Any:
    """Where the token ends that begins at ``start``; ``start`` where none does."""
    code = codes[start]
    kind = np.int64(table[code]) >> KIND_AT & 7
    if kind == NOTHING or kind == UNDER:  # noqa: SIM109 (no tuple is made where it is compiled)
        return start
    end = start + 1
    if kind == ALNUM:
        while end < size and np.int64(table[codes[end]]) >> KIND_AT & 7 == ALNUM:
            end += 1
        if end + 1 < size and codes[end] == _QUOTE and np.int64(table[codes[end + 1]]) >> KIND_AT & 7 == ALNUM:
            end += 2
            while end < size and np.int64(table[codes[end]]) >> KIND_AT & 7 == ALNUM:
                end += 1
    elif kind == MONEY or kind == MARK:  # noqa: SIM109
        while end < size and np.int64(table[codes[end]]) >> KIND_AT & 7 == kind:
            end += 1
    elif code == _OPEN:
        close = end
        while close < size:
            inside = np.int64(table[codes[close]]) >> KIND_AT & 7
            if inside != ALNUM and inside != UNDER:
                break
            close += 1
        if end < close < size and codes[close] == _CLOSE:
            end = close + 1
    return end


@compiled
def pieces(size: Any, all_of_it: Any, facts: Any, row: Any) -> Any:
    """The places of the features of the form in the scratch.

    Args:
        size: of the form; behind it, up to ``all_of_it``, its entities, an edge before each.
        facts: length, capitals and digits in steps, invisible characters, mixed words.

    Returns:
        (how many there are, or ROOM; how many of them are words and shapes). The places are in the parts of the scratch from 5 on.
    """
    table, codes = chars(row), scratch(row, 0, 1)
    starts, ends, shapes = scratch(row, 1, 1), scratch(row, 2, 1), scratch(row, 3, 1)
    spare, found = scratch(row, 4, 1), scratch(row, 5, 4)
    tokens = letters = place = 0
    while place < size:
        end = _token(codes, place, size, table)
        if end > place:
            starts[tokens], ends[tokens] = place, end
            letters += end - place
            tokens += 1
            place = end
        else:
            place += 1
    room = 4 * tokens + 8 + all_of_it - size
    if (
        row[FEATURES] + room > row[FEATURE_ROOM]
        or row[CODES] + 2 * letters + 6 * tokens + 99 + all_of_it - size > row[CODE_ROOM]
    ):
        row[NEEDED] = max(room, 2 * letters + 6 * tokens + 99 + all_of_it - size)
        return ROOM, 0
    of = meta(row)
    row[SERIAL] += 1
    met = row[SERIAL]
    have = 0
    for token in range(tokens):
        shapes[token] = place = single(codes, starts[token], ends[token], WORD, row)
        if of[4 * place + 3] != met:
            of[4 * place + 3] = met
            found[have] = place
            have += 1
    for token in range(tokens):
        start, end = starts[token], ends[token]
        # With an apostrophe or in brackets it is no word of figures; alone, each sign is its own shape.
        if np.int64(table[codes[start]]) >> KIND_AT & 7 != ALNUM:
            continue
        any_digit = False
        for at in range(start, end):
            if codes[at] == _QUOTE:
                any_digit = False
                break
            any_digit |= (table[codes[at]] & np.uint64(DIGIT)) != 0
        if any_digit:
            for at in range(start, end):
                spare[at - start] = _NONE if table[codes[at]] & np.uint64(DIGIT) else codes[at]
            shapes[token] = place = single(spare, 0, end - start, WORD, row)
            if of[4 * place + 3] != met:
                of[4 * place + 3] = met
                found[have] = place
                have += 1
    words = have
    for token in range(1, tokens):
        place = pair(shapes[token - 1], shapes[token], row)
        if of[4 * place + 3] != met:
            of[4 * place + 3] = met
            found[have] = place
            have += 1
    for token in range(tokens):
        start = starts[token]
        if ends[token] - start > 6 and codes[start] != _OPEN:
            for at in range(5):
                spare[at] = codes[start + at]
            spare[5] = _STAR
            place = single(spare, 0, 6, OTHER, row)
            if of[4 * place + 3] != met:
                of[4 * place + 3] = met
                found[have] = place
                have += 1
    start = size + 1
    while start <= all_of_it and size < all_of_it:
        end = start
        while end < all_of_it and codes[end] != EDGE:
            end += 1
        place = single(codes, start, end, OTHER, row)
        if of[4 * place + 3] != met:
            of[4 * place + 3] = met
            found[have] = place
            have += 1
        start = end + 1
    found[have] = _fact(LENGTHS + facts[0], row)
    found[have + 1] = _fact(CAPS + facts[1], row)
    found[have + 2] = _fact(MANY + facts[2], row)
    have += 3
    if facts[3]:
        found[have] = _fact(HIDDEN, row)
        have += 1
    if facts[4]:
        found[have] = _fact(MIXED, row)
        have += 1
    return have, words


@compiled
def _fact(fact: Any, row: Any) -> Any:
    place = row[FACTS + fact] - 1
    if place < 0:
        place = single(_SPELLED, _SPELLED_AT[fact], _SPELLED_AT[fact + 1], OTHER, row)
        row[FACTS + fact] = place + 1
    return place
