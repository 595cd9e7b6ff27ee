"""Words of the link to Jira for people: fields, states, kinds of conflict, who owns what."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def fields() -> dict[str, str]:
    """The four things that are carried."""
    return {"title": _("Title"), "text": _("Description"), "due": _("Due"), "state": _("State")}


def states() -> dict[str, tuple[str, str, str]]:
    """Of an issue: word, colour, sign."""
    return {
        "making": (_("Being made"), "", "clock"), "linked": (_("In step"), "green", "check"),
        "refused": (_("Jira refuses"), "red", "alert-circle"), "gone": (_("Not in Jira any more"), "amber", "alert-triangle"),
        "conflict": (_("Changed on both sides"), "amber", "alert-triangle"), "note": (_("Not all was carried"), "amber", "alert-triangle"),
    }  # fmt: skip


def actions() -> dict[str, str]:
    """The four states of an action."""
    return {"open": pgettext("state of an action", "Open"), "doing": _("Doing"), "done": pgettext("state of an action", "Done"),
            "dropped": _("Dropped")}  # fmt: skip


def kinds() -> dict[str, str]:
    """Why a person is asked."""
    return {
        "both": _("Both sides changed it since they last agreed. Neither has been written over."),
        "richer": _(
            "It was changed here. In Jira it has tables, pictures or mentions, which our text would take away."
        ),
        "overwritten": _(
            "Somebody changed it in Jira in the moment our change arrived there. Ours stands; theirs is kept here."
        ),
        "owned": _("The side that owns the field has its way; the other value is kept here."),
    }


def sides() -> dict[str, str]:
    """Whose value stands."""
    return {"ours": _("This floor's"), "theirs": _("Jira's"), "agreed": _("Both became the same")}


def undone() -> dict[str, str]:
    """Why what was picked could not be taken back."""
    return {
        "changed_here": _("It could not be taken back: it has been changed here since."),
        "changed_there": _("It could not be taken back: it has been changed in Jira since."),
        "rich": _(
            "It could not be taken back: Jira had tables, pictures or mentions there, which its own history still has."
        ),
        "no_step": _("It could not be taken back: Jira offers no step to the state it had."),
        "refused": _("It could not be taken back: Jira refuses the value it had."),
    }


def owners() -> list[tuple[str, str]]:
    """Which side owns a field."""
    return [
        ("both", _("Both sides; a person picks when both changed it")),
        ("ours", _("This floor")),
        ("theirs", _("Jira")),
    ]


def value(field: str, text: str) -> str | date:
    """A value as people read it; a due day as a date, for the page's own way to write it."""
    if field == "state":
        return actions().get(text, text)
    if field == "due" and text:
        return date.fromisoformat(text)
    return text or _("none")
