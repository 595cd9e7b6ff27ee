"""What the floor knows of an account: its record, read when somebody asks and kept for a few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from watchfloor.detection.reputation.domain import standing as domain
from watchfloor.detection.reputation.domain.standing import DayCount, Standing
from watchfloor.detection.reputation.domain.traits import Known
from watchfloor.detection.reputation.models import Outcome
from watchfloor.engines.agreement.reliability import UNKNOWN, Prior, fit
from watchfloor.items import queries as items
from watchfloor.items.domain import role
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.platform.among import among

MOST_PEOPLE = 100_000


def standings(accounts: Iterable[Item]) -> dict[UUID, Standing]:
    """The records of some accounts; a few questions however many they are."""
    every = {each.pk: each for each in accounts}
    days: dict[UUID, Counter[tuple[object, bool]]] = {pk: Counter() for pk in every}
    counted = (
        Outcome.objects.filter(among("account", every))
        .values_list("account", "day", "violating")
        .annotate(n=Count("pk"))
    )
    for account, day, violating, n in counted:
        days[account][day, violating] += n
    born, now = since(every.values()), clock.now()
    return {
        pk: domain.standing(
            _days(days[pk]), prior=prior_of(domain.age_band(born[pk], now)), now=now, since=born[pk], made=_made(pk)
        )
        for pk in every
    }  # fmt: skip


def since(accounts: Iterable[Item]) -> dict[UUID, datetime]:
    """When accounts began: as the platform says in their newest version, else when the floor first saw them."""
    every = list(accounts)
    versions = [each.current_version for each in every if each.current_version]
    rows = ItemVersion.objects.filter(hash__in=versions, erased_at__isnull=True).values_list("hash", "data")
    snapshots = dict(rows) if versions else {}
    return {each.pk: _born(each, snapshots.get(each.current_version)) or each.first_seen_at for each in every}


def known(account: tuple[str, str]) -> Known:
    """Band and age of an account by the platform's name; new where it was never seen."""
    return _known(account)


def prior_of(age: str) -> Prior:
    """What accounts of an age come to, before anything is known of one of them."""
    return _priors().get(age, UNKNOWN)


def forget() -> None:
    """Read all again (after a rebuild)."""
    _known.forget()
    _priors.forget()


def _read_known(account: tuple[str, str]) -> Known:
    row = items.find(*account)
    if row is None:
        return Known()
    return Known(standings([row])[row.pk].band, since([row])[row.pk])


def _read_priors() -> dict[str, Prior]:
    """From the accounts that have decided items; their age is that by which the floor knows them."""
    rows = Outcome.objects.values_list("account", "account__first_seen_at").annotate(
        n=Count("pk"), k=Count("pk", filter=Q(violating=True))
    )[:MOST_PEOPLE]
    now = clock.now()
    by_age: dict[str, list[tuple[int, int]]] = {}
    everyone: list[tuple[int, int]] = []
    for _, first_seen, n, k in rows:
        by_age.setdefault(domain.age_band(first_seen, now), []).append((k, n))
        everyone.append((k, n))
    usual = fit(everyone) if everyone else UNKNOWN
    found = {age: fit(people) if len(people) >= 20 else usual for age, people in by_age.items()}
    return {age: found.get(age, usual) for age in (*(name for _, name in domain.AGES), domain.OLDER)}


def _days(counts: Counter[tuple[object, bool]]) -> list[DayCount]:
    days = sorted({day for day, _ in counts})  # type: ignore[type-var]
    return [
        DayCount(day, counts[day, True], counts[day, True] + counts[day, False])  # type: ignore[arg-type]
        for day in days
    ]  # fmt: skip


def _made(account: UUID) -> int:
    """How many things it made, as far as probation asks."""
    return Item.objects.filter(author=account)[: domain.PROBATION_ACTIONS].count()


def _born(account: Item, data: dict[str, object] | None) -> datetime | None:
    try:
        _, fields = items.item_type(account.type_key)
    except BadInput:
        return None
    value = (data or {}).get(role(fields, "createdAt"))
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


_known: RememberedBy[tuple[str, str], Known] = RememberedBy(_read_known, seconds=5.0)
_priors: Remembered[dict[str, Prior]] = Remembered(_read_priors, seconds=600.0)
