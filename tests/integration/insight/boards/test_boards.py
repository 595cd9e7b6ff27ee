"""Boards: numbers are those of the queries and keep to the reader's rights; versions, sharing, targets; files say what they are."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from queue import Queue
from threading import Thread
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import msgspec
import polars as pl
import pytest
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.insight import lake, queries, stopping
from watchfloor.insight.boards import defaults, exports, keeping, looking, marking, serving
from watchfloor.insight.boards.answers import answer
from watchfloor.insight.boards.domain.document import Document, Panel
from watchfloor.insight.boards.models import Board, BoardVersion
from watchfloor.insight.catalogue import metrics
from watchfloor.insight.own_metrics import keeping as own_metrics
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, MissingExtra, NotFound
from watchfloor.ledger.writer import writing

PANELS = (
    Panel(id="number", metrics=("incoming_manual",)), Panel(id="line", form="line", metrics=("incoming_manual",)),
    Panel(id="share", form="line", metrics=("violation_rate",)),
    Panel(id="many", form="multiples", metrics=("incoming_manual",), by="market"),
    Panel(id="bars", form="bars", metrics=("incoming_manual",), by="market"),
    Panel(id="table", form="table", metrics=("incoming_manual", "aht"), by="market", then="queue"),
    Panel(id="heat", form="heat", metrics=("incoming_manual",), by="market", then="queue"),
    Panel(id="words", form="text", text="<b>=1+1</b>"),
)  # fmt: skip
BOARD = Document(panels=PANELS, span="24h")


def look(**query: str) -> looking.Look:
    return looking.read(BOARD, query)


def answers(actor: Actor, **query: str) -> dict[str, Any]:
    return {panel.id: answer(actor, panel, look(**query)) for panel in PANELS}


def test_every_form_says_what_the_queries_say(actor: Actor) -> None:
    found = answers(actor)
    span = looking.span_of(look(), PANELS[0])
    [kpi] = queries.kpis(actor, span, metrics=["incoming_manual"])
    assert found["number"].numbers[0].value == kpi.value == 6
    assert sum(dot.value for dot in found["line"].lines[0].dots) == 6
    assert {line.name: sum(dot.value for dot in line.dots) for line in found["many"].lines} == {"US": 4, "DE": 2}
    assert [(row.names, row.cells[0].value) for row in found["bars"].rows] == [(("US",), 4), (("DE",), 2)]
    assert {row.names: row.cells[0].value for row in found["table"].rows} == {
        ("US", "spam.en"): 4,
        ("DE", "spam.en"): 2,
    }
    assert [(row.names[0], row.cells[0].value) for row in found["heat"].rows] == [("US", 4), ("DE", 2)]
    shares = [dot for dot in found["share"].lines[0].dots if dot.value is not None]
    assert [(dot.value, round(dot.low, 2), round(dot.high, 2)) for dot in shares] == [(0.5, 0.15, 0.85)]
    assert "Incoming, manual: 6" in found["line"].sentence


def test_each_point_leads_to_exactly_its_rows(actor: Actor, mona: User) -> None:
    browser = signed_in(mona)
    found = answers(actor)
    places = [(dot.value, dot.url) for dot in found["line"].lines[0].dots if dot.value]
    places += [(cell.value, cell.url) for row in found["heat"].rows for cell in row.cells if cell.value]
    places += [(found["number"].numbers[0].value, found["number"].numbers[0].rows_url)]
    for value, url in places:
        body = browser.get(f"{url}&format=csv").getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]
        assert len(list(csv.DictReader(body.splitlines()))) == value, url


def test_a_teams_own_dimension_splits_and_narrows_a_board(mona: User, actor: Actor) -> None:
    groups = {"DE": "Europe", "US": "America"}
    own_metrics.save_dimension(system("test"), key="region", title="Region", base="market", groups=groups)
    regions = Panel(id="r", form="bars", metrics=("incoming_manual",), by="region", filters={"region": "Europe"})
    row = keeping.make(actor, "Regions", Document(panels=(regions,), span="24h"))
    found = answer(actor, regions, looking.read(keeping.document_of(row), {}))
    assert [(each.names, each.cells[0].value) for each in found.rows] == [(("Europe",), 2)]
    assert found.title == "Incoming, manual by region" and found.columns[0] == "Region"
    beside = looking.read(Document(span="24h"), {"other": "region:America"})
    assert answer(actor, PANELS[0], beside).numbers[0].before == 4
    marking.set_target(actor, "aht", 60_000, {"region": "Europe"}, clock.now().date())
    browser = signed_in(mona)
    page = browser.get(f"/insight/boards/{row.pk}?region=America").content.decode()
    assert (
        '<option value="America" selected>' in page and "region=America" in page
    )  # the filter bar, and what files are asked with
    form = browser.get(f"/insight/boards/{row.pk}/edit?panel=r").content.decode()
    assert 'name="where_region"' in form and '<option value="region" selected>Region' in form
    catalogue = browser.get("/insight/catalogue?q=incoming_manual").content.decode()
    assert f'href="/insight/boards/{row.pk}">Regions</a>' in catalogue
    own_metrics.save_dimension(
        system("test"), key="region", title="Region", base="market", groups=groups, archived=True
    )
    page = browser.get(f"/insight/boards/{row.pk}").content.decode()
    assert "is no dimension" in page  # said at the panel: without the filter it would be another number


def test_a_reader_sees_what_their_rights_allow_whoever_made_it(actor: Actor, german: Actor) -> None:
    assert answers(german)["number"].numbers[0].value == 2
    assert [row.names for row in answers(german)["bars"].rows] == [("DE",)]
    made = keeping.make(actor, "Everyone's", BOARD, shared=True)
    body = signed_in(User.objects.get(pk=german.id)).get(f"/insight/boards/{made.pk}").content.decode()
    assert "DE" in body and "market=US" not in body


def test_comparisons_name_their_base(actor: Actor) -> None:
    other = answers(actor, compare="other", other="market:DE")["number"].numbers[0]
    assert (other.value, other.before, other.base) == (6, 2, "vs market DE")
    before = answers(actor, compare="before")
    assert before["number"].numbers[0].before == 0 and before["number"].base == "vs the period before"
    assert len(before["line"].lines[0].before) == len(before["line"].lines[0].dots)
    assert answers(actor, compare="none")["number"].numbers[0].before is None
    assert answers(actor, market="DE", compare="none")["number"].numbers[0].value == 2
    for wrong in ({"compare": "sideways"}, {"other": "colour:red"}, {"span": "forever"}, {"from": "2026-13-01"}):
        with pytest.raises(BadInput):
            look(**wrong)


def test_versions_conflicts_restoring_and_the_archive(actor: Actor) -> None:
    row = keeping.make(actor, "  Mine ", BOARD)
    assert (row.name, row.version) == ("Mine", 1)
    less = msgspec.structs.replace(BOARD, panels=PANELS[:1])
    keeping.save(actor, row.pk, less, seen=1)
    with pytest.raises(Conflict):
        keeping.save(actor, row.pk, BOARD, seen=1)
    assert keeping.restore(actor, row.pk, 1).version == 3
    assert keeping.document_of(keeping.opened(actor, row.pk)) == BOARD
    assert keeping.save(actor, row.pk, BOARD, seen=3).version == 3  # nothing changed: no version
    assert BoardVersion.objects.filter(board=row).count() == 3
    keeping.archive(actor, row.pk)
    assert not keeping.listed(actor).filter(pk=row.pk) and keeping.listed(actor, archived=True).get().pk == row.pk
    assert keeping.archive(actor, row.pk, back=True).archived_at is None


def test_whose_a_board_is(actor: Actor) -> None:
    reader = actor_of(member({"insight.view"}))
    row = keeping.make(actor, "Mine", BOARD)
    with pytest.raises(NotFound):
        keeping.opened(reader, row.pk)
    keeping.share(actor, row.pk, shared=True)
    assert keeping.opened(reader, row.pk).pk == row.pk
    with pytest.raises(Forbidden):
        keeping.save(reader, row.pk, Document(), seen=1)
    with pytest.raises(Forbidden):
        keeping.make(reader, "Theirs", BOARD, shared=True)
    copy = keeping.duplicate(reader, row.pk, "Theirs")
    assert copy.owner == str(reader) and not copy.shared
    with pytest.raises(BadInput):
        keeping.share(actor, row.pk, shared=True, roles=["nobody"])
    role = reader.scopes[0].role
    other = keeping.make(actor, "Other", BOARD, shared=True)
    keeping.share(actor, other.pk, shared=True, roles=[role])
    assert keeping.first_for(reader) == other
    keeping.share(actor, row.pk, shared=True, roles=[role])  # one first board for a role
    assert keeping.first_for(reader) == row and Board.objects.get(pk=other.pk).roles == []


def test_shipped_boards_come_once_and_every_one_can_be_read(mona: User) -> None:
    for _time in range(2):
        with writing("system:test") as w:
            defaults.install(w)
    assert Board.objects.exclude(key="").count() == 9
    browser = signed_in(mona)
    for row in Board.objects.exclude(key=""):
        response = browser.get(f"/insight/boards/{row.pk}?span=24h")
        assert response.status_code == 200, row.key
        assert "is no " not in response.content.decode()
    assert browser.get("/insight/boards").content.decode().count("board-card-link") == 9


def test_targets_the_narrowest_counts_and_says_whether_it_is_met(actor: Actor) -> None:
    today = clock.now().date()
    marking.set_target(actor, "violation_rate", 0.4, {}, today - timedelta(days=9))
    marking.set_target(actor, "incoming_manual", 3, {}, today - timedelta(days=9))
    narrow = marking.set_target(actor, "incoming_manual", 5, {"market": "DE"}, today)
    marking.set_target(actor, "incoming_manual", 9, {"market": "FR"}, today)
    assert answers(actor)["share"].lines[0].target == 0.4
    assert answers(actor)["number"].numbers[0].target == 3
    german = answers(actor, market="DE")["number"].numbers[0]
    assert german.target == 5 and german.meets is (
        None if metrics()["incoming_manual"].direction == "neutral" else True
    )
    marking.end_target(actor, narrow.pk)
    assert answers(actor, market="DE")["number"].numbers[0].target == 3
    with pytest.raises(BadInput):
        marking.set_target(actor, "incoming_manual", 1, {"colour": "red"}, today)


def test_a_note_is_drawn_where_it_concerns(actor: Actor) -> None:
    marking.note_moment(actor, clock.now() - timedelta(minutes=5), "The storm began", {"market": "DE"})
    words = {
        market: [mark.words for mark in answers(actor, **({"market": market} if market else {}))["line"].marks]
        for market in ("", "DE", "US")
    }
    assert "The storm began" in words[""] and "The storm began" in words["DE"] and "The storm began" not in words["US"]


def test_files_hold_the_numbers_their_meaning_and_nothing_that_runs(actor: Actor) -> None:
    found = list(answers(actor).values())
    body = exports.make("=Board", "Why", found, "csv").body.decode("utf-8-sig")
    told, rows = [], []
    for line in csv.reader(body.splitlines()):
        (told if line[0].startswith("# ") else rows).append(line)
    assert any("=Board" in line[0] for line in told) and any(metrics()["aht"].formula in line[0] for line in told)
    named = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [
        row["value"]
        for row in named
        if row["panel"] == "Incoming, manual by market" and row["slice"] == "DE" and not row["second_slice"]
    ][-1] == "2.0"
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)
    made = exports.make("Board", "", found, "parquet").body
    assert pl.read_parquet(io.BytesIO(made))["value"].drop_nulls().len() == sum(bool(row["value"]) for row in named)
    assert metrics()["aht"].formula in pl.read_parquet_metadata(io.BytesIO(made))["watchfloor"]
    picture = exports.make("<Board>", "", found, "svg").body.decode()
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg") and "&lt;Board&gt;" in picture and "<b>" not in picture
    assert not re.search(r"href=|url\(|<image|<script|@import", picture)
    with pytest.raises(BadInput):
        exports.make("Board", "", found, "exe")


def test_pixels_and_slides(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchfloor.insight.boards.exports.fonts.CUT", ())  # seconds of work that say nothing new
    pptx = pytest.importorskip("pptx", reason="pip install 'watchfloor[exchange]'")
    found = list(answers(actor).values())
    assert exports.make("Board", "", found, "png").body.startswith(b"\x89PNG")
    deck = pptx.Presentation(io.BytesIO(exports.make("Board", "Why", found, "pptx").body))
    assert len(deck.slides) == 1 + len(found)
    assert sum(shape.has_chart for slide in deck.slides for shape in slide.shapes) == 4
    assert metrics()["violation_rate"].formula in deck.slides[3].notes_slide.notes_text_frame.text


def test_without_the_extra_one_is_told_what_to_install(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, kind in (("resvg_py", "png"), ("pptx", "pptx")):
        monkeypatch.setitem(__import__("sys").modules, module, None)
        with pytest.raises(MissingExtra) as missing:
            exports.make("Board", "", [], kind)
        assert missing.value.hint == 'pip install "watchfloor[exchange]"'


def test_editing_is_ones_own_until_saved(mona: User, actor: Actor) -> None:
    browser, row = signed_in(mona), keeping.make(actor, "Mine", BOARD)
    address = f"/insight/boards/{row.pk}/step"

    def order() -> list[str]:
        return re.findall(r'data-panel="([\w-]+)"', browser.get(f"/insight/boards/{row.pk}/edit").content.decode())

    browser.post(address, {"do": "later", "panel": "number"})
    assert order()[:2] == ["line", "number"]
    browser.post(address, {"do": "remove", "panel": "line"})
    browser.post(address, {"do": "undo"})
    assert order()[:2] == ["line", "number"]
    wrong = browser.post(
        address,
        {"do": "panel", "panel": "new", "form": "heat", "metric": "aht", "by": "queue", "title": "What I typed"},
    )
    assert (
        wrong.status_code == 422
        and "What I typed" in wrong.content.decode()
        and "two different dimensions" in wrong.content.decode()
    )
    browser.post(address, {"do": "panel", "panel": "new", "form": "bars", "metric": "aht", "by": "queue"})
    assert len(order()) == 9 and Board.objects.get(pk=row.pk).version == 1
    browser.post(address, {"do": "save"})
    assert Board.objects.get(pk=row.pk).version == 2
    assert browser.post(address, {"do": "dance"}).status_code == 422


def test_the_wall_shows_no_names_and_goes_round(mona: User, actor: Actor) -> None:
    named = Panel(id="who", form="table", metrics=("aht",), by="reviewer")
    wide = tuple(msgspec.structs.replace(panel, width=4) for panel in (*PANELS[:4], named))
    row = keeping.make(actor, "Ours", msgspec.structs.replace(BOARD, panels=wide), shared=True)
    browser = signed_in(mona)
    first = browser.get(f"/insight/boards/wall?boards={row.pk}").content.decode()
    assert "Ours" in first and 'data-bs-theme="dark"' in first and "Reviewer" not in first
    screens = [browser.get(f"/insight/boards/wall/screen?boards={row.pk}&at={at}").content.decode() for at in range(3)]
    assert ["Screen 1 of 2" in each for each in screens] == [True, False, True]
    assert "<html" not in screens[1]


SLOW = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"  # some hours


def test_stopping_a_panel_interrupts_the_query_behind_it(mona: User, actor: Actor, german: Actor) -> None:
    ask, told = uuid4(), Queue[str]()

    def count() -> None:
        try:
            with stopping.stoppable(actor, str(ask)):
                lake.run(SLOW, {}, [])
            told.put("counted")
        except Conflict as problem:
            told.put(problem.code)

    counting = Thread(target=count)
    counting.start()
    stopping.stop(german, str(ask))  # another's question of the same name
    assert counting.is_alive()
    assert signed_in(mona).post(f"/insight/boards/asks/{ask}/stop").status_code == 204
    counting.join(60)
    assert told.get_nowait() == "stopped"
    with stopping.stoppable(actor, str(ask)):  # what was stopped can be asked again
        assert lake.run("SELECT 1", {}, []) == [(1,)]


def test_a_late_panel_can_be_stopped_by_its_own_name(mona: User, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    row = keeping.make(actor, "Late", BOARD)
    monkeypatch.setattr(serving.slots, "__defaults__", (-1.0,))
    page = signed_in(mona).get(f"/insight/boards/{row.pk}").content.decode()
    late_one = r'part=1&amp;ask=([0-9a-f-]{36})".*?data-panel-stop="/insight/boards/asks/([0-9a-f-]{36})/stop"'
    named = re.findall(late_one, page, re.DOTALL)
    assert len(named) == len(PANELS) - 1 and all(one == other for one, other in named)
    slots = serving.slots(actor, row, BOARD, look(), "", patience=-1.0)
    late = next(slot for slot in slots if slot.ask is not None)
    assert len({slot.ask for slot in slots}) == len(slots)
    answered = signed_in(mona).get(f"{late.url}?part=1&ask={late.ask}")
    assert answered.status_code == 200
    stopping.stop(actor, str(late.ask))
    lake.forget()
    assert signed_in(mona).get(f"{late.url}?part=1&ask={late.ask}").status_code == 409
