"""What states, origins and reasons of enforcement are called."""

from __future__ import annotations

from django.utils.translation import gettext as _


def state_words() -> dict[str, str]:
    """What the states of an action are called."""
    return {
        "held": _("Waits for approval"),
        "scheduled": _("Begins later"),
        "rejected": _("Refused"),
        "pending": _("To be sent"),
        "sent": _("Sent"),
        "confirmed": _("Confirmed"),
        "failed": _("Failed, tried again"),
        "dead": _("Given up"),
        "reversed": _("Undone"),
        "expired": _("Ended"),
    }


def origin_words() -> dict[str, str]:
    """Who or what an action came from."""
    return {
        "human": _("Person"), "rule": _("Rule"), "appeal": _("Appeal"), "undo": _("Undo"), "ladder": _("Ladder"), "expiry": _("Time"),
        "person": _("Taken back by hand"), "fixed": _("Mended"), "reconciliation": _("Reconciliation"),
    }  # fmt: skip


def held_words() -> dict[str, str]:
    """Why an action waits for a second person."""
    return {
        "kind": _("Its kind always does"), "protected": _("A protected account"), "mass": _("One of very many"),
        "automation": _("Automatic actions are stopped"),
    }  # fmt: skip


def drift_words() -> dict[str, tuple[str, str]]:
    """Kinds of difference: their name, and what telling the platform again would do."""
    return {
        "missing": (_("Missing there"), _("Send again")),
        "extra": (_("Extra there"), _("Reverse it there")),
        "different": (_("Lasts otherwise there"), _("Send again")),
    }


def why_words() -> dict[str, str]:
    """Reasons of a difference."""
    return {
        "given_up": _("We gave up telling it."),
        "lost": _("It was told, and confirmed it."),
        "ended": _("It ended with us, and was taken off."),
        "never": _("No action of ours put it on."),
        "until": _("It ends at another moment."),
    }


def drift_state_words() -> dict[str, str]:
    """What became of a difference."""
    return {"open": _("Open"), "sent": _("Told again"), "accepted": _("Accepted as it is"), "gone": _("Gone")}


def order_state_words(verb: str) -> dict[str, str]:
    """How far one answer to many held actions is."""
    return {
        "running": _("Being approved") if verb == "approve" else _("Being refused"),
        "done": _("Done"), "reversing": _("Being taken back"), "reversed": _("Taken back"),
    }  # fmt: skip


def order_mark_words(verb: str) -> dict[str, str]:
    """What became of one action of it."""
    return {
        "waiting": _("Still to do"), "done": _("Approved") if verb == "approve" else _("Refused"), "skipped": _("Left as they were"),
        "reversed": _("Taken back"), "kept": _("Not taken back"),
    }  # fmt: skip


def order_reason_words() -> dict[str, str]:
    """Why an action of it was left as it was, or stands."""
    return {
        "stopped": _("Stopped before its turn"), "not_held": _("Answered or ended by others meanwhile"),
        "same_person": _("You decided it: somebody else answers."), "not_in_force": _("No longer in force"),
        "no_permission": _("Outside the rights of whoever took it back"), "unknown_action": _("No longer there"),
    }  # fmt: skip
