"""From a rule's hits on the past to what it will do to the floor: where its cases would go, how long they take, what falls."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.detection import judged, past
from watchfloor.detection.domain.forecast import ONCE_IN, Arrival, Forecast, Pace, forecast
from watchfloor.detection.facts import RuleFacts
from watchfloor.engines.textmodels.metrics import Interval
from watchfloor.policy import queries as policies
from watchfloor.review import plan
from watchfloor.review.domain.routing import Facts

PACE_DAYS, APPEAL_DAYS = 28, 90
ANYWAY = timedelta(days=7)
FEW_JOBS = 10  # below, a queue's own pace says too little


class Hit(msgspec.Struct, frozen=True):
    """One firing on the past."""

    at: datetime
    item_type: str
    item_id: str
    market: str
    language: str


def foretold(
    rule: str,
    fact: RuleFacts,
    policy_key: str,
    hits: list[Hit],
    items: Mapping[tuple[str, str], UUID],
    seen: past.Past,
    precision: Interval | None,
) -> Forecast | None:
    """The forecast for the rule fully on; None where it opens no cases at all. For a share of items all figures shrink by it."""
    if not fact.opens or not policy_key:
        return None
    policy = policies.policy(policy_key)
    known = judged.known_cases(set(items.values()), policy.harm_group, f"rule:{rule}")
    arrivals = []
    last: dict[tuple[str, str], datetime] = {}
    for hit in hits:
        key = (hit.item_type, hit.item_id)
        before = last.get(key)
        last[key] = hit.at
        if before is not None and hit.at - before < ONCE_IN:
            continue
        spans = known.get(items[key], []) if key in items else []
        if any(opened <= hit.at and (closed is None or hit.at < closed) for opened, closed in spans):
            continue
        where = plan.current().route(
            Facts(
                policy=policy.key, harm_group=policy.harm_group, market=hit.market, language=hit.language,
                severity=fact.severity or policy.severity, channel="rule", clearance=policy.clearance,
            )
        )  # fmt: skip
        anyway = any(hit.at < opened <= hit.at + ANYWAY for opened, _ in spans)
        arrivals.append(Arrival(hit.at, where.queue, hit.market, anyway))
    _, _, overturn = judged.overturn_rate(policy.harm_group, seen.end - timedelta(days=APPEAL_DAYS))
    return forecast(
        arrivals, hits=len(hits), start=seen.start, end=seen.end,
        paces=paces({arrival.queue for arrival in arrivals}, seen.end), precision=precision, overturn=overturn,
        acts_alone=fact.decides,
    )  # fmt: skip


def paces(queues: Iterable[str], now: datetime) -> dict[str, Pace]:
    """How long a job takes in each queue, measured over four weeks; where too few were done, over all of them."""
    wanted = set(queues)
    measured = judged.job_times({row.key for row in plan.live_queues()} | wanted, now - timedelta(days=PACE_DAYS))
    every = [time for times in measured.values() for time in times]
    found = {}
    for queue in wanted:
        times = measured.get(queue, [])
        chosen = times if len(times) >= FEW_JOBS else every
        if len(chosen) >= FEW_JOBS:
            mean = statistics.fmean(chosen) / 1000
            error = statistics.stdev(chosen) / 1000 / len(chosen) ** 0.5
            found[queue] = Pace(mean, error, len(chosen))
        else:
            found[queue] = Pace()
    return found
