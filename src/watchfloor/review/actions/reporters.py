"""How far reporters have been right, what that does to a case's priority, and muting those who nearly never are.

Every time reports get an outcome, their reporters' tallies move in the same transaction. A tally by itself says little: it is read
together with what reporters of that channel and policy come to (``engines.agreement``). Muting is a person's decision on a proposal
with evidence; muted reports are received, kept and shown, but open and hurry nothing. Where lives may be at stake nobody is muted.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection

from watchfloor.engines import agreement
from watchfloor.engines.agreement.reliability import UNKNOWN
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.ledger.writer import writing
from watchfloor.platform import config
from watchfloor.policy.contracts import PolicyRef
from watchfloor.review.events_many import ReporterMuted, ReporterUnmuted
from watchfloor.review.models import Case, Report, ReporterMute, ReporterTally

PERMISSION = "reporter.mute"
MUTABLE = ("user", "anonymous")  # bodies with standing are spoken to, not muted
LIFE_AT_STAKE = 5  # a policy of this severity, or one that needs a clearance, is never closed to anyone
ENOUGH = 10  # decided reports before muting may be proposed
NEARLY_NEVER = 0.2  # ... and the upper end of the interval on the share that is right lies below this
REVIVED_AT_ONCE = 1_000
LEAST = -1.0  # points of somebody who is doubted now (``doubting``)
doubts: list[Callable[[str], bool]] = []

Delta = tuple[str, str, str, str, str]  # who, channel, policy, kind, reporter


def who_is(kind: str, reporter: str) -> str:
    """A reporter's name in addresses and tallies: a keyed hash of kind and platform id."""
    return hmac.new(_secret(), f"{kind}\x1f{reporter}".encode(), hashlib.sha256).hexdigest()[:32]


def is_muted(kind: str, reporter: str, policy: PolicyRef) -> bool:
    """Whether reports of this reporter under this policy move nothing now."""
    if not reporter or kind not in MUTABLE or never_muted(policy):
        return False
    muted = _muted()
    return bool(muted) and who_is(kind, reporter) in muted


def never_muted(policy: PolicyRef) -> bool:
    """Child safety, terrorism, threat to life: every report counts, whoever sends it."""
    return policy.severity >= LIFE_AT_STAKE or bool(policy.clearance)


def points_of(kind: str, reporter: str, channel: str, policy_key: str) -> float:
    """What this reporter's record adds to the priority of a case: -1 to +1, 0 for strangers and where nobody's record is known."""
    if not reporter:
        return 0.0
    if doubts and kind in MUTABLE and any(doubted(who_is(kind, reporter)) for doubted in doubts):
        return LEAST
    prior = prior_of((channel, policy_key))
    if prior.people < agreement.reliability.MIN_PEOPLE:
        return 0.0
    row = ReporterTally.objects.filter(who=who_is(kind, reporter), channel=channel, policy_key=policy_key).first()
    return round(agreement.points(prior, row.upheld, row.decided), 3) if row else 0.0


def credit_of(case: Case) -> float:
    """The points of the case's counted reporters, added up anew (of the latest 500)."""
    rows = (
        Report.objects.filter(case=case, outcome="", counted=True)
        .exclude(reporter="")
        .order_by("-received_at", "-pk")[:500]
    )
    return round(sum(points_of(row.reporter_kind, row.reporter, row.channel, case.policy_key) for row in rows), 3)


def tally(turned: list[tuple[str, str, str, str, str, str]]) -> None:
    """Move the tallies of reports whose outcome changed: rows of (kind, reporter, channel, policy, before, after).

    One statement in the order of the keys, so that two decisions wait for each other rather than in a circle.
    """
    upheld: Counter[Delta] = Counter()
    decided: Counter[Delta] = Counter()
    for kind, reporter, channel, policy_key, before, after in turned:
        if not reporter:
            continue
        key = (who_is(kind, reporter), channel, policy_key, kind, reporter)
        upheld[key] += (after == "upheld") - (before == "upheld")
        decided[key] += (after in DECIDED) - (before in DECIDED)
    keys = sorted(key for key in decided.keys() | upheld.keys() if upheld[key] or decided[key])
    if not keys:
        return
    columns = [list(part) for part in zip(*keys, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO review_reporter_tally AS t (who, channel, policy_key, reporter_kind, reporter, upheld, decided)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[])"
            " ON CONFLICT (who, channel, policy_key) DO UPDATE SET"
            " upheld = t.upheld + excluded.upheld, decided = t.decided + excluded.decided",
            [*columns, [upheld[key] for key in keys], [decided[key] for key in keys]],
        )


