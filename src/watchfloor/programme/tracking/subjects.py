"""What actions and initiatives are called, for the parts that only know ``action:<id>``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from watchfloor.identity.domain import Actor
from watchfloor.programme.stakeholders.subjects import Subject
from watchfloor.programme.tracking import queries


def actions(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """Those this person may see."""
    rows = queries.actions(actor).filter(pk__in=ids)
    return {row.pk: Subject(row.title, reverse("programme-action", args=[row.pk])) for row in rows}


def initiatives(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """Those this person may see."""
    rows = queries.initiatives(actor).filter(pk__in=ids)
    return {row.pk: Subject(row.title, reverse("programme-initiative", args=[row.pk])) for row in rows}
