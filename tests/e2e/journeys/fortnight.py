"""A very small fortnight for the demo's own replay: synthetic mails in the form its content cache has. No network, no real data.

``write(home)`` puts them where ``watchfloor demo`` looks first.
"""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

MESSAGES, SPAM_SHARE = 900, 0.6
SELLS = ("watches", "software", "ink", "loans for homes", "herbal tea", "printers", "courses")
SAYS = ("order now", "only this week", "you were chosen", "reply to be taken off", "satisfaction or money back")
TALKS = (
    "The patch works here.",
    "See you on Thursday.",
    "I do not agree with the second point.",
    "Thanks, that helped.",
)


def write(home: Path, seed: int = 7) -> None:
    """The cache of messages, and an empty file for each photograph."""
    from watchfloor.demo import content
    from watchfloor.demo.fetch import MEDIA_FOLDER, media_name
    from watchfloor.demo.packages import PHOTOGRAPHS

    folder = home / "demo-content"
    (folder / MEDIA_FOLDER).mkdir(parents=True)
    for package in PHOTOGRAPHS:
        (folder / MEDIA_FOLDER / media_name(package)).touch()
    with gzip.open(folder / content._CACHE, "wb") as stream:
        for message in mails(seed):
            stream.write(msgspec.json.encode(message) + b"\n")


def mails(seed: int) -> list[object]:
    """Half talk, half sales."""
    from watchfloor.demo.mail import Message

    chance = random.Random(seed)
    found: list[object] = []
    for number in range(MESSAGES):
        spam = chance.random() < SPAM_SHARE
        words = (
            f"We sell {chance.choice(SELLS)}. {chance.choice(SAYS).capitalize()}." * 4 if spam else chance.choice(TALKS)
        )
        sender = f"s{number % 190}@example.{'net' if spam else 'org'}"
        found.append(
            Message(
                id=f"{'spam' if spam else 'ham'}-1/{number:05d}",
                sent_at=datetime(2002, 9, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 28)),
                sender=sender, sender_name=sender.partition("@")[0], relay_ip=f"198.51.100.{number % 250}",
                subject=f"{'Offer' if spam else 'Talk'} {number}", body_text=f"{words} ({number})", links=(), language="en",
                label_spam=spam, thread=f"t{number // 3}",
            )
        )  # fmt: skip
    return found
