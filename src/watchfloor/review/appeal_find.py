"""Appeals for lists and figures: those on cases the actor may open, filtered, and how well they are heard in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode
from watchfloor.review import find, queries
from watchfloor.review.models import Appeal, Dispute

FILTERS = ("q", "state", "by", "market", "policy", "outside", "since", "until")
ORDER = ("-filed_at", "-id")
FELL = (Appeal.State.OVERTURNED, Appeal.State.MODIFIED, Appeal.State.REMEDIED)
HEARD = (Appeal.State.UPHELD, *FELL)
STATES = {"waiting": ("filed", "queued"), "fell": FELL, "late": ()}  # groups one may filter by, beside single states


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Of the appeals of a list: how many wait and are late, and of those decided how many fell and were in time."""

    waiting: int
    late: int
    oldest: datetime | None
    heard: int
    fell: int
    in_time: int
    median_hours: float | None
    outside: int  # disputes before bodies and courts


def visible(actor: Actor) -> QuerySet[Appeal]:
    """The appeals of cases this actor may open."""
    return Appeal.objects.filter(case__in=queries.visible_cases(actor).values("pk"))


def appeals(actor: Actor, wanted: Mapping[str, str]) -> QuerySet[Appeal]:
    """Narrowed by ``state`` (a state, waiting, fell or late), ``by``, ``market``, ``policy``, ``q`` (an id), ``since``, ``until``."""
    rows = visible(actor)
    state = wanted.get("state", "")
    if state == "late":
        rows = rows.filter(_late())
    elif state:
        rows = rows.filter(state__in=STATES.get(state, (state,)))
    for name, column in (("by", "by"), ("market", "case__market"), ("policy", "case__policy_key")):
        if wanted.get(name):
            rows = rows.filter(**{column: wanted[name]})
    if wanted.get("outside"):
        rows = rows.filter(Exists(Dispute.objects.filter(decision=OuterRef("decision"))))
    if wanted.get("since"):
        rows = rows.filter(filed_at__gte=find.day(wanted["since"], "since"))
    if wanted.get("until"):
        rows = rows.filter(filed_at__lt=find.day(wanted["until"], "until") + timedelta(days=1))
    if text := wanted.get("q", "").strip():
        rows = rows.filter(_named(actor, text))
    return rows.select_related("case", "case__item", "decision")


def appeal(actor: Actor, appeal_id: UUID) -> Appeal:
    """One appeal; ``NotFound`` when its case may not be known. Whoever holds the job may open it."""
    row = Appeal.objects.select_related("decision", "case").filter(pk=appeal_id).first()
    if row is None:
        raise NotFound("unknown_appeal", "There is no such appeal.")
    try:
        row.case = queries.case(actor, row.case_id, why="appeal")
    except NotFound:
        raise NotFound("unknown_appeal", "There is no such appeal.") from None
    return row


def by_token(actor: Actor, appeal_id: UUID) -> Appeal:
    """One appeal for the platform that files them, within the limits of its token."""
    allowed = access.rows(
        actor, "appeal.submit", market="case__market", severity="case__severity", clearance="case__clearance"
    )
    row = Appeal.objects.filter(allowed, pk=appeal_id).select_related("decision", "case").first()
    if row is None:
        raise NotFound("unknown_appeal", "There is no such appeal.")
    return row


def figures(rows: QuerySet[Appeal]) -> Figures:
    """Counted over all of them, not over a page."""
    now = clock.now()
    plain = rows.select_related(None).order_by()
    waiting = plain.filter(state__in=STATES["waiting"])
    heard = plain.filter(state__in=HEARD)
    spans = [
        (end - start) / timedelta(hours=1)
        for end, start in heard.values_list("decided_at", "filed_at").order_by("-filed_at", "-pk")[:20_000]
        if end is not None
    ]
    return Figures(
        waiting=waiting.count(), late=waiting.filter(due_at__lt=now).count(),
        oldest=waiting.order_by("filed_at").values_list("filed_at", flat=True).first(),
        heard=heard.count(), fell=heard.filter(state__in=FELL).count(),
        in_time=heard.filter(Q(due_at__isnull=True) | Q(decided_at__lte=F("due_at"))).count(),
        median_hours=median(spans) if spans else None,
        outside=Dispute.objects.filter(decision__in=plain.values("decision")).count(),
    )  # fmt: skip


def in_time(row: Appeal) -> bool | None:
    """Whether it was (or can still be) decided by its due time; None where it has none."""
    if row.due_at is None:
        return None
    return (row.decided_at or clock.now()) <= row.due_at


def _late() -> Q:
    waits = Q(state__in=STATES["waiting"], due_at__lt=clock.now())
    return waits | Q(state__in=HEARD, decided_at__gt=F("due_at"))


def _named(actor: Actor, text: str) -> Q:
    """What a search text can mean: an appeal's own id, the appellant, or whatever finds its case."""
    try:
        return Q(pk=decode("apl", text))
    except BadInput:
        cases = queries.visible_cases(actor).filter(find.by_words(actor, text)).order_by()
        return Q(appellant=text) | Q(case__in=cases.values("pk"))
