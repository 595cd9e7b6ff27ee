"""Standard functions that Polars has an operation for, with the same answer for every text; others run value by value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import msgspec
import polars as pl

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.columns.operators import too_long
from watchfloor.engines.sml.columns.python import apply, called, patched
from watchfloor.engines.sml.columns.value import BOOL, INT, LIST, SPAN, TEXT, Column, NoColumns, either, joined_size
from watchfloor.engines.sml.limits import MAX_REGEX_TEXT
from watchfloor.engines.sml.patterns import Pattern
from watchfloor.engines.sml.stdlib.time import microseconds_of

Form = Callable[[tree.Apply, list[Column]], Column]

_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_LENGTH_BITS = 32


def _texts(parts: list[Column]) -> None:
    if any(part.kind != TEXT for part in parts):
        raise NoColumns("it is given something that is no text")


def _made(expr: pl.Expr, kind: str, parts: list[Column], *, bits: int = 0, unsure: pl.Expr | None = None) -> Column:
    return Column(
        expr,
        kind,
        sure=all(part.sure for part in parts),
        bits=bits,
        unsure=either(unsure, *(part.unsure for part in parts)),
        size=joined_size(*parts),
    )


def _length(expr: tree.Apply, parts: list[Column]) -> Column:
    _texts(parts)
    return _made(parts[0].expr.str.len_chars().cast(pl.Int64()), INT, parts, bits=_LENGTH_BITS)


def _list_length(expr: tree.Apply, parts: list[Column]) -> Column:
    if parts[0].kind != LIST or parts[0].is_const:
        raise NoColumns("its list is written in the rules")
    return _made(parts[0].expr.list.len().cast(pl.Int64()), INT, parts, bits=_LENGTH_BITS)


def beyond_ascii(text: pl.Expr) -> pl.Expr:
    """Where a text holds more than ASCII."""
    return text.str.len_bytes() != text.str.len_chars()


def _case(upper: bool) -> Form:
    def form(expr: tree.Apply, parts: list[Column]) -> Column:
        _texts(parts)
        text = parts[0]
        # Unicode's tables of upper and lower case differ between versions; ASCII's do not.
        fast = _made(text.expr.str.to_uppercase() if upper else text.expr.str.to_lowercase(), TEXT, parts)
        fast.expr = patched(fast, beyond_ascii(text.expr), str.upper if upper else str.lower, text)
        return fast

    return form


def _edge(end: bool) -> Form:
    def form(expr: tree.Apply, parts: list[Column]) -> Column:
        _texts(parts)
        text, wanted = parts
        made = text.expr.str.ends_with(wanted.expr) if end else text.expr.str.starts_with(wanted.expr)
        return _made(made, BOOL, parts, bits=1)

    return form


def _strip(name: str) -> Form:
    def form(expr: tree.Apply, parts: list[Column]) -> Column:
        text, chars = parts
        _texts([text])
        if not chars.is_const or chars.const == "":
            return called(expr, parts)
        method: Callable[[str], pl.Expr] = getattr(text.expr.str, name)
        return _made(method(chars.const or _SPACES), TEXT, [text])

    return form


def _replace(expr: tree.Apply, parts: list[Column]) -> Column:
    _texts(parts)
    text, old, new = parts
    if not (old.is_const and new.is_const and old.const):
        return called(expr, parts)
    made = text.expr.str.replace_all(old.const, new.const, literal=True)
    grows = len(new.const.encode()) > len(old.const.encode())
    return _made(made, TEXT, parts, unsure=too_long(made if grows else text.expr, text))


def _slice(expr: tree.Apply, parts: list[Column]) -> Column:
    _texts(parts)
    constants = dict(expr.constants)
    start, end = constants["start"], constants["end"]
    return _made(parts[0].expr.str.slice(start, end - start), TEXT, parts)


def _read(expr: tree.Apply, parts: list[Column]) -> Column:
    items, index = parts
    if items.kind != LIST or items.is_const or items.item != TEXT or index.kind != INT:
        return called(expr, parts)
    return Column(
        items.expr.list.get(index.expr, null_on_oob=True),
        TEXT,
        unsure=either(items.unsure, index.unsure),
        size=joined_size(items, index),
    )


def searched(pattern: Pattern, text: Column) -> Column:
    """Whether a pattern is found in a text: by Polars where there is a spelling for it, else by ``re`` value by value."""

    def search(value: str) -> bool:
        return pattern.search(value[:MAX_REGEX_TEXT])

    portable = pattern.portable
    if portable is None or not all(map(accepted, msgspec.structs.astuple(portable))):
        found = apply(search, [text], [False], BOOL, size=joined_size(text))
        found.sure = text.sure
        return found
    found = _made(text.expr.str.contains(portable.any or portable.ascii), BOOL, [text], bits=1)
    if pattern.beyond_ascii:
        found.expr = narrowed(text.expr, beyond_ascii, pattern, search)
    elif portable.loose is not None:
        loose = portable.loose
        found.expr = narrowed(text.expr, lambda texts: texts.str.contains(loose), pattern, search)
    # Beyond so many characters the row engine does not look.
    found.unsure = either(text.unsure, (text.expr.str.len_bytes() > MAX_REGEX_TEXT).fill_null(False))
    return found


def narrowed(
    text: pl.Expr, maybe: Callable[[pl.Expr], pl.Expr], pattern: Pattern, search: Callable[[str], bool]
) -> pl.Expr:
    """Whether a pattern is found: a quick test first, the pattern itself on the texts that pass."""

    def batch(columns: Sequence[pl.Series]) -> pl.Series:
        texts = columns[0]
        quick = texts.to_frame("t").select(maybe(pl.col("t"))).to_series()
        places = quick.arg_true()
        return quick.scatter(places, exactly(texts.gather(places), pattern, search)) if len(places) else quick

    made: pl.Expr = pl.map_batches([text], batch, return_dtype=pl.Boolean(), is_elementwise=True)
    return made


def exactly(texts: pl.Series, pattern: Pattern, search: Callable[[str], bool]) -> pl.Series:
    """Whether a pattern is found in texts without nulls. The spelling for ASCII is short; that for any text may be very long."""
    wide = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    exact = pattern.portable.any if pattern.portable is not None else None
    found = texts.str.contains(pattern.portable.ascii) if pattern.portable is not None else None
    if found is not None and not len(wide):
        return found
    others = texts.gather(wide) if found is not None else texts
    if exact is not None:
        rest = others.str.contains(exact)
    else:
        rest = pl.Series([search(value) for value in others], dtype=pl.Boolean)
    return rest if found is None else found.scatter(wide, rest)


@cache
def accepted(spelling: str | None) -> bool:
    """Whether Polars takes a pattern: it limits the size of what it makes of one."""
    if spelling is None:
        return True
    try:
        pl.Series(["a"]).str.contains(spelling)
    except pl.exceptions.PolarsError:
        return False
    return True


def _search(expr: tree.Apply, parts: list[Column]) -> Column:
    _texts(parts)
    return searched(expr.call.pattern, parts[0])  # type: ignore[attr-defined]  # RegexMatch and TextContains have it


def _count_matches(expr: tree.Apply, parts: list[Column]) -> Column:
    _texts(parts)
    patterns: list[Pattern] = expr.call.patterns  # type: ignore[attr-defined]  # CountRegexMatches has it
    found = [searched(pattern, parts[0]) for pattern in patterns]
    if not found:
        return _made(pl.when(parts[0].expr.is_not_null()).then(0).cast(pl.Int64()), INT, parts, bits=1)
    total = found[0].expr.cast(pl.Int64())
    for one in found[1:]:
        total = total + one.expr.cast(pl.Int64())
    return _made(total, INT, found, bits=len(found).bit_length())


def _action_name(expr: tree.Apply, parts: list[Column]) -> Column:
    return Column(pl.col("action_name"), TEXT, sure=True)


def _action_id(expr: tree.Apply, parts: list[Column]) -> Column:
    return Column(pl.col("action_id"), INT, sure=True, bits=63)


def _time_since(expr: tree.Apply, parts: list[Column]) -> Column:
    _texts(parts)
    when = apply(microseconds_of, parts, [False], INT)
    span = pl.col("timestamp").dt.epoch("us") - when.expr
    made = pl.when(span < 0).then(0).otherwise(span)
    return Column(made, SPAN, unsure=when.unsure, bits=62, size=joined_size(*parts))


FORMS: dict[str, Form] = {
    "StringLength": _length,
    "StringToLower": _case(upper=False),
    "StringToUpper": _case(upper=True),
    "StringStartsWith": _edge(end=False),
    "StringEndsWith": _edge(end=True),
    "StringStrip": _strip("strip_chars"),
    "StringLStrip": _strip("strip_chars_start"),
    "StringRStrip": _strip("strip_chars_end"),
    "StringReplace": _replace,
    "StringSlice": _slice,
    "ListLength": _list_length,
    "ListRead": _read,
    "RegexMatch": _search,
    "TextContains": _search,
    "CountRegexMatches": _count_matches,
    "GetActionName": _action_name,
    "GetActionId": _action_id,
    "TimeSince": _time_since,
}
"""By name; each is used only where the function of that name is the standard one."""
