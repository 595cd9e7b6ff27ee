"""Routing: first match wins, its name is kept, nonsense is refused where it stands."""

from __future__ import annotations

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.review.defaults import load
from watchfloor.review.domain.routing import NO_RULE, Facts, Route, compile_rules

RULES = [
    {"name": "grave", "when": {"severity": {"min": 4}}, "queue": "a"},
    {"name": "not english", "when": {"language": {"not": ["en"]}, "policy": ["spam"]}, "queue": "b"},
    {"name": "viral", "when": {"reach": {"min": 1000, "max": 9999}}, "queue": "c"},
]


@pytest.mark.parametrize(
    ("facts", "route"),
    [
        (Facts(policy="spam", severity=4, language="es"), Route("a", "grave")),
        (Facts(policy="spam", language="es"), Route("b", "not english")),
        (Facts(policy="spam", language="en", reach=9999), Route("c", "viral")),
        (Facts(policy="spam", language="en", reach=10_000), Route("z", NO_RULE)),
    ],
)
def test_the_first_match_wins(facts: Facts, route: Route) -> None:
    assert compile_rules(RULES, otherwise="z")(facts) == route


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ({"name": "", "queue": "a"}, "rules[0]"),
        ({"name": "x", "queue": "a", "when": {"colour": ["red"]}}, "rules[0].when.colour"),
        ({"name": "x", "queue": "a", "when": {"market": {"min": 2}}}, "rules[0].when.market"),
        ({"name": "x", "queue": "a", "when": {"severity": ["high"]}}, "rules[0].when.severity"),
        ({"name": "x", "queue": "a", "when": {"severity": {"min": "4"}}}, "rules[0].when.severity"),
        ({"name": "x", "queue": "a", "when": {"policy": "spam"}}, "rules[0].when.policy"),
    ],
)
def test_nonsense_is_refused_where_it_stands(rule: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as error:
        compile_rules([rule], otherwise="z")
    assert error.value.where == where


def test_two_rules_of_one_name() -> None:
    with pytest.raises(BadInput, match="Two routing rules"):
        compile_rules([RULES[0], RULES[0]], otherwise="z")


def test_the_shipped_table_compiles_and_keeps_restricted_work_restricted() -> None:
    data = load()
    route = compile_rules(data["rule"], otherwise="other")
    clearance = {queue["key"]: queue.get("clearance", "") for queue in data["queue"]}
    for kind in ("review", "second", "appeal", "escalation"):
        facts = Facts(policy="child-safety", clearance="child_safety", severity=5, kind=kind)
        assert clearance[route(facts).queue] == "child_safety"
    assert {rule["queue"] for rule in data["rule"]} == set(clearance)
