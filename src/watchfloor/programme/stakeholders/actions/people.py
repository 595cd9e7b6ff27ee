"""The map is drawn: people and groups with interest and influence, and who answers for what in an initiative."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders.actions import checks
from watchfloor.programme.stakeholders.domain import raci
from watchfloor.programme.stakeholders.events import AnsweringSet, StakeholderSaved
from watchfloor.programme.stakeholders.models import Answering, Stakeholder

KINDS, HEARS = ("person", "group"), ("mail", "here", "meeting", "none")


def save_stakeholder(w: Writer, stakeholder: UUID | None = None, *, ended: bool = False, **given: Any) -> Stakeholder:
    """Put somebody on the map, change them, or take them off it (``ended``; with ``ended`` false they come back)."""
    row = None
    if stakeholder is not None:
        row = Stakeholder.objects.select_for_update().filter(pk=stakeholder).first()
        if row is None:
            raise NotFound("unknown_stakeholder", "There is no such person or group.")
    values = {name: _checked(name, value) for name, value in given.items()}
    user = values.get("user", row.user if row else None)
    if user is not None and not ended:
        others = Stakeholder.objects.filter(user=user, ended_at__isnull=True)
        if others.exclude(pk__in=[row.pk] if row else []).exists():
            raise Conflict("known_already", "This person is on the map already.", where="user")
    values["ended_at"] = (row.ended_at if row is not None and row.ended_at else clock.now()) if ended else None
    if row is None:
        values.setdefault("kind", "person")
        values["name"] = checks.line(values.get("name", ""), "name", 120)
        row = w.create(Stakeholder, **values)
    else:
        w.update(row, **values)
        if not w.has_changes:
            return row
    w.event(StakeholderSaved(inside=row.inside, interest=row.interest, influence=row.influence, ended=ended), row)
    return row


def set_letter(w: Writer, initiative: UUID, stakeholder: UUID, letter: str) -> Answering | None:
    """Say who answers for what; a new A takes the place of the one before, who then does it with them (R)."""
    letter = raci.check_letter(letter)
    who = Stakeholder.objects.filter(pk=stakeholder, ended_at__isnull=True).first()
    if who is None:
        raise BadInput("unknown_stakeholder", "There is no such person or group.", where="stakeholder")
    rows = list(Answering.objects.select_for_update().filter(initiative=initiative).order_by("pk"))
    row = next((each for each in rows if each.stakeholder_id == who.pk), None)
    if (row.letter if row else "") == letter:
        return row
    if letter == "A":
        for other in rows:
            if other.letter == "A":
                w.update(other, letter="R")
                w.event(AnsweringSet(letter="R"), other)
    if row is None:
        row = w.create(Answering, initiative=initiative, stakeholder=who, letter=letter)
    else:
        w.update(row, letter=letter)
    w.event(AnsweringSet(letter=letter), row)
    return row


def _checked(name: str, value: Any) -> Any:
    if name == "kind" and value not in KINDS:
        raise BadInput("bad_kind", "It is a person or a group.", where="kind")
    if name == "hears" and value not in HEARS:
        raise BadInput("bad_way", "Choose how they want to hear of it.", where="hears", hint=", ".join(HEARS))
    if name in ("interest", "influence") and value not in (1, 2, 3):
        raise BadInput("bad_level", "Choose low, some or high.", where=name)
    if name == "zone":
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInput("unknown_zone", "There is no such time zone.", where="zone", hint="Europe/Madrid") from None
        return value or "UTC"
    if name == "address" and value:
        try:
            validate_email(value)
        except ValidationError:
            raise BadInput("bad_address", "That is no e-mail address.", where="address") from None
    if name == "user":
        return checks.person(value, "user") if value else None
    if name == "name":
        return checks.line(value, "name", 120)
    if name in ("organisation", "language"):
        return checks.line(value, name, 12 if name == "language" else 120, needed=False)
    if name == "note":
        return checks.words(value, "note", 2_000, needed=False)
    if name == "market":
        return value or None
    if name not in ("kind", "hears", "interest", "influence", "address", "inside", "vendor_key"):
        raise BadInput("unknown_field", f"A stakeholder has no {name[:30]!r}.", where=name[:30])
    return value
