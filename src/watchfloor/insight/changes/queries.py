"""Readers of the change log: what was written down and what the ledger says by itself, as one list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q

from watchfloor.insight.changes.contracts import Change
from watchfloor.insight.changes.ledger_words import KIND_OF, TOLD, Reach, effect_of, scope_of
from watchfloor.insight.changes.models import ChangeRow
from watchfloor.insight.changes.reach import look_up
from watchfloor.kernel import ids

SETTING_UP = ("system:init", "system:first-run")  # setting up is not a change


def between(
    start: datetime,
    end: datetime,
    *,
    kinds: Sequence[str] = (),
    sources: Sequence[str] = (),
    scope: str = "",
    limit: int = 500,
    causes: bool = False,
) -> list[Change]:
    """Changes that began in ``[start, end)`` (or, written ones, still went on then), the newest first.

    Args:
        scope: ``market:ES``: only those that name this value.
        causes: only those that can be the cause of something; without it also what is merely told.
    """
    found = [*written(start, end), *in_ledger(start, end, limit=limit * 2, causes=causes)]
    name, _colon, value = scope.partition(":")
    kept = [
        each
        for each in found
        if (not kinds or each.kind in kinds)
        and (not sources or each.source in sources)
        and (not scope or value in each.scope.get(name, ()))
    ]
    kept.sort(key=lambda each: (each.starts_at, each.id), reverse=True)
    return kept[:limit]


def written(start: datetime, end: datetime, *, undone: bool = False) -> list[Change]:
    """What somebody wrote down."""
    rows = ChangeRow.objects.filter(starts_at__lt=end).filter(Q(starts_at__gte=start) | Q(ends_at__gte=start))
    rows = rows.filter(undone_at__isnull=not undone).order_by("-starts_at")
    return [of_row(row) for row in rows[:5_000]]


def of_row(row: ChangeRow) -> Change:
    """A written change as others see it."""
    return Change(
        id=ids.encode("chg", row.pk), kind=row.kind, title=row.title, starts_at=row.starts_at, ends_at=row.ends_at,
        scope=row.scope, link=row.link, effect=row.effect, source=row.source, by=row.made_by,
    )  # fmt: skip


def in_ledger(start: datetime, end: datetime, *, limit: int, causes: bool = False) -> list[Change]:
    """What the ledger says was changed; each event with its scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, type, at, actor, data FROM ledger_event WHERE type = ANY(%s) AND at >= %s AND at < %s "
            "AND NOT actor = ANY(%s) ORDER BY at DESC, ordinal DESC LIMIT %s",
            [list(KIND_OF if causes else TOLD), start, end, list(SETTING_UP), limit],
        )
        rows = cursor.fetchall()
    reach = look_up({row[1] for row in rows}) if rows else Reach({}, {})
    found = []
    for event_id, type_, at, actor, raw in rows:
        data = raw if isinstance(raw, dict) else msgspec.json.decode(raw)
        _sign, _tone, words = TOLD[type_]
        found.append(
            Change(
                id=ids.encode("evt", event_id),
                kind=KIND_OF.get(type_, "other"),
                title=words(data),
                starts_at=at.astimezone(UTC),
                ends_at=_until(data),
                scope=scope_of(type_, data, reach),
                link=_link(type_, data),
                effect=effect_of(type_, data),
                source="ledger",
                by=actor,
                type=type_,
            )
        )
    return found


def change(change_id: str) -> Change | None:
    """One change by its id, as it stands now."""
    kind, _sep, _rest = change_id.partition("_")
    if kind == "chg":
        row = ChangeRow.objects.filter(pk=ids.decode("chg", change_id)).first()
        return of_row(row) if row else None
    return _event(ids.decode("evt", change_id)) if kind == "evt" else None


def _event(event_id: UUID) -> Change | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM ledger_event WHERE id = %s", [event_id])
        row = cursor.fetchone()
    if row is None:
        return None
    wanted = ids.encode("evt", event_id)
    near = in_ledger(row[0], row[0].replace(microsecond=min(999_999, row[0].microsecond + 1)), limit=1_000)
    return next((each for each in near if each.id == wanted), None)


def _until(data: dict[str, object]) -> datetime | None:
    until = data.get("until")
    try:
        return datetime.fromisoformat(until) if isinstance(until, str) and until else None
    except ValueError:
        return None


def _link(type_: str, data: dict[str, object]) -> str:
    """Where the thing that was changed is shown."""
    if type_.startswith("rule.") and data.get("rule"):
        return f"/rules/{data['rule']}"
    if type_.startswith("policy_version.") and data.get("policy"):
        return f"/policies/{data['policy']}"
    return "/floor/surges" if type_.startswith("surge.") else ""
