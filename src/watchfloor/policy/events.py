"""What can happen to policies."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class PolicySaved(LedgerEvent, frozen=True, kw_only=True, tag="policy.saved"):
    """A policy was made, or its frame (name, severity, target, clearance) changed."""

    policy: str
    harm_group: str
    severity: int
    new: bool


class VersionDrafted(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.drafted"):
    """Someone wrote or changed a draft of a policy's text."""

    policy: str
    number: int


class VersionApproved(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.approved"):
    """A second person agreed to a draft."""

    policy: str
    number: int
    written_by: str


class VersionScheduled(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.scheduled"):
    """An approved version waits for its hour."""

    policy: str
    number: int
    in_force_from: str


class VersionInForce(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.in_force"):
    """From now on decisions are made under this version."""

    policy: str
    number: int


class VersionSuperseded(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.superseded"):
    """A newer version took the place of this one."""

    policy: str
    number: int
    by_number: int


class VersionWithdrawn(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.withdrawn"):
    """A version that was not in force yet will never be."""

    policy: str
    number: int
    before: str


class VersionEnding(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.ending"):
    """Said once before a version with an end date ends."""

    policy: str
    number: int
    ends_at: str


class VersionEnded(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.ended"):
    """The end date of a version came; ``then``: the version whose text came back, 0 where there was none."""

    policy: str
    number: int
    then: int


class VersionPublished(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.published"):
    """Somebody saw what a version touches and let it go into force; ``touches``: kind -> how many."""

    policy: str
    number: int
    touches: dict[str, int]


class TextStructured(LedgerEvent, frozen=True, kw_only=True, tag="policy_version.structured"):
    """A text that was kept as plain paragraphs is kept as clauses, too; its words are the same."""

    policy: str
    number: int
    clauses: int


class TranslationSaved(LedgerEvent, frozen=True, kw_only=True, tag="policy_translation.saved"):
    """Parts of a policy's translation were written against a version of its text."""

    policy: str
    language: str
    version: int
    parts: list[str]


class RulingPlaced(LedgerEvent, frozen=True, kw_only=True, tag="policy_ruling.placed"):
    """A question or ruling was put to a clause, or (no clause) taken off."""

    policy: str
    clause: str
    ruling: str


class ClaimSaved(LedgerEvent, frozen=True, kw_only=True, tag="claim.saved"):
    """A claim was put into the register or changed; ``before`` is its status until then, empty for a new one."""

    status: str
    before: str
    policy: str
    revision: int
    expires_at: str


class ClaimEnded(LedgerEvent, frozen=True, kw_only=True, tag="claim.ended"):
    """A claim is no longer looked for; ``how``: expired | closed."""

    status: str
    how: str


class ClaimReopened(LedgerEvent, frozen=True, kw_only=True, tag="claim.reopened"):
    """A claim is looked for again."""

    status: str
    expires_at: str


class ViolationTypeSaved(LedgerEvent, frozen=True, kw_only=True, tag="violation_type.saved"):
    """A violation type was made or changed; ``archived`` when reviewers can no longer pick it."""

    violation: str
    policy: str
    severity: int
    points: int
    archived: bool = False


class ReasonSaved(LedgerEvent, frozen=True, kw_only=True, tag="reason.saved"):
    """A report reason was made or changed."""

    reason: str
    policy: str
    archived: bool = False
