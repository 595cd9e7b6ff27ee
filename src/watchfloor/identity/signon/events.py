"""What happens around sign-on, as the ledger says it. No addresses, no claims, no names of people."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ProviderSaved(LedgerEvent, frozen=True, tag="signon.provider"):
    """A provider was written down or changed; ``enabled``: people may sign in through it."""

    provider: str
    kind: str
    enabled: bool


class ProviderTied(LedgerEvent, frozen=True, tag="signon.tied"):
    """A person's account at a provider is now known as theirs; ``joined``: they were made here by this sign-on."""

    provider: str
    joined: bool


class SignOnRefused(LedgerEvent, frozen=True, tag="signon.refused"):
    """A provider's answer let nobody in; ``why`` is one of a few words."""

    provider: str
    why: str


class GroupRuleSaved(LedgerEvent, frozen=True, tag="signon.rule"):
    """A group elsewhere gives a role here."""

    provider: str
    role: str


class GroupRuleEnded(LedgerEvent, frozen=True, tag="signon.rule_ended"):
    """A group elsewhere gives a role no longer; what it gave was taken away."""

    provider: str
    role: str


class GroupsSettled(LedgerEvent, frozen=True, tag="signon.groups"):
    """A person's roles follow their groups: so many were given, so many taken."""

    provider: str
    given: int
    taken: int


class SessionRuleSaved(LedgerEvent, frozen=True, tag="signon.session_rule"):
    """What the house asks of sessions of a role (empty: of everyone) was changed."""

    role: str


class SessionEnded(LedgerEvent, frozen=True, tag="signon.session_ended"):
    """One session was ended before its time: ``why`` own | idle | lifetime | too_many | network | provider | factor."""

    why: str


class ProofGiven(LedgerEvent, frozen=True, tag="signon.proof"):
    """Somebody proved again who they are, for what asks for it; ``by``: passkey, code, password."""

    by: str
