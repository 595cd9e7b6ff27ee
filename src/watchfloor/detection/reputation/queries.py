"""Readers of restrictions: the list, one with its hits by day, and how many of those it hit were found clean afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Min, Q, QuerySet

from watchfloor.detection.reputation.models import Hit, Outcome, Restriction
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.kernel import clock
from watchfloor.platform.among import among

SEES, EDITS, AGREES = "restriction.view", "restriction.edit", "restriction.approve"
DAYS = 30
SORTS = ("changed_at", "expires_at", "subject")


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Hits that had their way, in the last days.

    Attributes:
        hits: events held. accounts: whose accounts are known here.
        clean, violating: accounts of which people decided something after the first hit: only clean, or anything violating.
        wrong: the share of clean among these, with its interval; None where nothing was decided.
    """

    hits: int = 0
    accounts: int = 0
    clean: int = 0
    violating: int = 0
    wrong: Interval | None = None


class Day(msgspec.Struct, frozen=True):
    """Hits of one day: held after it was asked, held of what happened, let through (an exemption, or a rate not used up)."""

    day: date
    asked: int
    happened: int
    passed: int


def restrictions(wanted: Mapping[str, str]) -> QuerySet[Restriction]:
    """``state`` (on, unless told; ``all``), ``subject``, ``effect``, ``action``, ``q`` (in value, reason, owner, key), ``sort``."""
    rows = Restriction.objects.all()
    now = clock.now()
    state = wanted.get("state", "") or "on"
    if state == "on":
        rows = rows.filter(state="on").exclude(expires_at__lte=now)
    elif state == "expired":
        rows = rows.filter(state="on", expires_at__lte=now)
    elif state in Restriction.State.values:
        rows = rows.filter(state=state)
    for name in ("subject", "effect"):
        if value := wanted.get(name, ""):
            rows = rows.filter(**{name: value})
    if action := wanted.get("action", ""):
        rows = rows.filter(actions__contains=[action])
    if q := wanted.get("q", "").strip():
        rows = rows.filter(Q(value__icontains=q) | Q(reason__icontains=q) | Q(owner__icontains=q) | Q(key=q))
    sort = wanted.get("sort", "")
    return rows.order_by(sort if sort.removeprefix("-") in SORTS else "-changed_at", "-pk")


def state_of(row: Restriction) -> str:
    """Its state as it holds now: one that is over is ``expired``."""
    over = row.expires_at is not None and row.expires_at <= clock.now()
    return "expired" if row.state == Restriction.State.ON and over else str(row.state)


def counts(rows: Iterable[Restriction], days: int = DAYS) -> dict[UUID, Counts]:
    """The figures of some restrictions, in three questions."""
    wanted = [row.pk for row in rows]
    start = clock.now() - timedelta(days=days)
    held = Hit.objects.filter(among("restriction", wanted), at__gte=start, applied=True)
    total = dict(held.values_list("restriction").annotate(n=Count("pk")))
    first: dict[UUID, dict[UUID, datetime]] = {}
    for restriction, account, at in (
        held.filter(account__isnull=False).values_list("restriction", "account").annotate(at=Min("at"))
    ):
        first.setdefault(restriction, {})[account] = at
    decided = _decided({account for found in first.values() for account in found}, start)
    return {pk: _counts(total.get(pk, 0), first.get(pk, {}), decided) for pk in wanted}


def by_day(row: Restriction, days: int = DAYS) -> list[Day]:
    """Every day, the oldest first; without gaps."""
    today = clock.now().date()
    start = today - timedelta(days=days - 1)
    rows = row.hits.filter(at__date__gte=start).values_list("at__date", "asked", "applied").annotate(n=Count("pk"))
    found: dict[date, list[int]] = {}
    for day, asked, applied, n in rows:
        found.setdefault(day, [0, 0, 0])[2 if not applied else 0 if asked else 1] += n
    return [
        Day(day, *found.get(day, (0, 0, 0)))
        for day in (start + timedelta(days=number) for number in range(days))
    ]  # fmt: skip


def _decided(accounts: set[UUID], start: datetime) -> dict[UUID, list[tuple[date, bool]]]:
    found: dict[UUID, list[tuple[date, bool]]] = {}
    rows = Outcome.objects.filter(among("account", accounts), day__gte=start.date())
    for account, day, violating in rows.values_list("account", "day", "violating"):
        found.setdefault(account, []).append((day, violating))
    return found


def _counts(hits: int, first: dict[UUID, datetime], decided: dict[UUID, list[tuple[date, bool]]]) -> Counts:
    clean = violating = 0
    for account, at in first.items():
        since = [bad for day, bad in decided.get(account, ()) if day >= at.date()]
        clean += bool(since) and not any(since)
        violating += any(since)
    judged = clean + violating
    return Counts(
        hits=hits, accounts=len(first), clean=clean, violating=violating, wrong=wilson(clean, judged) if judged else None
    )  # fmt: skip
