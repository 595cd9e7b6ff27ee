"""What happens to the work, as the ledger says it. Titles, texts and reasons stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class OfWork(LedgerEvent, frozen=True, kw_only=True, tag="work.base"):
    """The dimensions of everything that happens to an initiative or an action."""

    kind: str  # initiative | launch | improvement; "" for an action of its own
    market: str = ""
    vendor: str = ""


class InitiativeBegun(OfWork, frozen=True, kw_only=True, tag="initiative.begun"):
    """An initiative was begun. ``belongs``: the kind of thing it is the plan of ("launch")."""

    belongs: str = ""


class InitiativeChanged(OfWork, frozen=True, kw_only=True, tag="initiative.changed"):
    """Something of an initiative changed: ``fields`` names what; ``state`` as it is now."""

    fields: list[str]
    state: str


class MilestoneSet(OfWork, frozen=True, kw_only=True, tag="milestone.set"):
    """A milestone was set, moved (``moved_ms``, later is more) or reached."""

    reached: bool = False
    moved_ms: int = 0


class ActionAdded(OfWork, frozen=True, kw_only=True, tag="todo.added"):
    """An action was agreed."""

    waits_for: int = 0


class ActionMoved(OfWork, frozen=True, kw_only=True, tag="todo.moved"):
    """An action changed: ``fields`` names what; ``moved_ms``: its due time, later is more; ``late_ms`` once it is over."""

    fields: list[str]
    state: str
    moved_ms: int = 0
    late_ms: int | None = None
    in_time: bool | None = None


class Commented(OfWork, frozen=True, kw_only=True, tag="work.commented"):
    """Somebody said something about it."""

    mentions: int = 0


class Watched(LedgerEvent, frozen=True, kw_only=True, tag="work.watched"):
    """Somebody wants to be told of it, or no longer."""

    on: bool


class Reminded(LedgerEvent, frozen=True, kw_only=True, tag="work.reminded"):
    """A person is told by mail: of what is due soon, late, said, changed; or gets their digest."""

    cause: str  # soon | late | mention | watch | digest


class DigestChosen(LedgerEvent, frozen=True, kw_only=True, tag="work.digest"):
    """Somebody chose when they get their digest, or the next one was set."""

    every: str
