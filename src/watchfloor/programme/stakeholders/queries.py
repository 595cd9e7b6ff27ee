"""Readers: what sign-offs are worth for a present state, who answers for what, what an audience was told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Role, User
from watchfloor.identity.queries import live_grants
from watchfloor.programme.stakeholders import access, models
from watchfloor.programme.stakeholders.domain import raci, signing
from watchfloor.programme.stakeholders.models import Answering, Audience, Objective, Question, Stakeholder, Update


class SignOff(msgspec.Struct, frozen=True):
    """A sign-off for its reader. ``state``: asked | given | refused | expired (what was signed has changed since)."""

    id: UUID
    about: str
    person: UUID
    state: str
    why: str
    reason: str
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None


def sign_offs(about: str, digest: str) -> list[SignOff]:
    """The newest sign-off of each person who was asked, as it counts for the state that has this digest now."""
    newest: dict[UUID, models.SignOff] = {}
    for row in models.SignOff.objects.filter(about=about).order_by("asked_at", "pk"):
        if row.person not in newest or row.digest == digest or newest[row.person].digest != digest:
            newest[row.person] = row
    return [told(row, digest) for row in newest.values()]


def told(row: models.SignOff, digest: str) -> SignOff:
    """One, as it counts for a digest."""
    return SignOff(
        id=row.pk, about=row.about, person=row.person, state=signing.worth(row.state, row.digest, digest), why=row.why,
        reason=row.reason, asked_by=row.asked_by, asked_at=row.asked_at, answered_at=row.answered_at,
    )  # fmt: skip


def asked_of(person: UUID) -> list[models.SignOff]:
    """What a person was asked to sign: of each thing its newest state, waiting ones first."""
    newest: dict[str, models.SignOff] = {}
    for row in models.SignOff.objects.filter(person=person).order_by("asked_at", "pk"):
        newest[row.about] = row
    return sorted(newest.values(), key=lambda row: (row.state != signing.ASKED, -row.asked_at.timestamp()))


def stakeholders(actor: Actor) -> QuerySet[Stakeholder]:
    """Those on the map that this person may see."""
    return Stakeholder.objects.filter(access.rows(actor), ended_at__isnull=True)


def letters_of(initiative: UUID) -> dict[UUID, str]:
    """Who has which letter in an initiative, by stakeholder."""
    return dict(
        Answering.objects.filter(initiative=initiative).exclude(letter="").values_list("stakeholder_id", "letter")
    )


def gaps(actor: Actor, initiative: UUID) -> list[raci.Gap]:
    """What is missing in who answers for what."""
    letters = letters_of(initiative)
    rows = Stakeholder.objects.filter(Q(pk__in=letters) | Q(pk__in=stakeholders(actor).filter(influence=3, interest=3)))
    return raci.gaps(
        raci.Cell(row.name, letters.get(row.pk, ""), row.influence, row.interest) for row in rows.order_by("pk")
    )


def updates(actor: Actor) -> QuerySet[Update]:
    """Updates this person may read: those that were sent to them; who writes updates reads them all."""
    if writes(actor):
        return Update.objects.select_related("audience").order_by("-sent_at", "-made_at")
    return told_to(actor)


def told_to(actor: Actor) -> QuerySet[Update]:
    """Updates that were sent to this person, newest first, whatever else they may read."""
    who = access.person_of(actor)
    me = list(Stakeholder.objects.filter(user=who).values_list("pk", flat=True)) if who is not None else []
    rows = Update.objects.select_related("audience").filter(sent_at__isnull=False, members__overlap=me)
    return rows.order_by("-sent_at") if me else rows.none()


def writes(actor: Actor) -> bool:
    """Whether this person writes updates: who edits the programme without limits of market or vendor."""
    return actor.all_powerful or any(
        access.EDIT in scope.permissions and scope.markets is None and scope.vendors is None for scope in actor.scopes
    )


def audiences() -> QuerySet[Audience]:
    """All audiences that are still told things."""
    return Audience.objects.filter(ended_at__isnull=True).order_by("key")


def questions(actor: Actor) -> QuerySet[Question]:
    """Questions this person asked, was asked, or may see by their rights."""
    who = access.person_of(actor)
    mine = Q(asked_by=str(actor)) | (Q(asked_of=who) if who is not None else Q(pk__in=[]))
    seen = access.rows(actor)
    return Question.objects.filter(mine | seen) if seen else Question.objects.all()


def waiting(actor: Actor) -> int:
    """How many sign-offs and answers this person owes."""
    who = access.person_of(actor)
    if who is None:
        return 0
    owed = sum(row.state == signing.ASKED for row in asked_of(who))
    return owed + Question.objects.filter(asked_of=who, answered_at=None).count()


def objectives(actor: Actor, *, ended: bool = False) -> QuerySet[Objective]:
    """Objectives this person may see."""
    return Objective.objects.filter(access.rows(actor), ended_at__isnull=not ended).order_by("by", "pk")


def people_to_ask() -> dict[UUID, str]:
    """Everybody who can sign in and has a part in the programme, with their names."""
    roles = Role.objects.filter(permissions__overlap=[access.VIEW, "programme.suggest"]).values_list("key", flat=True)
    ids = live_grants().filter(role_key__in=list(roles)).values("user_id")
    return dict(User.objects.filter(pk__in=ids, is_active=True).order_by("name").values_list("pk", "name"))
