"""Reviews on a real floor: composed with facts at once, edited, published, scheduled once, and each reader sees their own."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from tests.support.people import actor_of, member, signed_in
from tests.support.readied import happen, settle

from watchfloor.identity.actions import create_token, grant, save_role
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.insight import facts as lake_facts
from watchfloor.insight import lake
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall.actions.incidents import open_incident
from watchfloor.programme.facts.models import Fact
from watchfloor.programme.reviews import access, actions, drafts, exports, letters, mornings, queries, sending, shown
from watchfloor.programme.reviews.actions import Wanted
from watchfloor.programme.reviews.domain import layout, markdown
from watchfloor.programme.reviews.domain.document import Block, Document, Entry, change, move
from watchfloor.programme.reviews.models import Review, ReviewRun
from watchfloor.programme.reviews.sending import Planned
from watchfloor.programme.risks.actions import register
from watchfloor.programme.risks.domain import RiskIn
from watchfloor.programme.tracking.actions.todos import Todo, add_action
from watchfloor.workforce import actions as workforce

pytestmark = pytest.mark.django_db

START = datetime(2026, 10, 5, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
WEEK = 7 * DAY
MONDAY = START + 5 * WEEK
MANAGER = {"insight.view", "programme.view", "programme.edit", "vendor.view", "oncall.view", "case.view"}


@pytest.fixture(autouse=True)
def _floor() -> Iterator[None]:
    """Five weeks: the fifth has more than twice the work of the others, most of it in one queue; two vendors."""
    shutil.rmtree(lake_facts.folder(), ignore_errors=True)
    lake.forget()
    with writing(system("test")) as w:
        for key in ("birch", "cedar"):
            workforce.save_vendor(w, key=key, name=key.title(), site="Lisbon", time_zone="Europe/Lisbon")
    yield
    lake.forget()


def five_weeks() -> None:
    for week in range(5):
        for day in range(7):
            at = START + week * WEEK + day * DAY
            happen(4, at, queue="spam.en")
            happen(14 if week == 4 else 3, at, queue="spam.es")
            for vendor in ("birch", "cedar"):
                happen(
                    2,
                    at,
                    type_="job.decided",
                    queue="spam.en",
                    vendor=vendor,
                    kind="review",
                    active_total_ms=60_000 + 1_000 * day,
                )
    settle()


def manager(name: str = "Mia Manager", **limits: Any) -> Actor:
    return actor_of(member(MANAGER, name, **limits))


def compose(actor: Actor, template: str = "weekly", **more: Any) -> Review:
    with clock.at(MONDAY + timedelta(hours=8)):
        row = actions.compose(actor, Wanted(template=template, **more))
    assert row is not None
    return row


def document(row: Review) -> Document:
    return queries.read_by(system("test"), row)[0]


def test_a_week_writes_itself_in_true_sentences_that_rest_on_facts() -> None:
    five_weeks()
    mia = manager()
    row = compose(mia)
    assert (row.starts_at, row.ends_at, row.title) == (
        START + 4 * WEEK,
        MONDAY,
        "Weekly operations review: 2 Nov – 8 Nov 2026",
    )
    blocks = {block.title: block for block in document(row).blocks}
    [came, solved, _backlog] = blocks["Volume"].said
    assert came.startswith("Incoming, manual: 126, +157\u00a0% [") and came.endswith(
        "vs four weeks; spam.es drove all of it."
    )
    assert solved.startswith("Solved, manual: 28, as usual (28 vs four weeks)")
    assert blocks["What was out of the ordinary"].said == ("Nothing was out of the ordinary.",)
    facts = Fact.objects.filter(about=f"review:{row.pk}")
    assert facts.count() == len({name for block in document(row).blocks for name in block.facts}) > 15
    assert len({fact.read_at for fact in facts}) == 1
    drawn = shown.of(mia, row, document(row))
    table = next(part for part in drawn.parts if part.title == "Queues")
    assert [one.name for one in table.rows] == ["spam.es", "spam.en"] and table.rows[0].cells[0] == "98 (21 before)"


def test_blocks_of_other_parts_say_what_they_keep_and_a_vendor_gets_none_of_it() -> None:
    happen(2, START + 4 * WEEK)
    settle()
    mia = manager()
    with clock.at(START + 4 * WEEK), writing(mia) as w:
        add_action(w, Todo(title="Put the filter on again", owner=mia.id, due=START + 4 * WEEK + DAY))
        register.write(
            w, mia,
            RiskIn(
                title="A surge nobody staffs", event="too few people", likelihood=5, impact=4, residual_likelihood=4, residual_impact=4,
                review_on=(START + 4 * WEEK + 2 * DAY).date(),
            ),
        )  # fmt: skip
    said = {block.kind: block for block in document(compose(mia)).blocks}
    assert said["actions"].said == ("0 done in this span, 1 open, 1 of them late.",)
    assert said["actions"].entries[0].lines[0].startswith("Mia Manager, due 3 Nov")
    [risk] = said["risks"].entries
    assert (risk.title, risk.lines[1]) == ("A surge nobody staffs", "That day is over.") and "16" in risk.state
    assert said["go"].said == ("No launch was decided on.",) and said["decision"].said == ("There was no incident.",)
    blocks = tuple(
        Block(id=f"b{n}", kind=kind)
        for n, kind in enumerate(("actions", "risks", "decision", "go", "questions", "agreed"))
    )
    for block in document(compose(mia, "vendor", vendor="birch", blocks=blocks)).blocks:
        assert not block.entries, block.kind


def test_titles_of_incidents_are_for_who_may_see_them() -> None:
    mia, mine = member(MANAGER, "Mia Manager"), Block(id="b1", kind="decision")
    with clock.at(START + 4 * WEEK + DAY):
        incident = open_incident(actor_of(mia), title="Zebra leak at a partner", severity=2, market="DE")
    row = compose(actor_of(mia), blocks=(mine,))
    actions.publish(actor_of(mia), row.pk)
    reads = MANAGER - {"oncall.view", "programme.edit"}
    without, elsewhere = member(reads, "Rita Reader"), member(reads, "Ole Other")
    with writing(system("test")) as w:  # who sees incidents of another market only
        save_role(w, key="far", name="far", permissions=["oncall.view"])
        grant(w, system("test"), elsewhere, "far", markets=["FR"])
        secrets = [
            create_token(w, system("test"), name=key, source=key, permissions=sorted(given))[1]
            for key, given in (("all", reads | {"oncall.view"}), ("some", reads))
        ]
    name = queries.name_of(row)
    told = [
        Client(headers={"authorization": f"Bearer {secret}"})
        .get(f"/v1/programme/reviews/{name}")
        .json()["blocks"][0]["entries"][0]
        for secret in secrets
    ]
    assert (told[0]["title"], "url" in told[0]) == ("Zebra leak at a partner", True)
    assert (told[1]["title"], "url" in told[1], "Zebra" in str(told[1])) == ("An incident (severity 2)", False, False)
    for person, known in ((mia, True), (without, False), (elsewhere, False)):
        browser = signed_in(person)
        page = browser.get(f"/programme/reviews/{name}").content.decode()
        html = browser.get(f"/programme/reviews/{name}/export?format=html").content.decode()
        for text in (page, html):
            assert ("Zebra leak" in text) == known and ("An incident (severity 2)" in text) != known
            assert "opened 3 Nov" in text
        assert (reverse("incident", args=[incident.pk]) in page) == known
        drawn = shown.of(actor_of(person), row, document(row))
        assert any("Zebra" in words for words in letters.sentences(drawn)) == known
        deck = exports.make(drawn, "pptx").body
        with zipfile.ZipFile(io.BytesIO(deck)) as archive:
            slides = b"".join(archive.read(each) for each in archive.namelist() if each.endswith(".xml"))
        assert (b"Zebra leak" in slides) == known
    old = msgspec.structs.replace(mine, entries=(Entry(title="Zebra leak", url="/x", lines=("Severity 2.",)),))
    for person in (without, elsewhere):  # reviews that were written before entries said what they need
        [entry] = access.entries(actor_of(person), row, old)
        assert (entry.title, entry.url, entry.lines) == ("An incident", "", ("Severity 2.",))
    assert access.entries(actor_of(mia), row, old) == old.entries


def test_people_edit_publish_and_put_back_and_nobody_overwrites_another() -> None:
    five_weeks()
    mia, max_ = manager(), manager("Max")
    row = compose(mia)
    draft = drafts.of(mia, row)
    first = draft.now.blocks[0]
    edited = change(draft.now, Block(id=first.id, kind="text", title="In short", text="**More** spam from `es`."))
    history = draft.history.then(edited).then(move(edited, first.id, 3))
    assert drafts.keep(mia, row, draft, history).now.blocks[3].text.startswith("**More**")
    assert document(row).blocks[0].text == ""
    reader = actor_of(member({"insight.view", "programme.view"}, "Rita"))
    with pytest.raises(NotFound):
        queries.opened(reader, row.pk)
    row = actions.save(mia, row.pk, history.now, seen=1, title="The week")
    actions.publish(mia, row.pk)
    with pytest.raises(Conflict):
        actions.save(max_, row.pk, history.now, seen=1)
    again = actions.restore(max_, row.pk, 1)
    assert (again.version, again.published) == (3, 2)
    assert queries.listed(reader)[0].title == "The week"
    seen, title, number = queries.read_by(reader, queries.opened(reader, row.pk))
    assert (number, title, seen.blocks[3].text[:8]) == (2, "The week", "**More**")
    with pytest.raises(NotFound):
        queries.read_by(reader, row, 3)
    with pytest.raises(Forbidden):
        actions.publish(reader, row.pk)
    narrow = actor_of(member({"insight.view", "programme.view", "programme.edit"}, "Gerd", markets=["DE"]))
    with pytest.raises(NotFound):
        queries.opened(narrow, row.pk)
    assert queries.listed(narrow) == [] and [each.pk for each in queries.listed(reader)] == [row.pk]
    actions.archive(mia, row.pk)
    assert queries.listed(reader) == []


def test_a_vendor_sees_its_own_review_only_and_nothing_of_the_house() -> None:
    five_weeks()
    mia = manager()
    birch, house = compose(mia, "vendor", vendor="birch", start=START + 4 * WEEK, end=MONDAY), compose(mia)
    lena = member({"vendor.work"}, "Lena of Birch", vendors=["birch"])
    carl = member({"vendor.work"}, "Carl of Cedar", vendors=["cedar"])
    assert queries.listed(actor_of(lena)) == []
    actions.publish(mia, birch.pk)
    actions.publish(mia, house.pk)
    assert [row.pk for row in queries.listed(actor_of(lena))] == [birch.pk] and queries.listed(actor_of(carl)) == []
    drawn = shown.of(actor_of(lena), birch, document(birch))
    [work] = [part for part in drawn.parts if part.title == "Work"]
    assert {one.value for one in work.numbers} == {"14"} and all(not one.url for one in work.numbers)
    url = f"/programme/reviews/{queries.name_of(birch)}"
    said = signed_in(lena).get(url)
    assert (
        said.status_code == 200
        and "cedar" not in said.content.decode().lower()
        and "/programme/facts/" not in said.content.decode()
    )
    assert signed_in(lena).get(f"{url}/export?format=html").status_code == 200
    assert signed_in(carl).get(url).status_code == 404
    assert signed_in(lena).get(f"/programme/reviews/{queries.name_of(house)}").status_code == 404
    assert signed_in(lena).get(f"{url}/edit").status_code == 403


def test_a_schedule_makes_one_review_for_each_moment_and_mails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    five_weeks()
    user = member(MANAGER, "Mia Manager")
    mia = actor_of(user)
    with clock.at(MONDAY - DAY):
        row = sending.save(
            mia,
            Planned(
                template="weekly",
                addresses="ops@example.org, boss@example.org",
                format="html",
                publish=True,
                minute=540,
            ),
        )
        assert row.next_at == MONDAY + timedelta(hours=9) and sending.work() == 0
    with clock.at(MONDAY + timedelta(hours=10)):
        with monkeypatch.context() as patch:
            patch.setattr("watchfloor.programme.reviews.letters.EmailMultiAlternatives.send", _broken)
            assert sending.work() == 2
        run = ReviewRun.objects.get()
        assert (
            (run.state, run.tries, mail.outbox) == ("claimed", 1, [])
            and run.review is not None
            and run.review.published == 1
        )
    with clock.at(MONDAY + timedelta(hours=11)):
        assert sending.work() == 1 and sending.work() == 0
    [sent] = mail.outbox
    assert Review.objects.count() == 1 and ReviewRun.objects.get().state == "done"
    assert (
        sorted(sent.bcc) == ["boss@example.org", "ops@example.org"] and str(run.pk) in sent.extra_headers["Message-ID"]
    )
    assert "Incoming, manual: 126" in sent.body and sent.attachments[0][0].endswith(".html")
    User.objects.filter(pk=user.pk).update(is_active=False)
    with clock.at(MONDAY + WEEK + timedelta(hours=10)):
        sending.work()
    row.refresh_from_db()
    assert row.next_at is None and row.stopped_why == "Its owner has left." and Review.objects.count() == 1


def _broken(self: Any, **_more: Any) -> None:
    raise OSError("connection refused")


def test_the_morning_after_a_spike_has_its_review() -> None:
    five_weeks()
    with clock.at(MONDAY + timedelta(hours=6)):
        assert mornings.write() == 0
    with clock.at(MONDAY), writing(system("test")) as w:
        from watchfloor.insight.spikes.events import SpikePlanned

        spike = w.create(
            Spike, metric="incoming_manual", kind="spike", where={"queue": "spam.es"}, starts_at=MONDAY - timedelta(hours=15),
            last_at=MONDAY - timedelta(hours=12), found_at=MONDAY - timedelta(hours=14), found_by="system:spikes", value=14, expected=3,
            owner="Mia", hypothesis="the filter was off", action="put it on again", acted_at=MONDAY - timedelta(hours=12),
            expected_change=-0.6, due_at=MONDAY + DAY,
        )  # fmt: skip
        w.event(
            SpikePlanned(
                metric=spike.metric, where=spike.where, owner="Mia", expected_change=-0.6, acted_at="", due_at=""
            ),
            spike,
        )
    with clock.at(MONDAY + timedelta(hours=6)):
        assert mornings.write() == 1 and mornings.write() == 0
    row = Review.objects.get()
    assert (row.template, row.origin, row.published) == ("daily", "morning", 1)
    [block] = [each for each in document(row).blocks if each.kind == "spike"]
    [entry] = block.entries
    assert "spam.es +367" in entry.title and any("the filter was off" in line for line in entry.lines)
    assert row.pk in [each.pk for each in queries.listed(manager())]


def test_files_have_nothing_over_an_edge_in_any_script() -> None:
    from pptx import Presentation
    from pptx.util import Emu
    from pypdf import PdfReader

    five_weeks()
    mia = manager()
    long = {
        "en": "Supercalifragilistic " * 150 + "\n\n- **point** " + "of many words " * 200, "es": "¿Qué pasó esta semana? " * 90,
        "ar": "ارتفعت البلاغات هذا الأسبوع بسبب حملة واحدة. " * 60, "ja": "今週は通報が大きく増えました。" * 90,
    }  # fmt: skip
    row = compose(mia)
    for language, text in long.items():
        row.language, row.title = language, text[:150]
        made = document(row)
        made = change(made, Block(id=made.blocks[0].id, kind="text", title="#panic() <script>", text=text))
        drawn = shown.of(mia, row, made)
        deck = Presentation(io.BytesIO(exports.make(drawn, "pptx").body))
        width, height = int(deck.slide_width or 0), int(deck.slide_height or 0)
        words = ""
        for slide in deck.slides:
            for shape in slide.shapes:
                assert (
                    shape.left >= 0
                    and shape.top >= 0
                    and shape.left + shape.width <= width
                    and shape.top + shape.height <= height
                )
                if shape.has_text_frame and shape.text_frame.text:
                    words += shape.text_frame.text
                    size = max(run.font.size.pt for line in shape.text_frame.paragraphs for run in line.runs)
                    room = Emu(shape.width).pt
                    assert layout.height(shape.text_frame.text, size, room) <= Emu(shape.height).pt + 0.1, (
                        language,
                        shape.text_frame.text,
                    )
                if shape.has_table:
                    assert shape.top + sum(line.height for line in shape.table.rows) <= height
        assert len(words.replace(" ", "")) > len(text.replace(" ", "")) * 0.9  # nothing of a long text is lost
        assert any(
            slide.has_notes_slide and "Watchfloor" in slide.notes_slide.notes_text_frame.text for slide in deck.slides
        )
        pdf = PdfReader(io.BytesIO(exports.make(drawn, "pdf").body))
        read = "".join(page.extract_text() for page in pdf.pages)
        assert len(pdf.pages) >= 3 and "126" in read and "#panic()" in read
        page = exports.make(drawn, "html").body.decode()
        assert (
            ('dir="rtl"' in page) == (language == "ar")
            and "<script" not in page
            and "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
        )


def test_no_slide_goes_on_with_a_single_sentence() -> None:
    from pptx import Presentation

    row = shown.Row("A name of a queue", ("1,234", "12 %", "3 h"))
    line = "The queue got more than in each of the four weeks before, most of it from one client app."
    head = ("Queue", "Cases", "Change", "Age")

    def part(**more: Any) -> shown.Part:
        return shown.Part(id="b", kind="table", title="By queue", **more)

    def slides(one: shown.Part) -> list[Any]:
        drawn = shown.Shown(title="T", span="S", source="W", language="en", number=1, parts=(one,))
        return list(Presentation(io.BytesIO(exports.make(drawn, "pptx").body)).slides)[1:]

    def rows(slide: Any) -> int:
        return next((len(shape.table.rows) - 1 for shape in slide.shapes if shape.has_table), 0)

    for many, said, expected in (
        (5, 2, [5]),  # its text beneath it
        (11, 1, [11]), (11, 2, [6, 5]),  # the second sentence goes on with half of the table, not alone
        (12, 1, [6, 6]), (15, 3, [8, 7]), (11, 30, [11, 0, 0]),  # text enough for slides of its own
    ):  # fmt: skip
        made = slides(part(columns=head, rows=(row,) * many, said=(line,) * said))
        assert [rows(each) for each in made] == expected, (many, said)
        words = [shape.text_frame.text for slide in made for shape in slide.shapes if shape.has_text_frame]
        assert sum(each.count(line) for each in words) == said
        assert all("By queue, continued" in [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
                   for slide in made[1:])  # fmt: skip
    tiles = tuple(
        shown.Number(title=f"Number {n}", value="1,234", interval="", change="+3 %", url="", formula="")
        for n in range(6)
    )
    made = slides(part(numbers=tiles, said=(line,) * 5))
    assert (
        len(made) == 1 or max(len(shape.text_frame.paragraphs) for shape in made[1].shapes if shape.has_text_frame) > 1
    )
    text = tuple(markdown.Line(kind="p", runs=(markdown.Run("A word " * 180),)) for _ in range(2))
    made = slides(shown.Part(id="b", kind="text", title="In short", text=text))
    sizes = [sum(len(shape.text_frame.text) for shape in slide.shapes if shape.has_text_frame) for slide in made]
    assert min(sizes) > 0.3 * max(sizes)


def test_the_pages_compose_edit_and_publish_and_the_api_reads() -> None:
    five_weeks()
    browser = signed_in(member(MANAGER, "Mia Manager"))
    assert "No reviews yet" in browser.get("/programme/reviews").content.decode()
    with clock.at(MONDAY + timedelta(hours=8)):
        wrong = browser.post("/programme/reviews/new", {"template": "vendor", "title": "Kept"})
        assert (
            wrong.status_code == 422
            and "Choose the vendor" in wrong.content.decode()
            and 'value="Kept"' in wrong.content.decode()
        )
        made = browser.post("/programme/reviews/new", {"template": "weekly"})
    url = made.headers["Location"].removesuffix("/edit")
    row = Review.objects.get()
    page = browser.get(f"{url}/edit").content.decode()
    assert "Incoming, manual: 126" in page
    for do, more in (
        ("text", {"block": "b1", "title": "In short", "text": "More than **usual**."}), ("later", {"block": "b1"}),
        ("remove", {"block": "b3"}), ("undo", {}), ("add", {"kind": "number", "metrics": ["reports"], "title": "Reports"}),
        ("save", {"title": "The week"}), ("publish", {}),
    ):  # fmt: skip
        answer = browser.post(f"{url}/step", {"do": do, **more})
        assert answer.status_code == 302, (do, answer.content.decode()[:500])
    row.refresh_from_db()
    blocks = document(row).blocks
    assert (row.title, row.published, row.version) == ("The week", 2, 2) and blocks[1].text == "More than **usual**."
    assert blocks[-1].said and blocks[-1].kind == "number" and any(block.id == "b3" for block in blocks)
    assert browser.post(f"{url}/step", {"do": "add", "kind": "number", "metrics": ["none_such"]}).status_code == 422
    said = browser.get(url).content.decode()
    assert "<strong>usual</strong>" in said and "/programme/facts/fact_" in said
    assert "text/csv" in browser.get("/programme/reviews?format=csv").headers["Content-Type"]
    assert (
        browser.get(f"{url}/versions").status_code == 200
        and browser.get("/programme/reviews/schedules").status_code == 200
    )
    assert (
        browser.post("/programme/reviews/schedules", {"do": "make", "template": "weekly", "time": "25:00"}).status_code
        == 422
    )
    made = browser.post(
        "/programme/reviews/schedules",
        {
            "do": "make",
            "template": "weekly",
            "every": "monday",
            "time": "08:00",
            "format": "pdf",
            "zone": "Europe/Madrid",
        },
    )
    assert made.status_code == 302 and sending.listed(system("test")).count() == 1
    with writing(system("test")) as w:
        _row, secret = create_token(
            w, system("test"), name="t", source="t", permissions=["insight.view", "programme.view"]
        )
    api = Client(headers={"authorization": f"Bearer {secret}"})
    [one] = api.get("/v1/programme/reviews").json()
    assert one["title"] == "The week" and api.get(f"/v1/programme/reviews/{one['id']}").json()["blocks"][1][
        "text"
    ].startswith("More")
    assert (
        api.get(f"/v1/programme/reviews/{one['id']}/export?format=html").headers["Content-Type"].startswith("text/html")
    )
    assert api.get(f"/v1/programme/reviews/{one['id']}/export?format=doc").status_code == 422
    assert api.get("/v1/programme/reviews/rev_none").status_code == 404
