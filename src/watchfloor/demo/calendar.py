"""When things happen: the mails' own times of day, spread over a fortnight with the shape of a week."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from watchfloor.demo.mail import Message

DAYS = 14
_WEEKDAY = (1.0, 1.05, 1.05, 1.0, 0.95, 0.65, 0.6)  # Monday first


def place_in_fortnight(messages: Sequence[Message], seed: int, start: datetime) -> dict[str, datetime]:
    """Message id -> moment between start and fourteen days later.

    The time of day is that of the mail (in UTC); the day is drawn by weekday. Within a thread the moments are given out in the
    order in which the mails were sent, so that no answer precedes its question.
    """
    end = start + timedelta(days=DAYS)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    days = range(DAYS)
    weights = [_WEEKDAY[(midnight + timedelta(days=day)).weekday()] for day in days]
    threads: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        threads[message.thread].append(message)
    placed: dict[str, datetime] = {}
    for thread, members in threads.items():
        chance = random.Random(f"{seed}:when:{thread}")
        moments = []
        first_day = chance.choices(days, weights)[0]
        for message in members:
            # Talk stays together: most answers come within two days of the first message. Spam has no talk.
            near = first_day + min(int(chance.expovariate(1.0)), 3)
            day = near if near < DAYS and not message.label_spam else chance.choices(days, weights)[0]
            moments.append(_moment(message, midnight + timedelta(days=day), start, end, chance))
        moments.sort()
        in_order = sorted(
            members, key=lambda message: (message.sent_at.timestamp() if message.sent_at else 0.0, message.id)
        )
        placed.update((message.id, moment) for message, moment in zip(in_order, moments, strict=True))
    return placed


def _moment(message: Message, midnight: datetime, start: datetime, end: datetime, chance: random.Random) -> datetime:
    """The mail's time on that day; what would fall before the start moves to the last day, which ends at the same hour."""
    if message.sent_at is not None:
        sent = message.sent_at
        seconds = sent.hour * 3600 + sent.minute * 60 + sent.second
    else:
        seconds = chance.randrange(86_400)
    moment = midnight + timedelta(seconds=seconds, milliseconds=chance.randrange(1000))
    if moment < start:
        moment += timedelta(days=DAYS)
    return min(moment, end)
