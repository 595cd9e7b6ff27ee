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
DEEPEST: Final = 4
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
    root = _node([(rule, dict(rule.conditions)) for rule in checked], 0)

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


Left = list[tuple[Rule, dict[str, Any]]]  # rules in order, each with the conditions that are not yet known to hold


def _node(left: Left, depth: int) -> _Split | list[tuple[tuple[Test, ...], Route]]:
    key = _best_key(left) if len(left) > FEW and depth < DEEPEST else ""
    if not key:
        return [
            (tuple(_test(name, wanted, "") for name, wanted in conditions.items()), rule.route)
            for rule, conditions in left
        ]
    values = {value for _rule, conditions in left if _is_equality(conditions.get(key)) for value in conditions[key]}
    by_value = {value: _node(_given(left, key, value), depth + 1) for value in sorted(values)}
    return _Split(key, by_value, _node(_given(left, key, None), depth + 1))


def _given(left: Left, key: str, value: str | None) -> Left:
    """The rules that can match where ``key`` has this value (None: a value that no rule names)."""
    kept: Left = []
    for rule, conditions in left:
        if not _is_equality(conditions.get(key)):
            kept.append((rule, conditions))
        elif value is not None and value in conditions[key]:
            kept.append((rule, {name: wanted for name, wanted in conditions.items() if name != key}))
    return kept


def _best_key(left: Left) -> str:
    """The fact by which fewest rules stay together in the worst branch; "" when none parts them."""
    best, least = "", len(left)
    for key in TEXT:
        counts: dict[str, int] = {}
        free = 0
        for _rule, conditions in left:
            wanted: Any = conditions.get(key)
            if not _is_equality(wanted):
                free += 1
                continue
            for value in set(wanted):
                counts[value] = counts.get(value, 0) + 1
        worst = free + max(counts.values(), default=0)
        if counts and worst < least:
            best, least = key, worst
    return best


def _is_equality(wanted: Any) -> bool:
    return isinstance(wanted, (list, tuple))


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
