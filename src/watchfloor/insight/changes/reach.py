"""Whom changes reached that say it only by a name: rules their policy, routing versions and playbooks the queues they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from watchfloor.detection.models import Rule
from watchfloor.insight.changes.ledger_words import Reach
from watchfloor.review.models import RoutingTable, Surge

NEWEST = 50  # routing versions and surges that are looked at


def look_up(types: Collection[str]) -> Reach:
    """What the events of these types need."""
    rules = dict(Rule.objects.exclude(policy_key="").values_list("name", "policy_key"))
    routings = _routings() if "routing.saved" in types else {}
    surges: dict[str, list[str]] = {}
    if any(each.startswith("surge.") for each in types):
        for playbook, steps in Surge.objects.order_by("-started_at").values_list("playbook", "steps")[:NEWEST]:
            surges.setdefault(playbook, queues_of_steps(steps))
    return Reach(rules, {}, routings, surges)


def queues_of_steps(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """The queues that a playbook names; none if one of its steps reaches beyond queues it names."""
    found: list[str] = []
    for step in steps:
        named = [*(step.get("queues") or []), *([step["to_queue"]] if step.get("to_queue") else [])]
        wanted = (step.get("filters") or {}).get("queue")
        named += [wanted] if isinstance(wanted, str) and wanted else []
        if not named or (step.get("filters") and not wanted):
            return []
        found += named
    return sorted(set(found))


def queues_of_routing(rules: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[str]:
    """The queues of rules that came, went, changed, or (when only the order is another) stand in another place."""
    differ = [rule for rule in rules if rule not in before] + [rule for rule in before if rule not in rules]
    if not differ:
        differ = [rule for rule, was in zip(rules, before, strict=False) if rule != was]
    return sorted({str(rule["queue"]) for rule in differ if rule.get("queue")})


def _routings() -> dict[int, list[str]]:
    rows = {row.number: row for row in RoutingTable.objects.filter(draft=False).order_by("-number")[:NEWEST]}
    return {
        number: queues_of_routing(row.rules, rows[row.base].rules)
        for number, row in rows.items()
        if row.base is not None and row.base in rows
    }
