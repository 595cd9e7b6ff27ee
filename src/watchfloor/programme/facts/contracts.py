"""What a fact is asked and what it says, as other parts of Programme see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked: a metric of the catalogue (or a team's own) over ``[start, end)``, or a kept SQL question.

    Attributes:
        filters: dimension to value.
        by: a dimension to split by; the answer then has a table.
        interval: hour | day | week, where a line is wanted; the answer then has a series.
        compare: "" and "usual": what the metric is usually compared with | before: the stretch before | weekdays | none.
        sql: id of a kept SQL question (then no metric); ``start`` and ``end`` say how many days
            back from the moment of reading it looks.
    """

    metric: str = ""
    start: datetime
    end: datetime
    filters: dict[str, str] = {}
    by: str = ""
    interval: str = ""
    compare: str = ""
    sql: UUID | None = None


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a fact's table. ``hidden``: fewer than five people stand behind it, so it says nothing."""

    names: tuple[str, ...]
    value: float | None = None
    before: float | None = None
    hidden: bool = False


class Point(msgspec.Struct, frozen=True):
    """One interval of a fact's series."""

    at: datetime
    value: float | None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a question was answered. ``low`` and ``high`` bound a share or a mean (95 %), ``change_low`` and ``change_high`` the
    difference to ``before`` as a part of it; None where no interval can be stated, and then no difference is claimed.

    ``rows``: how many rows the number is made of, where that is known. ``base`` names what ``before`` is.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    base: str = ""
    change_low: float | None = None
    change_high: float | None = None
    method: str = ""
    rows: int | None = None
    table: tuple[Cell, ...] = ()
    series: tuple[Point, ...] = ()
    before_series: tuple[float | None, ...] = ()
    columns: tuple[str, ...] = ()  # of a SQL question
    lines: tuple[tuple[str, ...], ...] = ()  # its rows, as text


class Reason(msgspec.Struct, frozen=True):
    """Why a number moved: late | redefined | regrouped | open | erased | moved | gone | other; with how many facts, where that is known."""

    code: str
    count: int = 0


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A fact asked once more, with the rights it was read with. ``drift``: now less then; None where one of them is no number.

    ``now`` None: it can no longer be asked (its metric was put away), and ``why`` says so.
    """

    then: Answer
    now: Answer | None
    drift: float | None
    why: tuple[Reason, ...] = ()
