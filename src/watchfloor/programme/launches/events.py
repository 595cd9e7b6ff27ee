"""What can happen to launches. Titles and reasons are in the rows (private); events say which, how and when."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class LaunchSaved(LedgerEvent, frozen=True, kw_only=True, tag="launch.saved"):
    """A launch was planned, or what is entered of it changed; ``revision`` counts."""

    launch: int
    launch_kind: str
    policy: str
    markets: list[str]
    revision: int


class LaunchMoved(LedgerEvent, frozen=True, kw_only=True, tag="launch.moved"):
    """From one state to another (``domain.states``)."""

    launch: int
    launch_kind: str
    policy: str
    before: str
    after: str


class GateTurned(LedgerEvent, frozen=True, kw_only=True, tag="launch.gate_turned"):
    """A gate's verdict changed, or was seen for the first time (``before`` empty)."""

    launch: int
    gate: str
    before: str
    after: str
    measured: float | None = None
    need: float


class GateWaived(LedgerEvent, frozen=True, kw_only=True, tag="launch.gate_waived"):
    """Somebody lets the launch pass a gate that is not green; ``on`` False: they take that back."""

    launch: int
    gate: str
    on: bool


class GateSaid(LedgerEvent, frozen=True, kw_only=True, tag="launch.gate_said"):
    """Somebody said of a gate that it holds, or does not."""

    launch: int
    gate: str
    holds: bool


class BaselineFrozen(LedgerEvent, frozen=True, kw_only=True, tag="launch.baseline_frozen"):
    """The numbers before the launch were kept."""

    launch: int
    metrics: list[str]
    digest: str


class LaunchDecided(LedgerEvent, frozen=True, kw_only=True, tag="launch.decided"):
    """Go, or no-go. ``green`` and ``waived``: the gates as they stood."""

    launch: int
    launch_kind: str
    policy: str
    go: bool
    green: list[str]
    waived: list[str]
    red: list[str]


class StageTurned(LedgerEvent, frozen=True, kw_only=True, tag="launch.stage_turned"):
    """A stage began (``on``) or was taken back; ``percent`` of ``markets`` (none: all)."""

    launch: int
    stage: int
    policy: str
    markets: list[str]
    percent: int
    on: bool


class StageHeld(LedgerEvent, frozen=True, kw_only=True, tag="launch.stage_held"):
    """A stage could not begin at its hour."""

    launch: int
    stage: int
    problem: str


class LaunchStopped(LedgerEvent, frozen=True, kw_only=True, tag="launch.stopped"):
    """It was stopped and what could be was taken back. ``guard``: the metric that stopped it by itself, empty for a person."""

    launch: int
    launch_kind: str
    policy: str
    guard: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None


class LaunchClosed(LedgerEvent, frozen=True, kw_only=True, tag="launch.closed"):
    """Lessons were written; ``after``: the state it is in."""

    launch: int
    after: str
