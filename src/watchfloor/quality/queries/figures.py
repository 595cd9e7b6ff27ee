"""The numbers of the quality page: cells with intervals, confusions, what is unclear, drift, and what the outside says beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

import msgspec
from django.db.models import Count, Q

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Cell, Share, Verdict
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.policy import queries as policies
from watchfloor.quality import witnesses
from watchfloor.quality.domain.looks import DONE, Finding, same
from watchfloor.quality.models import Look
from watchfloor.quality.queries.seen import visible
from watchfloor.review.models import Appeal, Decision
from watchfloor.review.queries.access import visible_cases

FALSE_ALARMS = 1.0  # in the period that is shown, over all series together
RISEN = 2.5  # times the usual share of wrong decisions
BY = ("policy", "market", "vendor", "origin", "queue")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted: decisions of the last ``days``, of a policy, market or vendor."""

    days: int = 28
    policy: str = ""
    market: str = ""
    vendor: str = ""


class Confusion(msgspec.Struct, frozen=True):
    """So many were decided as one thing and are another; ``share`` of all decisions."""

    found: str
    right: str
    looks: int
    share: float


class Unclear(msgspec.Struct, frozen=True):
    """How often whoever looks finds otherwise or is unsure, under a policy: two careful people do not read it alike."""

    policy_key: str
    looks: int
    otherwise: Share


class Drift(msgspec.Struct, frozen=True):
    """Wrong decisions of a series have become more often: since which look, at which one it was sure enough."""

    by: str
    key: str
    looks: int
    since: str
    wrong_since: int
    looks_since: int


class Outside(msgspec.Struct, frozen=True):
    """A policy by several witnesses. ``says``: what they say together, a key of ``OUTSIDE``, or ""."""

    policy_key: str
    accuracy: Share
    overturned: Share
    gold: Share
    older: int
    says: str
    told: tuple[Share, ...] = ()  # by each of ``witnesses.all_of()``


def looks_of(actor: Actor, filters: Filters, *, purpose: str = "sample") -> list[Look]:
    """Answered looks that say something, the oldest decision first."""
    rows = visible(actor).filter(
        purpose=purpose, state__in=DONE, decided_at__gte=clock.now() - timedelta(days=filters.days)
    )
    if filters.policy:
        rows = rows.filter(policy_key=filters.policy)
    if filters.market:
        rows = rows.filter(market=filters.market)
    if filters.vendor:
        rows = rows.filter(vendor=filters.vendor)
    return list(rows.exclude(right_verdict="").order_by("decided_at", "pk"))


def verdict(row: Look, cell: str = "") -> Verdict:
    """One look as the engine counts it."""
    right = Finding(row.right_verdict, row.right_violation)
    return Verdict(
        cell=cell, found=row.verdict == "violating", right=row.right_verdict == "violating",
        wrong=not same(Finding(row.verdict, row.violation_key), right), critical=row.critical,
        probability=row.probability, stratum=row.stratum,
    )  # fmt: skip


def key_of(row: Look, by: str) -> str:
    """The value of a dimension."""
    return {
        "policy": row.policy_key, "market": row.market, "vendor": row.vendor, "origin": row.origin, "queue": row.queue_key,
    }[by]  # fmt: skip


def heat(rows: Iterable[Look], down: str = "policy", across: str = "market") -> dict[tuple[str, str], Cell]:
    """The cells of two dimensions; ("x", "") and ("", "y") are rows and columns as a whole, ("", "") is all."""
    groups: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for row in rows:
        one, other = key_of(row, down) or "-", key_of(row, across) or "-"
        for key in ((one, other), (one, ""), ("", other), ("", "")):
            groups[key].append(verdict(row))
    return {key: agreement.cell(" / ".join(key), many, process=True) for key, many in groups.items()}


def confusions(rows: list[Look], most: int = 10) -> list[Confusion]:
    """What is taken for what, the most frequent first."""
    whole = sum(1 / row.probability for row in rows)
    counts: Counter[tuple[str, str]] = Counter()
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        if not verdict(row).is_wrong:
            continue
        key = (row.violation_key or row.verdict, row.right_violation or row.right_verdict)
        counts[key] += 1
        weights[key] += 1 / row.probability
    ordered = sorted(counts, key=lambda key: (-weights[key], key))[:most]
    return [Confusion(found, right, counts[found, right], weights[found, right] / whole) for found, right in ordered]


