"""Whom a routing version or a playbook reached, from their texts."""

from __future__ import annotations

from watchfloor.insight.changes.ledger_words import Reach, scope_of
from watchfloor.insight.changes.reach import queues_of_routing, queues_of_steps

A = {"name": "a", "when": {"policy": ["spam"]}, "queue": "spam.en"}
B = {"name": "b", "when": {"policy": ["hate"]}, "queue": "hate.en"}
C = {"name": "c", "when": {}, "queue": "other"}


def test_a_routing_version_reaches_the_queues_of_the_rules_that_differ() -> None:
    assert queues_of_routing([A, B, C], [A, C]) == ["hate.en"]
    assert queues_of_routing([{**A, "queue": "spam.es"}, C], [A, C]) == ["spam.en", "spam.es"]
    assert queues_of_routing([B, A, C], [A, B, C]) == ["hate.en", "spam.en"]
    assert queues_of_routing([A], [A]) == []


def test_a_playbook_reaches_the_queues_it_names_and_all_where_a_step_names_none() -> None:
    pause, boost = (
        {"kind": "pause_queues", "queues": ["ip"]},
        {"kind": "boost", "filters": {"queue": "spam.en"}, "points": 4},
    )
    assert queues_of_steps([pause, boost]) == ["ip", "spam.en"]
    assert queues_of_steps([pause, {"kind": "boost", "filters": {"policy": "spam"}, "points": 4}]) == []
    assert queues_of_steps([{"kind": "hold_automation"}]) == []
    moved = {"kind": "overflow", "filters": {"queue": "spam.en"}, "to_queue": "spam.other"}
    assert queues_of_steps([moved]) == ["spam.en", "spam.other"]
    reach = Reach({}, {}, {4: ["hate.en"]}, {"rush": ["ip"]})
    assert scope_of("routing.saved", {"number": 4}, reach) == {"queue": ["hate.en"]}
    assert scope_of("routing.saved", {"number": 1}, reach) == {}
    assert scope_of("surge.started", {"playbook": "rush"}, reach) == {"queue": ["ip"]}
