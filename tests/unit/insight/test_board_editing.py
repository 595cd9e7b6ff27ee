"""Documents of boards: what they may hold, that edits keep everything else, that undo undoes; where panels lie; when one is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.insight import catalogue
from watchfloor.insight.boards import defaults
from watchfloor.insight.boards.domain import editing
from watchfloor.insight.boards.domain.cadence import EVERY, next_due
from watchfloor.insight.boards.domain.document import Document, Panel, check
from watchfloor.insight.boards.domain.editing import History
from watchfloor.insight.boards.drawing.axes import scale
from watchfloor.insight.boards.drawing.canvas import clean
from watchfloor.insight.boards.drawing.picture import grid
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel.errors import BadInput

MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - hypothesis draws times without a zone
GOOD = Panel(id="a", form="line", metrics=("aht",))


def checked(**panel: object) -> Document:
    document = Document(panels=(msgspec.structs.replace(GOOD, **panel),))
    return check(document, catalogue.shipped(), DIMENSIONS)


def test_the_shipped_boards_hold_what_there_is() -> None:
    documents = defaults.documents()
    assert len(documents) == 9
    for ready in defaults.READY:
        document = check(documents[ready.key], catalogue.shipped(), DIMENSIONS)
        assert len(document.panels) == len(ready.panels), f"{ready.key} names a metric that is not there"


@pytest.mark.parametrize(
    ("panel", "where"),
    [
        ({"metrics": ("nothing",)}, "panels[0].metrics[0]"), ({"metrics": ()}, "panels[0].metrics"),
        ({"form": "pie"}, "panels[0].form"), ({"by": "colour"}, "panels[0].by"), ({"form": "bars"}, "panels[0].by"),
        ({"form": "heat", "by": "queue", "then": "queue"}, "panels[0].then"), ({"width": 5}, "panels[0]"),
        ({"height": 0}, "panels[0]"), ({"filters": {"colour": "red"}}, "panels[0].filters"), ({"title": "x" * 121}, "panels[0]"),
        ({"id": "a b"}, "panels[0].id"), ({"span": "forever"}, "panels[0].span"), ({"metrics": ("aht",) * 7}, "panels[0].metrics"),
    ],
)  # fmt: skip
def test_what_a_panel_may_not_be_is_said_with_its_place(panel: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked(**panel)
    assert refused.value.where == where


def test_two_panels_of_one_id_and_too_many_are_refused() -> None:
    for panels in ((GOOD, GOOD), tuple(msgspec.structs.replace(GOOD, id=f"p{n}") for n in range(41))):
        with pytest.raises(BadInput):
            check(Document(panels=panels), catalogue.shipped(), DIMENSIONS)


steps = st.lists(
    st.tuples(st.sampled_from(("add", "move", "size", "remove")), st.integers(0, 9), st.integers(0, 9)), max_size=30
)


@given(steps)
def test_every_edit_can_be_taken_back_and_put_on_again(chosen: list[tuple[str, int, int]]) -> None:
    history = History(documents=(Document(),))
    seen = [history.now]
    for what, pick, value in chosen:
        now = history.now
        ids = [panel.id for panel in now.panels]
        if what == "add" or not ids:
            after = editing.add(now, GOOD)
        elif what == "move":
            after = editing.move(now, ids[pick % len(ids)], value)
            assert sorted(panel.id for panel in after.panels) == sorted(ids)
        elif what == "size":
            after = editing.resize(now, ids[pick % len(ids)], value, value)
            assert all(1 <= panel.width <= 4 and 1 <= panel.height <= 3 for panel in after.panels)
        else:
            after = editing.remove(now, ids[pick % len(ids)])
            assert len(after.panels) == len(ids) - 1
        assert len({panel.id for panel in after.panels}) == len(after.panels)
        history = history.then(after)
        if after != seen[-1]:
            seen.append(after)
    back = history
    for document in reversed(seen):
        assert back.now == document
        back = back.back()
    forth = back
    for document in seen:
        assert forth.now == document
        forth = forth.forth()


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=20))
def test_panels_lie_side_by_side_and_never_on_each_other(sizes: list[tuple[int, int]]) -> None:
    placed, rows = grid(sizes, 4)
    cells = [
        (row + r, column + c)
        for (column, row), (wide, high) in zip(placed, sizes, strict=True)
        for r in range(high)
        for c in range(wide)
    ]
    assert len(cells) == len(set(cells))
    assert all(0 <= column < 4 and row < rows for row, column in cells)
    assert placed == sorted(placed, key=lambda place: (place[1], place[0]))  # reading order


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=20))
def test_an_axis_holds_zero_and_every_value(values: list[float | None]) -> None:
    axis = scale(values, 0, 200)
    assert axis.low <= 0 <= axis.high and axis.low < axis.high
    assert all(axis.low <= value <= axis.high * (1 + 1e-9) + 1e-9 for value in values if value is not None)
    assert 0 in [round(tick, 9) for tick in axis.ticks] and len(axis.ticks) < 20


@given(st.text(max_size=60))
def test_no_text_leaves_its_place_in_a_picture(text: str) -> None:
    shown = clean(text)
    assert "<" not in shown and ">" not in shown and '"' not in shown
    assert not any(ord(char) < 0x20 or 0x202A <= ord(char) <= 0x202E for char in shown)


@given(
    st.datetimes(MONDAY, MONDAY + timedelta(days=730)), st.sampled_from(EVERY), st.integers(0, 1439),
    st.sampled_from(("UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")),
)  # fmt: skip
def test_the_next_time_is_later_and_on_the_hour_it_says(after: datetime, every: str, minute: int, zone: str) -> None:
    moment, place = after.replace(tzinfo=UTC), ZoneInfo(zone)
    due = next_due(moment, every, minute, place)
    local = due.astimezone(place)
    assert moment < due <= moment + timedelta(days=32)
    wall = local.hour * 60 + local.minute
    assert (
        wall == minute or 0 < wall - minute <= 60
    )  # a time that a change of the clocks leaves out is the moment after it
    assert every != "workday" or local.weekday() < 5
    assert every != "monday" or local.weekday() == 0
    assert every != "month" or local.day == 1


def test_nine_in_the_morning_stays_nine_when_the_clocks_change() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    saturday = next_due(datetime(2026, 10, 23, 12, tzinfo=UTC), "day", 540, madrid)
    sunday = next_due(saturday, "day", 540, madrid)
    assert (saturday.hour, sunday.hour) == (7, 8)
