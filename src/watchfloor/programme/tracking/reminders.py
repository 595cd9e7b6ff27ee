"""Reminders: owed to whoever has something due, as the working day before opens and once it is late; each once for each due time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.stakeholders.models import Letter, Question
from watchfloor.programme.tracking import telling, working
from watchfloor.programme.tracking.domain import reminding
from watchfloor.programme.tracking.domain.states import LIVE
from watchfloor.programme.tracking.models import Action, Milestone


class Owed(msgspec.Struct, frozen=True):
    """Something that one person has due."""

    id: UUID
    person: UUID
    due: datetime
    title: str
    path: str
    part_of: str = ""


def remind(limit: int = 200) -> int:
    """Owe what is not owed yet; returns how many. Several processes may do it: a letter's key is unique."""
    now, done = clock.now(), 0
    owed = list(_due(now - reminding.LOOK_BACK, now + reminding.LOOK_AHEAD))
    people = User.objects.filter(pk__in={each.person for each in owed}, is_active=True)
    zones = dict(people.values_list("pk", "time_zone"))
    wanted: dict[str, tuple[str, Owed]] = {}
    for each in owed:
        if each.person in zones:
            why = reminding.cause(each.due, now, working.hours(zones[each.person] or "UTC"))
            if why:
                wanted[f"{why}:{each.id}:{each.person}:{each.due.isoformat()}"] = (why, each)
    known = set(Letter.objects.filter(key__in=wanted).values_list("key", flat=True))
    for key in [each for each in wanted if each not in known][:limit]:
        why, one = wanted[key]
        with writing(telling.BY) as w:
            done += telling.write(
                w, one.person, key, why, title=one.title, path=one.path, due=one.due, part_of=one.part_of
            )
    return done


def _due(start: datetime, end: datetime) -> Iterator[Owed]:
    """Actions, milestones (to who runs the initiative) and questions that are not over."""
    actions = Action.objects.filter(state__in=LIVE, owner__isnull=False, due__gt=start, due__lte=end)
    for row in actions.select_related("initiative").order_by("due"):
        assert row.owner is not None and row.due is not None
        part = row.initiative.title if row.initiative is not None else ""
        yield Owed(row.pk, row.owner, row.due, row.title, f"/programme/actions/{row.pk}", part)
    stones = Milestone.objects.filter(reached_at=None, due__gt=start, due__lte=end, initiative__ended_at=None)
    for stone in stones.exclude(initiative__owner=None).select_related("initiative").order_by("due"):
        of = stone.initiative
        assert of.owner is not None and stone.due is not None
        yield Owed(stone.pk, of.owner, stone.due, stone.title, f"/programme/initiatives/{of.pk}", of.title)
    for question in Question.objects.filter(answered_at=None, due__gt=start, due__lte=end).order_by("due"):
        if question.due - question.asked_at > timedelta(hours=1):  # what is asked for at once needs no reminder
            title = " ".join(question.text.split())[:80]
            yield Owed(question.pk, question.asked_of, question.due, title, "/programme/yours")
