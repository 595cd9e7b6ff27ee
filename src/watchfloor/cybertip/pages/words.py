"""What states, choices and marks are called on the pages, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.cybertip.domain.report import INCIDENT_TYPES
from watchfloor.ledger.models import Event

Choices = list[tuple[str, str]]


def states() -> dict[str, str]:
    """Of a report."""
    return {
        "draft": _("Draft"), "prepared": _("Waits for a second person"), "sending": _("On its way"), "stopped": _("Not let in"),
        "quarantined": _("Needs a person"), "finished": _("Handed in"), "retracted": _("Taken back"), "dropped": _("Thrown away"),
    }  # fmt: skip


COLOURS = {
    "prepared": "amber", "sending": "accent", "stopped": "red", "quarantined": "red", "finished": "green", "draft": "outline",
}  # fmt: skip


def steps() -> dict[str, str]:
    """Of the sending."""
    return {
        "": _("Nothing is open there"), "submitting": _("A report is being opened"), "open": _("A report is open there"),
        "uploading": _("A file is being uploaded"), "describing": _("A file is being described"),
        "finishing": _("It is being handed in"), "retracting": _("What was open is being taken back"),
    }  # fmt: skip


def outcomes() -> dict[str, str]:
    """Of one opening there."""
    return {
        "open": pgettext("a report at NCMEC", "Open"), "finished": _("Handed in"), "retracted": _("Taken back"),
        "left": _("Left to vanish unfinished"), "refused": _("Never opened"),
    }  # fmt: skip


def file_states() -> dict[str, str]:
    """Of one file on its way."""
    return {"waiting": _("Not there yet"), "uploaded": _("Uploaded"), "described": _("Uploaded and described")}


def environments() -> dict[str, str]:
    """Where it goes."""
    return {"test": _("Test"), "production": _("Production")}


def reasons() -> dict[str, str]:
    """Why it does not go on, for codes that are ours."""
    return {
        "md5_differs": _("The file arrived there with another MD5."), "sent_back": _("It was sent back."),
        "media_gone": _("A file was erased here."), "2000": _("NCMEC does not know our user name or password."),
        "3000": _("NCMEC does not let us do that."),
    }  # fmt: skip


def incident_types() -> Choices:
    """The eight, in words of today; what is sent is NCMEC's own name."""
    words = [
        _("Child sexual abuse material: possession, making, distribution"), _("Child sex trafficking"), _("Child sex tourism"),
        _("Sexual molestation of a child"), _("Misleading domain name"), _("Misleading words or images"),
        _("Online enticement of a child for sexual acts"), _("Obscene material sent to a child unasked"),
    ]  # fmt: skip
    return list(zip(INCIDENT_TYPES, words, strict=True))


def places() -> Choices:
    """The eight kinds of where."""
    return [
        ("", _("Not said yet")), ("web_page_incident", _("On web pages")), ("chat_im_incident", _("In messages or a chat")),
        ("email_incident", _("By e-mail")), ("online_gaming_incident", _("In an online game")),
        ("newsgroup_incident", _("In a newsgroup")), ("cell_phone_incident", _("By mobile telephone")),
        ("peer2peer_incident", _("In a peer-to-peer network")), ("non_internet_incident", _("Without a network")),
    ]  # fmt: skip


def report_marks() -> Choices:
    """The annotations of a report."""
    return [
        ("sextortion", _("Sextortion")), ("csam_solicitation", _("Asks for abuse material")),
        ("minor_to_minor_interaction", _("Between minors")), ("spam", pgettext("annotation", "Spam")),
        ("sadistic_online_exploitation", _("Sadistic exploitation online")), ("informational", _("For information only")),
    ]  # fmt: skip


def file_marks() -> Choices:
    """The ten annotations of a file."""
    return [
        ("anime_drawing_virtual_hentai", _("Anime, drawing, virtual")), ("potential_meme", _("Perhaps a meme")), ("viral", _("Viral")),
        ("possible_self_production", _("Perhaps made by the child")), ("physical_harm", _("Physical harm")),
        ("violence_gore", _("Violence or gore")), ("bestiality", _("With animals")), ("live_streaming", _("From a live stream")),
        ("infant", _("Infant or toddler")), ("generative_ai", _("Made by generative AI")),
    ]  # fmt: skip


def relevances() -> Choices:
    """What a file is to the report."""
    return [
        ("", _("Not said yet")),
        ("Reported", _("It is what is reported")),
        ("Supplemental Reported", _("It supplements the report")),
    ]


def classes() -> Choices:
    """The industry classification: the child's apparent age by the letter, what is shown by the digit."""
    return [
        ("", _("Not classified")), ("A1", _("A1: prepubescent, sex act")), ("A2", _("A2: prepubescent, lascivious exhibition")),
        ("B1", _("B1: pubescent, sex act")), ("B2", _("B2: pubescent, lascivious exhibition")),
    ]  # fmt: skip


def tri() -> Choices:
    """Yes, no, not said."""
    return [("", _("Not said")), ("true", pgettext("answer", "Yes")), ("false", pgettext("answer", "No"))]


def said(event: Event) -> str:
    """An event of a report as a sentence."""
    data = event.data
    if event.type == "tip.stepped":
        if data["step"] == "open":
            return _("Report %(number)s is open there") % {"number": data["report_id"]}
        return steps().get(str(data["step"]), "")
    if event.type == "tip.failed":
        return _("It did not go through (%(code)s)") % {"code": data["code"]}
    if event.type == "tip.released":
        return _("Released for %(place)s; files: %(files)s, of them viewed by the log: %(viewed)s") % {
            "place": environments().get(data["environment"], ""), "files": data["files"], "viewed": data["viewed"],
        }  # fmt: skip
    if event.type == "tip.finished":
        return _("Handed in as report %(number)s") % {"number": data["report_id"]}
    sentences = {
        "tip.begun": _("A case was taken up"), "tip.changed": _("The draft was changed"), "tip.prepared": _("Prepared"),
        "tip.returned": _("Back to a draft"), "tip.resumed": _("Tried again"), "tip.withdrawn": _("Taken back"),
        "tip.dropped": _("Thrown away"), "tip.late": _("Later than the house's own target"),
    }  # fmt: skip
    return sentences.get(event.type, "")


def told(events: list[Event]) -> list[tuple[Event, str]]:
    """The life of a report, newest first; that a report is open there is said once, not after each file."""
    found: list[tuple[Event, str]] = []
    before = ""
    for event in events:
        step = event.data.get("step", "") if event.type == "tip.stepped" else ""
        if step != "open" or before == "submitting":
            found.append((event, said(event)))
        before = step
    return found[::-1]