DECIDED = ("upheld", "rejected")


def mute(actor: Actor, who: str, why: str) -> ReporterMute:
    """Mute a reporter; ``Conflict`` where the record does not carry it (too few decided reports, or right too often)."""
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include muting reporters.")
    if not why.strip():
        raise BadInput("no_reason", "Say why.", where="why")
    rows = list(ReporterTally.objects.filter(who=who))
    if not rows:
        raise NotFound("unknown_reporter", "There is no such reporter.")
    first = rows[0]
    if first.reporter_kind not in MUTABLE:
        raise Conflict("has_standing", f"A {first.reporter_kind.replace('_', ' ')} is not muted.", hint="Talk to them.")
    record = overall(rows)
    if not proposes(record):
        raise Conflict(
            "record_too_good", "The record does not show that they are nearly always wrong.",
            hint=f"It takes {ENOUGH} decided reports and at most {NEARLY_NEVER:.0%} right, surely.",
        )  # fmt: skip
    with writing(actor, reason=why) as w:
        made = w.create_unless_known(
            ReporterMute, who=who, reporter_kind=first.reporter_kind, reporter=first.reporter,
            upheld=sum(row.upheld for row in rows), decided=sum(row.decided for row in rows), high=round(record.high, 6),
            by=str(actor), why=why.strip()[:200], at=clock.now(),
        )  # fmt: skip
        if made is None:
            raise Conflict("muted_already", "This reporter is muted already.")
        event = ReporterMuted(
            reporter_kind=made.reporter_kind, upheld=made.upheld, decided=made.decided, high=made.high
        )
        w.event(event, made)
    _muted.forget()
    return made


def unmute(actor: Actor, who: str, why: str = "") -> int:
    """Take the muting back; reports that were held silent count again and what they would have opened is opened. How many."""
    from watchfloor.review.actions import revive  # reports come in there; it needs what stands here

    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include muting reporters.")
    with writing(actor, reason=why.strip()[:200] or "unmuted") as w:
        row = ReporterMute.objects.select_for_update().filter(who=who, undone_at__isnull=True).first()
        if row is None:
            raise NotFound("not_muted", "This reporter is not muted.")
        w.update(row, undone_at=clock.now(), undone_by=str(actor))
        silent = list(
            Report.objects.filter(
                reporter=row.reporter, reporter_kind=row.reporter_kind, outcome="muted", received_at__gte=row.at
            ).order_by("received_at")[:REVIVED_AT_ONCE]
        )
        w.event(ReporterUnmuted(reporter_kind=row.reporter_kind, revived=len(silent)), row)
        for report in silent:
            revive.revive(w, report)
    _muted.forget()
    return len(silent)


def overall(rows: list[ReporterTally]) -> agreement.Reliability:
    """A reporter's record over all channels and policies, drawn towards where most of their reports went."""
    upheld, decided = sum(row.upheld for row in rows), sum(row.decided for row in rows)
    most = max(rows, key=lambda row: row.decided)
    return agreement.of(prior_of((most.channel, most.policy_key)), upheld, decided)


def proposes(record: agreement.Reliability) -> bool:
    """Whether the record alone makes muting worth a person's look."""
    return record.reports >= ENOUGH and record.high < NEARLY_NEVER


def _fit(where: tuple[str, str]) -> agreement.Prior:
    channel, policy_key = where
    rows = ReporterTally.objects.filter(channel=channel, policy_key=policy_key, decided__gt=0)
    counts: Any = rows.values_list("upheld", "decided")[:100_000]
    found = agreement.fit(counts)
    return found if found.people else UNKNOWN


prior_of: RememberedBy[tuple[str, str], agreement.Prior] = RememberedBy(_fit, seconds=600.0, limit=1_000)
_muted: Remembered[frozenset[str]] = Remembered(
    lambda: frozenset(ReporterMute.objects.filter(undone_at__isnull=True).values_list("who", flat=True))
)


@cache
def _secret() -> bytes:
    return config.secret("reporters").encode()
