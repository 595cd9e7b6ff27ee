"""The claim: one statement that finds, locks and leases the most urgent job a person may have.

Each queue gives its first ``DEPTH`` jobs, read in order from the queue's own partial index, so the cost does not grow with the
backlog. Leases that have run out are one more stream (by when they ran out, so that the index of their ends is read and not
all leases). Of the best of all these the first that no other claim is holding at this moment is locked (SKIP LOCKED) and leased.
Who may have what is asked in ``identity.access.rows`` and compiled into the statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.ledger import rows
from watchfloor.review.actions.people import Person
from watchfloor.review.models import Job

KINDS = {
    "review.work": ("review", "second"),  # samples and golden jobs are handed out by quality, blind
    "review.appeal": ("appeal",),
    "review.escalation": ("escalation",),
}

# More than the claims that can be in flight at once over the database's connections; else one looks again, deeper.
DEPTH = 64
DEEPER = 5000

CANDIDATES = """
SELECT c.id, c.priority, c.due_at FROM unnest(%s::text[]) AS q (key) CROSS JOIN LATERAL (
  SELECT id, priority, due_at FROM review_job
  WHERE queue_key = q.key AND state = 'ready' AND NOT (%s = ANY(excluded)){more}
  ORDER BY priority DESC, due_at, id LIMIT %s) AS c
UNION ALL
(SELECT id, priority, due_at FROM review_job
WHERE state = 'leased' AND lease_until <= %s AND queue_key = ANY(%s) AND NOT (%s = ANY(excluded)){more}
ORDER BY lease_until LIMIT %s)
ORDER BY priority DESC, due_at, id LIMIT %s
"""
TAKE = """
WITH candidate AS MATERIALIZED ({candidates}), pick AS MATERIALIZED (
  SELECT job.id, job.state, job.lease_holder, job.touch_ms, job.leased_at
  FROM candidate JOIN review_job AS job ON job.id = candidate.id
  WHERE (job.state = 'ready' OR (job.state = 'leased' AND job.lease_until <= %s))
    AND NOT EXISTS (SELECT FROM review_job WHERE state = 'leased' AND lease_holder = %s)
  ORDER BY candidate.priority DESC, candidate.due_at, candidate.id
  LIMIT 1 FOR UPDATE OF job SKIP LOCKED
)
UPDATE review_job AS job
SET state = 'leased', lease_holder = %s, lease_token = job.lease_token + 1, lease_until = %s, leased_at = %s, seen_at = %s,
    touches = job.touches + 1, active_ms = job.active_ms + job.touch_ms, touch_ms = 0
FROM pick WHERE job.id = pick.id
RETURNING {columns}, pick.state AS was_state, pick.lease_holder AS was_holder, pick.touch_ms AS was_touch_ms,
  pick.leased_at AS was_leased_at
"""


class Taken(NamedTuple):
    """A job just leased, and what it was before: a lease that had run out is ended by taking the job over."""

    job: Job
    was_state: str
    was_holder: UUID | None
    was_touch_ms: int
    was_leased_at: datetime | None


def take(actor: Actor, who: Person, queues: Sequence[str], *, now: datetime, until: datetime) -> Taken | None:
    """Lease the most urgent job of these queues; None when there is none, or when this person holds a lease (alive or not).

    Runs in the caller's transaction.
    """
    for depth in (DEPTH, DEEPER):
        found = statement(actor, who, queues, now=now, until=until, depth=depth)
        if found is None:
            return None
        with rows.prepared() as cursor:
            cursor.execute(*found)
            values = cursor.fetchone()
        if values is not None:
            return Taken(rows.load(Job, values[:-4]), *values[-4:])
    return None


def preview(actor: Actor, who: Person, queues: Sequence[str], *, now: datetime, limit: int) -> list[UUID]:
    """The ids a claim would find one after another; nothing is locked or changed."""
    found = _candidates(actor, who, queues, now, limit)
    if found is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*found)
        return [row[0] for row in cursor.fetchall()]


def statement(
    actor: Actor, who: Person, queues: Sequence[str], *, now: datetime, until: datetime, depth: int = DEPTH
) -> tuple[str, list[Any]] | None:
    """The claim's SQL and parameters; None when the actor may take nothing at all."""
    found = _candidates(actor, who, queues, now, depth)
    if found is None:
        return None
    candidates, params = found
    columns = rows.shape(Job).of("job")
    return TAKE.format(candidates=candidates, columns=columns), [*params, now, who.id, who.id, until, now, now]


def _candidates(
    actor: Actor, who: Person, queues: Sequence[str], now: datetime, depth: int
) -> tuple[str, list[Any]] | None:
    allowed = _allowed(actor.scopes, actor.all_powerful, who.languages, who.markets, who.skills)
    if allowed is None or not queues:
        return None
    more, values = allowed
    keys = list(queues)
    params = [keys, who.id, *values, depth, now, keys, who.id, *values, depth, depth]
    return CANDIDATES.format(more=more), params


@lru_cache(maxsize=4096)
def _allowed(
    scopes: Any,
    all_powerful: bool,
    languages: tuple[str, ...],
    markets: tuple[str, ...] | None,
    skills: tuple[str, ...],
) -> tuple[str, tuple[Any, ...]] | None:
    """`` AND (...)`` for what these scopes and this staffing row allow, with its values; None for nothing."""
    actor = Actor(kind="user", id="", scopes=scopes, all_powerful=all_powerful)
    allowed = access.NOTHING
    for permission, kinds in KINDS.items():
        here = access.rows(
            actor, permission, queue="queue_key", market="market", severity="severity", clearance="clearance"
        )
        allowed |= Q(kind__in=kinds) & here
    if languages:
        speaks = Q(language="") | Q(language__in=languages)
        for language in languages:
            speaks |= Q(language__startswith=f"{language}-")  # who reads pt may take pt-BR
        allowed &= speaks
    if markets is not None:
        allowed &= Q(market="") | Q(market__in=markets)
    if skills:
        allowed &= Q(policy_key__in=skills)
    query = Job.objects.filter(allowed).query
    try:
        sql, params = query.get_compiler("default").compile(query.where)
    except EmptyResultSet:
        return None
    except FullResultSet:
        return "", ()
    return f" AND ({sql})", tuple(params)
