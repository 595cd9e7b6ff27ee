"""The timeline as a picture: bars end when something is due, former dates stay, arrows say what cannot hold, text cannot break out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from watchfloor.programme.tracking.drawing import Line, picture

NOW = datetime(2026, 10, 24, 9, tzinfo=UTC)  # the clocks change that night in Madrid
DAY = timedelta(days=1)


def line(number: int, kind: str = "action", **more: object) -> Line:
    given = {
        "title": f"No. {number}",
        "url": "/",
        "state": "open",
        "start": NOW - 9 * DAY,
        "end": NOW + number * DAY,
        **more,
    }
    return Line(id=UUID(int=number), kind=kind, **given)  # type: ignore[arg-type]


def test_everything_is_drawn_once() -> None:
    drawn = str(picture([
        line(9, "initiative", state="running"),
        line(1, state="done"), line(2, slips=(NOW, NOW + DAY), before=(UUID(int=1),)),
        line(3, before=(UUID(int=2), UUID(int=4), UUID(int=77)), held=frozenset({UUID(int=4)})), line(4, "milestone", late=True),
        line(5, end=None), line(6, title='<script>"'),
    ], NOW, ZoneInfo("Europe/Madrid"), "Plan"))  # fmt: skip
    assert drawn.count("plan-was") == 2 and drawn.count("plan-slip") == 1 and drawn.count("plan-mark") == 1
    assert (
        drawn.count('class="plan-wait"') == 2 and drawn.count("is-held") == 1
    )  # the one that is not shown has no arrow
    assert drawn.count("<rect") == 6 and "plan-late" in drawn  # a band, and five bars: what has no end has none
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn and 'aria-label="Plan"' in drawn
    assert ">26 Oct<" in drawn and ">19 Oct<" in drawn  # Mondays, by the clock of the zone


def test_years_are_drawn_by_the_month() -> None:
    drawn = str(picture([line(400)], NOW, ZoneInfo("UTC"), "Plan"))
    assert "Jan 2027" in drawn and 'width="2600"' in drawn
