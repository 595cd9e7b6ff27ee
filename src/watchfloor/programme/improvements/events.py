"""What happens to suggestions and proposals, as the ledger says it. What people write stays out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ImprovementSuggested(LedgerEvent, frozen=True, tag="improvement.suggested"):
    """Somebody suggested an improvement (``kind`` idea) or reported a fault of a tool (bug). ``page``: the name of the page, no address."""

    kind: str
    page: str
    queue: str
    policy: str
    vendor: str
    market: str


class ImprovementTaken(LedgerEvent, frozen=True, tag="improvement.taken"):
    """A suggestion was set aside, or taken up again."""

    state: str
    vendor: str
    queue: str


class ImprovementJoined(LedgerEvent, frozen=True, tag="improvement.joined"):
    """Two suggestions that say the same were joined (``together`` false: taken apart again)."""

    together: bool


class ImprovementProposed(LedgerEvent, frozen=True, tag="improvement.proposed"):
    """A proposal was begun from a suggestion."""

    queue: str
    vendor: str


class ImprovementWritten(LedgerEvent, frozen=True, tag="improvement.written"):
    """The story, its criteria or what it takes were written. ``missing``: what nobody wrote yet."""

    criteria: int
    met: int
    missing: list[str]


class ImprovementSized(LedgerEvent, frozen=True, tag="improvement.sized"):
    """A quantity of a proposal was read from the floor's figures, a month (``dropped``: it was taken out)."""

    quantity: str
    expected: float
    low: float
    high: float
    dropped: bool


class ImprovementDecided(LedgerEvent, frozen=True, tag="improvement.decided"):
    """A proposal was accepted, declined, put off, or taken up again. ``after_ms``: since it was begun."""

    outcome: str
    after_ms: int
    expected: float


class ImprovementPlanned(LedgerEvent, frozen=True, tag="improvement.planned"):
    """An accepted proposal became an initiative with an action (``planned`` false: that was given up)."""

    planned: bool


class ImprovementDelivered(LedgerEvent, frozen=True, tag="improvement.delivered"):
    """What was proposed is in use, and its benefit is looked at on a day (``day`` empty: it is not in use, after all)."""

    after_ms: int
    day: str


class ImprovementMeasured(LedgerEvent, frozen=True, tag="improvement.measured"):
    """The benefit was measured against what would have been; a month, in the unit of the quantity. ``told``: whether it can be told."""

    quantity: str
    told: bool
    expected: float
    found: float
    low: float
    high: float


class ImprovementClosed(LedgerEvent, frozen=True, tag="improvement.closed"):
    """The proposal is closed with what was measured."""

    closed: bool


class ImprovementWeighed(LedgerEvent, frozen=True, tag="improvement.weights"):
    """What a breach, a wrongful decision and a minute of exposure are worth to the house, in minutes of work."""

    breach: float
    wrongful: float
    exposure: float
