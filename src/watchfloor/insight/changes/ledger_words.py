"""Ledger events that are changes: how each is drawn and told, which kind of change it is, whom it reached and which way it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Words = Callable[[dict[str, Any]], str]

# Event type -> (sign, tone, words of its data). What is not here is work, not change.
TOLD: dict[str, tuple[str, str, Words]] = {
    "rule.state_changed": (
        "code", "violet",
        lambda d: (
            _("Rule %(rule)s paused itself: %(alarm)s alarm") if d.get("alarm") else _("Rule %(rule)s: %(before)s to %(after)s")
        ) % {k: d.get(k, "?") for k in ("rule", "before", "after", "alarm")},
    ),
    "rule.text_put_on": ("code", "violet", lambda d: _("Rule %(rule)s goes by its new text") % {"rule": d.get("rule", "?")}),
    "automation.held": ("player-pause", "red", lambda d: _("Automatic actions are held: they become cases")),
    "automation.lifted": ("player-play", "", lambda d: _("Rules act by themselves again")),
    "automation.stopped": ("player-pause", "red", lambda d: _("Automatic actions are stopped: nothing of theirs goes to the platform")),
    "automation.resumed": ("player-play", "", lambda d: _("Automatic actions go to the platform again")),
    "enforcement_controls.saved": ("adjustments", "", lambda d: _("Limits of very many actions at once changed")),
    "endpoint.recovered": ("plug", "", lambda d: _("Delivery endpoint answers again")),
    "rule_file.saved": ("edit", "", lambda d: _("Rule file %(path)s changed") % {"path": d.get("path", "?")}),
    "model.trained": ("bulb", "", lambda d: _("Model for %(policy)s learned from decisions") % {"policy": d.get("policy", "?")}),
    "routing.saved": ("git-branch", "accent", lambda d: _("Routing version %(number)s is live") % {"number": d.get("number", "?")}),
    "service_plan.saved": ("clock", "accent", lambda d: _("Due times, version %(number)s") % {"number": d.get("number", "?")}),
    "boost.made": ("trending-up", "violet", lambda d: _("%(points)+g points for %(jobs)s") % {
        "points": d.get("points", 0), "jobs": ", ".join(f"{k} {v}" for k, v in (d.get("filters") or {}).items())}),
    "boost.ended": ("trending-up", "", lambda d: _("A boost of %(points)+g points has ended") % {"points": d.get("points", 0)}),
    "move.made": ("arrow-right", "violet", lambda d: ngettext(
        "%(num)s job moved to %(queue)s", "%(num)s jobs moved to %(queue)s", d.get("moved", 0)
    ) % {"num": d.get("moved", 0), "queue": d.get("to_queue", "?")}),
    "surge.started": ("urgent", "red", lambda d: _("Surge playbook %(playbook)s is on") % {"playbook": d.get("playbook", "?")}),
    "surge.ended": ("urgent", "", lambda d: _("Surge playbook %(playbook)s has ended; all is put back") % {
        "playbook": d.get("playbook", "?")}),
    "handover.signed": ("edit", "", lambda d: _("Hand-over note signed")),
    "solve_plan.saved": ("calendar", "", lambda d: _("Plan of the queue %(queue)s changed") % {"queue": d.get("queue", "?")}),
    "queue.saved": ("inbox", "", lambda d: _("Queue %(key)s changed") % {"key": d.get("key", "?")}),
    "policy_version.in_force": ("scale", "accent", lambda d: _("Policy %(policy)s, version %(number)s is in force") % {
        "policy": d.get("policy_key") or d.get("policy") or d.get("key", "?"), "number": d.get("number", "?")}),
    "policy_version.scheduled": ("scale", "accent", lambda d: _("Policy %(policy)s, version %(number)s is scheduled") % {
        "policy": d.get("policy", "?"), "number": d.get("number", "?")}),
    "policy_version.ending": ("hourglass", "amber", lambda d: _("Policy %(policy)s, version %(number)s ends within a week") % {
        "policy": d.get("policy", "?"), "number": d.get("number", "?")}),
    "policy_version.ended": ("scale", "accent", lambda d: _("Policy %(policy)s, version %(number)s has ended by its date") % {
        "policy": d.get("policy", "?"), "number": d.get("number", "?")}),
    "endpoint.saved": ("plug", "", lambda d: _("Delivery endpoint changed")),
    "endpoint.disabled": ("plug-off", "red", lambda d: _("Delivery endpoint switched off")),
    "vendor.saved": ("building-store", "", lambda d: _("Vendor %(key)s changed") % {"key": d.get("key", "?")}),
    "ladder_step.saved": ("stairs", "", lambda d: _("Enforcement ladder changed")),
    "action_kind.saved": ("list", "", lambda d: _("Action catalogue changed")),
    "model.switched": ("bulb", "violet", lambda d: _("Another model judges %(policy)s") % {"policy": d.get("policy", "?")}),
    "policy_version.withdrawn": ("scale", "accent", lambda d: _("Policy %(policy)s, version %(number)s is withdrawn") % {
        "policy": d.get("policy", "?"), "number": d.get("number", "?")}),
}  # fmt: skip


_OFF, _ON = {"paused", "retired", "draft"}, {"on", "partial"}

# Event type -> kind of change. What a type is told by but not named here is no cause of anything (a note that was signed).
KIND_OF: dict[str, str] = {
    "rule.state_changed": "rule", "rule.text_put_on": "rule", "rule_file.saved": "rule", "model.trained": "model",
    "model.switched": "model", "automation.held": "automation", "automation.lifted": "automation",
    "automation.stopped": "automation", "automation.resumed": "automation", "enforcement_controls.saved": "threshold",
    "ladder_step.saved": "threshold", "action_kind.saved": "threshold", "endpoint.recovered": "outage",
    "endpoint.disabled": "outage", "endpoint.saved": "other", "routing.saved": "routing", "queue.saved": "routing",
    "move.made": "routing", "boost.made": "due_times", "boost.ended": "due_times", "service_plan.saved": "due_times",
    "solve_plan.saved": "staffing", "vendor.saved": "staffing", "surge.started": "surge", "surge.ended": "surge",
    "policy_version.in_force": "policy", "policy_version.ended": "policy", "policy_version.withdrawn": "policy",
}  # fmt: skip


class Reach(msgspec.Struct, frozen=True):
    """What is looked up once to say whom changes reached: policies of rules and of rule files, queues of routing versions and surges."""

    rules: Mapping[str, str]
    files: Mapping[str, list[str]]
    routings: Mapping[int, list[str]] = {}
    surges: Mapping[str, list[str]] = {}


def scope_of(type_: str, data: Mapping[str, Any], reach: Reach) -> dict[str, list[str]]:
    """Values by dimension; an empty one is everything."""
    match type_:
        case "rule.state_changed" | "rule.text_put_on":
            of_rule = reach.rules.get(data.get("rule", ""), "")
            return {"rule": [data.get("rule", "")], **({"policy": [of_rule]} if of_rule else {})}
        case "rule_file.saved":
            policies = reach.files.get(data.get("path", ""), [])
            return {"policy": policies} if policies else {}
        case "routing.saved":
            queues = reach.routings.get(data.get("number", 0), [])
            return {"queue": queues} if queues else {}
        case "surge.started" | "surge.ended":
            queues = reach.surges.get(data.get("playbook", ""), [])
            return {"queue": queues} if queues else {}
        case "queue.saved":
            return {"queue": [data.get("key", "")]}
        case "move.made":
            return {"queue": [data.get("to_queue", "")]}
        case "solve_plan.saved":
            return {"queue": [data.get("queue", "")]}
        case "vendor.saved":
            return {"vendor": [data.get("key", "")]}
        case "boost.made":
            known = ("policy", "market", "language", "queue", "channel")
            return {name: [str(value)] for name, value in (data.get("filters") or {}).items() if name in known}
    if type_.startswith(("policy_version.", "model.")):
        policy = data.get("policy_key") or data.get("policy") or data.get("key")
        return {"policy": [policy]} if policy else {}
    return {}


def effect_of(type_: str, data: Mapping[str, Any]) -> str:
    """Which way it works on what people have to do: ``more``, ``less``, or not known."""
    if type_ == "rule.state_changed":
        after, before = data.get("after"), data.get("before")
        return "more" if after in _OFF and before in _ON else "less" if after in _ON and before not in _ON else ""
    return {
        "automation.held": "more", "automation.stopped": "more", "automation.lifted": "less", "automation.resumed": "less",
    }.get(type_, "")  # fmt: skip
