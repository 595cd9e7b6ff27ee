"""The navigation, as data: by job, in the order of the day. A page appears once its URL exists and the viewer may open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go.

    Attributes:
        name: as shown.
        icon: a name in the sprite.
        url_name: the Django URL name of its first page.
        key: pressed after ``g`` to go there; unique.
        permissions: the viewer needs one of them; none named: everyone.
        also: other addresses whose pages belong to it.
    """

    name: StrOrPromise
    icon: str
    url_name: str
    key: str
    permissions: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An entry this viewer can open now."""

    name: str
    icon: str
    href: str
    key: str
    is_current: bool


GROUPS: tuple[tuple[Entry, ...], ...] = (
    (
        Entry(_("Floor"), "layout-dashboard", "floor", "f", ("floor.view",)),
        Entry(
            _("Review"),
            "checklist",
            "review",
            "r",
            ("review.work", "review.appeal", "review.escalation", "review.cluster", "case.view"),
            ("/cases", "/appeals", "/bulk", "/clusters", "/reporters", "/edge-cases", "/accounts", "/protected"),
        ),
        Entry(
            _("My well-being"),
            "heart",
            "wellbeing",
            "h",
            ("review.work", "review.appeal", "review.escalation", "review.cluster"),
            ("/staffing/mine",),
        ),
        Entry(_("Investigate"), "zoom-code", "investigate", "i", ("investigate.view",)),
        Entry(_("Campaigns"), "sitemap", "campaigns", "z", ("case.view",)),
        Entry(_("Escalations"), "alert-triangle", "escalations", "e", ("review.escalation", "enforcement.approve")),
        Entry(_("On call"), "phone", "oncall", "o", ("oncall.view",)),
    ),
    (
        Entry(_("Rules"), "code", "rules", "u", ("rule.view",), ("/models", "/policy-models")),
        Entry(_("Restrictions"), "ban", "restrictions", "d", ("restriction.view",), ("/protected-names", "/identity")),
        Entry(_("Media banks"), "photo-search", "banks", "b", ("bank.view",), ("/exchanges",)),
        Entry(_("Policies"), "scale", "policies", "p", ("policy.view",), ("/claims", "/knowledge")),
        Entry(_("Enforcement"), "gavel", "enforcement-actions", "x", ("enforcement.view",)),
    ),
    (  # what is owed to authorities and to the public
        Entry(_("Law"), "certificate", "law", "l", ("law.view",)),
        Entry(
            _("NCMEC reports"), "shield", "cybertip", "k", ("cybertip.prepare", "cybertip.release", "cybertip.manage")
        ),
        Entry(_("Transparency"), "world", "transparency", "y", ("transparency.view",)),
    ),
    (
        Entry(_("Insight"), "chart-line", "insight", "n", ("insight.view",)),
        Entry(_("Quality"), "rosette-discount-check", "quality", "q", ("quality.view",)),
        Entry(_("Training"), "school", "training", "t", ("training.learn", "training.view", "training.edit")),
    ),
    (
        Entry(_("Workforce"), "users", "certificates", "w", ("people.manage", "training.view"), ("/workforce",)),
        Entry(_("Staffing"), "calendar", "staffing", "j", ("staffing.view",)),
        Entry(_("Vendors"), "building-store", "vendors", "v", ("vendor.view", "vendor.work"), ("/announcements",)),
        Entry(_("App review"), "apps", "appreview", "a", ("app.view",), ("/apps",)),
        Entry(_("Programme"), "road", "programme", "m", ("programme.view", "programme.suggest")),
    ),
    (
        Entry(
            _("Settings"),
            "settings",
            "settings",
            "s",
            ("settings.manage", "people.manage", "intake.manage", "enforcement.manage", "glass.review", "reads.view"),
        ),
    ),
)


def visible(path: str, may: Callable[[str], bool], groups: tuple[tuple[Entry, ...], ...] = GROUPS) -> list[list[Link]]:
    """The groups this viewer sees at ``path``; the entry whose address is the longest beginning of the path is the current one."""
    found: list[list[tuple[Entry, str]]] = []
    for group in groups:
        reachable = []
        for entry in group:
            if entry.permissions and not any(may(name) for name in entry.permissions):
                continue
            try:
                reachable.append((entry, reverse(entry.url_name)))
            except NoReverseMatch:
                continue
        if reachable:
            found.append(reachable)
    home = {address: href for group in found for entry, href in group for address in (href, *entry.also)}
    here = home.get(current(list(home), path), "")
    return [
        [Link(str(entry.name), entry.icon, href, entry.key, href == here) for entry, href in group] for group in found
    ]


def current(addresses: list[str], path: str) -> str:
    """The address that ``path`` lies under, by whole path segments; the longest wins; none: an empty string."""
    best = ""
    for address in addresses:
        stem = address.rstrip("/")
        if (path in (address, stem) or path.startswith(stem + "/")) and len(address) > len(best):
            best = address
    return best
