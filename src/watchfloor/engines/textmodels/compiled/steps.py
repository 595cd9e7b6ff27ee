"""One text scored or learned in one compiled call: the same numbers as ``classifier`` and ``letters`` give, to the last bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from watchfloor.engines.textmodels import letters
from watchfloor.engines.textmodels.classifier import WIDEST_GATE
from watchfloor.engines.textmodels.compiled.folding import CHAR, DOUBT, ROOM, fold, lowered
from watchfloor.engines.textmodels.compiled.memory import (
    BIAS,
    BIAS_SQUARE,
    ENTRIES,
    ENTRY_ROOM,
    FEATURES,
    GATE,
    KNOWN,
    LAST,
    LETTER,
    LOSSES,
    NEEDED,
    OWN_BIAS,
    OWN_RATE,
    OWN_SQUARE,
    PARTS,
    PLACE_ROOM,
    PLACES,
    RATE,
    RECENT,
    RECENT_AT,
    RUN_ROOM,
    RUNS,
    RUNS_LAST,
    SCRATCH_ROOM,
    SHIFT,
    SLOPE,
    TRUSTS,
    UNKNOWN,
    UNSURE,
    WITH,
    WITHOUT,
    chars,
    compiled,
    entries,
    meta,
    names,
    numbers,
    places,
    run_keys,
    run_table,
    run_values,
    scratch,
    values,
)
from watchfloor.engines.textmodels.compiled.pieces import forget, pieces
from watchfloor.engines.textmodels.compiled.reading import shown

LEARN, LABEL, SURE = 1, 2, 4
"""What is asked of a call: to learn, that the label holds, that nobody need ask whether known words are written with digits."""

KEY, OTHER_KEY = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93  # odd numbers that spread what they multiply


@compiled
def sigmoid(value: Any) -> Any:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-min(value, 700.0)))
    grown = math.exp(max(value, -700.0))
    return grown / (1.0 + grown)


@compiled
def _exact(found: Any, count: Any, worth: Any, parts: Any) -> Any:
    """The sum of the values at some places, rounded once (as ``math.fsum``; Shewchuk, 1997); places below zero have none."""
    have = 0
    for at in range(count):
        if found[at] < 0:
            continue
        value = worth[2 * found[at]]
        if value == 0.0:
            continue
        kept = 0
        for part in range(have):
            other = parts[PARTS + part]
            if abs(value) < abs(other):
                value, other = other, value
            high = value + other
            low = other - (high - value)
            if low != 0.0:
                parts[PARTS + kept] = low
                kept += 1
            value = high
        have = kept
        if value != 0.0:
            parts[PARTS + have] = value
            have += 1
    high = low = 0.0
    if have:
        have -= 1
        high = parts[PARTS + have]
        while have:
            value = high
            have -= 1
            other = parts[PARTS + have]
            high = value + other
            low = other - (high - value)
            if low != 0.0:
                break
        if have and ((low < 0.0 and parts[PARTS + have - 1] < 0.0) or (low > 0.0 and parts[PARTS + have - 1] > 0.0)):
            other = low * 2.0
            value = high + other
            if other == value - high:
                high = value
    return high


@compiled
def _run(one: Any, two: Any, three: Any, four: Any, give: Any, row: Any) -> Any:
    """The place of a run of four characters; -1 if it has none and is to be given none."""
    key = one | two << 21 | three << 42
    table = run_table(row)
    last = row[RUNS_LAST]
    made = (np.uint64(key) ^ np.uint64(four) * np.uint64(OTHER_KEY)) * np.uint64(KEY)
    at = np.int64(made >> np.uint64(32)) & last
    while table[2 * at] != 0:
        if table[2 * at] == key and table[2 * at + 1] >> 32 == four:
            return table[2 * at + 1] & 0xFFFFFFFF
        at = (at + 1) & last
    if not give:
        return -1
    place = row[RUNS]
    row[RUNS] = place + 1
    table[2 * at], table[2 * at + 1] = key, four << 32 | place
    keys, worth = run_keys(row), run_values(row)
    keys[2 * place], keys[2 * place + 1] = key, four
    worth[2 * place], worth[2 * place + 1] = 0.0, letters.FIRST_SQUARE
    return place


@compiled
def _runs(words: Any, give: Any, row: Any) -> Any:
    """Fills a part of the scratch with the places of all runs of the words of a text; how many."""
    of, known, found, runs = meta(row), names(row), scratch(row, 5, 4), scratch(row, 9, 3)
    have = 0
    one: Any
    two: Any
    three: Any
    four: Any
    for word in range(words):
        begin, size = of[4 * found[word]], of[4 * found[word] + 1]
        if size < 2:
            continue
        one, two = 32, np.int64(known[begin])
        three = np.int64(known[begin + 1])
        for at in range(2, size + 1):
            four = np.int64(known[begin + at]) if at < size else 32
            runs[have] = _run(one, two, three, four, give, row)
            have += 1
            one, two, three = two, three, four
    return have


@compiled
def trusted(of: Any) -> Any:
    best = 0
    for number in range(1, 3):
        if of[LOSSES + number] < of[LOSSES + best]:
            best = number
    return of[TRUSTS + best]


@compiled
def _chance(margin: Any, of: Any) -> Any:
    return sigmoid(of[SLOPE] * margin + of[SHIFT])


@compiled
def scored(count: Any, words: Any, row: Any) -> Any:
    of, found = numbers(row), scratch(row, 5, 4)
    margin = _exact(found, count, values(row), of) / math.sqrt(count) + of[BIAS]
    trust = trusted(of)
    if abs(margin) < of[UNSURE] and trust != 0.0:
        runs = _runs(words, False, row)
        total = _exact(scratch(row, 9, 3), runs, run_values(row), of)
        margin = margin + trust * (total / math.sqrt(max(runs, 1)) + of[OWN_BIAS])
    return _chance(margin, of)


@compiled
def _moved(found: Any, count: Any, worth: Any, error: Any, weight: Any, size: Any, rate: Any) -> None:
    """One step of AdaGrad for the weights at some places (value and square beside each other)."""
    step = error * weight / size
    square, move = step * step, rate * step
    for at in range(count):
        place = 2 * found[at]
        seen = worth[place + 1] + square
        worth[place + 1] = seen
        worth[place] += move / math.sqrt(seen)


@compiled
def _learned_letters(words: Any, label: Any, weight: Any, before: Any, gate: Any, row: Any) -> Any:
    of, worth, found = numbers(row), run_values(row), scratch(row, 9, 3)
    runs = _runs(words, True, row)
    root = math.sqrt(max(runs, 1))
    own = _exact(found, runs, worth, of) / root + of[OWN_BIAS]
    said = trusted(of) * own
    for number in range(3):
        chance = sigmoid(before + of[TRUSTS + number] * own)
        lost = -math.log(max(letters.LEAST, chance if label else 1.0 - chance))
        of[LOSSES + number] = of[LOSSES + number] * letters.FORGET + lost
    error = (1.0 if label else 0.0) - sigmoid(before + own)
    if abs(error) >= max(gate, letters.GATE):
        _moved(found, runs, worth, error, weight, root, of[OWN_RATE])
        of[OWN_SQUARE] += error * error * weight * weight
        of[OWN_BIAS] += 0.1 * of[OWN_RATE] * error * weight / math.sqrt(of[OWN_SQUARE])
    return said


@compiled
def learned(count: Any, words: Any, label: Any, weight: Any, row: Any) -> Any:
    of, worth, found = numbers(row), values(row), scratch(row, 5, 4)
    size = math.sqrt(count)
    first = _exact(found, count, worth, of) / size + of[BIAS]
    kept, decided = places(row), entries(row)
    end, entry = row[PLACES], row[ENTRIES]
    for at in range(count):
        kept[end + at] = found[at]
    decided[3 * entry], decided[3 * entry + 1], decided[3 * entry + 2] = end + count, 1.0 if label else 0.0, weight
    row[PLACES], row[ENTRIES] = end + count, entry + 1
    mine, others = (WITH, WITHOUT) if label else (WITHOUT, WITH)
    row[mine] += 1
    plenty = (row[mine] + 5) / (row[others] + 5)
    gate = max(of[GATE], min(of[GATE] * plenty, WIDEST_GATE))
    margin = first
    if abs(first) < of[UNSURE]:
        margin += _learned_letters(words, label, weight, first, gate, row)
    said = _chance(margin, of)
    recent = RECENT_AT + row[RECENT] % LAST
    of[recent], of[recent + LAST] = margin, 1.0 if label else 0.0
    row[RECENT] += 1
    error = (1.0 if label else 0.0) - sigmoid(first)
    if abs(error) >= gate:
        _moved(found, count, worth, error, weight, size, of[RATE])
        of[BIAS_SQUARE] += error * error * weight * weight
        of[BIAS] += 0.1 * of[RATE] * error * weight / math.sqrt(of[BIAS_SQUARE])
    return said


@compiled
def _done(have: Any, words: Any, before: Any, mode: Any, weight: Any, row: Any) -> Any:
    """Scores or learns what ``pieces`` found."""
    if mode & LEARN == 0:
        said = scored(have, words, row)
        forget(row, before)
        return said
    return learned(have, words, mode & LABEL != 0, weight, row)


@compiled
def _held(count: Any, row: Any) -> Any:
    """Whether there is room to learn a text of so many characters at most (its features are asked for apart)."""
    if (
        row[ENTRIES] + 1 > row[ENTRY_ROOM]
        or row[PLACES] + 4 * count + 8 > row[PLACE_ROOM]
        or row[RUNS] + 3 * count > row[RUN_ROOM]
    ):
        row[NEEDED] = 4 * count + 8
        return False
    return True


@compiled
def take(raw: bytes, wide: Any, mode: Any, weight: Any, row: Any) -> Any:
    """What is asked about a text as it was typed; below zero: nothing was done (see ``folding``)."""
    before = row[FEATURES]
    size, told, length, capitals, digits, hidden, maybe = fold(raw, wide, row)
    if size < 0:
        return float(size)
    if mode & LEARN and not _held(size + told, row):
        return float(ROOM)
    if maybe and mode & SURE == 0:
        low = lowered(raw, wide, row)
        if low < 0 or shown(low, row):
            return float(DOUBT)
    # Coarse steps, as ``features._shape`` has them.
    facts = (min(9, _bits(length)), 10 * capitals // max(length, 1), min(6, _bits(digits)), hidden, 0)
    have, words = pieces(size, size + told, facts, row)
    if have < 0:
        return float(have)
    return _done(have, words, before, mode, weight, row)


@compiled
def doubts(raw: bytes, wide: Any, row: Any) -> Any:
    """Whether known words may be written with digits in a text: 1 or 0; below zero, what hinders telling."""
    count = len(raw) // 4 if wide else len(raw)
    if 6 * count + 256 > row[SCRATCH_ROOM]:
        row[NEEDED] = 6 * count + 256
        return float(ROOM)
    low = lowered(raw, wide, row)
    return float(low) if low < 0 else 1.0 * shown(low, row)


@compiled
def take_form(raw: bytes, size: Any, facts: Any, mode: Any, weight: Any, row: Any) -> Any:
    """The same about a form that was read elsewhere: in UTF-32, ``size`` characters, then its entities, an edge before each."""
    before = row[FEATURES]
    count = len(raw) // 4
    if 6 * count + 256 > row[SCRATCH_ROOM]:
        row[NEEDED] = 6 * count + 256
        return float(ROOM)
    table, codes = chars(row), scratch(row, 0, 1)
    for place in range(count):
        code = np.int64(raw[4 * place]) | np.int64(raw[4 * place + 1]) << 8 | np.int64(raw[4 * place + 2]) << 16
        if place < size:
            of = np.int64(table[code])
            if of & KNOWN == 0:
                row[UNKNOWN] = code
                return float(CHAR)
            code = of & LETTER
        codes[place] = code
    if mode & LEARN and not _held(count, row):
        return float(ROOM)
    of_text = (facts & 15, facts >> 4 & 15, facts >> 8 & 15, facts >> 12 & 1, facts >> 13 & 1)
    have, words = pieces(size, count, of_text, row)
    if have < 0:
        return float(have)
    return _done(have, words, before, mode, weight, row)


@compiled
def _bits(number: Any) -> Any:
    bits = 0
    while number > 0:
        number >>= 1
        bits += 1
    return bits
