"""The one interface by which functions join the rule language, ours and other people's alike.

A function is a plain Python function, or a class where some arguments are constants of the rule text::

    @function(category="text", cost=Cost.TEXT)
    def StringLength(s: str) -> int:
        \"\"\"The number of characters.\"\"\"
        return len(s)

    @function(category="text", cost=Cost.REGEX)
    class RegexMatch:
        \"\"\"True if the pattern is found in the text.\"\"\"
        def __init__(self, pattern: str, case_insensitive: bool = False) -> None: ...   # known when rules are loaded
        def __call__(self, target: str) -> bool: ...                                    # met in each event

The type hints are the types rules are checked against: ``str int float bool None``, ``list[...]``, unions, ``Entity``,
``timedelta``, ``RuleState``, and any ``Effect`` for functions that ask for something. Two hints ask the engine for
something
and are no arguments to the author: ``Context`` (the event, first in ``__call__`` or a plain function) and ``Site``
(where in the
rules the call stands, in ``__init__``). An argument that may be None receives None when the value given for it has
failed.
Raise ``Undefined`` for "there is no value here, and that is no error"; ``BadArgument`` in ``__init__`` for a bad
constant.
"""

from __future__ import annotations

import inspect
import re
import types as python_types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Any

import msgspec

from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.counters.store import CounterStore
from watchfloor.engines.sml.lookups import Findings, ListLookup
from watchfloor.engines.sml.outcome import Effect, Entity, EvaluationError, Event, RuleState

LabelLookup = Callable[[Entity], "Mapping[str, LabelState]"]


class LabelState(msgspec.Struct, frozen=True):
    """A label as it stands on an entity: ``status`` is ``"added"`` or ``"removed"``; ``since`` and ``expires`` are
    moments."""

    status: str = "added"
    manual: bool = False
    since: Any = None
    expires: Any = None


class Undefined(Exception):
    """There is no value, and that is expected: what depends on it fails, nothing is reported."""


