"""The loop's work: rings and brigades are looked for from scratch, and those found before are known again by their members.

A brigade's reports weigh as those of people who are nearly never right, until a person closes it; whom they are about is untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import polars as pl
from django.conf import settings
from django.db import connection

from watchfloor.detection.campaigns.acting import gathering
from watchfloor.detection.campaigns.acting.weighing import reweigh
from watchfloor.detection.campaigns.events import RingFound
from watchfloor.detection.campaigns.models import BrigadeReport, Ring, RingMember, RingObject, RingTie
from watchfloor.detection.campaigns.tokens import token
from watchfloor.engines.campaigns import Coordination, coordinate
from watchfloor.engines.campaigns import Ring as Found
from watchfloor.identity.domain import system
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.among import among
from watchfloor.review.actions.reporters import who_is
from watchfloor.review.models import Report

LOCK = 0x72696E67  # one at a time, on all machines
FDR = 0.01  # over everything looked at in one pass
WINDOW, REPORT_WINDOW = 60, 600  # seconds
FEWEST = 3  # two who meet often may be one household
SAME = 0.5  # of the smaller one's members: the same ring as before
TIES = 2_000  # kept of one ring, the strongest
AT_ONCE = 2_000


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What a pass saw: actions looked at, rings in it, those that are new."""

    actions: int = 0
    rings: int = 0
    new: int = 0


def look(root: Path | None = None) -> Looked:
    """One pass; nothing when another process is at it."""
    since = clock.now() - timedelta(days=settings.CAMPAIGN_DAYS)
    frames = gathering.events(since, root)
    told = gathering.reports(since)
    rate = FDR / (len(frames) + 1)
    found = {name: coordinate(frame, window=WINDOW, fdr=rate) for name, frame in sorted(frames.items())}
    brigades = coordinate(told, window=REPORT_WINDOW, fdr=rate) if len(told) >= gathering.LEAST else None
    seen, new = 0, 0
    with writing(system("campaigns")) as w:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return Looked()
        for name, each in found.items():
            counted, more = _keep(w, Ring.Kind.RING, name, each, WINDOW, {})
            seen, new = seen + counted, new + more
        if brigades is not None:
            by_ring = {ring.id: _together(told, ring) for ring in brigades.rings}
            counted, more = _keep(w, Ring.Kind.BRIGADE, gathering.REPORT, brigades, REPORT_WINDOW, by_ring)
            seen, new = seen + counted, new + more
    return Looked(actions=sum(map(len, frames.values())) + len(told), rings=seen, new=new)


def _keep(
    w: Writer, kind: str, action: str, of: Coordination, window: int, reports: Mapping[int, list[UUID]]
) -> tuple[int, int]:
    """Write the rings of one kind; how many there are, and how many are new."""
    seen = new = 0
    taken: set[UUID] = set()
    for each in of.rings:
        if len(each.accounts) < FEWEST:
            continue
        names = {name: _who(kind, name) for name in each.accounts}
        row = _known(kind, action, set(names.values()), taken)
        if row is None:
            row = _begin(w, kind, action, each, window)
            new += 1
        taken.add(row.pk)
        seen += 1
        _derive(row, each, of, names, kind)
        if kind == Ring.Kind.BRIGADE:
            _keep_reports(w, row, reports.get(each.id, []))
    return seen, new


def _who(kind: str, name: str) -> str:
    if kind == Ring.Kind.BRIGADE:
        reporter_kind, _, reporter = name.partition(" ")
        return who_is(reporter_kind, reporter)
    return token("account", name)


def _known(kind: str, action: str, who: set[str], taken: set[UUID]) -> Ring | None:
    """The ring found before that shares most of the smaller one's members with this one."""
    shared: dict[UUID, int] = {}
    rows = RingMember.objects.filter(among("who", who), ring__kind=kind, ring__action=action).values_list("ring", "who")
    for ring, _ in rows:
        if ring not in taken:
            shared[ring] = shared.get(ring, 0) + 1
    for ring in sorted(shared, key=lambda pk: (-shared[pk], pk)):
        row = Ring.objects.get(pk=ring)
        if shared[ring] >= SAME * min(len(who), row.members):
            return row
    return None


