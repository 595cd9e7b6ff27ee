"""The types of the rule language: how they are written, which fits which, and how a JSON value is brought to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Any

import msgspec

from watchfloor.engines.sml.outcome import Entity


class Type(msgspec.Struct, frozen=True):
    """A type: a name and, for ``List``, ``Union`` and ``Entity``, the types inside it."""

    name: str
    args: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if self.name == "Union":
            return " | ".join(str(arg) for arg in self.args)
        if self.args:
            return f"{self.name}[{', '.join(str(arg) for arg in self.args)}]"
        return self.name


STR, INT, FLOAT, BOOL, NONE, ANY = (Type(name) for name in ("str", "int", "float", "bool", "None", "Any"))
RULE, EFFECT, TIMEDELTA, EXPERIMENT = (Type(name) for name in ("Rule", "Effect", "TimeDelta", "Experiment"))
NOTHING = Type("nothing")
"""What a statement such as WhenRules gives: it has no value."""

ENTITY_ANY = Type("Entity", (ANY,))
NUMBER = Type("Union", (INT, FLOAT))


class Fit(Enum):
    """Whether a value of one type may stand where another is expected."""

    NO = 0
    AS_IS = 1
    UNWRAPPED = 2
    """Yes, by what it stands for: an entity's id, a rule's answer, a time span's seconds."""


def list_of(item: Type) -> Type:
    return Type("List", (item,))


def entity_of(item: Type) -> Type:
    return Type("Entity", (item,))


def union_of(members: Sequence[Type]) -> Type:
    """The union of some types: flat, without doubles; a union of one is that one."""
    flat: list[Type] = []
    for member in members:
        for part in member.args if member.name == "Union" else (member,):
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else Type("Union", tuple(flat))


def optional(inner: Type) -> Type:
    return union_of((inner, NONE))


def members(t: Type) -> tuple[Type, ...]:
    return t.args if t.name == "Union" else (t,)


def may_be_none(t: Type) -> bool:
    return t == ANY or NONE in members(t)


def without_none(t: Type) -> Type:
    rest = [member for member in members(t) if member != NONE]
    return union_of(rest) if rest else t


def unwrapped(t: Type) -> Type | None:
    """What a wrapper stands for, or None if ``t`` is no wrapper."""
    if t.name == "Entity":
        return t.args[0]
    if t == RULE:
        return BOOL
    if t == TIMEDELTA:
        return FLOAT
    return None


def fit(actual: Type, expected: Type) -> Fit:
    """Whether ``actual`` may stand where ``expected`` is asked for."""
    if _accepts(expected, actual):
        return Fit.AS_IS
    inner = unwrapped(actual)
    if inner is not None and _accepts(expected, inner):
        return Fit.UNWRAPPED
    return Fit.NO


def _accepts(expected: Type, actual: Type) -> bool:
    if actual == ANY or expected in (ANY, actual):
        return True
    if actual.name == "Union":
        return all(_accepts(expected, member) for member in actual.args)
    if expected.name == "Union":
        return any(_accepts(member, actual) for member in expected.args)
    if expected.name == actual.name and len(expected.args) == len(actual.args) == 1:
        return _accepts(expected.args[0], actual.args[0])
    # As in Python, every whole number is a number, and True counts as 1.
    return (expected, actual) in {(FLOAT, INT), (FLOAT, BOOL), (INT, BOOL)}


_PYTHON: dict[Type, type] = {STR: str, INT: int, FLOAT: float, BOOL: bool}


def is_instance(value: Any, t: Type) -> bool:
    """Whether a value met at run time is of a type. A bool is no number here; a whole number is a float."""
    if t == ANY:
        return True
    if t.name == "Union":
        return any(is_instance(value, member) for member in t.args)
    if t == NONE:
        return value is None
    if t.name == "List":
        return isinstance(value, list) and all(is_instance(item, t.args[0]) for item in value)
    if t.name == "Entity":
        return isinstance(value, Entity) and is_instance(value.id, t.args[0])
    if t == TIMEDELTA:
        return isinstance(value, timedelta)
    python = _PYTHON.get(t)
    if python is None:
        return True
    if isinstance(value, bool) and python is not bool:
        return False
    return isinstance(value, python) or (python is float and isinstance(value, int))


def coerce(value: Any, t: Type) -> Any:
    """The value as type ``t``, converting texts, numbers and booleans as Python's constructors do.

    Raises:
        TypeError, ValueError, OverflowError: it cannot be converted.
    """
    if is_instance(value, t):
        return value
    if t.name == "Union":
        for member in t.args:
            try:
                return coerce(value, member)
            except TypeError:
                continue
        raise TypeError(f"cannot become {t}")
    if t.name == "List":
        if not isinstance(value, list):
            raise TypeError("is not a list")
        return [coerce(item, t.args[0]) for item in value]
    python = _PYTHON.get(t)
    if python is None or (value is None and python is not bool) or (isinstance(value, bool) and python in (int, float)):
        raise TypeError(f"cannot become {t}")
    return python(value)


def describe(value: Any) -> str:
    """The kind of a JSON value in the language's own words."""
    names = {dict: "object", list: "list", str: "str", bool: "bool", int: "int", float: "float", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def type_of_constant(value: object) -> Type:
    """The type of a literal."""
    if value is None:
        return NONE
    return {str: STR, bool: BOOL, int: INT, float: FLOAT}[type(value)]