class BadArgument(Exception):
    """A constant argument is wrong. ``argument`` names it; the message is shown to the author under it."""

    def __init__(self, argument: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.argument, self.message, self.hint = argument, message, hint


class Cost(IntEnum):
    """About how dear one call is, in comparisons; dear conditions are tried last."""

    CHEAP = 1
    TEXT = 4
    REGEX = 20
    HEAVY = 60
    LOOKUP = 200


class Site(msgspec.Struct, frozen=True):
    """Where a call stands: the name its value goes into, the file and the line."""

    feature: str
    file: str
    line: int


class Context:
    """What a function may ask about the evaluation it runs in."""

    __slots__ = ("counters", "errors", "event", "findings", "labels", "lists", "memo")

    def __init__(
        self,
        event: Event,
        labels: LabelLookup | None = None,
        counters: CounterStore | None = None,
        *,
        lists: ListLookup | None = None,
        findings: Findings | None = None,
    ) -> None:
        self.event = event
        self.labels = labels
        self.lists = lists
        self.findings = findings
        self.errors: list[EvaluationError] = []
        self.memo: dict[Any, Any] = {}
        self.counters = counters


class Param(msgspec.Struct, frozen=True):
    """One argument as authors see it. ``default`` is meaningless where ``required``."""

    name: str
    type: t.Type
    constant: bool
    required: bool
    default: Any
    doc: str


class Function(msgspec.Struct, frozen=True):
    """A function of the language, ready to be checked against and called."""

    name: str
    doc: str
    category: str
    cost: Cost
    params: tuple[Param, ...]
    result: t.Type
    total: bool
    special: bool
    wants_context: bool
    wants_site: bool
    target: Callable[..., Any]
    is_class: bool

    @property
    def signature(self) -> str:
        """``RegexMatch(target: str, pattern: str, case_insensitive: bool = False) -> bool``"""
        parts = [f"{p.name}: {p.type}" + ("" if p.required else f" = {p.default!r}") for p in self.params]
        result = "" if self.result == t.NOTHING else f" -> {self.result}"
        return f"{self.name}({', '.join(parts)}){result}"

    def bind(self, constants: Mapping[str, Any], site: Site) -> Callable[..., Any]:
        """The callable for one call in the rules.

        Raises:
            BadArgument: a constant is not acceptable.
        """
        if not self.is_class:
            return self.target
        extra = {"site": site} if self.wants_site else {}
        bound: Callable[..., Any] = self.target(**constants, **extra)
        return bound


def function(
    *, category: str, cost: Cost = Cost.CHEAP, total: bool = False, special: bool = False
) -> Callable[[Callable[..., Any]], Function]:
    """Make a ``Function`` of a Python function or class; see the module's own text.

    Args:
        category: the heading it stands under in the reference.
        cost: about how dear a call is.
        total: promises that it never raises and always gives a value for arguments of the declared types.
        special: handled by the compiler itself; the body is not called.
    """

    def make(target: Callable[..., Any]) -> Function:
        is_class = inspect.isclass(target)
        docs = _argument_docs(inspect.getdoc(target) or "")
        params: list[Param] = []
        wants_context = wants_site = False
        result = t.NOTHING
        for constant, part in _parts(target, is_class):
            try:
                hints = typing.get_type_hints(part)
            except NameError as error:
                raise TypeError(f"{target.__name__}: its type hints must be names of the module ({error})") from None
            for name, parameter in inspect.signature(part).parameters.items():
                hint = hints.get(name, Any)
                if name == "self":
                    continue
                if hint is Context:
                    wants_context = True
                elif hint is Site:
                    wants_site = True
                else:
                    required = parameter.default is inspect.Parameter.empty
                    default = None if required else parameter.default
                    params.append(Param(name, type_of(hint), constant, required, default, docs.get(name, "")))
            if not constant:
                result = _result_type(hints.get("return"))
        params.sort(key=lambda p: not p.required)
        return Function(
            target.__name__.rstrip("_"),
            _summary(inspect.getdoc(target) or ""),
            category,
            cost,
            tuple(params),
            result,
            total,
            special,
            wants_context,
            wants_site,
            target,
            is_class,
        )

    return make


def _parts(target: Callable[..., Any], is_class: bool) -> Iterable[tuple[bool, Callable[..., Any]]]:
    if not is_class:
        return [(False, target)]
    call = inspect.getattr_static(target, "__call__")
    made = inspect.getattr_static(target, "__init__")
    return [(False, call)] if made is object.__init__ else [(True, made), (False, call)]


def library(functions: Iterable[Function]) -> dict[str, Function]:
    """Functions by name, as ``compile_rules`` takes them.

    Raises:
        ValueError: two functions have one name.
    """
    by_name: dict[str, Function] = {}
    for item in functions:
        if item.name in by_name:
            raise ValueError(f"two rule functions are called {item.name}")
        by_name[item.name] = item
    return by_name


def type_of(hint: Any) -> t.Type:
    """The language's type for a Python type hint; what it does not know is ``Any``."""
    simple = {str: t.STR, int: t.INT, float: t.FLOAT, bool: t.BOOL, type(None): t.NONE, None: t.NONE}
    if hint in simple:
        return simple[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, python_types.UnionType):
        return t.union_of([type_of(arg) for arg in args])
    if hint is list or origin is list:
        return t.list_of(type_of(args[0]) if args else t.ANY)
    known = {Entity: t.ENTITY_ANY, timedelta: t.TIMEDELTA, RuleState: t.RULE}
    if hint in known:
        return known[hint]
    if inspect.isclass(hint):
        if issubclass(hint, Effect):
            return t.EFFECT
        special = getattr(hint, "rule_type", None)
        if isinstance(special, t.Type):
            return special
    return t.ANY


def _result_type(hint: Any) -> t.Type:
    return t.NOTHING if hint is None or hint is type(None) else type_of(hint)


def _summary(doc: str) -> str:
    return doc.split("\nArgs:", 1)[0].strip()


def _argument_docs(doc: str) -> dict[str, str]:
    """The ``Args:`` section of a docstring, by argument."""
    _, _, section = doc.partition("\nArgs:\n")
    found: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        match = re.match(r"\s{2,6}(\w+): (.*)", line)
        if match:
            name = match[1]
            found[name] = match[2].strip()
        elif line.strip() and name:
            found[name] += " " + line.strip()
    return found
