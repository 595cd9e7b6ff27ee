"""The day before, written by itself: its spikes, their causes, what was done, what that did, and the plans that are open."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.domain import Actor
from watchfloor.insight import happening
from watchfloor.insight.handover import sees_all
from watchfloor.insight.spikes import plans, queries, words
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import ids

MOST = 20


class Entry(msgspec.Struct, frozen=True):
    """A spike as the review tells it."""

    headline: str
    url: str
    state: str
    tone: str
    sentences: list[str]


class Review(msgspec.Struct, frozen=True):
    """One day. ``summary`` is its first sentence."""

    day: date
    summary: str
    spikes: list[Entry]
    done: list[str]  # what was changed after the first spike began
    open_plans: list[Entry]


def review(actor: Actor, day: date) -> Review:
    """What a person may know of a day (UTC)."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    end = start + timedelta(days=1)
    rows = _of(actor, start, end)
    told = [_entry(row) for row in rows[:MOST]]
    first = min((row.starts_at for row in rows), default=None)
    done = []
    if first is not None and sees_all(actor):
        for change in reversed(happening.changes(max(first, start), end, limit=MOST)):
            done.append(_("%(at)s: %(what)s") % {"at": f"{localtime(change.at):%H:%M}", "what": change.words})
    waiting = [
        _entry(row)
        for row in Spike.objects.filter(state=Spike.State.PLANNED).order_by("due_at")
        if queries.may_see(actor, row)
    ]
    return Review(day, _summary(rows), told, done, waiting[:MOST])


def entries(actor: Actor, start: datetime, end: datetime, *, vendor: str = "") -> list[Entry]:
    """The spikes of a span as a review tells them, the first first; with a ``vendor`` those of its own work alone."""
    rows = [row for row in _of(actor, start, end) if not vendor or row.where.get("vendor") == vendor]
    return [_entry(row) for row in rows[:MOST]]


def _of(actor: Actor, start: datetime, end: datetime) -> list[Spike]:
    found = Spike.objects.filter(starts_at__lt=end, last_at__gt=start).exclude(state__in=("dismissed", "joined"))
    return sorted((row for row in found if queries.may_see(actor, row)), key=lambda row: row.starts_at)


def _summary(rows: list[Spike]) -> str:
    if not rows:
        return _("Nothing was out of the ordinary.")
    count = len(rows)
    turned = sum(row.state in ("reversed", "over") for row in rows)
    said = ngettext("%(num)s spike", "%(num)s spikes", count) % {"num": count}
    return _("%(spikes)s; %(turned)s of them turned.") % {"spikes": said, "turned": turned}


def _entry(row: Spike) -> Entry:
    found = queries.found_of(row)
    sentences = ["".join(piece.text for piece in sentence) for sentence in words.story(row, found)] if found else []
    if row.action:
        due = date_format(localtime(row.due_at), "j M, H:i") if row.due_at else ""
        sentences.append(
            _("Plan of %(owner)s: %(action)s (because: %(why)s); %(change)s expected by %(due)s.")
            % {
                "owner": row.owner,
                "action": row.action,
                "why": row.hypothesis,
                "change": words.percent(row.expected_change or 0),
                "due": due,
            }
        )
    turn = plans.turn_of(row)
    if turn is not None:
        sentences.append(words.turn_words(turn))
    return Entry(
        words.headline(row, found), reverse("spike", args=[ids.encode("spk", row.pk)]), _(words.STATES[row.state]),
        words.TONES.get(row.state, ""), sentences,
    )  # fmt: skip


def markdown(found: Review) -> str:
    """The review as a document."""
    lines = [f"# {date_format(found.day, 'j F Y')}", "", found.summary, ""]
    for title, entries in ((_("Spikes"), found.spikes), (_("Open plans"), found.open_plans)):
        if entries:
            lines += [f"## {title}", ""]
        for entry in entries:
            lines += [
                f"### {entry.headline}",
                "",
                f"*{entry.state}*",
                "",
                *(f"- {each}" for each in entry.sentences),
                "",
            ]
    if found.done:
        lines += [f"## {_('What was done')}", "", *(f"- {each}" for each in found.done), ""]
    return "\n".join(lines)
