"""A hand-over note in words: its facts by heading for the page, and the whole of it as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from watchfloor.insight.handover import Fact
from watchfloor.insight.models import HandoverNote


class Section(msgspec.Struct, frozen=True):
    """A heading with numbers under it, and sentences."""

    title: str
    numbers: list[tuple[str, float]]
    lines: list[str]


def group(facts: Sequence[Fact]) -> list[Section]:
    """Facts under their headings; empty headings are left out."""
    counted = {
        _("In the shift"): {
            "came_in": _("Came in"), "solved": _("Solved"), "breached": _("Breached"), "escalated": _("Escalated"),
            "appealed": _("Appeals filed"),
        },
        _("Now"): {
            "backlog": _("Backlog"), "at_risk": _("At risk"), "late": _("Late"), "paused": _("Waiting for someone outside"),
            "escalations_open": _("Escalations open"), "people_on": _("People on"), "stepped_back": _("Stepped back"),
        },
    }  # fmt: skip
    sections = [
        Section(title, [(names[f.key], f.value) for f in facts if f.key in names and f.value is not None], [])
        for title, names in counted.items()
    ]
    for key, title in (
        ("worst", _("Queues to watch")),
        ("surge", _("Surges that are on")),
        ("boost", _("Boosts that are on")),
        ("spike", _("Spikes")),
        ("change", _("What was changed")),
    ):
        sections.append(Section(title, [], [_line(key, fact) for fact in facts if fact.key == key]))
    return [section for section in sections if section.numbers or section.lines]


def _line(key: str, fact: Fact) -> str:
    if key == "worst":
        return _("%(queue)s: %(count)s at risk") % {"queue": fact.words, "count": int(fact.value or 0)}
    at = f"{datetime.fromisoformat(fact.at):%H:%M} UTC" if fact.at else ""
    if key == "surge":
        return _("%(what)s (until %(at)s)") % {"what": fact.words, "at": at}
    if key == "boost":
        return _("%(points)+g points: %(what)s (until %(at)s)") % {
            "points": fact.value or 0,
            "what": fact.words,
            "at": at,
        }
    return f"{at} {fact.words}"


def markdown(note: HandoverNote, sections: Sequence[Section], who: str) -> str:
    """The whole note; a person's own words first, the facts after them."""
    span = f"{note.shift_from:%Y-%m-%d %H:%M} – {note.shift_to:%Y-%m-%d %H:%M} UTC"
    lines = [f"# {_('Hand-over')}{': ' + _plain(note.site) if note.site else ''}", "", span, ""]
    if note.text:
        lines += [*(f"> {_plain(line)}" for line in note.text.splitlines()), ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        lines += [f"- {name}: {value:g}" for name, value in section.numbers]
        lines += [f"- {_plain(line)}" for line in section.lines]
        lines.append("")
    signed = _("Signed by %(name)s, %(at)s UTC") if note.signed_at else _("Not signed (%(name)s, %(at)s UTC)")
    at = note.signed_at or note.written_at
    return "\n".join([*lines, signed % {"name": who, "at": f"{at:%Y-%m-%d %H:%M}"}, ""])


def _plain(text: str) -> str:
    """Text of people as text: nothing in it is markup."""
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return text
