"""The one timeline of a case, from its ledger events: when, who, what, why."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.utils.translation import gettext

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.ledger.models import Event
from watchfloor.review.models import Note
from watchfloor.review.queries import access, words

MAX_ENTRIES = 500
MANY_REPORTS = 60
ENDS = 10


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``who`` is a name ("" when it happened by itself); ``event`` opens the ledger's proof; ``text`` is a note's."""

    at: datetime
    type: str
    group: str  # report | signal | case | job | decision | appeal | escalation | note | action ...: to filter by
    who: str
    what: str
    why: str
    event: UUID
    subject: str
    text: str = ""


def case_timeline(actor: Actor, case_id: UUID, *, after: int = 0, limit: int = MAX_ENTRIES) -> list[Entry]:
    """What happened to a case, oldest first; ``NotFound`` when the actor may not know of it. ``after``: ordinal to go on from."""
    case = access.case(actor, case_id, why="timeline")
    rows = Event.objects.filter(case_id=case.pk, ordinal__gt=after)
    reports = rows.filter(type="report.received")
    many = reports.count()
    crowd: Entry | None = None
    if many > MANY_REPORTS:
        # A crowd must not bury what people did: the first and the latest of its reports stand, one line for those between.
        ends = [*reports.order_by("ordinal")[:ENDS], *reports.order_by("-ordinal")[:ENDS]]
        others = rows.exclude(type="report.received").order_by("ordinal")[: min(limit, MAX_ENTRIES)]
        events = sorted([*others, *ends], key=lambda event: event.ordinal)
        last = ends[ENDS - 1]
        crowd = Entry(
            at=last.at, type="report.crowd", group="report", who="",
            what=gettext("%(num)s more reports came in") % {"num": f"{many - 2 * ENDS:,}"}, why="", event=last.pk, subject=last.subject,
        )  # fmt: skip
    else:
        events = list(rows.order_by("ordinal")[: min(limit, MAX_ENTRIES)])
    names = names_of_actors({event.actor for event in events})
    notes = {f"note:{note.pk}": note.text for note in Note.objects.filter(case=case)}
    entries = [
        Entry(
            at=event.at, type=event.type, group=event.type.partition(".")[0], who=names.get(event.actor, ""),
            what=words.of(event.type, event.data), why=event.reason, event=event.pk, subject=event.subject,
            text=notes.get(event.subject, ""),
        )
        for event in events
    ]  # fmt: skip
    if crowd is not None:
        entries.insert(1 + next(place for place, entry in enumerate(entries) if entry.event == crowd.event), crowd)
    return entries


def names_of_actors(actors: set[str]) -> dict[str, str]:
    """The names of people and rules behind actor texts; "Someone" for who is gone, nothing for the program itself."""
    ids: dict[UUID, str] = {}
    names: dict[str, str] = {}
    for text in actors:
        kind, _, name = text.partition(":")
        if kind == "user":
            try:
                ids[UUID(name)] = text
            except ValueError:
                continue
        elif kind == "rule":
            names[text] = gettext("Rule %(name)s") % {"name": name}
    for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name"):
        names[ids[pk]] = name
    for text in ids.values():
        names.setdefault(text, gettext("Someone"))
    return names
