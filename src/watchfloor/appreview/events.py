"""What happens in the review of apps, as the ledger says it. What developers and reviewers write stays out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class DeveloperSeen(LedgerEvent, frozen=True, tag="app.developer_seen"):
    """A developer came for the first time, or is verified, or no longer."""

    verified: bool


class AppCatalogueSaved(LedgerEvent, frozen=True, tag="app.catalogue_saved"):
    """Another version of what apps may ask for is in force: keys of scopes that came, went and changed (tiers as ``tier:NAME``)."""

    number: int
    came: list[str]
    went: list[str]
    changed: list[str]


class AppDrafted(LedgerEvent, frozen=True, tag="app.drafted"):
    """An application was begun or changed, and not handed in."""

    number: int


class AppSubmitted(LedgerEvent, frozen=True, tag="app.submitted"):
    """An application was handed in; the checks have run. ``trigger``: new, resubmitted or changed."""

    number: int
    trigger: str
    tier: str
    risk: int
    findings: int


class AppReopened(LedgerEvent, frozen=True, tag="app.reopened"):
    """An app that runs is looked at again. ``figures``: what came up."""

    number: int
    trigger: str
    figures: list[str]
    risk: int


class AppWithdrawn(LedgerEvent, frozen=True, tag="app.withdrawn"):
    """The developer took the application back."""

    number: int


class AppClaimed(LedgerEvent, frozen=True, tag="app.claimed"):
    """Someone took an application to review it (``back``: gave it back)."""

    number: int
    back: bool = False


class AppDecided(LedgerEvent, frozen=True, tag="app.decided"):
    """An application was decided. ``late``: after it was due."""

    number: int
    kind: str
    scopes: list[str]
    violations: list[str]
    tier: str
    late: bool


class AppMessageWritten(LedgerEvent, frozen=True, tag="app.message"):
    """The developer or a reviewer wrote a message."""

    from_developer: bool


class AppStepTaken(LedgerEvent, frozen=True, tag="app.step"):
    """A step against an app or a token of it."""

    kind: str
    violations: list[str]


class AppStepUndone(LedgerEvent, frozen=True, tag="app.step_undone"):
    """A step was taken back."""

    kind: str


class AppLinkChanged(LedgerEvent, frozen=True, tag="app.link_changed"):
    """The developer's link was exchanged for a new one; the old one is void."""

    turn: int
