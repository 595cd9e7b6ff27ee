"""Points that people give to kinds of work for a time: which are on, and what a job gets from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.review.domain.priority import MAX_BOOST
from watchfloor.review.models_floor import Boost

# What a filter may name -> the job's column. Severity is the least.
FILTERS: Mapping[str, str] = {
    "queue": "queue_key", "policy": "policy_key", "market": "market", "language": "language", "channel": "channel",
    "severity": "severity",
}  # fmt: skip


def clean(filters: Mapping[str, Any]) -> dict[str, str]:
    """The filters that are set, checked; ``BadInput`` for an unknown one and for none at all."""
    found = {name: str(value).strip() for name, value in filters.items() if str(value).strip()}
    unknown = sorted(set(found) - set(FILTERS))
    if unknown:
        raise BadInput("unknown_filter", f"Jobs have no {unknown[0]!r}.", where=unknown[0], hint=", ".join(FILTERS))
    if not found:
        raise BadInput("no_filter", "Say which jobs: one filter at least.", where="queue")
    if "severity" in found and found["severity"] not in "012345":
        raise BadInput("bad_severity", "Severity goes from 0 to 5.", where="severity")
    return found


def condition(filters: Mapping[str, str]) -> Q:
    """The jobs that fit, as a filter of the database."""
    found = Q()
    for name, value in filters.items():
        found &= Q(severity__gte=int(value)) if name == "severity" else Q(**{FILTERS[name]: value})
    return found


def fits(filters: Mapping[str, str], job: Mapping[str, Any]) -> bool:
    """The same question of one job's columns."""
    return all(
        job["severity"] >= int(value) if name == "severity" else job[FILTERS[name]] == value
        for name, value in filters.items()
    )


def total(boosts: Iterable[Boost], job: Mapping[str, Any]) -> float:
    """What a job with these columns gets; no more than ``MAX_BOOST`` either way, so that nothing waits for ever."""
    points = sum(each.points for each in boosts if fits(each.filters, job))
    return max(-MAX_BOOST, min(MAX_BOOST, points))


def points(case: Any, queue_key: str, kind: str) -> float:
    """The points of a new job of this case in this queue; appeals and escalations have clocks of their own and get none."""
    on = live()
    if not on or kind not in KINDS:
        return 0.0
    return total(on, columns(case, queue_key))


KINDS = ("review", "second")


def columns(work: Any, queue_key: str) -> dict[str, Any]:
    """What filters ask of a case (or job)."""
    return {
        "queue_key": queue_key, "policy_key": work.policy_key, "market": work.market, "language": work.language,
        "channel": work.channel, "severity": work.severity,
    }  # fmt: skip


def _read() -> tuple[Boost, ...]:
    now = clock.now()
    return tuple(Boost.objects.filter(ended_at__isnull=True, until__gt=now).order_by("made_at"))


live = Remembered(_read)
forget = live.forget
