"""What happened to a launch, newest first, told from the ledger's own events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.names import names_of
from watchfloor.ledger.models import Event
from watchfloor.programme.launches.domain import kinds, states
from watchfloor.programme.launches.models import Launch

MOST, TURNED = 60, "launch.gate_turned"
Words = Callable[[dict[str, Any]], str]


class Told(msgspec.Struct, frozen=True):
    """One thing that happened."""

    at: datetime
    words: str
    who: str
    sign: str
    tone: str
    reason: str


def _gate(data: dict[str, Any]) -> str:
    gate = kinds.GATES.get(str(data.get("gate")))
    return _(gate.title) if gate else str(data.get("gate"))


def _state(name: object) -> str:
    return _(states.TITLES.get(str(name), str(name)))


def _either(name: str, yes: Callable[[], str], no: Callable[[], str]) -> Words:
    """One of two sentences, by a truth of the event; each may name the gate or the stage."""
    return lambda d: (yes() if d[name] else no()) % {"gate": _gate(d), "number": d.get("stage", 0)}


_TOLD: dict[str, tuple[str, str, Words]] = {
    "launch.saved": (
        "pencil", "",
        lambda d: _("Planned") if d.get("revision") == 1 else _("Changed: revision %(number)s") % {"number": d["revision"]},
    ),
    "launch.moved": (
        "arrow-right", "accent",
        lambda d: _("%(before)s to %(after)s") % {"before": _state(d["before"]), "after": _state(d["after"])},
    ),
    "launch.gate_waived": (
        "flag", "violet", _either("on", lambda: _("Gate waived: %(gate)s"), lambda: _("Waiver taken back: %(gate)s"))
    ),
    "launch.gate_said": (
        "check", "", _either("holds", lambda: _("Said to hold: %(gate)s"), lambda: _("Said not to hold: %(gate)s"))
    ),
    "launch.baseline_frozen": ("chart-line", "", lambda d: _("Baseline frozen")),
    "launch.decided": ("scale", "accent", lambda d: _("Go") if d["go"] else _("No-go")),
    "launch.stage_turned": (
        "player-play", "green", _either("on", lambda: _("Stage %(number)s is on"), lambda: _("Stage %(number)s is taken back")),
    ),
    "launch.stage_held": ("alert-triangle", "red", lambda d: _("Stage %(number)s could not begin") % {"number": d["stage"]}),
    "launch.stopped": ("alert-triangle", "red", lambda d: _("Stopped by a guard") if d.get("guard") else _("Stopped")),
    "launch.closed": ("edit", "", lambda d: _("Lessons written")),
}  # fmt: skip


def of(row: Launch) -> list[Told]:
    """The newest of it."""
    events = list(Event.objects.filter(subject=f"launch:{row.pk}").order_by("-ordinal")[:MOST])
    names = names_of([event.actor for event in events])
    # How a gate stood when it was first looked at is no news.
    news = [event for event in events if event.type in _TOLD or (event.type == TURNED and event.data.get("before"))]
    return [_told(event, names) for event in news]


def turns(row: Launch, gate: str) -> list[Told]:
    """How one gate turned, newest first."""
    events = Event.objects.filter(
        subject=f"launch:{row.pk}", type__startswith="launch.gate_", data__gate=gate
    ).order_by("-ordinal")[:MOST]
    found = list(events)
    names = names_of([event.actor for event in found])
    return [_told(event, names) for event in found]


def _told(event: Event, names: dict[str, str]) -> Told:
    if event.type == TURNED:
        green, was = event.data["after"] == "green", event.data["before"] == "green"
        words = (
            _("Turned green: %(gate)s")
            if green
            else _("No longer green: %(gate)s")
            if was
            else _("First looked at: %(gate)s")
        )
        sign, tone = ("check", "green") if green else ("x", "")
        return Told(event.at, words % {"gate": _gate(event.data)}, names[event.actor], sign, tone, "")
    sign, tone, words_of = _TOLD[event.type]
    return Told(event.at, words_of(event.data), names[event.actor], sign, tone, event.reason)
