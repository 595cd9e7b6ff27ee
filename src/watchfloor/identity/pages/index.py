"""What can be set, as cards: each appears when its page exists and the viewer may open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.render import render


@dataclass(frozen=True, slots=True)
class Card:
    """One place in Settings. ``url_names``: the first that exists is linked."""

    title: str | Promise
    help: str | Promise
    icon: str
    url_names: tuple[str, ...]
    permissions: tuple[str, ...]


GROUPS: tuple[tuple[str | Promise, tuple[Card, ...]], ...] = (
    (
        _("People"),
        (
            Card(_("My account"), _("Language, time zone, passkeys, what I may do."), "user-circle", ("account",), ()),
            Card(_("People"), _("Who can sign in, with which roles, within which limits."), "users", ("people",), ("people.manage",)),
            Card(_("Roles"), _("What each role allows."), "shield", ("roles",), ("people.manage",)),
            Card(
                _("Break-glass"), _("Rights taken in an emergency, and their review."), "alert-triangle", ("break_glass",),
                ("glass.break", "glass.review"),
            ),
            Card(_("Views of restricted cases"), _("Who looked at what, when and why."), "eye", ("restricted_reads",), ("reads.view",)),
        ),
    ),
    (
        _("Platform"),
        (
            Card(_("API tokens"), _("Programs that send reports and events."), "key", ("tokens",), ("people.manage", "settings.manage")),
            Card(
                _("Doors"), _("Protocols other systems speak with us, and when they last did."), "link",
                ("interop-doors",), ("settings.manage",),
            ),
            Card(_("Jira"), _("Where work is shared, and who has a say."), "link", ("programme-jira-settings",), ("settings.manage",)),
            Card(
                _("Record store"), _("A learning record store that hears what exams came to."), "certificate", ("training-records",),
                ("settings.manage",),
            ),
            Card(
                _("History of other systems"), _("Cases of help desks and service desks, imported and counted."), "history",
                ("interop-history",), ("settings.manage",),
            ),
            Card(_("Websites"), _("Blogs and shops whose comment plug-ins ask here."), "world", ("interop-sites",), ("settings.manage",)),
            Card(_("Item types"), _("What can be reported, and its fields."), "tags", ("item_types", "item-types"), ("settings.manage",)),
            Card(_("Endpoints"), _("Where decisions are delivered to."), "send", ("endpoints",), ("enforcement.manage",)),
            Card(
                _("Deliveries"), _("What was sent, is late, gave up."), "inbox", ("deliveries", "enforcement-delivery"),
                ("enforcement.view",),
            ),
            Card(
                _("Automation"), _("Stop what rules do to the platform; limits of very many at once."), "player-pause",
                ("enforcement-automation",), ("enforcement.stop", "enforcement.view"),
            ),
            Card(
                _("Catalogue and ladder"), _("What can be done, and what strikes add up to."), "gavel", ("enforcement-catalogue",),
                ("enforcement.view",),
            ),
            Card(_("Quarantine"), _("What could not be read, with a replay button."), "archive", ("quarantine",), ("intake.manage",)),
        ),
    ),
    (
        _("Floor"),
        (
            Card(_("Budgets of exposure"), _("Minutes a day, breaks."), "heart", ("wellbeing-budgets",), ("wellbeing.manage",)),
            Card(_("How groups are"), _("Exposure and breaks, from five people."), "users-group", ("wellbeing-team",), ("wellbeing.view",)),
            Card(_("Queues"), _("Where jobs wait, and their targets."), "list", ("queues",), ("queue.manage",)),
            Card(_("Routing"), _("Which case goes to which queue."), "git-branch", ("routing",), ("queue.manage",)),
        ),
    ),
    (
        _("Installation"),
        (
            Card(_("Ledger"), _("What happened, with proofs."), "book", ("ledger",), ("ledger.view",)),
            Card(
                _("Component gallery"), _("For builders: every component in every state."), "layout-dashboard",
                ("console-gallery",), ("settings.manage",),
            ),
        ),
    ),
)  # fmt: skip


def _address(card: Card) -> str:
    for name in card.url_names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@require_safe
@guard.page()
def settings(request: HttpRequest) -> HttpResponse:
    """The index."""
    actor = actor_of(request)
    groups = []
    for title, cards in GROUPS:
        found = [
            (card, _address(card))
            for card in cards
            if not card.permissions or any(actor.has(name) for name in card.permissions)
        ]
        shown = [
            {"title": card.title, "help": card.help, "icon": card.icon, "href": href} for card, href in found if href
        ]
        if shown:
            groups.append((title, shown))
    return render(request, "identity/settings.html", {"groups": groups})
