"""Who writes on Parley and what about: accounts from the mails' senders, and the truth each message is judged against."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from watchfloor.demo.mail import Message
from watchfloor.demo.steps import Account, PolicyKey, Truth

# Share of accounts, and the language its people use; simulated, for the corpus has no markets.
MARKETS: dict[str, tuple[float, str]] = {
    "US": (0.27, "en"), "ES": (0.25, "es"), "GB": (0.12, "en"), "DE": (0.11, "de"),
    "BR": (0.10, "pt"), "JP": (0.07, "ja"), "FR": (0.05, "fr"), "MX": (0.03, "es"),
}  # fmt: skip

# Client apps and the share of messages sent with them; app-17 is the one the campaign comes from.
APPS: dict[str, tuple[str, float]] = {
    "app-01": ("Parley for Android", 0.36), "app-02": ("Parley for iOS", 0.27), "app-03": ("Parley Web", 0.22),
    "app-04": ("Mailbridge", 0.06), "app-05": ("Townsquare", 0.04), "app-11": ("Deskpost", 0.02),
    "app-14": ("Listkeeper", 0.015), "app-17": ("QuickBlast", 0.015),
}  # fmt: skip
SPIKE_APP = "app-17"

_NOT_HANDLE = re.compile(r"[^a-z0-9_.]+")


def make_accounts(messages: Sequence[Message], seed: int, start: datetime) -> dict[str, Account]:
    """Sender's address (the message's id where it has none) -> account, in the order of first appearance."""
    accounts: dict[str, Account] = {}
    markets, weights = list(MARKETS), [share for share, _ in MARKETS.values()]
    apps, app_weights = list(APPS), [share for _, share in APPS.values()]
    for message in messages:
        key = sender_key(message)
        if key in accounts:
            continue
        chance = random.Random(f"{seed}:account:{key}")
        market = chance.choices(markets, weights)[0]
        handle = _NOT_HANDLE.sub("", message.sender.partition("@")[0])[:24] or "someone"
        age_days = chance.expovariate(1 / 12) if message.label_spam else chance.expovariate(1 / 500) + 20
        accounts[key] = Account(
            id=f"acct-{len(accounts) + 1:05d}",
            handle=f"{handle}{chance.randrange(10, 100)}",
            display_name=message.sender_name or handle,
            address=message.sender,
            market=market,
            language=MARKETS[market][1],
            created_at=start - timedelta(days=min(age_days, 2_500), seconds=chance.randrange(86_400)),
            client_app=chance.choices(apps, app_weights)[0],
            followers=int(chance.lognormvariate(3.0 if message.label_spam else 4.6, 1.4)),
        )
    return accounts


def sender_key(message: Message) -> str:
    """What makes two messages the same author's."""
    return message.sender or message.id


_FRAUD = re.compile(
    r"\b(?:nigeria|next of kin|bank account|million (?:us )?dollars|us\$|wire transfer|beneficiary|lottery|winning number"
    r"|investment opportunity|make money|extra income|get rich|debt|credit card numbers?|offshore|guaranteed returns?)\b",
    re.IGNORECASE,
)
_ADULT = re.compile(
    r"\b(?:xxx|porn\w*|sex(?:ual|y)?|nude|horny|adults? only|sluts?|erotic\w*|webcam girls?|viagra|penis)\b",
    re.IGNORECASE,
)
_INSULT = re.compile(
    r"\b(?:idiots?|morons?|stupid|shut up|asshole|bastards?|bullshit|jerk|dumb|loser|coward|liar|fuck\w*|crap)\b",
    re.IGNORECASE,
)


def truth_of(message: Message, seed: int) -> Truth:
    """What a faultless reviewer would find.

    Mails labelled spam break ``spam`` unless their words say fraud or adult content (two different ones, or one in the subject).
    Good mails with insults break ``harassment`` in a seeded part of the cases, and one in 150 of the rest breaks ``other``.
    """
    chance = random.Random(f"{seed}:truth:{message.id}")
    policy: PolicyKey | None
    if message.label_spam:
        for policy, words in (("adult", _ADULT), ("fraud", _FRAUD)):
            found = {word.lower() for word in words.findall(message.body_text)}
            if len(found) >= 2 or words.search(message.subject):
                return Truth(label_spam=True, policy=policy, basis="keywords")
        return Truth(label_spam=True, policy="spam", basis="label")
    insults = {word.lower() for word in _INSULT.findall(message.body_text)}
    if insults and chance.random() < (0.7 if len(insults) > 1 else 0.1):
        return Truth(label_spam=False, policy="harassment", basis="keywords")
    if chance.random() < 1 / 150:
        return Truth(label_spam=False, policy="other", basis="simulated")
    return Truth(label_spam=False, policy=None, basis="label")
