"""What people read of kinds, settings, states and formats."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.detection.exchanges.kinds.base import Field
from watchfloor.detection.exchanges.models import Exchange, Feedback, Import, Run


def kinds() -> dict[str, tuple[str, str]]:
    """Name and a sentence of each kind of exchange."""
    return {
        "fb_threatexchange": (
            _("Meta ThreatExchange"),
            _("Indicators that the members of a privacy group share, with each member's opinion and tags."),
        ),
        "ncmec": (
            _("NCMEC hash sharing"),
            _(
                "Hashes of child sexual abuse material that members report. Put them into a bank that needs the clearance."
            ),
        ),
        "stopncii": (
            _("StopNCII.org"),
            _("Hashes that adults made of intimate images of themselves, so that platforms can stop them."),
        ),
        "techagainstterrorism": (
            _("Tech Against Terrorism"),
            _("Hashes of terrorist content that its analysts verified."),
        ),
        "local_file": (
            _("File on the server"),
            _("A file with one signal a line, such as a partner's list that is copied here each night."),
        ),
    }


def label(field: Field) -> tuple[str, str]:
    """What a setting or a credential is called, and help with it."""
    words = {
        "privacy_group": (_("Privacy group"), _("Its number.")),
        "address": (_("Another address"), _("Only to try it on a server of your own.")),
        "api_token": (_("App token"), _("The app's number, a bar, and its secret.")),
        "environment": (_("Environment"), _("Which of its databases, by who you are.")),
        "only_esp_ids": (_("Only these members"), _("Numbers of members with commas; none: all.")),
        "user": (_("User name"), ""),
        "username": (_("User name"), ""),
        "password": (_("Password"), ""),
        "subscription_key": (_("Subscription key"), ""),
        "fetch_function_key": (_("Key for fetching"), ""),
        "feedback_function_key": (_("Key for feedback"), _("Without it nothing can be told back.")),
        "filename": (_("File"), _("Its name in the folder for such files on the server.")),
        "signal_type": (_("Kind of all lines"), _("Such as pdq or sha256; empty: each line begins with its kind.")),
    }
    return words.get(field.name, (field.label, field.help))


def state_of(row: Exchange, last: Run | None) -> tuple[str, str, str]:
    """How an exchange fares: a word, a colour, an icon."""
    if row.paused_at is not None:
        return pgettext("exchange", "Paused"), "grey", "player-pause"
    if last is None:
        return pgettext("exchange", "Not read yet"), "outline", "clock"
    if last.state == Run.State.RUNNING:
        return pgettext("exchange", "Being read"), "outline", "refresh"
    if last.state == Run.State.FAILED:
        return pgettext("exchange", "Failed"), "red", "alert-triangle"
    return pgettext("exchange", "Up to date"), "green", "circle-check"


def run_states() -> dict[str, tuple[str, str, str]]:
    """A run's state: a word, a colour, an icon."""
    return {
        Run.State.RUNNING: (pgettext("reading", "Going on"), "outline", "refresh"),
        Run.State.DONE: (pgettext("reading", "Done"), "green", "circle-check"),
        Run.State.FAILED: (pgettext("reading", "Failed"), "red", "alert-triangle"),
    }


def feedback_states() -> dict[str, tuple[str, str, str]]:
    """A finding's state: a word, a colour, an icon."""
    return {
        Feedback.State.WAITING: (_("Waits for you"), "amber", "clock"),
        Feedback.State.RELEASED: (_("About to be told"), "outline", "send"),
        Feedback.State.SENT: (_("Told"), "green", "circle-check"),
        Feedback.State.FAILED: (_("Not told"), "red", "alert-triangle"),
        Feedback.State.DROPPED: (_("Let be"), "grey", "x"),
    }


def import_states() -> dict[str, tuple[str, str, str]]:
    """An import's state: a word, a colour, an icon."""
    return {
        Import.State.READY: (_("Looked at, not taken in"), "amber", "eye"),
        Import.State.DONE: (_("Taken in"), "green", "circle-check"),
        Import.State.UNDONE: (_("Taken back"), "grey", "arrow-back-up"),
        Import.State.DROPPED: (_("Put away"), "grey", "archive"),
    }


def formats() -> list[tuple[str, str]]:
    """The formats by their key, for a choice."""
    return [
        ("csv", "CSV"), ("json", "JSON"), ("jsonl", _("JSON lines")), ("misp", _("MISP event")),
        ("stopncii-csv", _("StopNCII's records as CSV")), ("hma", _("HMA's contents")),
    ]  # fmt: skip
