"""The claim: one statement that finds, locks and leases the most urgent job a person may have, and writes the ledger's event of it.

Each queue gives its first few jobs, read in order from the queue's own partial index, so the cost does not grow with the backlog.
Leases that have run out are one more stream (by when they ran out, so that the index of their ends is read and not all leases). Of
the best of all these the first that no other claim is holding at this moment is locked (SKIP LOCKED), leased and told. It is one
round trip and, outside a transaction, one commit. Who may have what is asked in ``identity.access.rows`` and compiled into the statement.
(OFFSET 0 has the server read a queue in its order and then ask who may have it; left to itself it estimates that few jobs fit, and
sorts the whole queue.)

Two kinds of job are only found, for the caller to deal with: a lease that ran out (it is ended first, with an event of its own), and,
unless ``escalations`` is set, an escalation (its acknowledgement belongs into the same transaction).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rows
from watchfloor.ledger.statements import insert_event
from watchfloor.review.actions.people import Person
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.events import JobLeased
from watchfloor.review.models import Job

KINDS = {
    "review.work": ("review", "second", "golden"),
    "review.appeal": ("appeal",),
    "review.escalation": ("escalation",),
    "review.cluster": ("cluster",),
    "review.look": ("qa",),
}

# Candidates at first, more than the claims that are in flight at once over one's queues; else one looks again, deeper.
ENOUGH = 16
LEAST = 4  # of one queue
DEEPER = (64, 5000)

# Parameters stand in sub-selects, (SELECT %(now)s), where they decide what is found: the planner's guess is then the same for all
# values, so it plans once per connection and not at each claim.
NOW = "(SELECT %(now)s::timestamptz)"
HOLDER = "(SELECT %(holder)s::uuid)"
EXTRAS = "(SELECT %(extras)s::varchar[])"
FITS = f"NOT ({HOLDER} = ANY(excluded)) AND (needs <@ {EXTRAS} OR relax_at <= {NOW}){{more}}"
CANDIDATES = f"""
SELECT c.id, c.priority, c.due_at, q.own FROM unnest(
  (SELECT %(queues)s::text[]), (SELECT %(since)s::timestamptz[]), (SELECT %(own)s::boolean[])) AS q (key, since, own)
CROSS JOIN LATERAL (
  SELECT id, priority, due_at FROM (
    SELECT * FROM review_job WHERE queue_key = q.key AND state = 'ready' ORDER BY priority DESC, due_at, id OFFSET 0
  ) AS review_job
  WHERE ready_at <= q.since AND {{fits}}
  ORDER BY priority DESC, due_at, id LIMIT {{depth}}) AS c
