"""What the back ends share at run time: undefined values, guarded calls, bounded arithmetic, values out of JSON."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.function import Context, Site, Undefined
from watchfloor.engines.sml.limits import MAX_INT_BITS, MAX_TEXT
from watchfloor.engines.sml.outcome import Entity, EvaluationError, RuleState


class _Mark:
    """A value that is no value; compared with ``is``."""

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        self._word = word

    def __repr__(self) -> str:
        return self._word


UNDEFINED = _Mark("undefined")
"""A value that failed. Whatever strictly needs it is undefined too; ``==``, ``!=``, ``in``, ``and``, ``or`` take
it for None."""

MISSING = _Mark("missing")
"""No such place in the event's JSON."""


def report(ctx: Context, site: Site, message: str) -> None:
    """Note an unexpected failure with the outcome."""
    ctx.errors.append(EvaluationError(site.feature, message, site.file, site.line))


def none_if_undefined(value: Any) -> Any:
    return None if value is UNDEFINED else value


def guarded(call: Callable[..., Any], site: Site, result: t.Type, name: str, wants_context: bool) -> Callable[..., Any]:
    """``call`` made safe: gives ``UNDEFINED`` where it has no value, raises, or returns what it did not promise."""

    def run(ctx: Context, *args: Any) -> Any:
        try:
            value = call(ctx, *args) if wants_context else call(*args)
        except Undefined:
            return UNDEFINED
        except Exception as error:  # any function, also other people's, must cost only what depends on it
            report(ctx, site, f"{name} failed: {type(error).__name__}: {error}"[:500])
            return UNDEFINED
        if not t.is_instance(value, result):
            report(ctx, site, f"{name} gave a {t.describe(value)} where {result} was promised")
            return UNDEFINED
        return value

    return run


def _too_big(value: Any) -> bool:
    return value.__class__ is int and value.bit_length() > MAX_INT_BITS


def _divide(left: Any, right: Any) -> Any:
    return 0 if right == 0 else operator.truediv(left, right)


def _floor_divide(left: Any, right: Any) -> Any:
    return 0 if right == 0 else operator.floordiv(left, right)


def _modulo(left: Any, right: Any) -> Any:
    return 0 if right == 0 else operator.mod(left, right)


def _add(left: Any, right: Any) -> Any:
    if left.__class__ is str and len(left) + len(right) > MAX_TEXT:
        raise ValueError(f"the text would be longer than {MAX_TEXT:,} characters")
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    for text, count in ((left, right), (right, left)):
        if text.__class__ is str and len(text) * max(count, 0) > MAX_TEXT:
            raise ValueError(f"the text would be longer than {MAX_TEXT:,} characters")
    if _too_big(left) or _too_big(right):
        raise ValueError(f"a number has more than {MAX_INT_BITS} bits")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if not (left.__class__ is float or right.__class__ is float) and abs(left) > 1 and abs(right) > MAX_INT_BITS:
        raise ValueError(f"the number would have more than {MAX_INT_BITS} bits")
    if _too_big(left):
        raise ValueError(f"a number has more than {MAX_INT_BITS} bits")
    result = left**right
    if isinstance(result, complex):
        raise ValueError("the root of a negative number")
    return result


def _shift_left(left: Any, right: Any) -> Any:
    if right > MAX_INT_BITS or _too_big(left):
        raise ValueError(f"the number would have more than {MAX_INT_BITS} bits")
    return left << right


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": operator.sub,
    "*": _multiply,
    "/": _divide,
    "//": _floor_divide,
    "%": _modulo,
    "**": _power,
    "<<": _shift_left,
    ">>": operator.rshift,
    "|": operator.or_,
    "^": operator.xor,
    "&": operator.and_,
}


def arithmetic(op: str, left: Any, right: Any) -> Any:
    """One operator applied. Division by zero gives 0, as in Osprey.

    Raises:
        ValueError, TypeError, ArithmeticError: there is no result, or it would be larger than ``limits`` allows.
    """
    result = _OPERATIONS[op](left, right)
    if op in ("*", "**", "<<") and _too_big(result):
        raise ValueError(f"the number would have more than {MAX_INT_BITS} bits")
    return result


