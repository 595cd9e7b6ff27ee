"""The routing engine by itself: every condition, every mistake, the tree's order, the explanation, and the clock of a market."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from watchfloor.engines.routing import NO_RULE, Facts, Route, asked, check_rules, compile_rules, explain, local, zone_of
from watchfloor.kernel.errors import BadInput

YES, NO = "yes", "z"


@pytest.mark.parametrize(
    ("when", "facts", "matches"),
    [
        ({"policy": ["a", "b"]}, {"policy": "b"}, True),
        ({"policy": ["a", "b"]}, {"policy": "c"}, False),
        ({"surface": {"not": ["feed"]}}, {"surface": ""}, True),
        ({"surface": {"not": ["feed"]}}, {"surface": "feed"}, False),
        ({"reporter_kind": ["government"]}, {"reporter_kind": "government"}, True),
        ({"item_type": ["video"], "media": ["video"]}, {"item_type": "video", "media": "video"}, True),
        ({"item_type": ["video"], "media": ["video"]}, {"item_type": "video", "media": "live"}, False),
        ({"protected": {"not": [""]}}, {"protected": "verified"}, True),
        ({"protected": {"not": [""]}}, {}, False),
        ({"severity": [3, 4]}, {"severity": 4}, True),
        ({"severity": {"not": [3]}}, {"severity": 3}, False),
        ({"reach": {"min": 10}}, {"reach": 10}, True),
        ({"reach": {"max": 9}}, {"reach": 10}, False),
        ({"reports": {"min": 2, "max": 4}}, {"reports": 4}, True),
        ({"hour": {"min": 22, "max": 5}}, {"hour": 23}, True),
        ({"hour": {"min": 22, "max": 5}}, {"hour": 5}, True),
        ({"hour": {"min": 22, "max": 5}}, {"hour": 6}, False),
        ({"weekday": {"min": 6, "max": 1}}, {"weekday": 1}, True),
        ({"signals": ["rule:A", "label:vip"]}, {"signals": ("label:vip", "model:x")}, True),
        ({"signals": ["rule:A"]}, {"signals": ("rule:B",)}, False),
        ({"signals": {"not": ["rule:A"]}}, {"signals": ()}, True),
        ({"vendors": ["acme"], "sites": ["Lima"]}, {"vendors": ("acme", "b"), "sites": ("Lima",)}, True),
        ({}, {}, True),
    ],
)
def test_every_condition(when: dict[str, Any], facts: dict[str, Any], matches: bool) -> None:
    route = compile_rules([{"name": "r", "when": when, "queue": YES}], otherwise=NO)
    assert route(Facts(**{"policy": "p", **facts})).queue == (YES if matches else NO)


@pytest.mark.parametrize(
    ("rule", "code", "where"),
    [
        ({"name": "x"}, "incomplete_rule", "rules[0]"),
        ({"name": "x" * 101, "queue": "q"}, "long_name", "rules[0].name"),
        ({"name": "x", "queue": "q", "then": 1}, "unknown_part", "rules[0].then"),
        ({"name": "x", "queue": "q", "when": ["policy"]}, "bad_condition", "rules[0].when"),
        ({"name": "x", "queue": "q", "when": {"policy": []}}, "bad_condition", "rules[0].when.policy"),
        ({"name": "x", "queue": "q", "when": {"hour": {"min": 24}}}, "bad_condition", "rules[0].when.hour"),
        ({"name": "x", "queue": "q", "when": {"reach": {"min": 5, "max": 4}}}, "bad_condition", "rules[0].when.reach"),
        ({"name": "x", "queue": "q", "when": {"reach": {}}}, "bad_condition", "rules[0].when.reach"),
        ({"name": "x", "queue": "q", "when": {"severity": [True]}}, "bad_condition", "rules[0].when.severity"),
        ({"name": "x", "queue": "q", "when": {"signals": {"min": 1}}}, "bad_condition", "rules[0].when.signals"),
        ({"name": "x", "queue": "q", "when": {"colour": ["red"]}}, "unknown_attribute", "rules[0].when.colour"),
        ({"name": "x", "queue": "q", "needs": "ads"}, "bad_needs", "rules[0].needs"),
        ({"name": "x", "queue": "q", "relax_after": -1}, "bad_relax", "rules[0].relax_after"),
    ],
)
def test_every_mistake_says_where(rule: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(BadInput) as error:
        check_rules([rule])
    assert (error.value.code, error.value.where) == (code, where)


def test_a_route_says_what_the_work_needs_and_names_rule_and_version() -> None:
    rule = {"name": "r", "queue": "q", "needs": ["ads"], "vendor": "acme", "relax_after": 60}
    found = compile_rules([rule], otherwise="z", version=12)(Facts(policy="p"))
    assert found == Route("q", "r, v12", ("ads", "vendor:acme"), 60, "acme")
    assert compile_rules([], otherwise="z", version=3)(Facts(policy="p")).rule == f"{NO_RULE}, v3"


def test_in_the_tree_the_first_rule_still_wins_whatever_it_asks() -> None:
    rules = [
        {
            "name": f"{policy} {language}",
            "when": {"policy": [policy], "language": [language]},
            "queue": f"{policy}.{language}",
        }
        for policy in ("a", "b", "c")
        for language in ("en", "es", "de")
    ]
    loud = {"name": "loud", "when": {"reach": {"min": 100}}, "queue": "loud"}
    route = compile_rules([*rules[:4], loud, *rules[4:]], otherwise="z")
    assert route(Facts(policy="b", language="en", reach=500)).queue == "b.en", "it stands before the loud one"
    assert route(Facts(policy="b", language="es", reach=500)).queue == "loud"
    assert route(Facts(policy="c", language="de")).queue == "c.de"
    assert route(Facts(policy="unheard of", language="en", reach=100)).queue == "loud"


def test_a_rule_that_is_off_neither_routes_nor_asks_but_must_make_sense() -> None:
    rules = [
        {"name": "a", "when": {"signals": ["x"]}, "queue": "q", "off": True},
        {"name": "b", "when": {"policy": ["p"]}, "queue": "w"},
    ]
    assert compile_rules(rules, otherwise="z")(Facts(policy="p", signals=("x",))).queue == "w"
    assert asked(rules) == {"policy"}
    assert [(one.name, one.fails, one.off) for one in explain(rules, Facts(policy="q", signals=("x",)))] == [
        ("a", (), True),
        ("b", ("policy",), False),
    ]
    with pytest.raises(BadInput):
        check_rules([{"name": "a", "when": {"nonsense": []}, "queue": "q", "off": True}])


@pytest.mark.parametrize(
    ("market", "zone", "clock"),
    [
        ("JP", "Asia/Tokyo", (4, 2)),
        ("US", "America/New_York", (14, 1)),
        ("EU", "Europe/Brussels", (20, 1)),
        ("", "UTC", (19, 1)),
        ("nowhere", "UTC", (19, 1)),
    ],
)
def test_the_clock_of_a_market(market: str, zone: str, clock: tuple[int, int]) -> None:
    assert (zone_of(market), local(datetime(2026, 1, 5, 19, 30, tzinfo=UTC), market)) == (zone, clock)