def _begin(w: Writer, kind: str, action: str, each: Found, window: int) -> Ring:
    now = clock.now()
    row = w.create(
        Ring, id=new_id(), kind=kind, action=action[:80], window=window, state=Ring.State.OPEN, found_at=now, changed_at=now,
        changed_by=w.actor, **_figures(each),
    )  # fmt: skip
    w.event(RingFound(kind=kind, action=action[:80], members=len(each.accounts), ties=each.ties, fdr=FDR), row)
    return row


def _figures(each: Found) -> dict[str, object]:
    return {
        "seen_at": clock.now(), "members": len(each.accounts), "ties": each.ties, "objects_shared": each.shared, "q": each.q,
        "first_at": datetime.fromtimestamp(each.first, UTC), "last_at": datetime.fromtimestamp(each.last, UTC),
    }  # fmt: skip


def _derive(row: Ring, each: Found, of: Coordination, names: dict[str, str], kind: str) -> None:
    """What anyone may work out again: written anew."""
    Ring.objects.filter(pk=row.pk).update(**_figures(each))
    for model in (RingMember, RingTie, RingObject):
        model.objects.filter(ring=row).delete()
    accounts = {}
    if kind == Ring.Kind.RING:
        types = [key for key, (one, _) in items.types().items() if one.kind == "account"]
        accounts = {
            name: row
            for (_, name), row in items.by_names([(key, name) for key in types for name in each.accounts]).items()
        }
    late = {one.account for one in each.joined}
    RingMember.objects.bulk_create(
        [
            RingMember(ring=row, who=who, account=accounts.get(name), late=name in late)
            for name, who in sorted(names.items())
        ],
        batch_size=AT_ONCE,
    )
    ties = [tie for tie in of.ties if tie.left in names and tie.right in names]
    ties.sort(key=lambda tie: (tie.q, tie.left, tie.right))
    RingTie.objects.bulk_create(
        [
            RingTie(
                ring=row, left=names[tie.left], right=names[tie.right], objects_met=tie.objects, expected=tie.expected,
                p_activity=tie.p_activity, near=tie.near, near_expected=tie.near_expected, p_timing=tie.p_timing, q=tie.q,
            )
            for tie in ties[:TIES]
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip
    things = _things(each, kind)
    RingObject.objects.bulk_create(
        [RingObject(ring=row, item_id=things[name], members=count) for name, count in each.objects if name in things]
    )


def _things(each: Found, kind: str) -> dict[str, UUID]:
    if kind == Ring.Kind.BRIGADE:
        return {name: UUID(name) for name, _ in each.objects}
    pairs = {name: tuple(name.split(" ", 1)) for name, _ in each.objects}
    known = items.by_names([(pair[0], pair[1]) for pair in pairs.values()])
    return {name: known[pair[0], pair[1]].pk for name, pair in pairs.items() if (pair[0], pair[1]) in known}


def _together(told: pl.DataFrame, ring: Found) -> list[UUID]:
    """The reports by members beside another member's on the same item: bouts without a gap beyond the window."""
    table = told.filter(pl.col("account").is_in(ring.accounts)).sort("object", "time", "account")
    same = pl.col("object") == pl.col("object").shift()
    near = pl.col("time").diff() <= timedelta(seconds=REPORT_WINDOW)
    table = table.with_columns(bout=(~(same & near).fill_null(False)).cum_sum())
    return [UUID(pk) for pk in table.filter(pl.col("account").n_unique().over("bout") > 1)["report"]]


def _keep_reports(w: Writer, row: Ring, reports: list[UUID]) -> None:
    known = set(BrigadeReport.objects.filter(among("report", reports)).values_list("report", flat=True))
    fresh = list(
        Report.objects.filter(among("pk", [pk for pk in reports if pk not in known])).values_list("pk", "case")
    )
    BrigadeReport.objects.bulk_create([BrigadeReport(report_id=pk, ring=row) for pk, _ in fresh], batch_size=AT_ONCE)
    if fresh and row.state != Ring.State.CLOSED:
        reweigh(w, {case for _, case in fresh})
