"""Readers of rings and brigades: who sees which, and one with its members, ties and objects."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from watchfloor.detection.campaigns.models import BrigadeReport, Ring, RingMember, RingObject, RingTie
from watchfloor.detection.campaigns.queries import SEES
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.among import among
from watchfloor.review.bulk import choosing
from watchfloor.review.models import Case, Report
from watchfloor.review.queries import visible_cases

MOST = 500
SHOWN_TIES = 50
FEWEST = 2  # objects one may know of, or one sees nothing of it


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A case some of whose reports come from a brigade."""

    case: Case
    reports: int
    total: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. ``names``: what members are called, as far as one may know; ``objects``: those one may know of, with how many."""

    ring: Ring
    members: list[RingMember]
    names: dict[str, str]
    ties: list[RingTie]
    objects: list[tuple[Item, int]]
    cases: list[Tally]
    reports: int


def rings(actor: Actor, wanted: Mapping[str, str] | None = None) -> list[Ring]:
    """The latest first; filters ``state`` (open and watched ones unless it says otherwise, ``all``) and ``kind``."""
    wanted = wanted or {}
    state = wanted.get("state", "")
    rows = Ring.objects.filter(state__in=(Ring.State.OPEN, Ring.State.WATCHED))
    if state in Ring.State.values:
        rows = Ring.objects.filter(state=state)
    elif state == "all":
        rows = Ring.objects.all()
    if wanted.get("kind") in Ring.Kind.values:
        rows = rows.filter(kind=wanted["kind"])
    found = list(rows.order_by("-last_at", "pk")[:MOST])
    if _wide(actor):
        return found
    known = _known_objects(actor, found)
    return [row for row in found if len(known.get(row.pk, ())) >= FEWEST]


def ring(actor: Actor, pk: UUID) -> Seen:
    """One of them.

    Raises:
        NotFound: there is none, or the actor's rights end at markets and they know of too little that it acted on.
    """
    row = Ring.objects.filter(pk=pk).first()
    known = _known_objects(actor, [row] if row else []).get(pk, [])
    if row is None or (not _wide(actor) and len(known) < FEWEST):
        raise NotFound("no_ring", "There is no such ring.")
    members = list(RingMember.objects.filter(ring=row).select_related("account").order_by("late", "who"))
    names = {each.who: each.account.external_id for each in members if each.account is not None}
    ties = list(RingTie.objects.filter(ring=row).order_by("q", "left", "right")[:SHOWN_TIES])
    objects = sorted(known, key=lambda each: (-each.members, each.item_id))
    return Seen(
        ring=row, members=members, names=names, ties=ties, objects=[(each.item, each.members) for each in objects],
        cases=_cases(actor, row), reports=BrigadeReport.objects.filter(ring=row).count(),
    )  # fmt: skip


def accounts(actor: Actor, row: Ring) -> list[UUID]:
    """Its members that are items one may know of."""
    found = list(RingMember.objects.filter(ring=row, account__isnull=False).values_list("account", flat=True))
    known = choosing.open_to(actor, found)
    return sorted(each for each in found if each in known)


def _wide(actor: Actor) -> bool:
    return actor.all_powerful or any(SEES in scope.permissions and scope.markets is None for scope in actor.scopes)


def _known_objects(actor: Actor, found: list[Ring]) -> dict[UUID, list[RingObject]]:
    rows = list(RingObject.objects.filter(ring__in=found).select_related("item"))
    known = choosing.open_to(actor, list({each.item_id for each in rows}))
    made: dict[UUID, list[RingObject]] = {}
    for each in rows:
        if each.item_id in known:
            made.setdefault(each.ring_id, []).append(each)
    return made


def _cases(actor: Actor, row: Ring) -> list[Tally]:
    if row.kind != Ring.Kind.BRIGADE:
        return []
    of = list(BrigadeReport.objects.filter(ring=row).values_list("report__case", flat=True))
    counts: dict[UUID, int] = {}
    for pk in of:
        counts[pk] = counts.get(pk, 0) + 1
    cases = visible_cases(actor).filter(among("pk", counts)).select_related("item")
    totals: dict[UUID, int] = {}
    for pk in Report.objects.filter(among("case", counts)).values_list("case", flat=True):
        totals[pk] = totals.get(pk, 0) + 1
    found = [Tally(case=case, reports=counts[case.pk], total=totals[case.pk]) for case in cases]
    return sorted(found, key=lambda each: (-each.reports, each.case.pk))[:SHOWN_TIES]
