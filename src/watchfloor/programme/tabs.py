"""The parts of Programme as tabs: each part says its own when it is ready, the page shows those its viewer may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Tab:
    """One part. place: tabs stand in this order; permissions: the viewer needs one of them."""

    place: int
    label: StrOrPromise
    url_name: str
    permissions: tuple[str, ...] = ("programme.view",)


_TABS: list[Tab] = []


def register(tab: Tab) -> None:
    """Called in a part's ``ready``; saying it twice changes nothing."""
    if tab not in _TABS:
        _TABS.append(tab)


def tabs(may: Callable[[str], bool], current: str) -> list[dict[str, Any]]:
    """What ``ui.page_tabs`` takes: label, href, and which of them is ``current`` (a url name)."""
    found = []
    for tab in sorted(_TABS, key=lambda one: one.place):
        if not any(may(name) for name in tab.permissions):
            continue
        try:
            href = reverse(tab.url_name)
        except NoReverseMatch:
            continue
        found.append({"label": str(tab.label), "href": href, "current": tab.url_name == current})
    return found
