"""What happens on the demo platform, step by step, as frozen structs; each names which of its fields are real and which simulated.

``REAL`` fields are as in the corpus, ``DERIVED`` ones are computed from real ones, all others are simulated from the seed: screens
say so with ``provenance``.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

PolicyKey = Literal["spam", "fraud", "adult", "harassment", "other"]
Channel = Literal["user", "trusted_flagger", "email", "api_partner"]
Surface = Literal["direct", "group", "profile", "feed"]


class _Marked(msgspec.Struct, frozen=True, kw_only=True):
    REAL: ClassVar[frozenset[str]] = frozenset()
    DERIVED: ClassVar[frozenset[str]] = frozenset()


class Account(_Marked, frozen=True, kw_only=True):
    """An author on Parley. One per real sender, plus the campaign's new accounts."""

    REAL: ClassVar[frozenset[str]] = frozenset({"display_name", "address"})
    DERIVED: ClassVar[frozenset[str]] = frozenset({"handle"})

    id: str
    handle: str
    display_name: str
    address: str
    market: str
    language: str
    created_at: datetime
    client_app: str
    followers: int
    campaign: str = ""


class Truth(_Marked, frozen=True, kw_only=True):
    """What a faultless reviewer would find. ``policy`` is None for an item that breaks none.

    ``basis`` says why: ``label`` (the corpus' human label), ``keywords`` (a rule over the real text) or ``simulated``.
    """

    REAL: ClassVar[frozenset[str]] = frozenset({"label_spam"})

    label_spam: bool
    policy: PolicyKey | None
    basis: Literal["label", "keywords", "simulated"]


class MessagePosted(_Marked, frozen=True, kw_only=True, tag="message_posted"):
    """A message goes out. ``source_id`` names the real mail; a copy in a campaign has the source's text with seeded small changes."""

    REAL: ClassVar[frozenset[str]] = frozenset(
        {"source_id", "sender", "sender_name", "subject", "text", "links", "relay_ip"}
    )
    DERIVED: ClassVar[frozenset[str]] = frozenset({"text_language", "thread"})

    at: datetime
    message_id: str
    source_id: str
    account_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    links: tuple[str, ...]
    relay_ip: str
    text_language: str
    thread: str
    media_id: str
    market: str
    language: str
    surface: Surface
    client_app: str
    reach: int
    truth: Truth
    campaign: str = ""


class Reported(_Marked, frozen=True, kw_only=True, tag="reported"):
    """Somebody reports a message, for the reason they believe in. ``right`` is for checking only: no reviewer sees it."""

    at: datetime
    report_id: str
    message_id: str
    reporter_id: str
    channel: Channel
    reason: PolicyKey
    note: str
    right: bool


class RulePaused(_Marked, frozen=True, kw_only=True, tag="rule_paused"):
    """A detection rule is taken out of service."""

    at: datetime
    rule: str
    by: str
    why: str


class RuleResumed(_Marked, frozen=True, kw_only=True, tag="rule_resumed"):
    """The rule is back in service."""

    at: datetime
    rule: str
    by: str
    why: str


class CohortJoined(_Marked, frozen=True, kw_only=True, tag="cohort_joined"):
    """New reviewers begin at a vendor."""

    at: datetime
    vendor: str
    reviewer_ids: tuple[str, ...]
    why: str


class ShiftStarted(_Marked, frozen=True, kw_only=True, tag="shift_started"):
    """A reviewer sits down."""

    at: datetime
    reviewer_id: str
    shift: str
    until: datetime


class ShiftEnded(_Marked, frozen=True, kw_only=True, tag="shift_ended"):
    """A reviewer leaves."""

    at: datetime
    reviewer_id: str
    shift: str


Step = MessagePosted | Reported | RulePaused | RuleResumed | CohortJoined | ShiftStarted | ShiftEnded


class AppealWish(_Marked, frozen=True, kw_only=True):
    """Whether the author would appeal if the message were acted on, how long after, and what a fair second look should find."""

    message_id: str
    would_appeal: bool
    probability: float
    hours_after: float
    should_overturn: bool
    words: str


class Planted(_Marked, frozen=True, kw_only=True):
    """A cause that was put into the data, so that what the product finds can be checked against it.

    ``factor`` is the stated size of the effect over ``baseline`` (per hour for a volume, 1 for handle time).
    """

    key: Literal["volume_spike", "aht_drift"]
    says: str
    at: datetime
    until: datetime
    factor: float
    baseline: float
    facts: dict[str, str]


def provenance(what: _Marked | type[_Marked]) -> dict[str, Literal["real", "derived", "simulated"]]:
    """Field name -> where its value comes from, for a struct or for one step; a campaign's copies are less real than other posts."""
    kind = what if isinstance(what, type) else type(what)
    real, derived = kind.REAL, kind.DERIVED
    if isinstance(what, (MessagePosted, Account)) and what.campaign:
        real, derived = frozenset({"source_id", "links"}), frozenset({"subject", "text", "text_language", "thread"})
    return {
        name: "real" if name in real else "derived" if name in derived else "simulated"
        for name in kind.__struct_fields__
    }
