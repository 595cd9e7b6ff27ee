"""Users as a directory writes them: through identity's and workforce's actions.

Everyone who can sign in is there, so that a directory finds who was invited by hand and takes them over. Who may manage people everywhere
and was not made by a directory is shown and left alone: a directory's token must not be a way to become them.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Final
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from watchfloor.identity import actions
from watchfloor.identity.models import Role, User
from watchfloor.identity.queries import live_grants
from watchfloor.interop.scim.domain.errors import ScimError, bad
from watchfloor.interop.scim.domain.kinds import FLOOR
from watchfloor.interop.scim.events import PersonProvisioned
from watchfloor.interop.scim.models import Person
from watchfloor.interop.scim.reading import SAID
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.workforce import actions as workforce
from watchfloor.workforce.models import Reviewer

OURS: Final = ("userName", "externalId", "active")
NO_ADDRESS: Final = "no-address.invalid"  # of people whose directory gave none: they sign in by their provider alone


def key_of(name: str) -> str:
    """What makes a user name unique, whatever its case."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()


def create(w: Writer, sent: dict[str, Any]) -> uuid.UUID:
    """A new person; one who was deleted comes back as the same, with their history."""
    name = str(sent.get("userName") or "").strip()
    if not name:
        raise bad("userName is needed.")
    email = _email(sent, name)
    taken = Person.objects.filter(user_name_key=key_of(name)).exists()
    user = User.objects.filter(email=email).first() or _before(name)
    person = Person.objects.select_for_update().filter(pk=user.pk).first() if user else None
    if taken or (user is not None and (user.simulated or person is None or person.deleted_at is None)):
        raise ScimError(409, "Somebody has this userName or address already.", "uniqueness")
    if user is None:
        user = actions.create_user(w, email=email, name=_name(sent, name), password=None)
        now = clock.now()
        person = w.create(
            Person,
            id=user.pk,
            user_name=name,
            user_name_key=key_of(name),
            document={},
            made_at=now,
            changed_at=now,
            version=0,
        )
        w.event(PersonProvisioned(what="made"), ("user", user.pk))
    else:
        assert person is not None
        w.update(person, deleted_at=None, user_name=name, user_name_key=key_of(name), document={}, made_at=clock.now())
        w.event(PersonProvisioned(what="made"), ("user", user.pk))
    write(w, user, {"active": True, **sent})
    return user.pk


def replace(w: Writer, user_id: uuid.UUID, sent: dict[str, Any]) -> None:
    """All that the directory says of a person, anew."""
    user = _user(user_id)
    if not str(sent.get("userName") or "").strip():
        raise bad("userName is needed.")
    write(w, user, sent)


def write(w: Writer, user: User, sent: dict[str, Any]) -> None:
    """Put a whole document into effect: name, address, language, active, place on the floor; keep the rest as it was sent."""
    name = str(sent["userName"]).strip()
    person = Person.objects.select_for_update().filter(pk=user.pk).first()
    if person is None:
        _not_in_charge(user)
        now = clock.now()
        person = w.create(
            Person,
            id=user.pk,
            user_name=name,
            user_name_key=key_of(name),
            document={},
            made_at=user.created_at or now,
            changed_at=now,
        )
    if person.user_name_key != key_of(name) and Person.objects.filter(user_name_key=key_of(name)).exists():
        raise ScimError(409, "Somebody has this userName already.", "uniqueness")
    email = _email(sent, name)
    if email != user.email and User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise ScimError(409, "Somebody has this address already.", "uniqueness")
    language, zone = _language(str(sent.get("preferredLanguage") or "")), str(sent.get("timezone") or "")
    user.email, user.name = email, _name(sent, name)
    user.language = language or user.language
    user.time_zone = zone if zone in available_timezones() else user.time_zone
    user.save(update_fields=["email", "name", "language", "time_zone"])
    _on_the_floor(w, user, person.document.get(FLOOR), sent)
    _let_in_or_out(w, user, sent.get("active", user.is_active))
    w.update(
        person, user_name=name, user_name_key=key_of(name), external_id=str(sent.get("externalId") or ""),
        document={**{key: value for key, value in sent.items() if key not in OURS}, **({SAID: True} if "active" in sent else {})},
        version=person.version + 1, changed_at=clock.now(),
    )  # fmt: skip
    w.event(PersonProvisioned(what="changed"), ("user", user.pk))


