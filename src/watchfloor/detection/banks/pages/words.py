"""What kinds, states, steps and outcomes of banks are called, and the tabs their pages share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.detection.banks.models import Bank
from watchfloor.identity.domain import Actor

EXCHANGES = "exchange.manage"


def kinds() -> dict[str, str]:
    """Kinds of entries."""
    return {
        "pdq": _("Picture (PDQ)"), "video": _("Video (frames)"), "md5": _("File (MD5)"), "sha256": _("File (SHA-256)"),
        "text": pgettext("kind of entry", "Text"), "url": _("Web address"),
    }  # fmt: skip


def states() -> dict[str, str]:
    """States of entries."""
    return {
        "live": pgettext("state of an entry", "Live"), "waiting": pgettext("state of an entry", "Waits"),
        "quarantined": _("Quarantined"), "removed": _("Taken out"),
    }  # fmt: skip


def actions() -> dict[str, str]:
    """What a match does."""
    return {
        "decide": _("Decide, without anybody looking"), "queue": _("Open a case for a person"),
        "note": _("Only note it on the open case"),
    }  # fmt: skip


def done() -> dict[str, str]:
    """What was done for a match."""
    return {
        "decided": _("Decided unseen"), "queued": _("A person looks"), "noted": _("Noted"), "suppressed": _("Known to be good"),
        "held": _("Outside the bank's share"), "cleared": _("A person had cleared it"), "flooded": _("Its entry was stopped"),
    }  # fmt: skip


def verdicts() -> dict[str, str]:
    """What people said of a match."""
    return {"confirmed": _("Right"), "rejected": _("Wrong"), "": _("Nobody has said")}


def searches() -> dict[str, str]:
    """States of a search of the last days."""
    return {
        "counting": _("Being counted"), "ready": _("Counted, nothing is done yet"), "running": _("Being done"), "done": _("Done"),
        "undoing": _("Being taken back"), "undone": _("Taken back"), "dropped": _("Not done"), "failed": _("It failed"),
    }  # fmt: skip


def tabs(here: str, actor: Actor) -> list[dict[str, Any]]:
    """Of all banks."""
    pages = [("banks", _("Banks")), ("bank-floods", _("Floods"))]
    if actor.has(EXCHANGES):
        pages.append(("exchanges", _("Exchanges")))
    return [{"label": label, "href": reverse(name), "current": name == here} for name, label in pages]


def bank_tabs(bank: Bank, here: str, actor: Actor) -> list[dict[str, Any]]:
    """Of one bank."""
    pages = [("bank", _("Entries")), ("bank-matches", _("Matches")), ("bank-settings", _("Settings and thresholds"))]
    if actor.may(EXCHANGES, clearance=bank.clearance) and bank.archived_at is None:
        pages.append(("bank-files", _("Files")))
    return [{"label": label, "href": reverse(name, args=[bank.key]), "current": name == here} for name, label in pages]
