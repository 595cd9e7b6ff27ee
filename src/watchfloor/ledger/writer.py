"""The one way state changes: a transaction that writes rows and says, as typed events, what it did and why.

    with writing(actor, reason="macro:spam-link") as w:
        w.update(case, state="closed", closed_at=clock.now())
        w.event(CaseClosed(verdict="violating"), case, case_id=case.id)

Row changes made since the last ``event`` travel in the next one; leaving the block with changes that no event carries is a
programming error and rolls everything back. Events and outbox rows are inserted at the end in one statement each, when the
transaction holds all its row locks (see ``Event.ordinal``). Actions of other contexts that must share the transaction take the
writer as their first argument.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec
from django.db import models, transaction

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rows
from watchfloor.ledger.canonical import canonical
from watchfloor.ledger.models import Event, Outbox, Projected
from watchfloor.ledger.schema import LedgerEvent, event_type
from watchfloor.platform import tracing

P = TypeVar("P", bound=Projected)
Subject = Projected | tuple[str, uuid.UUID | str]


class Writer:
    """Collects what one transaction does. Made by ``writing``; not shared between threads."""

    def __init__(self, actor: str, *, on_behalf: str = "", reason: str = "") -> None:
        self.actor, self.on_behalf, self.reason = actor, on_behalf, reason
        self._changes: list[list[Any]] = []
        self._events: list[Event] = []
        self._outbox: list[Outbox] = []
        self._at_end: dict[Hashable, Callable[[], object]] = {}

    def create(self, model: type[P], **values: Any) -> P:
        """Insert one projected row."""
        return self.create_many(model, [values])[0]

    def create_unless_known(self, model: type[P], **values: Any) -> P | None:
        """Insert one projected row; None when a unique constraint says that there is one already."""
        row = _new(model, values)
        if not rows.insert([row], unless_known=True):
            return None
        self._changes.append([row._meta.db_table, str(row.pk), columns(row)])
        return row

    def create_many(self, model: type[P], many: Iterable[dict[str, Any]]) -> list[P]:
        """Insert rows of one model in one statement."""
        objects = [_new(model, values) for values in many]
        rows.insert(objects)
        for row in objects:
            self._changes.append([model._meta.db_table, str(row.pk), columns(row)])
        return objects

    def update(self, row: P, **values: Any) -> P:
        """Change columns of one row (and of the object in hand); columns that already have the value are left out."""
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return row
        for name, value in changed.items():
            setattr(row, name, value)
        rows.update(row, changed)
        self._changes.append([row._meta.db_table, str(row.pk), columns(row, changed)])
        return row

    def wrote(self, row: Projected, *names: str) -> None:
        """Record columns that a statement of the caller's own (a claim with SKIP LOCKED) has already changed."""
        self._changes.append([row._meta.db_table, str(row.pk), columns(row, names)])

    def event(
        self,
        event: LedgerEvent,
        subject: Subject,
        *,
        case_id: uuid.UUID | None = None,
        policy_version: uuid.UUID | None = None,
        item_version: str = "",
        reason: str | None = None,
    ) -> Event:
        """Append a typed event that carries the row changes made since the last one."""
        row = Event(
            id=new_id(),
            type=event_type(event),
            at=clock.now(),
            actor=self.actor,
            on_behalf=self.on_behalf,
            reason=(self.reason if reason is None else reason)[:200],
            subject=subject_text(subject),
            case_id=case_id,
            policy_version=policy_version,
            item_version=item_version,
            data={
                name: plain(value)
                for name, value in msgspec.to_builtins(event, str_keys=True).items()
                if name != "type"
            },
            changes=self._changes,
        )
        self._changes = []
        self._events.append(row)
        return row

    @property
    def has_changes(self) -> bool:
        """Whether rows were changed that no event carries yet."""
        return bool(self._changes)

    def send(self, topic: str, *, lane: str, key: str, payload: Any, subject: str = "") -> None:
        """Put a message into the outbox; ``key`` must be the same for the same effect."""
        now = clock.now()
        self._outbox.append(
            Outbox(
                topic=topic, lane=lane, key=key, payload=msgspec.to_builtins(payload, str_keys=True), subject=subject,
                created_at=now, next_at=now, trace=tracing.traceparent() or None,
            )
        )  # fmt: skip

    def at_end(self, key: Hashable, do: Callable[[], object]) -> None:
        """Once for this key, when all else is done and before the transaction commits: what must follow from the sum of it."""
        self._at_end.setdefault(key, do)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may fail by itself: on an error the database and what was collected are as before it, and the error goes on."""
        kept = (list(self._changes), list(self._events), list(self._outbox))
        try:
            with transaction.atomic():
                yield
        except BaseException:
            self._changes, self._events, self._outbox = kept
            raise

    def flush(self) -> None:
        """Insert what was collected; called once, at the end of the transaction."""
        self._all_said()
        while self._at_end:
            self._at_end.pop(next(iter(self._at_end)))()
            self._all_said()
        rows.insert(self._outbox)
        rows.insert(self._events)
        self._events, self._outbox = [], []

    def _all_said(self) -> None:
        if self._changes:
            tables = sorted({change[0] for change in self._changes})
            raise AssertionError(f"rows of {', '.join(tables)} were changed, but no event says so")


@contextmanager
def writing(actor: Any, *, on_behalf: str = "", reason: str = "") -> Iterator[Writer]:
    """One transaction and its writer. ``actor`` is an identity ``Actor`` or its text form (``"user:…"``, ``"system:routing"``).

    An actor who acts under an extraordinary right (break-glass) brings its name along; all events carry it as ``on_behalf``.
    """
    with transaction.atomic():
        writer = Writer(str(actor), on_behalf=on_behalf or getattr(actor, "on_behalf", ""), reason=reason)
        yield writer
        writer.flush()


class Tracked(NamedTuple):
    """What the ledger keeps of one field of a model."""

    name: str
    attname: str
    column: str
    private: bool


@cache
def tracked(model: type[Projected]) -> list[Tracked]:
    """The fields of a model that the ledger keeps."""
    return [
        Tracked(field.name, field.attname, str(field.column), field.name in model.private)
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in model.untracked and field.name != "seal"
    ]


def columns(row: Projected, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The row's tracked columns as the ledger keeps them: JSON values, digests in place of private ones."""
    wanted = None if names is None else set(names)
    result: dict[str, Any] = {}
    for field in tracked(type(row)):
        if wanted is None or field.name in wanted or field.attname in wanted:
            value = getattr(row, field.attname)
            result[field.column] = digest(row, value) if field.private else plain(value)
    return result


