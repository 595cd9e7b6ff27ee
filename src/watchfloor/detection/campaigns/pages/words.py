"""What states, keys and edges of campaigns are called."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.detection.campaigns.reading import Edge


def states() -> dict[str, str]:
    """States that people set."""
    return {
        "open": pgettext("state of a campaign", "Open"), "watched": pgettext("state of a campaign", "Watched"),
        "closed": pgettext("state of a campaign", "Closed"),
    }  # fmt: skip


def kinds() -> dict[str, str]:
    """Kinds of shared keys."""
    return {
        "phone": _("Phone number"), "email": _("E-mail address"), "wallet": _("Wallet"), "url": _("Web address"),
        "domain": _("Domain"), "ip": _("Network address"), "device": _("Device"), "payment": _("Means of payment"),
        "media": _("Picture or video"), "app": _("App"),
    }  # fmt: skip


def why(kind: str) -> str:
    """What ties an item to what came before it."""
    words = {"first": _("The earliest"), "same": _("The same text"), "near": _("Nearly the same text")}
    return words.get(kind) or _("The same: %(kind)s") % {"kind": kinds().get(kind, kind)}


def value(kind: str, value: str, token: str) -> str:
    """A key's value; a sign in place of one that is kept as a keyed hash only."""
    return value or f"{kinds().get(kind, kind)} …{token[:6]}"


def sentence(edge: Edge) -> str:
    """An edge in words."""
    if edge.kind == "near" and edge.distance is not None:
        share = f"{round((1 - edge.distance) * 100)}"
        return _("Nearly the same text: %(share)s %% of the pieces are shared") % {"share": share}
    if edge.kind == "same":
        return _("The same text")
    return _("The same: %(kind)s") % {"kind": value(edge.kind, edge.value, edge.token)}


def tabs(current: str) -> list[dict[str, object]]:
    """Campaigns by words and keys, and by when accounts act."""
    names = {"campaigns": _("By words and keys"), "rings": _("Acting together")}
    return [{"label": label, "href": reverse(name), "current": name == current} for name, label in names.items()]


def account_tabs() -> dict[str, str]:
    """Lists of the accounts of a campaign after a takedown."""
    return {
        "doubts": _("May not belong"), "left": _("Not acted on"), "acted": _("Acted on"), "restored": _("Restored"),
    }  # fmt: skip


def signs() -> dict[str, str]:
    """Why one may doubt that an account belongs."""
    return {
        "before": _("Wrote other things long before"), "weak": _("Tied by half its words only"),
        "clean_item": _("An item of it was found clean"), "appeal": _("It appeals"),
    }  # fmt: skip


def left() -> dict[str, str]:
    """Why nothing was done to an account."""
    return {
        "joined": _("It joined since"), "read_clean": _("Read as otherwise in the sample"), "clean": _("Found clean"),
        "guarded": _("Protected or verified"), "skipped": _("Left out"), "unasked": _("Nobody was asked about it"),
    }  # fmt: skip


def restore_reasons() -> dict[str, str]:
    """Why accounts are restored."""
    return {"taken_over": _("Somebody else used it"), "not_part": _("It is no part of the campaign")}
