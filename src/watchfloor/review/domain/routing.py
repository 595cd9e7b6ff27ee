"""Where a job goes: ordered rules, the first that matches wins, and its name is kept to explain "why here".

A rule is data: ``{"name": "hate, English", "when": {"policy": ["hate"], "language": ["en"]}, "queue": "hate.en"}``. Conditions:
a list (one of these), ``{"not": [...]}`` (none of these), ``{"min": n, "max": m}`` (numbers, both ends included). All of a
rule's conditions must hold; a rule without conditions matches everything. Rules are compiled once to a plain function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput

TEXT: Final = frozenset(
    {"policy", "harm_group", "market", "language", "channel", "reporter_kind", "surface", "clearance", "kind"}
)
NUMBERS: Final = frozenset({"severity", "reach"})
NO_RULE: Final = "no rule matched"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What routing may ask about a job that is looking for its queue."""

    policy: str
    harm_group: str = ""
    market: str = ""
    language: str = ""
    severity: int = 0
    channel: str = ""
    reporter_kind: str = ""
    surface: str = ""
    clearance: str = ""
    reach: int = 0
    kind: str = "review"


class Route(msgspec.Struct, frozen=True):
    """The queue, the name of the rule that chose it, and what the work needs beside its policy's certificate.

    After ``relax_after`` seconds in the queue the needs beyond the policy are waived, so that nobody's absence stops a case; None never.
    """

    queue: str
    rule: str
    needs: tuple[str, ...] = ()
    relax_after: int | None = None


Test = Callable[[Facts], bool]


def compile_rules(rules: Iterable[Mapping[str, Any]], *, otherwise: str) -> Callable[[Facts], Route]:
    """Turn rules into a function; ``BadInput`` names the first that makes no sense. ``otherwise`` is the queue of last resort."""
    compiled: list[tuple[tuple[Test, ...], Route]] = []
    names: set[str] = set()
    for index, rule in enumerate(rules):
        where = f"rules[{index}]"
        name, queue = str(rule.get("name") or ""), str(rule.get("queue") or "")
        if not name or not queue:
            raise BadInput("incomplete_rule", "A routing rule needs a name and a queue.", where=where)
        if name in names:
            raise BadInput("rule_twice", f"Two routing rules are called {name!r}.", where=where)
        names.add(name)
        when = rule.get("when") or {}
        tests = tuple(_test(key, wanted, f"{where}.when.{key}") for key, wanted in when.items())
        compiled.append((tests, Route(queue, name)))
    last = Route(otherwise, NO_RULE)

    def route(facts: Facts) -> Route:
        for tests, target in compiled:
            for test in tests:
                if not test(facts):
                    break
            else:
                return target
        return last

    return route


def _test(key: str, wanted: Any, where: str) -> Test:
    if key not in TEXT and key not in NUMBERS:
        known = ", ".join(sorted(TEXT | NUMBERS))
        raise BadInput("unknown_attribute", f"Routing knows no {key!r}.", where=where, hint=f"One of: {known}.")
    if isinstance(wanted, Mapping) and "not" in wanted:
        none_of = _members(key, wanted["not"], where)
        return lambda facts: getattr(facts, key) not in none_of
    if isinstance(wanted, Mapping):
        return _between(key, wanted, where)
    one_of = _members(key, wanted, where)
    return lambda facts: getattr(facts, key) in one_of


def _members(key: str, wanted: Any, where: str) -> frozenset[Any]:
    kind = int if key in NUMBERS else str
    if not isinstance(wanted, (list, tuple)) or not all(isinstance(value, kind) for value in wanted):
        raise BadInput("bad_condition", f"{key} needs a list of {'numbers' if kind is int else 'texts'}.", where=where)
    return frozenset(wanted)


def _between(key: str, wanted: Mapping[str, Any], where: str) -> Test:
    low, high = wanted.get("min", float("-inf")), wanted.get("max", float("inf"))
    if key not in NUMBERS or not wanted or set(wanted) - {"min", "max"} or not all(
        isinstance(end, (int, float)) for end in (low, high)
    ):  # fmt: skip
        raise BadInput("bad_condition", f"{key} cannot be compared with {dict(wanted)!r}.", where=where,
                       hint='Use a list, {"not": [...]} or, for severity and reach, {"min": n, "max": m}.')  # fmt: skip
    return lambda facts: low <= getattr(facts, key) <= high