def _new(model: type[P], values: dict[str, Any]) -> P:
    row = model(**values)
    if model.private and getattr(row, "seal", None) is None:
        row.seal = os.urandom(16)  # type: ignore[attr-defined]
    return row


def digest(row: Projected, value: Any) -> str | None:
    """HMAC-SHA256 of a private value under the row's seal; None stays None, and so is all of a row whose seal is gone (erased).

    Anything but text goes in as canonical JSON (RFC 8785): the database gives the keys of an object back in an order of its own.
    """
    if value is None or row.seal is None:  # type: ignore[attr-defined]
        return None
    content = value.encode() if isinstance(value, str) else canonical(plain(value))
    return "#" + hmac.new(bytes(row.seal), content, hashlib.sha256).hexdigest()  # type: ignore[attr-defined]


def plain(value: Any) -> Any:
    """A value as JSON has it: times in UTC with microseconds, identifiers as text."""
    if value is None or value is True or value is False or type(value) is str:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, models.Choices):
        return value.value
    if isinstance(value, (int, float)) and abs(value) >= 2**53:
        # The event could be committed but never hashed: RFC 8785 has no exact form for it.
        raise BadInput(
            "number_too_large", f"{value!r} is beyond 2^53 and has no exact JSON form.", hint="Keep it as text."
        )
    if isinstance(value, (str, int, float)):
        return value
    return msgspec.to_builtins(value, str_keys=True)


def subject_text(subject: Subject) -> str:
    """``"case:0192…"``: the model's name and id, or the pair given."""
    if isinstance(subject, Projected):
        return f"{subject._meta.model_name}:{subject.pk}"
    return f"{subject[0]}:{subject[1]}"
