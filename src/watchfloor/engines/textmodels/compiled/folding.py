"""The normal form of texts that hold no trick, compiled: case, compatibility forms, invisible characters, repetitions.

Whatever might be read otherwise (an e-mail address, digits for letters, words spelled out, letters with look-alikes, marks
that combine) is left to ``normalise``: what is told here must be what it tells (``tests/property``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from watchfloor.engines.textmodels.compiled.memory import (
    ALNUM,
    ASKS,
    CAPITAL,
    COUNT_AT,
    DIGIT,
    FORM_AT,
    HARMLESS,
    KIND_AT,
    KNOWN,
    LATIN,
    LETTER,
    NEEDED,
    SCRATCH_ROOM,
    TYPED_DIGIT,
    UNKNOWN,
    UNSEEN,
    chars,
    compiled,
    forms,
    scratch,
)
from watchfloor.engines.textmodels.compiled.placing import is_top, placed

ELSE, ROOM, CHAR, DOUBT = -1, -2, -3, -4
"""What a call answers that did nothing: to be read otherwise, more room, a character not looked at, perhaps to be read by known words."""

_PLACE, _MAIL, _WRITTEN = 1, 2, 4  # a link or a number; an address; digits for letters, or letters one by one
_LOWER, _FIGURE, _LEET, _BETWEEN, _APART, _ASK = 1, 2, 4, 8, 16, 32
_KINDS = np.zeros(128, np.uint8)
for _kind, _of in (
    (_LOWER, "abcdefghijklmnopqrstuvwxyz"), (_FIGURE, "0123456789"), (_LEET, "013457@$!"), (_BETWEEN, " ().-"),
    (_APART, " .*_-"), (_ASK, ".:@"),
):  # fmt: skip
    for _char in _of:
        _KINDS[ord(_char)] |= _kind


@compiled
def fold(raw: Any, wide: Any, row: Any) -> Any:
    """Fills the scratch with the form of a text (``wide``: in UTF-32).

    Returns:
        (its length or why there is none, how long its entities are behind it, characters typed, capitals, digits, invisible ones,
        whether words may be written with digits).
    """
    count = len(raw) // 4 if wide else len(raw)
    if 6 * count + 256 > row[SCRATCH_ROOM]:
        row[NEEDED] = 6 * count + 256
        return ROOM, 0, 0, 0, 0, 0, False
    table, codes = chars(row), scratch(row, 0, 1)
    size = capitals = digits = hidden = 0
    signs = False
    for place in range(count):
        if wide:
            code = np.int64(raw[4 * place]) | np.int64(raw[4 * place + 1]) << 8 | np.int64(raw[4 * place + 2]) << 16
        else:
            code = np.int64(raw[place])
        of = np.int64(table[code])
        if of & HARMLESS == 0:
            row[UNKNOWN] = code
            return (ELSE if of & KNOWN else CHAR), 0, 0, 0, 0, 0, False
        capitals += (of & CAPITAL) != 0
        digits += (of & TYPED_DIGIT) != 0
        signs |= code == 36 or code == 64
        parts = of >> COUNT_AT & 3
        if parts == 1:
            codes[size] = of >> FORM_AT
            size += 1
        elif parts == 0:
            hidden += (of & UNSEEN) != 0
        else:
            where = of >> FORM_AT
            listed = forms(row)
            if size + np.int64(listed[where]) > count + 32:
                return ELSE, 0, 0, 0, 0, 0, False
            for part in range(np.int64(listed[where])):
                codes[size] = np.int64(listed[where + 1 + part])
                size += 1
    tricks = _tricks(codes, size, table)
    told = 0
    if tricks:
        if tricks & _MAIL:
            return ELSE, 0, 0, 0, 0, 0, False
        if tricks & _PLACE:
            kept, told = placed(codes, size, table, scratch(row, 1, 1), scratch(row, 2, 1))
            if kept < 0:
                return ELSE, 0, 0, 0, 0, 0, False
            codes, size = scratch(row, 1, 1), kept
            tricks = _tricks(codes, size, table)
        if tricks & _WRITTEN:
            return ELSE, 0, 0, 0, 0, 0, False
    size = _squeezed(codes, size, table, scratch(row, 0, 1))
    form, beside = scratch(row, 0, 1), scratch(row, 2, 1)
    for at in range(told):
        form[size + at] = beside[at]
    return size, told, count, capitals, digits, hidden, digits > 0 or signs


@compiled
def _tricks(codes: Any, size: Any, table: Any) -> Any:
    """Which tricks a form may hold (see ``tricks``): it may say so of one that holds none."""
    figures = chain = gap = seen = 0
    spelled, apart, last = 0, 0, -9
    for place in range(size):
        code = codes[place]
        kind = np.int64(_KINDS[code]) if code < 128 else (_FIGURE if table[code] & np.uint64(DIGIT) else 0)
        if kind & _LOWER:
            figures = chain = 0
            if (place == 0 or not _alnum(codes[place - 1], table)) and (
                place + 1 == size or not _alnum(codes[place + 1], table)
            ):
                between = codes[place - 1] if place else 0
                if last == place - 2 and between < 128 and _KINDS[between] & _APART:
                    spelled = spelled + 1 if spelled == 1 or between == apart else 2
                    apart = between
                    if spelled >= 4:
                        seen |= _WRITTEN
                else:
                    spelled = 1
                last = place
            continue
        if kind & _FIGURE:
            figures += 1
            chain += 1
            gap = 0
            if figures >= 4 or chain >= 9:
                seen |= _PLACE
        else:
            figures = 0
            if chain:
                gap += 1
                if gap > 2 or not kind & _BETWEEN:
                    chain = 0
        if kind & _LEET and place and _latin(codes[place - 1], table) and place + 1 < size:
            after = codes[place + 1]
            if _latin(after, table):  # noqa: SIM114 (two looks, one after the other)
                seen |= _WRITTEN
            elif after < 128 and _KINDS[after] & _LEET and place + 2 < size and _latin(codes[place + 2], table):
                seen |= _WRITTEN
        if kind & _ASK and _address(codes, size, place):
            seen |= _MAIL if code == 64 else _PLACE
    return seen


@compiled
def _alnum(code: Any, table: Any) -> Any:
    return (np.int64(table[code]) >> KIND_AT & 7) == ALNUM


@compiled
def _latin(code: Any, table: Any) -> Any:
    return (np.int64(table[code]) & LATIN) != 0


@compiled
def _blank(code: Any) -> Any:
    return code == 32 or (9 <= code <= 13 and code != 11)


@compiled
def _address(codes: Any, size: Any, place: Any) -> Any:
    """Whether a link or an address may be about a point, a colon or an at sign."""
    code = codes[place]
    if place == 0 or place + 1 == size:
        return False
    if code == 58:
        return place + 2 < size and codes[place + 1] == 47 and codes[place + 2] == 47
    if code == 64:
        if _blank(codes[place - 1]):
            return False
        for after in range(place + 1, size):
            if _blank(codes[after]):
                return False
            if codes[after] == 46:
                return True
        return False
    before = codes[place - 1]
    if before == 119 and place >= 3 and codes[place - 2] == 119 and codes[place - 3] == 119:
        return True
    if not (before == 45 or 48 <= before <= 57 or 97 <= before <= 122):
        return False
    name = 0
    for after in range(place + 1, min(size, place + 9)):
        code = codes[after]
        if 97 <= code <= 122:
            name = name << 8 | code
        elif code == 45 or code == 64 or code == 95 or 48 <= code <= 57:
            return False
        else:
            break
    return is_top(name)


@compiled
def _squeezed(codes: Any, size: Any, table: Any, into: Any) -> Any:
    """No character more than twice in a row, and letters without their marks; how long that is."""
    kept = 0
    one = other = -1
    for place in range(size):
        code = codes[place]
        if code != one or code != other or code == 10:
            into[kept] = np.int64(table[code]) & LETTER
            kept += 1
        other, one = one, code
    return kept


@compiled
def lowered(raw: Any, wide: Any, row: Any) -> Any:
    """Fills a second part of the scratch with a text's small letters, figures and signs (0 for what is beyond ASCII).

    Returns:
        its length, or DOUBT where one beyond ASCII counts, or CHAR.
    """
    count = len(raw) // 4 if wide else len(raw)
    table, low = chars(row), scratch(row, 1, 1)
    code: Any
    for place in range(count):
        if wide:
            code = np.int64(raw[4 * place]) | np.int64(raw[4 * place + 1]) << 8 | np.int64(raw[4 * place + 2]) << 16
        else:
            code = np.int64(raw[place])
        if 65 <= code <= 90:
            code += 32
        elif code > 127:
            of = np.int64(table[code])
            if of & KNOWN == 0:
                row[UNKNOWN] = code
                return CHAR
            if of & ASKS:
                return DOUBT
            code = 0
        low[place] = code
    return count
