"""The only writers of schedules, overrides, escalation policies, the matrix and contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.oncall import pagers
from watchfloor.oncall.domain import matrix, paging, rest, schedule
from watchfloor.oncall.events import ContactSaved, EscalationPolicySaved, MatrixSaved, OverrideSet, ScheduleSaved
from watchfloor.oncall.models import Contact, EscalationPolicy, Matrix, Override, Schedule

LONGEST_OVERRIDE = timedelta(days=62)


def save_schedule(w: Writer, *, key: str, name: str, zone: str, layers: Any, rules: Any = None) -> Schedule:
    """Make or change a schedule; an archived one comes back. ``layers`` as ``domain.schedule.Layer``, or plain values like it.

    ``rules`` as ``domain.rest.Rules``; None keeps those that are.
    """
    found = schedule.read(zone, msgspec.to_builtins(layers))
    _named(key, name)
    _people(person for layer in found.layers for person in layer.people)
    values = {"name": name.strip(), "zone": zone, "layers": msgspec.to_builtins(found.layers), "archived_at": None}
    if rules is not None:
        asked = msgspec.to_builtins(rest.read(msgspec.to_builtins(rules)))
        values["rules"] = {name: limit for name, limit in asked.items() if limit}
    row = Schedule.objects.select_for_update().filter(key=key).first()
    row = w.create(Schedule, key=key, **values) if row is None else w.update(row, **values)
    w.event(ScheduleSaved(key=key), row)
    return row


def archive_schedule(w: Writer, key: str) -> None:
    """Take a schedule out of use; one that an escalation policy pages is kept."""
    row = Schedule.objects.select_for_update().filter(key=key, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_schedule", f"There is no schedule {key[:60]!r}.")
    for each in EscalationPolicy.objects.filter(archived_at__isnull=True):
        if any(f"schedule:{key}" in step["targets"] for step in each.steps):
            raise Conflict("in_use", f"{each.name} pages by it.", hint="Change that escalation policy first.")
    w.update(row, archived_at=clock.now())
    w.event(ScheduleSaved(key=key, archived=True), row)


def override(w: Writer, key: str, user_id: UUID, starts_at: datetime, ends_at: datetime) -> Override:
    """One person instead of whoever it would be. Of two at once the newer counts."""
    row = Schedule.objects.filter(key=key, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_schedule", f"There is no schedule {key[:60]!r}.")
    _people([user_id])
    if not timedelta(0) < ends_at - starts_at <= LONGEST_OVERRIDE:
        raise BadInput("bad_span", "It ends after it begins, within two months.", where="ends_at")
    if ends_at <= clock.now():
        raise BadInput("past", "That is over already.", where="ends_at")
    made = w.create(Override, schedule=row, user_id=user_id, starts_at=starts_at, ends_at=ends_at, made_at=clock.now())
    w.event(OverrideSet(schedule=key, user=str(user_id)), made)
    return made


def remove_override(w: Writer, override_id: UUID) -> None:
    """Take an override back. Twice changes nothing."""
    row = Override.objects.select_for_update(of=("self",)).select_related("schedule").filter(pk=override_id).first()
    if row is None:
        raise NotFound("unknown_override", "There is no such override.")
    if row.removed_at is None:
        w.update(row, removed_at=clock.now())
        w.event(OverrideSet(schedule=row.schedule.key, user=str(row.user_id), removed=True), row)


def save_policy(w: Writer, *, key: str, name: str, steps: Any, repeat: int = 0) -> EscalationPolicy:
    """Make or change an escalation policy. Pages that are live go on by what it said when they were raised."""
    found = paging.read(msgspec.to_builtins(steps), repeat)
    _named(key, name)
    for number, step in enumerate(found):
        for text in step.targets:
            _known(paging.Target.of(text), f"steps[{number}].targets")
    values = {"name": name.strip(), "steps": msgspec.to_builtins(found), "repeat": repeat, "archived_at": None}
    row = EscalationPolicy.objects.select_for_update().filter(key=key).first()
    row = w.create(EscalationPolicy, key=key, **values) if row is None else w.update(row, **values)
    w.event(EscalationPolicySaved(key=key), row)
    return row


def save_matrix(w: Writer, lines: Any) -> Matrix:
    """Say what pages by which escalation policy; the first line that fits counts."""
    keys = list(EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("key").values_list("key", flat=True))
    plain = msgspec.to_builtins(matrix.read(msgspec.to_builtins(lines), keys))
    row = Matrix.objects.select_for_update().first()
    now = clock.now()
    row = w.create(Matrix, lines=plain, changed_at=now) if row is None else w.update(row, lines=plain, changed_at=now)
    w.event(MatrixSaved(lines=len(plain)), row)
    return row


def add_contact(w: Writer, *, user_id: UUID | None, pager: str, name: str, address: str, secret: str = "") -> Contact:
    """A way to reach a person, or (``user_id`` None) the house."""
    one = pagers.by_name(pager)
    one.check(address)
    if user_id is not None:
        _people([user_id])
    row = w.create(
        Contact, user_id=user_id, pager=pager, name=(name.strip() or one.name)[:80], address=address.strip(),
        secret=secret or one.new_secret(),
    )  # fmt: skip
    w.event(ContactSaved(pager=pager), row)
    return row


def remove_contact(w: Writer, contact_id: UUID) -> None:
    """It is used no more."""
    row = Contact.objects.select_for_update().filter(pk=contact_id, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_contact", "There is no such contact.")
    w.update(row, removed_at=clock.now())
    w.event(ContactSaved(pager=row.pager, removed=True), row)


def _known(target: paging.Target, where: str) -> None:
    if target.kind == "schedule":
        there = Schedule.objects.filter(key=target.id, archived_at__isnull=True).exists()
    elif target.kind == "user":
        there = User.objects.filter(pk=target.id, is_active=True).exists()
    else:
        there = Contact.objects.filter(pk=target.id, user_id__isnull=True, removed_at__isnull=True).exists()
    if not there:
        raise BadInput("unknown_target", f"There is nobody behind {str(target)[:80]!r}.", where=where)


def _people(ids: Any) -> None:
    wanted: Sequence[UUID] = sorted(set(ids))
    there = set(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    for each in wanted:
        if each not in there:
            raise BadInput("unknown_person", f"{each} is nobody who can sign in.", where="people")


def _named(key: str, name: str) -> None:
    if not key or len(key) > 60 or not all(char.isascii() and (char.isalnum() or char in "-_") for char in key):
        raise BadInput("bad_key", "A key is letters, digits, - and _.", where="key")
    if not name.strip() or len(name) > 120:
        raise BadInput("missing_name", "It needs a name of at most 120 characters.", where="name")
