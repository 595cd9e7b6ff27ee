"""The service plan in force, as every report and claim needs it, and from where a due time comes. Remembered for a few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from watchfloor.kernel.remembered import Remembered
from watchfloor.policy import queries as policies
from watchfloor.review import legal, plan
from watchfloor.review.domain import clocks
from watchfloor.review.domain.service import Due, ServicePlan, Work, read
from watchfloor.review.models_floor import ServicePlan as Row

NOTHING = ServicePlan()


class AboutWork(Protocol):
    """What of a case (or a job of it) its due time depends on."""

    @property
    def policy_key(self) -> str: ...
    @property
    def market(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def severity(self) -> int: ...


def sources(service: ServicePlan, work: AboutWork, queue_key: str, start: datetime, *, notice: str = "") -> list[Due]:
    """Every due time that this work has, if its clock began at ``start``; the earliest counts.

    The service target is the queue's own minutes where it has any (nothing is more specific than the queue), else the most
    specific target of the plan, else the policy's hours. Notices of bodies with standing get a share of it, unless the target
    names their kind itself. A deadline set by law is one more entry of this list.
    """
    return [_target(service, work, queue_key, start, notice), *legal.of(work)]


def _target(service: ServicePlan, work: AboutWork, queue_key: str, start: datetime, notice: str) -> Due:
    queue = plan.queue(queue_key)
    minutes, by, name, calendar, named = 0.0, "policy", work.policy_key, "", False
    if queue is not None and queue.target_minutes is not None:
        minutes, by, name = queue.target_minutes, "queue", queue_key
    else:
        target = service.target(
            Work(
                policy=work.policy_key, market=work.market, notice=notice, channel=work.channel, severity=work.severity
            )
        )
        if target is None:
            minutes = policies.policy(work.policy_key).target_hours * 60
        else:
            minutes, by, name, calendar = target.minutes, "target", target.name, target.calendar
            named = bool(target.notice)
    span = timedelta(minutes=minutes) * (1.0 if named else clocks.SHARE_OF_TARGET.get(notice, 1.0))
    hours = service.clock(calendar)
    at = start + span if hours is None else hours.add(start, span)
    return Due(by=by, name=name, at=at, minutes=round(span / timedelta(minutes=1)), calendar=calendar)


def version(number: int) -> ServicePlan:
    """A version of the plan (they never change); the empty one for a number that there is not."""
    if number == 0:
        return NOTHING
    live = current()
    return live if live.number == number else _version(number)


@lru_cache(maxsize=32)
def _version(number: int) -> ServicePlan:
    row = Row.objects.filter(number=number).first()
    return NOTHING if row is None else read(row.document, row.number)


def _read() -> ServicePlan:
    row = Row.objects.filter(live=True).first()
    return NOTHING if row is None else read(row.document, row.number)


class _Current(Remembered[ServicePlan]):
    """Also forgets the versions, whose numbers a rolled-back transaction may have given twice."""

    def forget(self) -> None:
        super().forget()
        _version.cache_clear()


current = _Current(_read)
forget = current.forget
