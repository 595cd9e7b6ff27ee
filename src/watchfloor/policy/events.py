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
