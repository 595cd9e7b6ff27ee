"""Our effects in force beside the platform's list, in SQL: what is missing there, what is extra there, what lasts otherwise there.

Left out is what changed lately or is on its way: a message about it waits, or it was decided, confirmed or undone after the moment
the list is true for (less a grace), so that only what both sides should know of counts as a difference.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.enforcement import catalogue, domain, queries
from watchfloor.enforcement.models import Reconciliation

GRACE = timedelta(minutes=2)
MOST = 10_000  # differences that become rows; all are counted

_BOTH = """
WITH ours AS (
    SELECT a.item_id, i.type_key AS item_type, i.external_id, a.slot AS effect,
      CASE WHEN bool_or(a.expires_at IS NULL) THEN NULL ELSE max(a.expires_at) END AS until,
      bool_or(a.state = 'dead') AS given_up,
      (array_agg(a.id ORDER BY a.expires_at DESC NULLS FIRST, a.id DESC))[1] AS action_id
    FROM enforcement_action a JOIN items_item i ON i.id = a.item_id
    WHERE a.inverse_of_id IS NULL AND a.state = ANY(%(in_force)s) AND a.kind_key = ANY(%(kinds)s)
    GROUP BY a.item_id, i.type_key, i.external_id, a.slot),
theirs AS (
    SELECT DISTINCT ON (item_type, external_id, effect) item_type, external_id, effect, since, until, says_until
    FROM enforcement_said WHERE reconciliation_id = %(run)s AND (until IS NULL OR until > %(as_of)s)
    ORDER BY item_type, external_id, effect, id DESC),
moving AS (
    SELECT DISTINCT i.type_key AS item_type, i.external_id, a.slot AS effect
    FROM enforcement_action a JOIN items_item i ON i.id = a.item_id
    WHERE a.id IN (SELECT substring(o.subject FROM 8)::uuid FROM ledger_outbox o
                   WHERE o.topic = 'action' AND o.state IN ('pending', 'failed') AND o.subject LIKE 'action:%%')
      OR a.created_at > %(lately)s OR a.confirmed_at > %(lately)s OR a.reversed_at > %(lately)s
      OR (a.expires_at BETWEEN %(lately)s AND %(soon)s AND a.inverse_of_id IS NULL)),
joined AS (
    SELECT COALESCE(o.item_type, t.item_type) AS item_type, COALESCE(o.external_id, t.external_id) AS external_id,
      COALESCE(o.effect, t.effect) AS effect, o.item_id, o.action_id, o.until AS our_until, t.until AS their_until,
      t.since AS their_since, o.given_up,
      CASE WHEN t.item_type IS NULL THEN 'missing' WHEN o.item_type IS NULL THEN 'extra'
           WHEN t.says_until AND (o.until IS NULL) <> (t.until IS NULL) THEN 'different'
           WHEN t.says_until AND abs(extract(epoch FROM o.until - t.until)) > 1 THEN 'different' ELSE 'same' END AS kind
    FROM ours o FULL JOIN theirs t USING (item_type, external_id, effect))
SELECT j.*, m.effect IS NOT NULL AS moving FROM joined j LEFT JOIN moving m USING (item_type, external_id, effect)
WHERE j.kind <> 'same'
"""
_COUNTS = "SELECT count(*) FILTER (WHERE moving), {kinds} FROM ({both}) found".format(
    kinds=", ".join(
        f"count(*) FILTER (WHERE NOT moving AND kind = '{kind}')" for kind in ("missing", "extra", "different")
    ),
    both=_BOTH,
)
_COLUMNS = "kind, item_type, external_id, effect, item_id, action_id, our_until, their_until, their_since, given_up"
_ROWS = f"SELECT {_COLUMNS} FROM ({_BOTH}) found WHERE NOT moving AND kind = %(kind)s ORDER BY item_type, external_id LIMIT %(most)s"
_OURS = """
SELECT count(DISTINCT (item_id, slot)) FROM enforcement_action
WHERE inverse_of_id IS NULL AND state = ANY(%(in_force)s) AND kind_key = ANY(%(kinds)s)
"""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One effect on one item that the two sides do not agree about."""

    kind: str
    item_type: str
    external_id: str
    effect: str
    item_id: UUID | None
    action_id: UUID | None
    our_until: datetime | None
    their_until: datetime | None
    their_since: datetime | None
    given_up: bool

    @property
    def name(self) -> tuple[str, str, str]:
        return self.item_type, self.external_id, self.effect


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """All counts, the first differences of each kind, and what is on its way (to be left as it is)."""

    ours: int
    in_flight: int
    missing: int
    extra: int
    different: int
    found: list[Found]
    moving: frozenset[tuple[str, str, str]]


def compare(run: Reconciliation) -> Compared:
    """The platform's list of ``run`` beside ours."""
    kinds = [kind.key for kind in queries.kinds(enabled=False) if catalogue.effect(kind.does).lasting]
    asked: dict[str, Any] = {
        "run": run.pk, "as_of": run.as_of, "lately": run.as_of - GRACE, "soon": run.as_of + GRACE, "kinds": kinds,
        "in_force": sorted(domain.IN_FORCE), "most": MOST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OURS, asked)
        ours = cursor.fetchone()[0]
        cursor.execute(_COUNTS, asked)
        in_flight, missing, extra, different = cursor.fetchone()
        found: list[Found] = []
        for kind in ("missing", "extra", "different"):
            cursor.execute(_ROWS, asked | {"kind": kind})
            found += [Found(**dict(zip(Found.__struct_fields__, row, strict=True))) for row in cursor.fetchall()]
        cursor.execute(f"SELECT item_type, external_id, effect FROM ({_BOTH}) found WHERE moving", asked)
        moving = frozenset((row[0], row[1], row[2]) for row in cursor.fetchall())
    return Compared(
        ours=ours, in_flight=in_flight, missing=missing, extra=extra, different=different,
        found=[msgspec.structs.replace(row, given_up=bool(row.given_up)) for row in found], moving=moving,
    )  # fmt: skip