def safe_arithmetic(ctx: Context, op: str, site: Site, left: Any, right: Any) -> Any:
    """``arithmetic``, giving ``UNDEFINED`` and a report instead of raising."""
    try:
        return arithmetic(op, left, right)
    except (ValueError, TypeError, ArithmeticError) as error:
        report(ctx, site, f"`{op}` failed: {error}")
        return UNDEFINED


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def ordered(op: str, left: Any, right: Any) -> bool:
    """One comparison by size; with None on either side it is false.

    Raises:
        TypeError: the two cannot be compared.
    """
    if left is None or right is None:
        return False
    return bool(_COMPARISONS[op](left, right))


def safe_ordered(ctx: Context, op: str, site: Site, left: Any, right: Any) -> Any:
    """``ordered``, giving ``UNDEFINED`` and a report instead of raising."""
    try:
        return ordered(op, left, right)
    except TypeError as error:
        report(ctx, site, f"`{op}` failed: {error}")
        return UNDEFINED


def safe_contains(ctx: Context, site: Site, item: Any, holder: Any) -> Any:
    """``contains``, giving ``UNDEFINED`` and a report instead of raising."""
    try:
        return contains(item, holder)
    except TypeError as error:
        report(ctx, site, f"`in` failed: {error}")
        return UNDEFINED


def resolve(ctx: Context, site: Site | None, value: Any, default: Any) -> Any:
    """The value, else the default, else ``UNDEFINED`` (reported if ``site`` is given)."""
    if value is not None and value is not UNDEFINED:
        return value
    if default is not None and default is not UNDEFINED:
        return default
    if site is not None:
        report(ctx, site, "the optional value is missing and there is no default")
    return UNDEFINED


def contains(item: Any, holder: Any) -> bool:
    """``item in holder`` where either may be None: None is found only in a list that holds None, and nothing is in
    None."""
    if item is None and (holder is None or (holder.__class__ is not str and None in holder)):
        return True
    if item is None or holder is None:
        return False
    return item in holder


def unwrap(value: Any) -> Any:
    """The plain value a wrapper stands for, as it is compared and shown in features."""
    if value.__class__ is Entity:
        return value.id
    if value.__class__ is timedelta:
        return value.total_seconds()
    if value.__class__ is RuleState:
        return value.fired
    return getattr(value, "plain", value)


def say(value: Any) -> str:
    """A value inside a text."""
    try:
        return str(value)
    except ValueError:  # CPython refuses to spell numbers of more than some thousand digits
        return "a number too large to show"


def joined(ctx: Context, site: Site, text: str) -> Any:
    """A text that an f-string built, or ``UNDEFINED`` if it is too long."""
    if len(text) > MAX_TEXT:
        report(ctx, site, f"the text would be longer than {MAX_TEXT:,} characters")
        return UNDEFINED
    return text


def look_up(data: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a path of keys and indexes, or ``MISSING``."""
    for step in path:
        if isinstance(step, str):
            if data.__class__ is not dict:
                return MISSING
            data = data.get(step, MISSING)
        else:
            if data.__class__ is not list or step >= len(data):
                return MISSING
            data = data[step]
        if data is MISSING:
            return MISSING
    return data


class Reader:
    """Brings what stands at a path of the event's JSON to the declared type; the slow and complete way."""

    __slots__ = ("coerce", "item", "optional", "path", "required", "site", "wrap")

    def __init__(self, path: str, item: t.Type, required: bool, coerce: bool, wrap: str | None, site: Site) -> None:
        self.path, self.item, self.required, self.coerce, self.wrap, self.site = (
            path,
            item,
            required,
            coerce,
            wrap,
            site,
        )
        self.optional = t.may_be_none(item)

    def read(self, ctx: Context, value: Any) -> Any:
        """The typed value, None where the type allows for a missing one, or ``UNDEFINED``."""
        if value is MISSING:
            if self.optional:
                return None
            if self.required:
                report(ctx, self.site, f"there is nothing at {self.path}")
            return UNDEFINED
        if not t.is_instance(value, self.item):
            if value is None and not self.required:
                return UNDEFINED
            try:
                if value is None or not self.coerce:
                    raise TypeError
                value = t.coerce(value, self.item)
            except (TypeError, ValueError, OverflowError):
                report(ctx, self.site, f"{self.path} is {t.describe(value)}, not {self.item}")
                return UNDEFINED
        return value if self.wrap is None or value is None else Entity(self.wrap, value)
