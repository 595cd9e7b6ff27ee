"""Links and numbers to placeholders, compiled: the patterns of ``normalise`` for them, letter for letter (``tests/property``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from watchfloor.engines.textmodels.compiled.memory import ALNUM, DIGIT, KIND_AT, NOTHING, UNDER, compiled
from watchfloor.engines.textmodels.tricks import TOP_LEVEL

EDGE = 0xD800  # stands before an entity; no form holds it

_ENDS = np.array(sorted(int.from_bytes(name.encode(), "big") for name in TOP_LEVEL.split("|")), np.int64)
_TEXTS = ["⟨url⟩", "⟨phone⟩", "⟨num", "host:", "phone:", "number:", "http://", "https://", "ftp://", "www."]
_LETTERS = np.array([ord(char) for text in _TEXTS for char in text], np.int64)
_AT = np.cumsum([0, *map(len, _TEXTS)])
_URL, _PHONE, _NUM, _HOST_IS, _PHONE_IS, _NUMBER_IS, _HTTP, _HTTPS, _FTP, _WWW = range(10)
_CLOSE = 0x27E9


@compiled
def _kind(code: Any, table: Any) -> Any:
    return np.int64(table[code]) >> KIND_AT & 7


@compiled
def _word(code: Any, table: Any) -> Any:
    kind = _kind(code, table)
    return (kind == ALNUM) | (kind == UNDER)


@compiled
def _digit(code: Any, table: Any) -> Any:
    return (np.int64(table[code]) & DIGIT) != 0


@compiled
def _plain(code: Any) -> Any:
    return 97 <= code <= 122 or 48 <= code <= 57


@compiled
def _begins(codes: Any, place: Any, size: Any, text: Any) -> Any:
    begin, end = _AT[text], _AT[text + 1]
    if place + end - begin > size:
        return False
    for at in range(begin, end):  # noqa: SIM110 (no generator is compiled)
        if codes[place + at - begin] != _LETTERS[at]:
            return False
    return True


@compiled
def _put(into: Any, at: Any, text: Any) -> Any:
    for letter in range(_AT[text], _AT[text + 1]):
        into[at] = _LETTERS[letter]
        at += 1
    return at


@compiled
def _on(codes: Any, place: Any, size: Any, table: Any, tick: Any) -> Any:
    """Where a link's rest ends: at a blank, a bracket or a quote (or, with ``tick``, a back tick)."""
    while place < size:
        code = codes[place]
        if (
            code == 60
            or code == 62
            or code == 34
            or code == 39
            or (tick and code == 96)
            or _kind(code, table) == NOTHING
        ):
            break
        place += 1
    return place


@compiled
def _link(codes: Any, place: Any, size: Any, table: Any) -> Any:
    """Where the link ends that begins at ``place``; ``place`` if none does."""
    code = codes[place]
    begin = place
    if code == 104 or code == 102:
        for text in (_HTTP, _HTTPS, _FTP):
            if _begins(codes, place, size, text):
                begin = place + _AT[text + 1] - _AT[text]
    elif code == 119 and (place == 0 or not _word(codes[place - 1], table)) and _begins(codes, place, size, _WWW):
        begin = place + 4
    if begin > place:
        end = _on(codes, begin, size, table, True)
        if end > begin:
            return end
    if not _plain(code):
        return place
    if place:
        before = codes[place - 1]
        if before == 64 or before == 46 or before == 45 or _word(before, table):
            return place
    labels, end = 0, place
    while end < size and _plain(codes[end]):
        after = end + 1
        while after < size and (_plain(codes[after]) or codes[after] == 45):
            after += 1
        if after == size or codes[after] != 46:
            break
        end = after + 1
        labels += 1
    while labels:
        after, name = end, 0
        while after < size and after < end + 7 and 97 <= codes[after] <= 122:
            name = name << 8 | codes[after]
            after += 1
        if is_top(name) and not (
            after < size
            and (
                codes[after] == 64
                or codes[after] == 45
                or _word(codes[after], table)
                or (codes[after] == 46 and after + 1 < size and _word(codes[after + 1], table))
            )
        ):
            if after < size and (codes[after] == 47 or codes[after] == 63 or codes[after] == 58):
                after = _on(codes, after + 1, size, table, False)
            return after
        labels -= 1
        end -= 1
        while end > place and codes[end - 1] != 46:
            end -= 1
    return place


