"""The parts of Programme as tabs: each part says its own when it is ready, the page shows those its viewer may open.

A dozen words side by side are not read. Parts that belong together stand under one tab; a second line names them while it is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


IMPROVEMENTS, AHEAD, PEOPLE, SOURCES = _("Improvements"), _("Looking ahead"), _("Goals and people"), _("Sources")


@dataclass(frozen=True, slots=True)
class Tab:
    """One part. place: tabs stand in this order; permissions: the viewer needs one of them; group: the tab it stands under."""

    place: int
    label: StrOrPromise
    url_name: str
    permissions: tuple[str, ...] = ("programme.view",)
    group: StrOrPromise = ""


_TABS: list[Tab] = []


def register(tab: Tab) -> None:
    """Called in a part's ``ready``; saying it twice changes nothing."""
    if tab not in _TABS:
        _TABS.append(tab)


def tabs(may: Callable[[str], bool], current: str) -> list[dict[str, Any]]:
    """What ``ui.page_tabs`` takes: label, href, which is ``current`` (a url name), and of a group its ``parts`` likewise."""
    found: list[dict[str, Any]] = []
    groups: dict[str, dict[str, Any]] = {}
    for tab in sorted(_TABS, key=lambda one: one.place):
        if not any(may(name) for name in tab.permissions):
            continue
        try:
            href = reverse(tab.url_name)
        except NoReverseMatch:
            continue
        shown: dict[str, Any] = {"label": str(tab.label), "href": href, "current": tab.url_name == current}
        if not tab.group:
            found.append(shown)
            continue
        group = groups.get(str(tab.group))
        if group is None:  # a group opens with the first of its parts that the viewer may see
            group = groups[str(tab.group)] = {"label": str(tab.group), "href": href, "current": False, "parts": []}
            found.append(group)
        group["parts"].append(shown)
        group["current"] = group["current"] or shown["current"]
    return found
