"""The planted spike: on day 11 one app and one address range re-send near-copies of real spam, minutes after a rule was paused.

The copies are simulated (seeded small changes to real texts), and so are their accounts and addresses (203.0.113.0/24, which RFC 5737
sets aside for examples).
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from watchfloor.demo.crowd import APPS, MARKETS, SPIKE_APP
from watchfloor.demo.steps import Account, MessagePosted, Planted, Reported, RulePaused, RuleResumed

SPIKE_DAY = 11
SPIKE_HOUR = 15  # UTC
SPIKE_HOURS = 5
SPIKE_FACTOR = 6.0
SPIKE_MARKET = "ES"
SPIKE_RANGE = "203.0.113.0/24"
RULE = "bulk-sender-near-copies"
CAMPAIGN = "campaign-quickblast"
_LEAD = timedelta(minutes=9)
_DIGITS = re.compile(r"\d")
_OPENINGS = ("", "Hola! ", "Re: ", "URGENTE ", "FYI ", "Last chance: ")


def spike_start(start: datetime) -> datetime:
    """When the campaign begins: day 11 of the fortnight, mid-afternoon UTC."""
    return start.replace(hour=SPIKE_HOUR, minute=0, second=0, microsecond=0) + timedelta(days=SPIKE_DAY - 1)


def usual(posts: Sequence[MessagePosted], reports: Sequence[Reported], start: datetime) -> tuple[float, int]:
    """Reported spam messages of the market: how many an hour at these hours of the day on the days before, and how many in the spike.

    A message counts once, at its first report.
    """
    begins = spike_start(start)
    spam = {post.message_id for post in posts if post.truth.policy == "spam" and post.market == SPIKE_MARKET}
    first: dict[str, datetime] = {}
    for report in reports:
        if report.message_id in spam:
            first[report.message_id] = min(report.at, first.get(report.message_id, report.at))
    days = [day for day in range(1, SPIKE_DAY) if begins - timedelta(days=day) >= start]
    before = sum(_within(at, begins - timedelta(days=day)) for at in first.values() for day in days)
    during = sum(_within(at, begins) for at in first.values())
    return before / (len(days) * SPIKE_HOURS), during


def _within(at: datetime, opened: datetime) -> bool:
    return opened <= at < opened + timedelta(hours=SPIKE_HOURS)


def make_campaign(
    sources: Sequence[MessagePosted], seed: int, start: datetime, *, per_hour: float, already: int
) -> tuple[list[Account], list[MessagePosted], list[RulePaused | RuleResumed], Planted]:
    """New accounts, their posts, the rule's pause and return, and what was planted.

    Args:
        sources: real spam to copy from.
        per_hour: usual reported spam messages an hour.
        already: how many come in during those hours anyhow; the campaign brings what is missing to six times the usual.
    """
    chance = random.Random(f"{seed}:campaign")
    begins = spike_start(start)
    ends = begins + timedelta(hours=SPIKE_HOURS)
    count = max(6, round(per_hour * SPIKE_FACTOR * SPIKE_HOURS) - already)
    accounts = [_account(number, chance, begins) for number in range(max(4, count // 4))]
    originals = chance.sample(list(sources), min(4, len(sources)))
    posts = []
    for number in range(count):
        # Evenly spread with jitter, for a script sends them; early enough for the last to be reported within the five hours.
        at = begins + (ends - begins - timedelta(minutes=10)) * ((number + chance.random()) / count)
        posts.append(_copy(originals[number % len(originals)], accounts[number % len(accounts)], number, at, chance))
    changes: list[RulePaused | RuleResumed] = [
        RulePaused(
            at=begins - _LEAD,
            rule=RULE,
            by="lead-3",
            why="Paused while its false alarms on newsletters are looked into.",
        ),
        RuleResumed(at=ends, rule=RULE, by="lead-1", why="Back on after the spike in ES."),
    ]
    planted = Planted(
        key="volume_spike",
        says=f"Incoming spam in {SPIKE_MARKET} is {SPIKE_FACTOR:.0f} times the usual for {SPIKE_HOURS} hours: near-copies from one app.",
        at=begins,
        until=ends,
        factor=round((count + already) / (per_hour * SPIKE_HOURS), 2) if per_hour else SPIKE_FACTOR,
        baseline=per_hour,
        facts={
            "market": SPIKE_MARKET, "policy": "spam", "client_app": SPIKE_APP, "app_name": APPS[SPIKE_APP][0],
            "relay_range": SPIKE_RANGE, "rule_paused": RULE, "minutes_before": "9", "campaign": CAMPAIGN, "messages": str(count),
        },
    )  # fmt: skip
    return accounts, posts, changes, planted


def _account(number: int, chance: random.Random, begins: datetime) -> Account:
    name = f"ofertas{chance.randrange(1000, 9999)}"
    return Account(
        id=f"acct-q{number + 1:04d}",
        handle=name,
        display_name=name.capitalize(),
        address=f"{name}@example.net",
        market=SPIKE_MARKET,
        language=MARKETS[SPIKE_MARKET][1],
        created_at=begins - timedelta(hours=chance.uniform(2, 60)),
        client_app=SPIKE_APP,
        followers=chance.randrange(0, 12),
        campaign=CAMPAIGN,
    )


def _copy(original: MessagePosted, account: Account, number: int, at: datetime, chance: random.Random) -> MessagePosted:
    """The original's text with another opening, some digits changed and a tail, as senders do to pass exact matching."""
    text = _DIGITS.sub(lambda digit: str(chance.randrange(10)) if chance.random() < 0.5 else digit[0], original.text)
    return MessagePosted(
        at=at,
        message_id=f"msg-q{number + 1:04d}",
        source_id=original.source_id,
        account_id=account.id,
        sender=account.address,
        sender_name=account.display_name,
        subject=chance.choice(_OPENINGS) + original.subject,
        text=f"{text}\n\n{chance.randrange(16**6):06x}",
        links=original.links,
        relay_ip=f"203.0.113.{chance.randrange(2, 250)}",
        text_language=original.text_language,
        thread=original.thread,
        media_id="",
        market=SPIKE_MARKET,
        language=account.language,
        surface="direct",
        client_app=SPIKE_APP,
        reach=chance.randrange(20, 400),
        truth=original.truth,
        campaign=CAMPAIGN,
    )
