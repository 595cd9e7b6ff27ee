"""Where a job goes: ordered rules, the first that matches wins, and its name is kept to explain "why here".

A rule is data: ``{"name": "hate, English", "when": {"policy": ["hate"], "language": ["en"]}, "queue": "hate.en"}``. Conditions:
a list (one of these), ``{"not": [...]}`` (none of these), ``{"min": n, "max": m}`` (numbers, both ends included; hours may run over
midnight, ``{"min": 22, "max": 5}``). Of a fact that is itself a list (signals, vendors, sites) a list asks for any in common. All of a
rule's conditions must hold; a rule without conditions matches everything. Also: ``needs`` (skills beyond the policy's),
``relax_after`` (seconds, after which they are waived), ``vendor``, ``off`` (true: the rule rests), ``note`` (for people).

Rules are compiled once to a plain function. It does not try them in turn: rules are sorted into a tree by what they ask to be
equal (the policy, say, then the language), so that a case meets only the few that can still match, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from watchfloor.engines.routing.facts import HIGHEST, LISTS, NUMBERS, TEXT, Facts, Route
from watchfloor.kernel.errors import BadInput

NO_RULE: Final = "no rule matched"
MOST_RULES: Final = 5_000
FEW: Final = 6  # rules that are rather tried in turn than sorted further
DEEPEST: Final = 2  # forks: each multiplies the branches, and two leave a handful of rules
_PARTS: Final = frozenset({"name", "when", "queue", "needs", "relax_after", "vendor", "off", "note"})

Test = Callable[[Facts], bool]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One checked rule. ``conditions`` as they were written, ``place`` is its index in the table."""

    place: int
    conditions: Mapping[str, Any]
    route: Route


def check_rules(rules: Iterable[Mapping[str, Any]], *, version: int | None = None) -> list[Rule]:
    """The rules that are not off, in order; ``BadInput`` names the first that makes no sense and where.

    With ``version`` (of the table) a route names it behind its rule.
    """
    checked: list[Rule] = []
    names: set[str] = set()
    for index, rule in enumerate(rules):
        where = f"rules[{index}]"
        if index >= MOST_RULES:
            raise BadInput("too_many_rules", f"A routing table has at most {MOST_RULES:,} rules.", where=where)
        if not isinstance(rule, Mapping):
            raise BadInput("bad_rule", "A routing rule is an object with a name, conditions and a queue.", where=where)
        unknown = sorted(set(rule) - _PARTS)
        if unknown:
            hint = f"A rule has: {', '.join(sorted(_PARTS))}."
            raise BadInput(
                "unknown_part", f"A rule has no part {unknown[0]!r}.", where=f"{where}.{unknown[0]}", hint=hint
            )
        name, queue = str(rule.get("name") or ""), str(rule.get("queue") or "")
        if not name or not queue:
            raise BadInput("incomplete_rule", "A routing rule needs a name and a queue.", where=where)
        if len(name) > 100:
            raise BadInput("long_name", "A rule's name has at most 100 characters.", where=f"{where}.name")
        if name in names:
            raise BadInput("rule_twice", f"Two routing rules are called {name!r}.", where=where)
        names.add(name)
        when = rule.get("when") or {}
        if not isinstance(when, Mapping):
            raise BadInput(
                "bad_condition", "The conditions are an object: fact and what it must be.", where=f"{where}.when"
            )
        for key, wanted in when.items():
            _test(key, wanted, f"{where}.when.{key}")
        route = _route(rule, _named(name, version), queue, where)
        if not rule.get("off"):
            checked.append(Rule(place=index, conditions=when, route=route))
    return checked


def compile_rules(
    rules: Iterable[Mapping[str, Any]], *, otherwise: str, version: int | None = None
) -> Callable[[Facts], Route]:
    """Turn rules into a function; ``BadInput`` names the first that makes no sense. ``otherwise`` is the queue of last resort."""
    checked = check_rules(rules, version=version)
    last = Route(otherwise, _named(NO_RULE, version))
    root = _node(
        [
            _Open(rule.conditions, {key: _test(key, wanted, "") for key, wanted in rule.conditions.items()}, rule.route)
            for rule in checked
        ],
        0,
    )

    def route(facts: Facts) -> Route:
        node = root
        while type(node) is _Split:
            node = node.by_value.get(getattr(facts, node.key), node.other)
        for tests, target in node:  # type: ignore[union-attr]
            for test in tests:
                if not test(facts):
                    break
            else:
                return target
        return last

    return route


