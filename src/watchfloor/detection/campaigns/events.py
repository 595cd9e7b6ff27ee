"""What happens to campaigns, as the ledger says it. Their growth is derived and not in it; what people and clusters do is."""

from watchfloor.ledger.schema import LedgerEvent


class CampaignFound(LedgerEvent, frozen=True, tag="campaign.found"):
    """Items were seen to hang together. ``items`` and ``accounts`` as of then."""

    policy: str
    items: int
    accounts: int


class CampaignAccountRestored(LedgerEvent, frozen=True, tag="campaign.account_restored"):
    """An account got back what was taken with a campaign. ``why``: taken_over or not_part; ``decisions``: how many fell,
    ``forgiven``: strikes that were voided although what they were for stays removed."""

    why: str
    decisions: int
    forgiven: int


class RingFound(LedgerEvent, frozen=True, tag="ring.found"):
    """Accounts act together. ``kind``: ring or brigade; ``action``: what they do; ``fdr``: the stated share of false ties."""

    kind: str
    action: str
    members: int
    ties: int
    fdr: float


class RingStateChanged(LedgerEvent, frozen=True, tag="ring.state_changed"):
    """Somebody watches, closes or reopens it."""

    before: str
    after: str


class CampaignStateChanged(LedgerEvent, frozen=True, tag="campaign.state_changed"):
    """Somebody watches, closes or reopens it; or it became part of ``into``, or fell apart (both by the program)."""

    before: str
    after: str
    into: str = ""
