"""Where in a rule text a cursor stands: in which call and argument, in a text, at the beginning of a statement."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from watchfloor.engines.sml.lexing import Token, tokens
from watchfloor.engines.sml.outline import statements

COMPARISONS = ("==", "!=", "in", "<", "<=", ">", ">=")


class Place(msgspec.Struct, frozen=True):
    """What may be written at a cursor.

    Attributes:
        kind: ``statement`` (a new one begins), ``type`` (behind ``Name:``), ``argument`` (the name of one), ``value``, ``text``
            (between quotes), ``braces`` (in the braces of an f-string), or ``nothing`` (a comment, a number).
        start: from where the word at the cursor is to be replaced; ``word``: what of it is written.
        function, argument: the innermost call around, and the argument being given; ``""`` outside.
        given: arguments of that call written already.
        in_list: inside the brackets of a list.
        compared: in a value or text: the name it is compared with, or ``""``.
    """

    kind: str
    start: int
    word: str
    function: str = ""
    argument: str = ""
    given: tuple[str, ...] = ()
    in_list: bool = False
    compared: str = ""


class _Frame(msgspec.Struct):
    bracket: str
    function: str = ""
    argument: str = ""
    given: list[str] = []


def place_at(text: str, offset: int) -> Place:
    """The place of an offset (0 to ``len(text)``, in characters)."""
    offset = max(0, min(offset, len(text)))
    found = tokens(text)
    here = next((each for each in found if each.start < offset <= each.end and each.kind != "newline"), None)
    if here is not None and here.kind == "comment":
        return Place("nothing", offset, "")
    if here is not None and here.kind == "number":
        return Place("nothing", offset, "")
    inside = here is not None and here.kind == "text" and (offset < here.end or not here.closed)
    if inside and here is not None and offset < here.inner:
        return Place("nothing", offset, "")
    word = here if here is not None and (inside or here.kind == "name") else None
    before = _statement_before(found, word.start if word is not None else offset)
    frames = _frames(before)
    top = frames[-1] if frames else None
    call = next((frame for frame in reversed(frames) if frame.bracket == "("), None)
    start = offset if word is None else word.start
    base = Place(
        "value",
        start,
        text[start:offset],
        call.function if call else "",
        call.argument if call else "",
        tuple(call.given) if call else (),
        top is not None and top.bracket == "[",
        _compared(before),
    )
    if inside and word is not None:
        written = text[word.inner : offset]
        opening = written.rfind("{")
        if "f" in word.text[: word.inner - word.start].lower() and opening > written.rfind("}"):
            return replace(base, kind="braces", start=word.inner + opening + 1, word=written[opening + 1 :])
        return replace(base, kind="text", start=word.inner, word=written)
    if top is not None and top.bracket == "(" and top.function and not top.argument:
        return replace(base, kind="argument")
    if not before:
        return replace(base, kind="statement")
    if not frames and len(before) >= 2 and before[1].text == ":" and all(each.text != "=" for each in before):
        return replace(base, kind="type")
    return base


def call_at(text: str, offset: int) -> tuple[str, str]:
    """The innermost call around an offset and the argument being given: what argument help is shown for."""
    found = tokens(text)
    frames = _frames(_statement_before(found, offset))
    call = next((frame for frame in reversed(frames) if frame.function), None)
    return (call.function, call.argument) if call else ("", "")


def _statement_before(found: Sequence[Token], offset: int) -> list[Token]:
    """The tokens of the statement at hand that end before the offset."""
    before = [each for each in found if each.end <= offset]
    # A line of its own after the last statement begins a new one, unless a bracket is open.
    parts = statements(before)
    if not parts:
        return []
    last = parts[-1]
    ended = any(each.kind == "newline" and each.start >= last[-1].end for each in before)
    return [] if ended and not _frames(last) else last


def _frames(before: Sequence[Token]) -> list[_Frame]:
    frames: list[_Frame] = []
    for place, token in enumerate(before):
        if token.kind == "sign" and token.text in "([{":
            previous = before[place - 1] if place else None
            named = token.text == "(" and previous is not None and previous.kind == "name"
            keyword = previous is not None and previous.text in ("and", "or", "not", "in")
            frames.append(_Frame(token.text, previous.text if named and previous and not keyword else "", given=[]))
        elif token.kind == "sign" and token.text in ")]}":
            if frames:
                frames.pop()
        elif frames and frames[-1].bracket == "(":
            frame = frames[-1]
            if token.text == ",":
                frame.argument = ""
            elif token.kind == "sign" and token.text == "=" and place and before[place - 1].kind == "name":
                frame.argument = before[place - 1].text
                frame.given.append(frame.argument)
    return frames


def _compared(before: Sequence[Token]) -> str:
    """``Name`` where the cursor stands behind ``Name ==`` (or in a list behind ``Name in [``)."""
    rest = list(before)
    while rest and (rest[-1].kind in ("text", "number") or rest[-1].text in ("[", ",")):
        rest.pop()
    if len(rest) >= 2 and rest[-1].text in COMPARISONS:
        rest.pop()
        if rest[-1].text == "not":
            rest.pop()
        return rest[-1].text if rest and rest[-1].kind == "name" else ""
    return ""