def asked(rules: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The facts that these rules ask for, so that nothing else need be looked up."""
    return frozenset(key for rule in rules if not rule.get("off") for key in rule.get("when") or {})


def _named(rule: str, version: int | None) -> str:
    return rule if version is None else f"{rule}, v{version}"


class Tried(msgspec.Struct, frozen=True):
    """One rule on one case: which of its conditions do not hold (none: it matches). ``off`` rules are not tried."""

    place: int
    name: str
    queue: str
    fails: tuple[str, ...]
    off: bool = False


def explain(rules: Sequence[Mapping[str, Any]], facts: Facts) -> list[Tried]:
    """Every rule in order and why it does not match; the first without a failing condition that is not off decides."""
    check_rules(rules)
    tried = []
    for place, rule in enumerate(rules):
        when = rule.get("when") or {}
        fails = tuple(key for key, wanted in when.items() if not _test(key, wanted, "")(facts))
        tried.append(Tried(place, str(rule["name"]), str(rule["queue"]), fails, bool(rule.get("off"))))
    return tried


def _route(rule: Mapping[str, Any], name: str, queue: str, where: str) -> Route:
    needs, relax, vendor = rule.get("needs") or (), rule.get("relax_after"), str(rule.get("vendor") or "")
    if not isinstance(needs, (list, tuple)) or not all(isinstance(need, str) and need for need in needs):
        raise BadInput("bad_needs", "The extra skills are a list of texts.", where=f"{where}.needs")
    if relax is not None and (not isinstance(relax, int) or isinstance(relax, bool) or relax < 0):
        raise BadInput("bad_relax", "relax_after is a whole number of seconds, or left out for never.",
                       where=f"{where}.relax_after")  # fmt: skip
    every = (*needs, f"vendor:{vendor}") if vendor else tuple(needs)
    return Route(queue, name, tuple(dict.fromkeys(every)), relax, vendor)


class _Split:
    """A fork of the tree: the rules that can still match where ``key`` is one of these values, and elsewhere."""

    __slots__ = ("by_value", "key", "other")

    def __init__(self, key: str, by_value: dict[str, Any], other: Any) -> None:
        self.key, self.by_value, self.other = key, by_value, other


class _Open:
    """A rule on its way down the tree: the conditions that are not yet known to hold, with their tests."""

    __slots__ = ("conditions", "route", "tests")

    def __init__(self, conditions: Mapping[str, Any], tests: Mapping[str, Test], route: Route) -> None:
        self.conditions, self.tests, self.route = conditions, tests, route

    def without(self, key: str) -> _Open:
        return _Open({name: wanted for name, wanted in self.conditions.items() if name != key}, self.tests, self.route)


def _node(left: list[_Open], depth: int) -> _Split | list[tuple[tuple[Test, ...], Route]]:
    key = _best_key(left) if len(left) > FEW and depth < DEEPEST else ""
    if not key:
        return [(tuple(rule.tests[name] for name in rule.conditions), rule.route) for rule in left]
    # Each value's rules in their order: those that name it, and those that do not ask for this fact.
    by_value: dict[str, list[_Open]] = {value: [] for rule in left for value in _equal(rule, key)}
    other: list[_Open] = []
    for rule in left:
        values = _equal(rule, key)
        if values:
            known = rule.without(key)
            for value in set(values):
                by_value[value].append(known)
        else:
            other.append(rule)
            for rules in by_value.values():
                rules.append(rule)
    nodes = {value: _node(rules, depth + 1) for value, rules in by_value.items()}
    return _Split(key, nodes, _node(other, depth + 1))


def _equal(rule: _Open, key: str) -> Sequence[str]:
    """The values one of which the fact must be; none where the rule does not ask for that."""
    wanted = rule.conditions.get(key)
    return wanted if isinstance(wanted, (list, tuple)) else ()


def _best_key(left: list[_Open]) -> str:
    """The fact by which fewest rules stay together in the worst branch; "" when none parts them."""
    best, least = "", len(left)
    for key in TEXT:
        counts: dict[str, int] = {}
        free = 0
        for rule in left:
            values = _equal(rule, key)
            if not values:
                free += 1
            for value in set(values):
                counts[value] = counts.get(value, 0) + 1
        worst = free + max(counts.values(), default=0)
        if counts and worst < least:
            best, least = key, worst
    return best


def _test(key: str, wanted: Any, where: str) -> Test:
    """One condition as a function; ``BadInput`` at ``where`` when it makes no sense."""
    if key not in TEXT and key not in NUMBERS and key not in LISTS:
        known = ", ".join(sorted((*TEXT, *NUMBERS, *LISTS)))
        raise BadInput("unknown_attribute", f"Routing knows no {key!r}.", where=where, hint=f"One of: {known}.")
    if isinstance(wanted, Mapping) and set(wanted) == {"not"}:
        none_of = _members(key, wanted["not"], where)
        if key in LISTS:
            return lambda facts: none_of.isdisjoint(getattr(facts, key))
        return lambda facts: getattr(facts, key) not in none_of
    if isinstance(wanted, Mapping):
        return _between(key, wanted, where)
    one_of = _members(key, wanted, where)
    if key in LISTS:
        return lambda facts: not one_of.isdisjoint(getattr(facts, key))
    return lambda facts: getattr(facts, key) in one_of


def _members(key: str, wanted: Any, where: str) -> frozenset[Any]:
    kind = int if key in NUMBERS else str
    if not isinstance(wanted, (list, tuple)) or not wanted or not all(type(value) is kind for value in wanted):
        raise BadInput("bad_condition", f"{key} needs a list of {'numbers' if kind is int else 'texts'}.", where=where)
    return frozenset(wanted)


def _between(key: str, wanted: Mapping[str, Any], where: str) -> Test:
    low, high = wanted.get("min"), wanted.get("max")
    ends = [end for end in (low, high) if end is not None]
    if key not in NUMBERS or not ends or set(wanted) - {"min", "max"} or not all(
        isinstance(end, (int, float)) and not isinstance(end, bool) for end in ends
    ):  # fmt: skip
        raise BadInput("bad_condition", f"{key} cannot be compared with {dict(wanted)!r}.", where=where,
                       hint='Use a list, {"not": [...]} or, for numbers, {"min": n, "max": m}.')  # fmt: skip
    if key in HIGHEST and any(not HIGHEST[key][0] <= end <= HIGHEST[key][1] for end in ends):
        raise BadInput("bad_condition", f"{key} goes from {HIGHEST[key][0]} to {HIGHEST[key][1]}.", where=where)
    least, most = (float("-inf") if low is None else low), (float("inf") if high is None else high)
    if least > most and key in ("hour", "weekday"):  # over midnight, over the week's end
        return lambda facts: getattr(facts, key) >= least or getattr(facts, key) <= most
    if least > most:
        raise BadInput("bad_condition", f"No {key} is at least {low} and at most {high}.", where=where)
    return lambda facts: least <= getattr(facts, key) <= most
