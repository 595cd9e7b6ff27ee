"""What the screens of detection share: tabs, words for states."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(here: str) -> list[dict[str, Any]]:
    """Rules, files, lists, models."""
    pages = [("rules", _("Rules")), ("rule-files", _("Files")), ("lists", _("Lists")), ("models", _("Models"))]
    return [{"label": label, "href": reverse(name), "current": name == here} for name, label in pages]


def state_words() -> dict[str, str]:
    """What each state of a rule is called."""
    return {
        "draft": _("Draft"), "backtested": _("Backtested"), "shadow": _("Shadow"), "partial": _("Partial"),
        "on": _("On"), "paused": _("Paused"), "retired": _("Retired"),
    }  # fmt: skip


def steps(state: str, percent: int) -> tuple[list[str], str]:
    """The life of a rule as the strip shows it, and where it stands."""
    words = state_words()
    partial = _("Partial %(percent)s %%") % {"percent": percent} if state == "partial" else words["partial"]
    names = [words["draft"], words["backtested"], words["shadow"], partial, words["on"]]
    if state in {"paused", "retired"}:
        return [*names, words[state]], words[state]
    return names, partial if state == "partial" else words[state]
