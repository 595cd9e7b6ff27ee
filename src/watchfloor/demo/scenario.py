"""A fortnight on Parley, the demo's small messaging platform: who posts, who reports, who reviews, and the two causes planted in it.

The texts, senders, relay addresses, links and times of day are those of real mails; markets, apps, reports, people and shifts are
simulated from a seed (``steps.provenance`` says which field is which). The same content, seed and end give the same fortnight.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from watchfloor.demo.calendar import DAYS, place_in_fortnight
from watchfloor.demo.campaign import make_campaign, usual
from watchfloor.demo.content import Photograph
from watchfloor.demo.crowd import make_accounts, sender_key, truth_of
from watchfloor.demo.mail import Message
from watchfloor.demo.people import (
    DRIFT_DAY,
    DRIFT_FACTOR,
    DRIFT_VENDOR,
    SHIFTS,
    Finding,
    ReviewerWork,
    finding,
    handle_seconds,
    make_reviewers,
    shifts,
)
from watchfloor.demo.reporting import Reporter, make_reporters, reports_on
from watchfloor.demo.steps import Account, AppealWish, MessagePosted, Planted, Step, Surface
from watchfloor.kernel.errors import BadInput

_SURFACES: tuple[Surface, ...] = ("direct", "group", "profile", "feed")
_APPEAL_WORDS = {
    True: (
        "This was an ordinary message to people I know.",
        "You have mistaken a newsletter people asked for.",
        "Please have a person read it again.",
    ),
    False: ("I have done nothing wrong.", "Everybody advertises like this.", "Give me my account back."),
}  # fmt: skip


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One fortnight; ``steps`` in the order of time.

    Attributes:
        posts: every message by its id, for look-ups while the steps are played.
        planted: the volume spike and the handle-time drift that are in the data.
    """

    seed: int
    start: datetime
    end: datetime
    accounts: dict[str, Account]
    reporters: dict[str, Reporter]
    reviewers: dict[str, ReviewerWork]
    posts: dict[str, MessagePosted]
    steps: tuple[Step, ...]
    planted: tuple[Planted, ...]

    def handle_seconds(self, reviewer_id: str, message_id: str) -> float:
        """How long this reviewer takes over this message, in seconds of work."""
        return handle_seconds(self.seed, self.reviewers[reviewer_id], message_id, self.posts[message_id].truth)

    def finding(self, reviewer_id: str, message_id: str) -> Finding:
        """What this reviewer would decide about this message."""
        return finding(self.seed, self.reviewers[reviewer_id], message_id, self.posts[message_id].truth)

    def appeal_wish(self, message_id: str) -> AppealWish:
        """Whether the author would appeal if the message were acted on: most of the innocent do, few of the others."""
        innocent = self.posts[message_id].truth.policy is None
        chance = random.Random(f"{self.seed}:appeal:{message_id}")
        probability = 0.6 if innocent else 0.05 if self.posts[message_id].campaign else 0.09
        return AppealWish(
            message_id=message_id,
            would_appeal=chance.random() < probability,
            probability=probability,
            hours_after=round(min(72.0, chance.lognormvariate(1.6, 0.9)), 2),
            should_overturn=innocent,
            words=chance.choice(_APPEAL_WORDS[innocent]),
        )


def make_scenario(
    messages: Sequence[Message], *, seed: int, end: datetime, photographs: Sequence[Photograph] = ()
) -> Scenario:
    """The fortnight that ends at ``end`` (with a time zone).

    Raises:
        BadInput: no messages, none of them spam, or an end without a time zone.
    """
    if end.tzinfo is None:
        raise BadInput("no_zone", "The end of the fortnight needs a time zone.", where="end")
    if not any(message.label_spam for message in messages):
        raise BadInput("no_spam", "There is no spam among the messages to make a fortnight of.", where="messages")
    end = end.astimezone(UTC)
    start = end - timedelta(days=DAYS)
    by_sender = make_accounts(messages, seed, start)
    accounts = {account.id: account for account in by_sender.values()}
    moments = place_in_fortnight(messages, seed, start)
    posts = [
        _post(message, by_sender[sender_key(message)], moments[message.id], seed, photographs) for message in messages
    ]
    reporters = make_reporters(seed)
    reports = [report for post in posts for report in reports_on(post, seed, reporters, end)]

    # Copied from what the floor calls plain spam, short enough to be read on one screen.
    plain = [post for post in posts if post.truth.policy == "spam"]
    sources = [post for post in plain if 200 <= len(post.text) <= 2_000] or plain or posts
    per_hour, already = usual(posts, reports, start)
    new_accounts, copies, changes, spike = make_campaign(sources, seed, start, per_hour=per_hour, already=already)
    accounts |= {account.id: account for account in new_accounts}
    reports += [report for post in copies for report in reports_on(post, seed, reporters, end, certain=True)]

    reviewers = make_reviewers(seed)
    steps: list[Step] = [*posts, *copies, *reports, *changes, *shifts(reviewers, start, end)]
    steps.sort(key=lambda step: (step.at, type(step).__name__, _tie(step)))
    return Scenario(
        seed=seed,
        start=start,
        end=end,
        accounts=accounts,
        reporters={reporter.id: reporter for reporter in reporters},
        reviewers={reviewer.id: reviewer for reviewer in reviewers},
        posts={post.message_id: post for post in [*posts, *copies]},
        steps=tuple(steps),
        planted=(spike, _drift(start, end)),
    )


def _post(
    message: Message, account: Account, at: datetime, seed: int, photographs: Sequence[Photograph]
) -> MessagePosted:
    chance = random.Random(f"{seed}:post:{message.id}")
    # Spam reaches many strangers, talk a few friends.
    reach = int(chance.lognormvariate(6.0 if message.label_spam else 4.0, 1.1)) + 1
    pictured = bool(photographs) and not message.label_spam and chance.random() < 0.04
    return MessagePosted(
        at=at,
        message_id=f"msg-{message.id.replace('/', '-')}",
        source_id=message.id,
        account_id=account.id,
        sender=message.sender,
        sender_name=message.sender_name,
        subject=message.subject,
        text=message.body_text,
        links=message.links,
        relay_ip=message.relay_ip,
        text_language=message.language,
        thread=message.thread,
        media_id=chance.choice(photographs).id if pictured else "",
        market=account.market,
        language=account.language,
        surface=chance.choices(_SURFACES, (0.5, 0.3, 0.05, 0.15))[0],
        client_app=account.client_app,
        reach=reach,
        truth=truth_of(message, seed),
    )


def _tie(step: Step) -> str:
    """Orders steps of one kind at one moment, so that the stream never depends on how it was put together."""
    return getattr(step, "report_id", "") or getattr(step, "message_id", "") or getattr(step, "reviewer_id", "")


def _drift(start: datetime, end: datetime) -> Planted:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return Planted(
        key="aht_drift",
        says=f"Handle time at {DRIFT_VENDOR} rises: six new hires, {DRIFT_FACTOR} times as slow, hold the early shift.",
        at=midnight + timedelta(days=DRIFT_DAY - 1, hours=SHIFTS["early"]),
        until=end,
        factor=DRIFT_FACTOR,
        baseline=1.0,
        facts={"vendor": DRIFT_VENDOR, "shift": "early", "cohort": "birch-cohort-2", "reviewers": "6"},
    )


__all__ = ["Scenario", "make_scenario"]
