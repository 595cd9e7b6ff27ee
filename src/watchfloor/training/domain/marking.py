"""What an exam's answers come to: right of total, passed or not, topic by topic; and when one may sit again; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec


class Topic(msgspec.Struct, frozen=True):
    """How it went on one topic. An unanswered question is a wrong one."""

    key: str
    right: int
    total: int


class Mark(msgspec.Struct, frozen=True):
    """The whole result; topics that went worst come first."""

    right: int
    total: int
    passed: bool
    topics: tuple[Topic, ...]


class Attempt(msgspec.Struct, frozen=True):
    """What the retake rule needs to know of an earlier sitting."""

    state: str  # open | passed | failed | void
    finished_at: datetime | None


def mark(answers: Iterable[tuple[str, bool]], cut: float) -> Mark:
    """``answers``: topic and whether it was right, one for each question asked. The cut score itself passes."""
    right: dict[str, int] = {}
    total: dict[str, int] = {}
    for topic, good in answers:
        total[topic] = total.get(topic, 0) + 1
        right[topic] = right.get(topic, 0) + good
    count, good_ones = sum(total.values()), sum(right.values())
    # A cut of 0.8 is meant as four fifths, which no float is: 8 of 10 must pass.
    passed = count > 0 and Fraction(good_ones, count) >= Fraction(str(cut))
    topics = sorted((Topic(key, right[key], total[key]) for key in total), key=lambda t: (t.right / t.total, t.key))
    return Mark(good_ones, count, passed, tuple(topics))


def may_sit_from(attempts: Sequence[Attempt], wait_hours: float, now: datetime) -> datetime:
    """From when the next attempt may begin: ``now``, or the waiting time after the last one that failed. Void ones do not count."""
    failed = [each.finished_at for each in attempts if each.state == "failed" and each.finished_at is not None]
    if not failed:
        return now
    return max(now, max(failed) + timedelta(hours=wait_hours))


def next_form(attempts: Sequence[Attempt], forms: int, first: int) -> int:
    """The form of the next attempt: each one later than the one before, begun at one's own ``first`` form."""
    return (first + sum(each.state != "void" for each in attempts)) % forms
