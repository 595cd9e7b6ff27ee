"""What people and the program do with boards."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class BoardSaved(LedgerEvent, frozen=True, tag="board.saved"):
    """A board was made or changed; the words and panels are in its version."""

    number: int
    panels: int
    shared: bool


class BoardShared(LedgerEvent, frozen=True, tag="board.shared"):
    """Who a board is for was changed; ``roles``: whose first board it is."""

    shared: bool
    roles: list[str]


class BoardArchived(LedgerEvent, frozen=True, tag="board.archived"):
    """A board was put away (or, ``back``, taken out again)."""

    back: bool = False


class TargetSet(LedgerEvent, frozen=True, tag="target.set"):
    """A metric has a target within a scope."""

    metric: str
    target: float
    scope: dict[str, str]


class TargetEnded(LedgerEvent, frozen=True, tag="target.ended"):
    """A target no longer counts."""

    metric: str


class MomentNoted(LedgerEvent, frozen=True, tag="moment.noted"):
    """A remark was put at a moment (its words are not here), or taken away (``gone``)."""

    scope: dict[str, str]
    gone: bool = False


class ScheduleSaved(LedgerEvent, frozen=True, tag="board_schedule.saved"):
    """A board is sent by itself from now on, or differently (its address is not here)."""

    by: str
    every: str


class ScheduleStopped(LedgerEvent, frozen=True, tag="board_schedule.stopped"):
    """A schedule ended: by hand, or because its owner may no longer see the board."""

    because: str


class BoardSendingClaimed(LedgerEvent, frozen=True, tag="board_sending.claimed"):
    """A sending is due and is one process's to do."""

    test: bool = False


class BoardSent(LedgerEvent, frozen=True, tag="board_sending.done"):
    """A sending was tried: it arrived, or will be tried again, or was given up."""

    state: str
    tries: int


class SqlAsked(LedgerEvent, frozen=True, tag="sql.asked"):
    """Somebody asked the facts in SQL (the text is kept with them)."""

    days: int


class SqlKept(LedgerEvent, frozen=True, tag="sql.kept"):
    """SQL was kept under a name, or put away (``gone``)."""

    shared: bool
    gone: bool = False
