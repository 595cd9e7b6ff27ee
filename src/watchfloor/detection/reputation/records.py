"""What people decided of accounts' items, kept beside the accounts: follows the ledger, and is made anew exactly.

An outcome is the last standing word of a person on a case. It is worked out from the decisions themselves each time something happens
to a case, so it does not matter in which order, or how often, that is heard of; an overturned decision leaves nothing behind. Cases
that need a clearance are left out: a record tells nothing of them, not even by a count.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q

from watchfloor.detection.reputation import accounts
from watchfloor.detection.reputation.models import Followed, Outcome
from watchfloor.platform.among import among
from watchfloor.review.models import Decision

BY_PEOPLE = ("human", "appeal")
CHUNK = 5_000
_END = "SELECT max(number) + 1 FROM ledger_leaf WHERE number >= %s AND number < %s"
_READ = """
SELECT DISTINCT e.case_id FROM ledger_leaf l JOIN ledger_event e ON e.id = l.event_id
WHERE l.number >= %s AND l.number < %s AND e.case_id IS NOT NULL AND e.type IN ('decision.made', 'decision.superseded')
"""


def follow(limit: int = 5_000) -> int:
    """Read on in the ledger; how many leaves were passed. Begins with what was decided before it began."""
    with transaction.atomic():
        cursor, new = Followed.objects.select_for_update().get_or_create(pk=1)
        if new:
            with connection.cursor() as db:
                db.execute("SELECT coalesce(max(number) + 1, 0) FROM ledger_leaf")
                end = db.fetchone()[0]
            rebuild()
            Followed.objects.filter(pk=1).update(leaf=end)
            return 0
        with connection.cursor() as db:
            db.execute(_END, [cursor.leaf, cursor.leaf + limit])
            end = db.fetchone()[0]
            if end is None:
                return 0
            db.execute(_READ, [cursor.leaf, end])
            cases = [row[0] for row in db.fetchall()]
        settle(cases)
        Followed.objects.filter(pk=1).update(leaf=end)
    return int(end - cursor.leaf)


def settle(cases: Iterable[UUID]) -> int:
    """Make the outcomes of these cases anew; how many stand."""
    every = list(cases)
    found = standing(every)
    Outcome.objects.filter(among("case", [case for case in every if case not in found])).delete()
    Outcome.objects.bulk_create(
        found.values(), update_conflicts=True, unique_fields=["case"], update_fields=["account", "kind", "day", "violating"],
    )  # fmt: skip
    return len(found)


def standing(cases: list[UUID]) -> dict[UUID, Outcome]:
    """What the decisions say now, by case."""
    rows = Decision.objects.filter(
        among("case", cases),
        origin__in=BY_PEOPLE,
        verdict__in=("violating", "clean"),
        superseded_at__isnull=True,
        case__clearance="",
    ).order_by("at", "pk")
    found = {}
    for case, at, verdict, item, author, item_kind, kind in rows.values_list(
        "case", "at", "verdict", "case__item", "case__item__author", "case__item__kind", "case__item__type_key"
    ):
        account = item if item_kind == "account" else author
        if account is None:
            continue
        found[case] = Outcome(case=case, account_id=account, kind=kind, day=at.date(), violating=verdict == "violating")
    return found


def rebuild() -> int:
    """All outcomes anew; how many."""
    Outcome.objects.all().delete()
    total = 0
    for cases in _chunks():
        total += settle(cases)
    accounts.forget()
    return total


def check() -> list[str]:
    """What a rebuild would change, as sentences; none where nothing differs."""
    kept = {row.case: (row.account_id, row.kind, row.day, row.violating) for row in Outcome.objects.all()}
    problems = []
    for cases in _chunks():
        for case, row in standing(cases).items():
            made = (row.account_id, row.kind, row.day, row.violating)
            if kept.pop(case, None) != made:
                problems.append(f"The outcome of case {case} is not what its decisions say.")
    return problems + [f"There is an outcome of case {case}, which has none." for case in kept]


def later(found: Iterable[UUID], start: datetime) -> tuple[int, int]:
    """Of these accounts, of how many people found something violating since, and of how many only what is clean."""
    rows = (
        Outcome.objects.filter(among("account", found), day__gte=start.date())
        .values("account")
        .annotate(bad=Count("pk", filter=Q(violating=True)))
        .values_list("bad", flat=True)
    )
    every = list(rows)
    return sum(1 for bad in every if bad), sum(1 for bad in every if not bad)


def _chunks() -> Iterable[list[UUID]]:
    some: list[UUID] = []
    for case in Decision.objects.order_by("case").values_list("case", flat=True).distinct().iterator(chunk_size=CHUNK):
        some.append(case)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some
