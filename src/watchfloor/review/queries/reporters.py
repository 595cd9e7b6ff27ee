"""Reporters: how often they were right, with intervals, who may be worth muting, and what one of them sent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import Count, F, Q, QuerySet

from watchfloor.engines import agreement
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.review.actions import reporters
from watchfloor.review.models import Report, ReporterMute, ReporterTally
from watchfloor.review.queries.access import visible_cases
from watchfloor.review.queries.pages import Page, page

PERMISSION = "reporter.view"
MOST = 200
BEST_OF = 2_000


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One reporter's record. ``usual`` is the share that is right among reporters of the channel and policy they use most."""

    who: str
    kind: str
    reporter: str
    upheld: int
    decided: int
    right: agreement.Reliability
    usual: float
    proposed: bool
    muted: ReporterMute | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A reporter's record in one channel under one policy, and the points it gives to a case's priority."""

    channel: str
    policy_key: str
    upheld: int
    decided: int
    right: agreement.Reliability
    prior: agreement.Prior
    points: float


def records(actor: Actor, *, show: str = "") -> list[Record]:
    """Those with the most decided reports; ``show``: ``proposed`` (worth muting) or ``muted``."""
    if not actor.has(PERMISSION):
        return []
    muted = {row.who: row for row in ReporterMute.objects.filter(undone_at__isnull=True)}
    rows = _decided(actor).values("reporter_kind", "reporter").annotate(n=Count("pk"), k=_UPHELD)
    if show == "muted":
        rows = rows.filter(reporter__in=[row.reporter for row in muted.values()])
    elif show == "proposed":
        rows = rows.filter(n__gte=reporters.ENOUGH, k__lt=F("n") * reporters.NEARLY_NEVER)
    top = rows.order_by("-n", "reporter_kind", "reporter")[: BEST_OF if show else MOST]
    found = [reporters.who_is(row["reporter_kind"], row["reporter"]) for row in top]
    tallies: dict[str, list[ReporterTally]] = {}
    for tally in _tallies(actor, [row["reporter"] for row in top]):
        tallies.setdefault(tally.who, []).append(tally)
    made = [_record(tallies[who], muted.get(who)) for who in found if show != "muted" or who in muted]
    return [row for row in made if row.proposed][:MOST] if show == "proposed" else made[:MOST]


_UPHELD = Count("pk", filter=Q(outcome="upheld"))


def _decided(actor: Actor) -> QuerySet[Report]:
    """Decided reports on cases the actor may open: a record tells nothing of the others, not even by a count."""
    rows = Report.objects.filter(outcome__in=reporters.DECIDED, case__in=visible_cases(actor).values("pk"))
    return rows.exclude(reporter="").order_by()


def _tallies(actor: Actor, names: Sequence[str]) -> list[ReporterTally]:
    """The tallies of these reporters, counted anew over what the actor may know. Rows that are not kept."""
    rows = _decided(actor).filter(reporter__in=names)
    counted = rows.values("reporter_kind", "reporter", "channel", "case__policy_key").annotate(n=Count("pk"), k=_UPHELD)
    return [
        ReporterTally(
            who=reporters.who_is(row["reporter_kind"], row["reporter"]), channel=row["channel"], decided=row["n"],
            policy_key=row["case__policy_key"], reporter_kind=row["reporter_kind"], reporter=row["reporter"], upheld=row["k"],
        )
        for row in counted
    ]  # fmt: skip


def record(actor: Actor, who: str) -> tuple[Record, list[Part]]:
    """One reporter, and the parts of the record; ``NotFound`` where there is none or the actor may not know."""
    rows = [] if not actor.has(PERMISSION) else _tallies_of(actor, who)
    if not rows:
        raise NotFound("unknown_reporter", "There is no such reporter.")
    parts = []
    for row in rows:
        prior = reporters.prior_of((row.channel, row.policy_key))
        known = prior.people >= agreement.reliability.MIN_PEOPLE
        parts.append(
            Part(
                channel=row.channel, policy_key=row.policy_key, upheld=row.upheld, decided=row.decided,
                right=agreement.of(prior, row.upheld, row.decided), prior=prior,
                points=agreement.points(prior, row.upheld, row.decided) if known else 0.0,
            )
        )  # fmt: skip
    return _record(rows, ReporterMute.objects.filter(who=who, undone_at__isnull=True).first()), parts


def _tallies_of(actor: Actor, who: str) -> list[ReporterTally]:
    names = ReporterTally.objects.filter(who=who).values_list("reporter", flat=True)[:1]
    found = [row for row in _tallies(actor, list(names)) if row.who == who]
    return sorted(found, key=lambda row: -row.decided)


def sent(actor: Actor, found: Record, *, after: str = "", limit: int = 50) -> Page[Report]:
    """What a reporter sent, on cases the actor may open; newest first."""
    rows = Report.objects.filter(reporter=found.reporter, reporter_kind=found.kind).select_related("case", "item")
    rows = rows.filter(case__in=visible_cases(actor).values("pk"))
    return page(rows, ("-received_at", "-id"), after=after, limit=limit)


def _record(rows: list[ReporterTally], muted: ReporterMute | None) -> Record:
    first = max(rows, key=lambda row: row.decided)
    right = reporters.overall(rows)
    return Record(
        who=first.who, kind=first.reporter_kind, reporter=first.reporter, upheld=sum(row.upheld for row in rows),
        decided=sum(row.decided for row in rows), right=right, muted=muted,
        usual=reporters.prior_of((first.channel, first.policy_key)).mean,
        proposed=muted is None and first.reporter_kind in reporters.MUTABLE and reporters.proposes(right),
    )  # fmt: skip
