"""The claim: one statement that finds, locks and leases the most urgent job a person may have.

Each queue is read from its own partial index in priority order and the streams are merged, so the cost does not grow with
the backlog; rows that another claim holds are passed over (SKIP LOCKED). Leases that have run out are one more stream.
Who may have what is asked in ``identity.access.rows`` and compiled into the statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.review.actions.people import Person
from watchfloor.review.models import Job

KINDS = {
    "review.work": ("review", "second"),  # samples and golden jobs are handed out by quality, blind
    "review.appeal": ("appeal",),
    "review.escalation": ("escalation",),
}

TAKE = """
WITH pick AS MATERIALIZED (
  SELECT job.id, job.state, job.lease_holder, job.touch_ms, job.leased_at
  FROM ({arms}) AS c JOIN review_job AS job ON job.id = c.id
  WHERE job.state = 'ready' OR (job.state = 'leased' AND job.lease_until <= %s)
  ORDER BY c.priority DESC, c.due_at, c.id
  LIMIT 1 FOR UPDATE OF job SKIP LOCKED
)
UPDATE review_job AS job
SET state = 'leased', lease_holder = %s, lease_token = job.lease_token + 1, lease_until = %s, leased_at = %s, seen_at = %s,
    touches = job.touches + 1, active_ms = job.active_ms + job.touch_ms, touch_ms = 0
FROM pick WHERE job.id = pick.id
RETURNING job.*, pick.state AS was_state, pick.lease_holder AS was_holder, pick.touch_ms AS was_touch_ms,
  pick.leased_at AS was_leased_at
"""
ARM = """SELECT id, priority, due_at FROM review_job
  WHERE queue_key = %s AND state = 'ready' AND NOT (%s = ANY(excluded)){more}"""
EXPIRED = """SELECT id, priority, due_at FROM review_job
  WHERE state = 'leased' AND lease_until <= %s AND queue_key = ANY(%s) AND NOT (%s = ANY(excluded)){more}"""


def take(actor: Actor, who: Person, queues: Sequence[str], *, now: datetime, until: datetime) -> Any | None:
    """Lease the most urgent job of these queues; None when there is none. Runs in the caller's transaction.

    The job carries what it was just before: ``was_state``, ``was_holder``, ``was_touch_ms``, ``was_leased_at``.
    """
    found = statement(actor, who, queues, now=now, until=until)
    if found is None:
        return None
    sql, params = found
    return next(iter(Job.objects.raw(sql, params)), None)


def preview(actor: Actor, who: Person, queues: Sequence[str], *, now: datetime, limit: int) -> list[UUID]:
    """The ids a claim would find one after another; nothing is locked or changed."""
    found = _arms(actor, who, queues, now)
    if found is None:
        return []
    arms, params = found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({arms}) AS c ORDER BY priority DESC, due_at, id LIMIT %s", [*params, limit])
        return [row[0] for row in cursor.fetchall()]


def statement(
    actor: Actor, who: Person, queues: Sequence[str], *, now: datetime, until: datetime
) -> tuple[str, list[Any]] | None:
    """The claim's SQL and parameters; None when the actor may take nothing at all."""
    found = _arms(actor, who, queues, now)
    if found is None:
        return None
    arms, params = found
    return TAKE.format(arms=arms), [*params, now, who.id, until, now, now]


def _arms(actor: Actor, who: Person, queues: Sequence[str], now: datetime) -> tuple[str, list[Any]] | None:
    allowed = _allowed(actor.scopes, actor.all_powerful, who.languages, who.markets, who.skills)
    if allowed is None or not queues:
        return None
    more, values = allowed
    arms: list[str] = []
    params: list[Any] = []
    for queue in queues:
        arms.append(ARM.format(more=more))
        params += [queue, who.id, *values]
    arms.append(EXPIRED.format(more=more))
    params += [now, list(queues), who.id, *values]
    return "\n  UNION ALL\n  ".join(arms), params


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