UNION ALL
(SELECT id, priority, due_at, true FROM review_job
WHERE state = 'leased' AND lease_until <= {NOW} AND queue_key = ANY((SELECT %(owned)s::text[])::text[]) AND {{fits}}
ORDER BY lease_until LIMIT {{depth}})
ORDER BY priority DESC, due_at, id LIMIT {{limit}}
"""

TAKE = """
WITH candidate AS MATERIALIZED ({candidates}), pick AS MATERIALIZED (
  SELECT job.id, job.state, job.kind, candidate.own
  FROM candidate JOIN review_job AS job ON job.id = candidate.id
  WHERE (job.state = 'ready' OR (job.state = 'leased' AND job.lease_until <= {now}))
    AND NOT EXISTS (SELECT FROM review_job WHERE state = 'leased' AND lease_holder = {holder})
  ORDER BY candidate.priority DESC, candidate.due_at, candidate.id
  LIMIT 1 FOR UPDATE OF job SKIP LOCKED
), taken AS (
  UPDATE review_job AS job
  SET state = 'leased', lease_holder = %(holder)s, lease_token = job.lease_token + 1, lease_until = %(until)s,
      leased_at = %(now)s, seen_at = %(now)s, focus_at = %(now)s, accept_by = %(accept_by)s, touches = job.touches + 1, touch_ms = 0
  FROM pick WHERE job.id = pick.id AND pick.state = 'ready' AND (pick.kind <> 'escalation' OR %(escalations)s)
  RETURNING job.id, job.case_id, job.queue_key, job.kind, job.policy_key, job.market, job.language, job.severity, job.channel,
    job.ready_at, job.opened_at, job.needs, job.lease_token, job.touches, pick.own
), told AS ({event})
SELECT pick.id, pick.state, taken.case_id, taken.queue_key, taken.lease_token FROM pick LEFT JOIN taken ON taken.id = pick.id
"""
_WHOLE_MS = "greatest(0, floor(extract(epoch FROM %(now)s::timestamptz - {since}) * 1000)::bigint)"
EVENT = insert_event(
    JobLeased,
    "taken",
    id="%(event)s::uuid",
    at="%(now)s::timestamptz",
    actor="%(actor)s::text",
    subject="'job:' || id",
    case_id="case_id",
    data={
        "policy": "policy_key", "market": "market", "language": "language", "severity": "severity", "channel": "channel",
        "queue": "queue_key", "kind": "kind", "reviewer": "%(reviewer)s::text", "vendor": "%(vendor)s::text",
        "wait_ms": _WHOLE_MS.format(since="ready_at"), "age_ms": _WHOLE_MS.format(since="opened_at"), "touch": "touches",
        "pushed": "%(pushed)s::boolean", "off_shift": "%(off_shift)s::boolean", "waived": "NOT (needs <@ %(extras)s::varchar[])",
        "overflow": "NOT own",
    },
    table="review_job",
    row="id",
    changes={
        "state": "'leased'::text", "lease_holder": "%(holder)s::text", "lease_token": "lease_token",
        "leased_at": "%(now_text)s::text", "touches": "touches",
    },
)  # fmt: skip


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The queues one takes from. ``others`` are queues that overflow to this person: key and the moment before which a job became ready."""

    own: tuple[str, ...] = ()
    others: tuple[tuple[str, datetime], ...] = ()


class Found(NamedTuple):
    """What the statement found. ``lease`` is None for a job that was found and not taken (see this module's first lines)."""

    job_id: UUID
    ran_out: bool
    lease: LeaseOut | None


def take(
    actor: Actor,
    who: Person,
    wanted: Wanted,
    *,
    now: datetime,
    until: datetime,
    said_by: Actor | None = None,
    accept_by: datetime | None = None,
    escalations: bool = False,
) -> Found | None:
    """Lease the most urgent job; None when there is none, or when this person holds a lease (alive or not).

    ``actor`` is whose rights count; ``said_by`` who stands in the ledger (the same, unless it is pushed).
    """
    first = depth_of(len(wanted.own) + len(wanted.others))
    for depth in (first, *DEEPER):
        found = statement(
            actor, who, wanted, now=now, until=until, said_by=said_by, accept_by=accept_by, escalations=escalations,
            depth=depth,
        )  # fmt: skip
        if found is None:
            return None
        with rows.prepared() as cursor:
            cursor.execute(*found)
            values = cursor.fetchone()
        if values is not None:
            job_id, state, case_id, queue_key, token = values
            lease = None
            if token is not None:
                lease = LeaseOut(job_id=job_id, case_id=case_id, queue_key=queue_key, token=token, until=until)
            return Found(job_id, state == Job.State.LEASED, lease)
    return None


def depth_of(queues: int) -> int:
    """How many jobs each of so many queues gives at first: a power of two, so that few statements are to be known."""
    depth = LEAST
    while depth * max(1, queues) < ENOUGH:
        depth *= 2
    return depth


def preview(actor: Actor, who: Person, wanted: Wanted, *, now: datetime, limit: int) -> list[UUID]:
    """The ids a claim would find one after another; nothing is locked or changed."""
    found = _candidates(actor, who, wanted, now, limit)
    if found is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*found)
        return [row[0] for row in cursor.fetchall()]


def statement(
    actor: Actor,
    who: Person,
    wanted: Wanted,
    *,
    now: datetime,
    until: datetime,
    said_by: Actor | None = None,
    accept_by: datetime | None = None,
    escalations: bool = False,
    depth: int = LEAST,
) -> tuple[str, dict[str, Any]] | None:
    """The claim's SQL and parameters; None when the actor may take nothing at all."""
    found = _candidates(actor, who, wanted, now, depth)
    if found is None:
        return None
    candidates, params = found
    params.update(
        until=until, accept_by=accept_by, escalations=escalations, event=new_id(), actor=str(said_by or actor),
        reviewer=str(actor), vendor=who.vendor, pushed=accept_by is not None, off_shift=not who.on_shift,
        now_text=now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    )  # fmt: skip
    return _whole(candidates), params


