"""Actions as pages show them: owner's name, whether late, what cannot hold its date, what it is called elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse

from watchfloor.identity.domain import Actor
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.programme.tracking import access, links, queries
from watchfloor.programme.tracking.domain import graph, states
from watchfloor.programme.tracking.models import Action


class Card(msgspec.Struct, frozen=True):
    """One action, to be shown. ``held``: titles of what it waits for and what ends only after it is due."""

    row: Any
    url: str
    owner: str
    late: bool
    held: list[str]
    waits: int
    links: list[Any]
    may: bool

    @property
    def due(self) -> datetime | None:
        """When it is due."""
        found: datetime | None = self.row.due
        return found


def cards(actor: Actor, rows: Sequence[Action]) -> list[Card]:
    """All of them, in three questions. What one waits for and the actor may not know of is as if it did not."""
    now = clock.now()
    names = people(row.owner for row in rows)
    wanted = {one for row in rows for one in row.depends_on}
    before = {row.pk: row for row in rows}
    missing = wanted - set(before)
    before |= {row.pk: row for row in queries.actions(actor).filter(pk__in=missing)} if missing else {}
    elsewhere = links.of([row.pk for row in rows]) if rows else {}
    found = []
    for row in rows:
        waits = [(one, graph.Piece(before[one].due, before[one].state)) for one in row.depends_on if one in before]
        found.append(
            Card(
                row=row, url=reverse("programme-action", args=[row.pk]), owner=names.get(row.owner, "") if row.owner else "",
                late=states.is_late(row.due, row.state, now),
                held=[before[one].title for one in graph.held_up(row.due, row.state, waits)],
                waits=sum(piece.state in states.LIVE for _one, piece in waits), links=elsewhere.get(row.pk, []),
                may=access.may_edit(actor, row),
            )
        )  # fmt: skip
    return found


def people(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people by id."""
    wanted = {one for one in ids if one is not None}
    named = names_of(f"user:{one}" for one in wanted)
    return {one: named.get(f"user:{one}", "") for one in wanted}
