"""What is drawn from: the decisions of the last two weeks by stratum and person, and what the looks at them found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from watchfloor.kernel import clock
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.quality.domain import looks
from watchfloor.quality.domain.plans import Chances, Document, Kind
from watchfloor.quality.domain.plans import chances as computed
from watchfloor.quality.models import Look
from watchfloor.review.models import Case, Decision, Signal
from watchfloor.workforce.queries import roster_row

WEEKS = 2


class Facts(msgspec.Struct, frozen=True):
    """What a plan needs of one decision. ``person`` is their id, "" for a rule."""

    stratum: str
    person: str
    vendor: str


def person_of(decider: str) -> str:
    """The id of a person who decided, else ""."""
    kind, _, name = decider.partition(":")
    return name if kind == "user" else ""


def vendor_of(decider: str) -> str:
    """The vendor of whoever decided, "" for rules and for those staffing does not know."""
    name = person_of(decider)
    try:
        row = roster_row(UUID(name)) if name else None
    except ValueError:
        return ""
    return row.vendor if row is not None else ""


def _stratum(parts: Iterable[str], values: dict[str, str]) -> str:
    return " / ".join(values.get(part) or "-" for part in parts)


def facts_of(decisions: Sequence[Decision], parts: Sequence[str]) -> dict[UUID, Facts]:
    """The facts of decisions (with their cases at hand)."""
    scores: dict[UUID, float | None] = {}
    if "confidence" in parts:
        rows = (
            Signal.objects.filter(case__in={row.case_id for row in decisions})
            .values("case_id")
            .annotate(m=Max("score"))
        )
        scores = {row["case_id"]: row["m"] for row in rows}
    found = {}
    for row in decisions:
        vendor = vendor_of(row.decider)
        values = {
            "policy": row.policy_key, "market": row.case.market, "vendor": vendor, "verdict": row.verdict,
            "origin": row.origin, "confidence": looks.confidence(scores.get(row.case_id)),
        }  # fmt: skip
        found[row.pk] = Facts(_stratum(parts, values), person_of(row.decider), vendor)
    return found


def kinds(parts: Sequence[str], within: QuerySet[Case] | None = None) -> list[Kind]:
    """Decisions of a week by stratum and person, from the last ``WEEKS``; of all cases, or ``within`` those that somebody may see."""
    since = clock.now() - timedelta(weeks=WEEKS)
    rows: Any = Decision.objects.filter(
        at__gte=since, verdict__in=("violating", "clean"), origin__in=("human", "rule"), superseded_at__isnull=True
    )
    if within is not None:
        rows = rows.filter(case__in=within.values("pk"))
    names = ["policy_key", "case__market", "decider", "verdict", "origin"]
    if "confidence" in parts:
        best = (
            Signal.objects.filter(case=OuterRef("case")).order_by().values("case").annotate(m=Max("score")).values("m")
        )
        rows = rows.annotate(best=Subquery(best))
        names.append("best")
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in rows.order_by().values(*names).annotate(many=Count("pk")):
        values = {
            "policy": row["policy_key"], "market": row["case__market"], "vendor": vendor_of(row["decider"]),
            "verdict": row["verdict"], "origin": row["origin"], "confidence": looks.confidence(row.get("best")),
        }  # fmt: skip
        counts[_stratum(parts, values), person_of(row["decider"])] += row["many"] / WEEKS
    return [Kind(stratum, person, weekly) for (stratum, person), weekly in sorted(counts.items())]


def wrong_so_far(days: int = 90) -> dict[str, tuple[int, int]]:
    """(wrong, looked at) by stratum, of drawn decisions."""
    since = clock.now() - timedelta(days=days)
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    rows = Look.objects.filter(purpose="sample", decided_at__gte=since, state__in=looks.DONE).exclude(right_verdict="")
    fields = ("stratum", "verdict", "violation_key", "right_verdict", "right_violation")
    for stratum, verdict, violation, right, right_violation in rows.values_list(*fields):
        found[stratum][0] += not looks.same(looks.Finding(verdict, violation), looks.Finding(right, right_violation))
        found[stratum][1] += 1
    return {key: (wrong, read) for key, (wrong, read) in found.items()}


def _chances(key: tuple[int, str]) -> Chances:
    document = msgspec.json.decode(key[1], type=Document)
    return computed(document, kinds(document.parts), wrong_so_far())


_KNOWN: RememberedBy[tuple[int, str], Chances] = RememberedBy(_chances, seconds=600)


def chances(number: int, document: Document) -> Chances:
    """The chances that a plan gives now; counted again every ten minutes."""
    return _KNOWN((number, msgspec.json.encode(document).decode()))
