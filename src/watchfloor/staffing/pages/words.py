"""Words of the pages: models and why, states, tabs. All through gettext."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.identity.domain import Actor
from watchfloor.staffing.rights import VIEW, whole

WORK = ("review.work", "review.appeal", "review.escalation", "review.cluster")


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The pages of staffing that this person may open."""
    known = [
        ("need", _("Need and what if"), "staffing", whole(actor)),
        ("roster", _("Roster"), "staffing-roster", actor.has(VIEW)),
        ("day", pgettext("staffing", "Today"), "staffing-day", actor.has(VIEW)),
        ("mine", _("My shifts"), "staffing-mine", any(actor.has(name) for name in WORK)),
    ]
    return [
        {"label": label, "href": reverse(name), "current": key == current} for key, label, name, may in known if may
    ]


def models() -> dict[str, str]:
    """The models of staffing by key."""
    return {
        "erlang_a": "Erlang A",
        "erlang_c": "Erlang C",
        "backlog": _("Backlog model"),
        "simulation": _("Simulation"),
    }


def whys() -> dict[str, str]:
    """Why a queue gets its model, in a sentence."""
    return {
        "patience": _("Items leave when they wait too long."),
        "soon": _("Items are due within minutes, so none can wait for later."),
        "shared": _("Its people also work other queues."),
        "deferred": _("Items have hours, and people of their own."),
    }


def rules() -> list[tuple[str, str]]:
    """Who goes first."""
    return [
        ("", _("As now")), ("priority", _("Urgent queues first, then what is due first")), ("due", _("What is due first")),
        ("oldest", _("The oldest first")),
    ]  # fmt: skip


def run_states() -> dict[str, tuple[str, str, str]]:
    """How far a computation is, as chips."""
    return {
        "waiting": (_("Waits for a worker"), "outline", "clock"), "running": (_("Computing"), "accent", "loader"),
        "done": (_("Done"), "green", "check"), "failed": (_("Failed"), "red", "alert-triangle"),
    }  # fmt: skip


def roster_states() -> dict[str, tuple[str, str, str]]:
    """How a roster stands, as chips."""
    return {
        "asked": (_("Being made"), "outline", "clock"), "draft": (_("Draft"), "amber", "edit"),
        "published": (_("Published"), "green", "check"), "superseded": (_("Superseded"), "outline", "history"),
    }  # fmt: skip


def weekdays() -> list[tuple[str, str]]:
    """Days by key."""
    return [
        ("Mon", _("Monday")), ("Tue", _("Tuesday")), ("Wed", _("Wednesday")), ("Thu", _("Thursday")), ("Fri", _("Friday")),
        ("Sat", _("Saturday")), ("Sun", _("Sunday")),
    ]  # fmt: skip


def states() -> dict[str, str]:
    """What somebody who is there does, without saying why."""
    return {
        "available": _("Available"),
        "working": _("Working"),
        "break": _("On a break"),
        "stepped_back": _("On a break"),
    }


def levers() -> dict[str, str]:
    """What could be done about missing hours."""
    return {
        "people": _("Overtime and people called in"), "overflow": _("Another vendor takes over"),
        "automation": _("Rules solve more"), "postpone": _("Leave what is due after today"),
    }  # fmt: skip


def asks() -> dict[str, tuple[str, str]]:
    """What became of an ask, and the colour it has."""
    return {
        "open": (_("Asked"), "amber"), "agreed": (_("Agreed"), "green"), "declined": (_("Said no"), "grey"),
        "withdrawn": (_("Taken back"), "grey"),
    }  # fmt: skip


def lever_pages(actor: Actor) -> dict[str, tuple[str, str]]:
    """Where the levers that are not people are pulled, of those the actor may open: what the link says and leads to."""
    known = {
        "overflow": (_("Give it to another vendor for some hours"), "surges", "review.reassign"),
        "automation": (_("See the rules"), "rules", "rule.view"),
        "postpone": (_("Change when work is due"), "service-plan", "queue.manage"),
    }
    return {kind: (label, reverse(name)) for kind, (label, name, needs) in known.items() if actor.has(needs)}
