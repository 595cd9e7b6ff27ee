"""Readers: actions of something kept elsewhere, one initiative, what a person still has to do."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.programme.tracking import access
from watchfloor.programme.tracking.domain.states import LIVE
from watchfloor.programme.tracking.models import Action, Comment, Initiative, Slip

SOONEST = F("due").asc(nulls_last=True)


def of(about: str) -> list[Action]:
    """The actions about something (``launch:<id>``): its own, and those of initiatives about it; soonest first."""
    rows = Action.objects.select_related("initiative", "milestone")
    return list((rows.filter(about=about) | rows.filter(initiative__about=about)).distinct().order_by(SOONEST, "pk"))


def initiative(pk: UUID) -> Initiative:
    """One, for a part of programme that has already asked whether its viewer may see it."""
    found = Initiative.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("unknown_initiative", "There is no such initiative.")
    return found


def initiative_of(about: str) -> Initiative | None:
    """The newest initiative that is the plan of something kept elsewhere."""
    return Initiative.objects.filter(about=about).order_by("-made_at", "-pk").first()


def open_of(person: UUID) -> list[Action]:
    """What a person still has to do, soonest first."""
    rows = Action.objects.filter(owner=person, state__in=LIVE).select_related("initiative", "milestone")
    return list(rows.order_by(SOONEST, "pk"))


def initiatives(actor: Actor) -> QuerySet[Initiative]:
    """Those this person may see."""
    return Initiative.objects.filter(access.rows(actor))


def actions(actor: Actor) -> QuerySet[Action]:
    """Those this person may see."""
    return Action.objects.filter(access.rows(actor)).select_related("initiative", "milestone")


def seen_initiative(actor: Actor, pk: UUID) -> Initiative:
    """One this person may see; else as if there were none."""
    found = initiatives(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound("unknown_initiative", "There is no such initiative.")
    return found


def seen_action(actor: Actor, pk: UUID) -> Action:
    """One this person may see; else as if there were none."""
    found = actions(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound("unknown_action", "There is no such action.")
    return found


def slips(action: Action) -> list[Slip]:
    """Each change of its due time, newest first."""
    return list(Slip.objects.filter(action=action).order_by("-at", "-pk"))


def comments(about: str) -> list[Comment]:
    """What was said about it, in order."""
    return list(Comment.objects.filter(about=about).order_by("at", "pk")[:500])