@compiled
def is_top(name: Any) -> Any:
    for end in _ENDS:  # noqa: SIM110
        if end == name:
            return True
    return False


@compiled
def _phone(codes: Any, place: Any, size: Any, table: Any) -> Any:
    """Where the telephone number ends that begins at ``place``; ``place`` if none does."""
    if place and (codes[place - 1] == 43 or _word(codes[place - 1], table)):
        return place
    at = place
    if codes[at] == 43:
        at += 1
    if at < size and codes[at] == 40:
        at += 1
    if at >= size or not _digit(codes[at], table):
        return place
    at += 1
    end = place
    for more in range(1, 15):
        gap = at
        while gap < size and gap < at + 2 and (codes[gap] == 32 or codes[gap] == 40 or codes[gap] == 41
                                               or codes[gap] == 46 or codes[gap] == 45):  # fmt: skip
            gap += 1
        if gap >= size or not _digit(codes[gap], table):
            break
        at = gap + 1
        if more >= 8 and (at == size or not _word(codes[at], table)):
            end = at
    return end


@compiled
def _number(codes: Any, place: Any, size: Any, table: Any) -> Any:
    if place and (codes[place - 1] == 46 or codes[place - 1] == 44 or _word(codes[place - 1], table)):
        return place
    end = place
    while end < size and _digit(codes[end], table):
        end += 1
    if end - place < 4 or (end < size and _word(codes[end], table)):
        return place
    return end


@compiled
def placed(codes: Any, size: Any, table: Any, into: Any, entities: Any) -> Any:
    """Copies a form, with its links and numbers as placeholders.

    Returns:
        (how long it is in ``into``, or -1 where ``normalise`` must tell; how long ``entities`` are).
    """
    place = kept = told = 0
    while place < size:
        code = codes[place]
        end = place
        if _plain(code):
            end = _link(codes, place, size, table)
        if end > place:
            begin = place
            for text in (_HTTP, _HTTPS, _FTP):
                if _begins(codes, place, size, text):
                    begin = place + _AT[text + 1] - _AT[text]
            host = begin
            while host < end and codes[host] != 47 and codes[host] != 63 and codes[host] != 35 and codes[host] != 58:
                host += 1
            for at in range(begin, end):
                if codes[at] == 64:
                    return -1, 0
            while host > begin and codes[host - 1] == 46:
                host -= 1
            while begin < host and codes[begin] == 46:
                begin += 1
            if begin == host:
                return -1, 0
            if host - begin >= 4 and _begins(codes, begin, host, _WWW):
                begin += 4
            kept = _put(into, kept, _URL)
            entities[told] = EDGE
            told = _put(entities, told + 1, _HOST_IS)
            for at in range(begin, host):
                entities[told] = codes[at]
                told += 1
            place = end
            continue
        figure = _digit(code, table)
        if figure or code == 43 or code == 40:
            end = _phone(codes, place, size, table)
            phone = end > place
            if not phone and figure:
                end = _number(codes, place, size, table)
            if end > place:
                entities[told] = EDGE
                told = _put(entities, told + 1, _PHONE_IS if phone else _NUMBER_IS)
                before = told
                for at in range(place, end):
                    if _digit(codes[at], table):
                        entities[told] = codes[at]
                        told += 1
                if phone:
                    kept = _put(into, kept, _PHONE)
                else:
                    kept = _put(into, kept, _NUM)
                    into[kept], into[kept + 1] = 48 + min(told - before, 9), _CLOSE
                    kept += 2
                place = end
                continue
        into[kept] = code
        kept += 1
        place += 1
    return kept, told