def unclear(actor: Actor, filters: Filters) -> list[Unclear]:
    """Policies by how often whoever looks finds otherwise or is unsure; those that are noise are left out."""
    rows = visible(actor).filter(
        purpose="sample", state__in=DONE, decided_at__gte=clock.now() - timedelta(days=filters.days)
    )
    groups: defaultdict[str, list[agreement.Look]] = defaultdict(list)
    for row in rows:
        otherwise = not same(Finding(row.verdict, row.violation_key), Finding(row.found_verdict, row.found_violation))
        groups[row.policy_key].append(agreement.Look(row.probability, float(otherwise), 1.0, row.stratum))
    found = [
        Unclear(key, len(many), agreement.share(many, process=True)) for key, many in groups.items() if len(many) >= 20
    ]
    return sorted(found, key=lambda one: -one.otherwise.low)


def drift(rows: list[Look], bys: Iterable[str] = ("policy", "vendor", "queue")) -> list[Drift]:
    """Series whose errors have risen, with ``FALSE_ALARMS`` expected over all of them were nothing to change."""
    if len(rows) < 50:
        return []
    usual = min(0.4, max(0.02, sum(verdict(row).is_wrong for row in rows) / len(rows)))
    series: defaultdict[tuple[str, str], list[Look]] = defaultdict(list)
    for row in rows:
        for by in bys:
            if key_of(row, by):
                series[by, key_of(row, by)].append(row)
    long = {key: many for key, many in series.items() if len(many) >= 10}
    verdicts = sum(map(len, long.values()))
    if not verdicts:
        return []
    chart = agreement.chart(usual, min(0.9, usual * RISEN), verdicts=verdicts, false_alarms=FALSE_ALARMS)
    found = []
    for (by, key), many in sorted(long.items()):
        wrong = [verdict(row).is_wrong for row in many]
        alarms, _level = agreement.follow(chart, wrong)
        if alarms:
            first = alarms[-1].since
            since = many[min(first, len(many) - 1)].decided_at.date().isoformat()
            found.append(Drift(by, key, len(many), since, sum(wrong[first:]), len(wrong) - first))
    return found


def outside(actor: Actor, filters: Filters) -> list[Outside]:
    """Each policy by looks, appeals and known answers, and where looks may only seem good."""
    since = clock.now() - timedelta(days=filters.days)
    drawn, known = looks_of(actor, filters), looks_of(actor, filters, purpose="gold")
    heard = {
        key: (over, many)
        for key, over, many in Appeal.objects.filter(
            case__in=visible_cases(actor).values("pk"), decided_at__gte=since, decision__origin__in=("human", "rule")
        )
        .order_by()
        .values_list("decision__policy_key")
        .annotate(
            over=Count("pk", filter=Q(state__in=("overturned", "modified", "remedied"))),
            many=Count("pk", filter=~Q(state__in=("ineligible", "withdrawn"))),
        )
    }
    told = [one.told(actor, since) for one in witnesses.all_of()]
    found = []
    for key in sorted({row.policy_key for row in drawn} | set(heard) | {key for one in told for key in one}):
        mine = [verdict(row) for row in drawn if row.policy_key == key]
        accuracy = agreement.cell(key, mine, process=True).accuracy
        over, many = heard.get(key, (0, 0))
        golden = [agreement.Look(1.0, float(not verdict(row).is_wrong)) for row in known if row.policy_key == key]
        in_force = policies.version_in_force(key)
        older = sum(
            row.policy_key == key and in_force is not None and row.found_version_id != in_force.id for row in drawn
        )
        gold = agreement.share(golden, process=True)
        over_share = _witnessed(min(over, many), many)
        others = tuple(_witnessed(*one.get(key, (0, 0))) for one in told)
        says = _says(accuracy, [over_share, *others], gold, older)
        found.append(Outside(key, accuracy, over_share, gold, older, says, others))
    return found


def _witnessed(against: int, of: int) -> Share:
    found = agreement.wilson(against, of)
    return Share(found.value, found.low, found.high, of, float(of))


def _says(accuracy: Share, outside: list[Share], gold: Share, older: int) -> str:
    if accuracy.looks < 20:
        return "few"
    if older * 2 > accuracy.looks:
        return "old"  # most looks went by a text that is not in force any more
    if gold.looks >= 20 and gold.high < accuracy.low:
        return (
            "blind"  # known answers are missed where looks find nothing: the sample, or whoever looks, does not see it
        )
    if any(one.looks >= 10 and one.low > 2 * (1 - accuracy.low) for one in outside):
        return "guideline"  # others find far more wrong than looks do: perhaps all looks go by a text they do not share
    return ""


def coverage(actor: Actor, filters: Filters) -> tuple[int, int]:
    """(looks, decisions they stand for)."""
    since = clock.now() - timedelta(days=filters.days)
    looks = visible(actor).filter(purpose="sample", decided_at__gte=since).count()
    decided = Decision.objects.filter(
        case__in=visible_cases(actor).values("pk"), at__gte=since, verdict__in=("violating", "clean"), origin__in=("human", "rule")
    ).count()  # fmt: skip
    return looks, decided