def delete(w: Writer, user_id: uuid.UUID) -> None:
    """The directory knows them no more: they are kept out, their history stays."""
    user = _user(user_id)
    person = Person.objects.select_for_update().filter(pk=user_id).first()
    if person is None:
        _not_in_charge(user)
        now = clock.now()
        person = w.create(
            Person, id=user.pk, user_name=user.email, document={}, made_at=user.created_at or now, changed_at=now
        )
    from watchfloor.interop.scim import groups

    groups.leave_all(w, user)
    _let_in_or_out(w, user, False)
    reviewer = Reviewer.objects.filter(pk=user.pk, active=True).first()
    if reviewer is not None:
        _reviewer(w, reviewer, active=False)
    w.update(person, deleted_at=clock.now(), user_name_key=None, version=person.version + 1)
    w.event(PersonProvisioned(what="gone"), ("user", user.pk))


def _user(user_id: uuid.UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id, simulated=False).first()
    if user is None or Person.objects.filter(pk=user_id, deleted_at__isnull=False).exists():
        raise ScimError(404, "There is no such user.")
    return user


def _before(name: str) -> User | None:
    """Somebody of this name who was deleted."""
    gone = Person.objects.filter(deleted_at__isnull=False, user_name__iexact=name).order_by("-deleted_at").first()
    return User.objects.filter(pk=gone.pk).first() if gone else None


def _not_in_charge(user: User) -> None:
    managing = Role.objects.filter(permissions__contains=["people.manage"]).values_list("key", flat=True)
    if live_grants().filter(user_id=user.pk, role_key__in=list(managing)).exists():
        raise ScimError(403, "This person manages people here and is not the directory's to change.")


def _let_in_or_out(w: Writer, user: User, active: bool) -> None:
    try:
        actions.set_active(w, user, bool(active))
    except Conflict as error:  # the last who can manage people
        raise ScimError(403, error.message) from None


def _on_the_floor(w: Writer, user: User, before: dict[str, Any] | None, sent: dict[str, Any]) -> None:
    place: dict[str, Any] = sent.get(FLOOR) or {}
    row = Reviewer.objects.filter(pk=user.pk).first()
    active = bool(sent.get("active", user.is_active))
    if not place and not before:
        if row is not None and row.active != active and not active:
            _reviewer(w, row, active=False)
        return
    if not place:
        if row is not None and row.active:
            _reviewer(w, row, active=False)
        return
    workforce.save_reviewer(
        w, user.pk, vendor_key=place.get("vendor") or (row.vendor_key if row and "vendor" not in (before or {}) else "inhouse"),
        team=place.get("team", "")[:60], markets=_codes(place, "markets") or None, languages=_codes(place, "languages"),
        skills=row.skills if row else (), queues=row.queues if row else (), started_on=row.started_on if row else None, active=active,
    )  # fmt: skip


def _codes(place: dict[str, Any], name: str) -> list[str]:
    return [part for part in str(place.get(name) or "").split(",") if part]


def _reviewer(w: Writer, row: Reviewer, *, active: bool) -> None:
    workforce.save_reviewer(
        w, row.pk, vendor_key=row.vendor_key, team=row.team, languages=row.languages, markets=row.markets, skills=row.skills,
        queues=row.queues, started_on=row.started_on, active=active,
    )  # fmt: skip


def _email(sent: dict[str, Any], name: str) -> str:
    """The primary address, else that of work, else the first, else the user name; else one that leads nowhere."""
    many = [each for each in sent.get("emails") or [] if each.get("value")]
    many.sort(key=lambda each: (not each.get("primary"), each.get("type") != "work"))
    for text in (*(str(each["value"]) for each in many), name):
        try:
            validate_email(text.strip())
        except ValidationError:
            continue
        return text.strip().lower()
    return f"{key_of(name)[:32]}@{NO_ADDRESS}"


def _name(sent: dict[str, Any], fallback: str) -> str:
    parts = sent.get("name") or {}
    whole = " ".join(part for part in (parts.get("givenName"), parts.get("familyName")) if part)
    return str(sent.get("displayName") or parts.get("formatted") or whole or fallback).strip()[:120] or fallback[:120]


def _language(text: str) -> str:
    first = text.split(",")[0].split(";")[0].strip().replace("_", "-").split("-")[0].lower()
    return first if first in dict(settings.LANGUAGES) else ""
