"""Reviews without their database: spans by the clock, what drove a change, Markdown, and text that must fit its box."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.programme.reviews.domain import document, layout, markdown, spans, spreading
from watchfloor.programme.reviews.domain.document import Block, Document, History
from watchfloor.programme.reviews.domain.drivers import Part, driver

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("every", "start", "end"),
    [
        ("day", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),  # 23 hours: the clocks went forward
        ("week", "2026-03-23T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("month", "2026-02-01T00:00+01:00", "2026-03-01T00:00+01:00"),
    ],
)
def test_the_last_whole_span_goes_by_the_readers_clock(every: str, start: str, end: str) -> None:
    now = datetime(2026, 3, 30, 0, 30, tzinfo=MADRID)
    assert spans.last_whole(now.astimezone(UTC), every, MADRID) == (
        datetime.fromisoformat(start),
        datetime.fromisoformat(end),
    )


def test_the_driver_is_the_part_that_moved_most_with_the_whole() -> None:
    parts = [Part("spam.es", 930, 100), Part("spam.en", 500, 400), Part("hate.en", 100, 30)]
    found = driver(parts, 1530, 530)
    assert found is not None and (found.name, found.change, found.share) == ("spam.es", 830, 0.83)
    fell = driver([Part("a", 10, 60), Part("b", 50, 40)], 60, 100)
    assert fell is not None and (fell.name, fell.share) == ("a", 1.25)
    assert driver(parts, 530, 530) is None and driver([], 2, 1) is None
    assert driver([Part(f"q{n}", 11, 10) for n in range(20)], 220, 200) is None  # no one stands out


def test_little_markdown_and_nothing_else() -> None:
    found = markdown.parse("First *line*\ngoes **on**.\n\n- one\n- <b>two</b>\nback")
    assert [(line.kind, line.plain) for line in found] == [
        ("p", "First line goes on."), ("li", "one"), ("li", "<b>two</b>"), ("p", "back"),
    ]  # fmt: skip
    assert [run.style for run in found[0].runs] == ["", "italic", "", "bold", ""]


@given(st.text(max_size=400), st.sampled_from([8.0, 12.0, 16.0, 26.0]), st.floats(60, 900), st.floats(40, 400))
def test_what_is_cut_fits_and_pieces_lose_nothing(text: str, size: float, wide: float, high: float) -> None:
    room = (wide, max(high, size * layout.LEADING + 2 * layout.TALL + 1))
    cut = layout.cut(text, room, size)
    assert cut == "…" or layout.height(cut, size, wide) <= room[1]
    pieces = layout.pieces(" ".join(text.split()), room, size)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_text_goes_on_as_many_slides_as_it_takes() -> None:
    paragraphs = [f"Sentence {number} " + "with some more words in it " * 6 for number in range(40)]
    found = layout.pages(paragraphs, (800, 340), 16.0, 5.0)
    assert [place for page in found for place in page] == list(range(40)) and len(found) > 3
    for page in found:
        assert sum(layout.lines(paragraphs[n], 16.0, 800) * 20 + 5 for n in page) <= 340
    assert layout.width("日本", 10) > layout.width("ab", 10)  # full-width letters are wide


def test_edits_leave_the_old_document_alone_and_can_be_taken_back() -> None:
    one = Document(blocks=tuple(Block(id=f"b{n}", kind="text", title=str(n)) for n in range(3)))
    history = History(documents=(one,))
    history = history.then(document.move(one, "b2", 0))
    history = history.then(document.remove(history.now, "b1"))
    assert [block.id for block in history.now.blocks] == ["b2", "b0"]
    assert [block.id for block in history.back().now.blocks] == ["b2", "b0", "b1"]
    assert history.back().back().now == one and history.back().forth() == history
    assert document.free_id(one) == "b4"
    with pytest.raises(NotFound):
        document.move(one, "zz", 0)
    with pytest.raises(BadInput, match="kind"):
        document.check(Document(blocks=(Block(id="b1", kind="dance"),)), {"text": 1})


def test_no_slide_goes_on_with_a_leftover() -> None:
    assert [spreading.rows(total, 11) for total in (0, 5, 11, 12, 15, 23)] == [[], [5], [11], [6, 6], [8, 7], [8, 8, 7]]
    assert spreading.rows(11, 11, slides=2) == [6, 5] and spreading.rows(1, 11, slides=2) == [1]
    whole, small = (870.0, 370.0), (870.0, 120.0)
    line, sizes, gap = "A sentence of some length, as reviews have them.", (16.0, 15.0, 14.0, 13.0), 5.0
    assert spreading.fits([line] * 4, small, sizes, gap) == 16.0
    assert spreading.fits([line] * 5, small, sizes, gap) == 14.0  # smaller, in place of one sentence on a further slide
    assert spreading.fits([line] * 20, small, sizes, gap) is None
    for count in range(5, 60):
        lines = [line] * count
        if spreading.fits(lines, small, sizes, gap) is not None:
            continue
        kept = spreading.first(lines, small, whole, 16.0, gap)
        assert kept >= 1 and spreading.tall(lines[:kept], small, 16.0, gap) <= small[1]
        left = lines[kept:]
        assert kept <= 2 or not spreading.leftover(left, whole, 16.0, gap), count