def _candidates(
    actor: Actor, who: Person, wanted: Wanted, now: datetime, depth: int
) -> tuple[str, dict[str, Any]] | None:
    allowed = _allowed(actor.scopes, actor.all_powerful)
    if allowed is None or not (wanted.own or wanted.others) or who.skills == ():
        return None
    more, limits = _staffing(who)
    sql = _text(allowed[0] + more, depth)
    others = wanted.others
    params: dict[str, Any] = {
        **allowed[1], **limits, "holder": who.id, "now": now, "extras": list(who.extras), "owned": list(wanted.own),
        "queues": [*wanted.own, *(key for key, _ in others)],
        "since": ["infinity"] * len(wanted.own) + [since.isoformat() for _, since in others],
        "own": [True] * len(wanted.own) + [False] * len(others),
    }  # fmt: skip
    return sql, params


@lru_cache(maxsize=1024)
def _text(more: str, depth: int) -> str:
    fits = FITS.format(more=more)
    return CANDIDATES.format(fits=fits, depth=depth, limit=max(depth, 4 * ENOUGH))


@lru_cache(maxsize=1024)
def _whole(candidates: str) -> str:
    return TAKE.format(candidates=candidates, event=EVENT, now=NOW, holder=HOLDER)


def _staffing(who: Person) -> tuple[str, dict[str, Any]]:
    """What staffing and well-being leave to a person, as a condition and its values."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if who.languages:
        # Who reads pt may take pt-BR.
        parts.append("(language = '' OR language LIKE ANY((SELECT %(languages)s::text[])::text[]))")
        values["languages"] = [like for each in who.languages for like in (_literal(each), _literal(each) + "-%")]
    if who.markets is not None:
        parts.append("(market = '' OR market = ANY((SELECT %(markets)s::text[])::text[]))")
        values["markets"] = list(who.markets)
    if who.skills is not None:
        parts.append("policy_key = ANY((SELECT %(skills)s::text[])::text[])")
        values["skills"] = list(who.skills)
    if who.limits.max_severity < 5:
        parts.append("severity <= (SELECT %(max_severity)s::smallint)")
        values["max_severity"] = who.limits.max_severity
    if who.limits.avoid:
        parts.append("policy_key <> ALL((SELECT %(avoid)s::text[])::text[])")
        values["avoid"] = list(who.limits.avoid)
    return "".join(f" AND {part}" for part in parts), values


def _literal(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


@lru_cache(maxsize=4096)
def _allowed(scopes: Any, all_powerful: bool) -> tuple[str, dict[str, Any]] | None:
    """`` AND (...)`` for what these scopes allow, with its values; None for nothing."""
    actor = Actor(kind="user", id="", scopes=scopes, all_powerful=all_powerful)
    allowed = access.NOTHING
    for permission, kinds in KINDS.items():
        here = access.rows(
            actor, permission, queue="queue_key", market="market", severity="severity", clearance="clearance"
        )
        allowed |= Q(kind__in=kinds) & here
    query = Job.objects.filter(allowed).query
    try:
        sql, params = query.get_compiler("default").compile(query.where)
    except EmptyResultSet:
        return None
    except FullResultSet:
        return "", {}
    return _named(f" AND ({sql})", list(params))


_PLACES = re.compile(r"IN \(%s(?:, %s)*\)|%s")


def _named(sql: str, params: list[Any]) -> tuple[str, dict[str, Any]]:
    """The same condition with named parameters, each list one of them: its text, which the server plans, is the same for all lengths."""
    values: dict[str, Any] = {}
    left = iter(params)

    def name(place: re.Match[str]) -> str:
        key = f"scope_{len(values)}"
        if place[0] == "%s":
            values[key] = next(left)
            kind = "int" if isinstance(values[key], int) else "text"
            return f"(SELECT %({key})s::{kind})"
        values[key] = [next(left) for _ in range(place[0].count("%s"))]
        return f"= ANY((SELECT %({key})s::text[])::text[])"

    return _PLACES.sub(name, sql), values
