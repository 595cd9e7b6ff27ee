"""The only writers of the change log."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from watchfloor.insight.changes.contracts import ChangeIn
from watchfloor.insight.changes.events import ChangePutBack, ChangeRecorded, ChangeUndone
from watchfloor.insight.changes.kinds import KINDS, SCOPES
from watchfloor.insight.changes.models import ChangeRow
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer

EFFECTS = ("", "more", "less")
MOST_VALUES, LONGEST = 200, 120


def record(w: Writer, change: ChangeIn) -> ChangeRow:
    """Write a change down; one of the same ``key`` is brought up to date (and put back, if it was taken out).

    Raises:
        BadInput: an unknown kind, scope or effect, no title, or an end before the start.
    """
    scope = _checked(change)
    values = {
        "kind": change.kind, "title": change.title.strip()[:200], "starts_at": change.starts_at, "ends_at": change.ends_at,
        "scope": scope, "link": change.link[:500], "effect": change.effect, "source": change.source[:12],
    }  # fmt: skip
    row = ChangeRow.objects.select_for_update().filter(key=change.key).first() if change.key else None
    if row is None:
        made = {"key": change.key or None, "made_by": w.actor, "made_at": clock.now()}
        row = w.create(ChangeRow, **values, **made)
    else:
        w.update(row, **values, undone_by="", undone_at=None)
        if not w.has_changes:
            return row
    said = ChangeRecorded(
        kind=row.kind, scope=scope, starts_at=change.starts_at.isoformat(timespec="seconds"), source=row.source
    )
    w.event(said, row)
    return row


def undo(w: Writer, change_id: UUID) -> ChangeRow:
    """Take a change that was written down out of the log; it can be put back."""
    row = _locked(change_id)
    if row.undone_at is None:
        w.update(row, undone_by=w.actor, undone_at=clock.now())
        w.event(ChangeUndone(kind=row.kind), row)
    return row


def put_back(w: Writer, change_id: UUID) -> ChangeRow:
    """What ``undo`` took out is in again."""
    row = _locked(change_id)
    if row.undone_at is not None:
        w.update(row, undone_by="", undone_at=None)
        w.event(ChangePutBack(kind=row.kind), row)
    return row


def _locked(change_id: UUID) -> ChangeRow:
    row = ChangeRow.objects.select_for_update().filter(pk=change_id).first()
    if row is None:
        raise NotFound("unknown_change", "There is no such change.")
    return row


def _checked(change: ChangeIn) -> dict[str, list[str]]:
    if change.kind not in KINDS:
        raise BadInput(
            "unknown_kind",
            f"{change.kind[:40]!r} is no kind of change.",
            where="kind",
            hint="Known: " + ", ".join(KINDS),
        )
    if not change.title.strip():
        raise BadInput("no_title", "Say in a few words what was changed.", where="title")
    if change.effect not in EFFECTS:
        raise BadInput("bad_effect", "An effect is more, less, or not known.", where="effect")
    for moment, name in ((change.starts_at, "starts_at"), (change.ends_at, "ends_at")):
        if moment is not None and moment.tzinfo is None:
            raise BadInput("no_zone", "A moment needs its time zone.", where=name, hint="2026-11-02T09:00:00Z")
    if change.ends_at is not None and change.ends_at <= change.starts_at:
        raise BadInput("ends_before", "The change ends before it starts.", where="ends_at")
    if change.starts_at > clock.now() + timedelta(days=1000):
        raise BadInput("too_far", "That is years ahead.", where="starts_at")
    if change.link and not change.link.startswith(("https://", "http://", "/")):
        raise BadInput("bad_link", "A link begins with https://, http:// or /.", where="link")
    return _scope(change.scope)


def _scope(given: dict[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, values in given.items():
        if name not in SCOPES:
            raise BadInput(
                "unknown_scope", f"{name[:40]!r} is no dimension of a scope.", where="scope", hint=", ".join(SCOPES)
            )
        kept = sorted({value.strip() for value in values if value.strip()})
        if len(kept) > MOST_VALUES or any(len(value) > LONGEST for value in kept):
            raise BadInput("big_scope", f"A scope of so many or so long values ({name}).", where="scope")
        if kept:
            found[name] = kept
    return found
