"""The change log that fills itself: what people and the program changed about the floor, in words, from the ledger's events."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Words = Callable[[dict[str, Any]], str]

# Event type -> (sign, tone, words of its data). What is not here is work, not change.
CHANGES: dict[str, tuple[str, str, Words]] = {
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
}  # fmt: skip
_SIGNS = {"plug": "adjustments", "plug-off": "alert-triangle", "stairs": "trending-up"}


class Change(msgspec.Struct, frozen=True):
    """One change: when, by whom, in words."""

    at: datetime
    type: str
    words: str
    sign: str
    tone: str
    actor: str


def changes(start: datetime, end: datetime, *, limit: int = 12) -> list[Change]:
    """The newest changes of ``[start, end)``; the many of one set-up are told once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, at, actor, data FROM ledger_event WHERE type = ANY(%s) AND at >= %s AND at < %s "
            "AND actor NOT IN ('system:init', 'system:first-run') "  # setting up is not a change
            "ORDER BY at DESC, ordinal DESC LIMIT %s",
            [list(CHANGES), start, end, limit * 10],
        )
        rows = cursor.fetchall()
    found: list[Change] = []
    alike: dict[tuple[str, datetime, str], int] = {}  # what, in which minute, by whom -> its place in found
    more: dict[int, int] = {}
    for type_, at, actor, raw in rows:
        key = (type_, at.replace(second=0, microsecond=0), actor)
        if key in alike:
            more[alike[key]] = more.get(alike[key], 0) + 1
            continue
        alike[key] = len(found)
        sign, tone, words = CHANGES[type_]
        data = raw if isinstance(raw, dict) else msgspec.json.decode(raw)
        found.append(Change(at, type_, words(data), _SIGNS.get(sign, sign), tone, actor))
    for place, count in more.items():
        told = ngettext("and %(num)s more like it", "and %(num)s more like it", count) % {"num": count}
        found[place] = msgspec.structs.replace(found[place], words=f"{found[place].words}, {told}")
    return _named(found[:limit])


def _named(found: list[Change]) -> list[Change]:
    """Names of people instead of their ids."""
    from watchfloor.identity.models import User

    ids: set[uuid.UUID] = set()
    for change in found:
        kind, _sep, name = change.actor.partition(":")
        if kind == "user":
            ids.add(uuid.UUID(name))
    names = {f"user:{user.pk}": user.name for user in User.objects.filter(pk__in=ids)}
    return [
        msgspec.structs.replace(change, actor=names.get(change.actor, change.actor.partition(":")[2]))
        for change in found
    ]
