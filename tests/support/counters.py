"""Counters for tests of stores: rules with one of each kind, and a stream that is not kind to them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from watchfloor.engines import sml

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = """
User: str = JsonData(path='$.user')
Word: str = JsonData(path='$.word', required=False)
N = Count(by=[User], span='2m', lateness='20s')
Words = CountUnique(of=Word, by=[User], span='1h')
All = Count(by=[], span='1h')
Full = RateLimited(by=[User], max=3, every='30s')
Online = SessionLength(by=[User], gap='10s')
Often = Count(by=[User], span='1m', when=N > 3)
"""


def stream(length: int, seed: int = 1) -> list[sml.Event]:
    """A stream somewhat out of order, in which some events come twice, and some without a word."""
    drawn, events = random.Random(seed), []
    for number in range(length):
        moment = START + timedelta(seconds=number * 2 + drawn.randrange(-30, 30))
        data = {"user": drawn.choice("ab"), "word": drawn.choice(["x", "y", str(number)])}
        if drawn.random() < 0.1:
            del data["word"]
        events.append(sml.Event(number, "post", moment, data))
        if drawn.random() < 0.2:
            events.append(drawn.choice(events[-10:]))
    return events
