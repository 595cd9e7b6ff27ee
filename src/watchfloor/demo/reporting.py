"""Who reports what on Parley: more reports the further a message reaches, some of them wrong, some reporters better than others.

All simulated from the seed; whether a report is right follows from the message's truth.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import msgspec

from watchfloor.demo.steps import Channel, MessagePosted, PolicyKey, Reported

_CHANNELS: tuple[tuple[Channel, float], ...] = (
    ("user", 0.86),
    ("trusted_flagger", 0.05),
    ("email", 0.06),
    ("api_partner", 0.03),
)
_REASONS: tuple[PolicyKey, ...] = ("spam", "fraud", "adult", "harassment", "other")
_REPORTED = {"spam": 0.72, "fraud": 0.78, "adult": 0.8, "harassment": 0.7, "other": 0.6}
_FALSELY = 0.045  # share of good messages somebody reports
_NOTES = {
    "spam": ("Unsolicited advertising", "I get this every day", "Never signed up for this", ""),
    "fraud": ("They ask for money", "This is a scam", "Promises that cannot be true", ""),
    "adult": ("Not something I want to see", "Pornographic", ""),
    "harassment": ("Insulting", "Please make them stop", ""),
    "other": ("Does not belong here", ""),
}


class Reporter(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who reports; ``reliability`` is how likely they name the right reason, and how rarely they report good messages."""

    id: str
    channel: Channel
    reliability: float


def make_reporters(seed: int, count: int = 420) -> tuple[Reporter, ...]:
    """Reporters of every channel; flaggers and partners are more reliable than users."""
    chance = random.Random(f"{seed}:reporters")
    names = [name for name, _ in _CHANNELS]
    shares = [share for _, share in _CHANNELS]
    reporters = []
    for number in range(count):
        channel = chance.choices(names, shares)[0]
        reliability = (
            chance.betavariate(30, 2) if channel in ("trusted_flagger", "api_partner") else chance.betavariate(7, 2)
        )
        reporters.append(Reporter(id=f"reporter-{number + 1:04d}", channel=channel, reliability=round(reliability, 3)))
    return tuple(reporters)


def reports_on(
    message: MessagePosted, seed: int, reporters: tuple[Reporter, ...], end: datetime, *, certain: bool = False
) -> list[Reported]:
    """The reports one message draws before the fortnight ends.

    Args:
        certain: at least one report within minutes, as for a campaign that annoys everybody.
    """
    chance = random.Random(f"{seed}:reports:{message.message_id}")
    truth = message.truth.policy
    daytime = 0.75 if 0 <= message.at.hour < 6 else 1.05  # fewer eyes at night
    if truth is None:
        if chance.random() >= _FALSELY:
            return []
        # Wrong reports come from the less reliable: the lower of two drawn.
        drawn = [min(chance.sample(reporters, 2), key=lambda reporter: reporter.reliability)]
    else:
        if not certain and chance.random() >= _REPORTED[truth] * daytime:
            return []
        more = min(6, int(chance.expovariate(1.0) * min(2.5, 0.5 + message.reach / 700)))
        drawn = chance.sample(reporters, 1 + more)
    reports = []
    for number, reporter in enumerate(drawn):
        reason: PolicyKey = chance.choice(_REASONS)
        if truth is None:
            reason = "spam" if chance.random() < 0.6 else reason
        elif chance.random() < reporter.reliability:
            reason = truth
        minutes = chance.uniform(0.5, 8.0) if certain else chance.lognormvariate(3.6, 1.1)
        at = message.at + timedelta(minutes=minutes)
        if at > end:
            continue
        reports.append(
            Reported(
                at=at,
                report_id=f"{message.message_id}-r{number + 1}",
                message_id=message.message_id,
                reporter_id=reporter.id,
                channel=reporter.channel,
                reason=reason,
                note=chance.choice(_NOTES[reason]),
                right=reason == truth,
            )
        )
    return reports
