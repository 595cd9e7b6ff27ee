"""What things of a launch are called on screen, with their tone and sign."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.programme import tabs
from watchfloor.programme.launches.domain import kinds, states


def state_words() -> dict[str, tuple[str, str, str]]:
    """State -> (words, tone, sign)."""
    looks = {
        states.PLANNED: ("outline", "pencil"), states.GATED: ("amber", "hourglass"), states.GO: ("accent", "player-play"),
        states.NO_GO: ("red", "ban"), states.HYPERCARE: ("violet", "eye"), states.DONE: ("green", "check"),
        states.ROLLED_BACK: ("red", "arrow-back-up"), states.DROPPED: ("", "x"),
    }  # fmt: skip
    return {key: (_(title), *looks[key]) for key, title in states.TITLES.items()}


def verdict_words() -> dict[str, tuple[str, str, str]]:
    """Verdict of a gate -> (words, tone, sign)."""
    return {
        "green": (_("Green"), "green", "check"), "red": (_("Red"), "red", "x"), "unknown": (_("Not known"), "amber", "question-mark"),
        "waived": (_("Waived"), "violet", "flag"),
    }  # fmt: skip


def guard_words() -> dict[str, tuple[str, str, str]]:
    """Verdict of a guard -> (words, tone, sign)."""
    return {
        "calm": (_("Within its limit"), "green", "check"), "tripped": (_("Beyond its limit"), "red", "alert-triangle"),
        "waiting": (_("Waits"), "outline", "clock"),
    }  # fmt: skip


def stage_words() -> dict[str, tuple[str, str, str]]:
    """State of a stage -> (words, tone, sign)."""
    return {
        "waiting": (_("Waits"), "outline", "clock"),
        "on": (_("On"), "green", "check"),
        "off": (_("Taken back"), "", "arrow-back-up"),
    }


def kind_words() -> dict[str, str]:
    """Kind -> words."""
    return {key: _(kind.title) for key, kind in kinds.KINDS.items()}


def page_tabs(actor: Actor) -> list[dict[str, Any]]:
    """The tabs of Programme, with this part open."""
    return tabs.tabs(actor.has, "launches")
