"""The pages of Investigate: the question stays, errors stand at their place, nothing of other markets, labels and back."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.floor import Floor
from tests.support.lake import NOON, event, fresh
from tests.support.people import actor_of, member, signed_in

from watchfloor.detection.investigate import bulk, saved
from watchfloor.detection.investigate.asking import Question
from watchfloor.detection.investigate.to_rule import rule_text
from watchfloor.detection.models import LabelBatch, RuleFile
from watchfloor.detection.ruleset import compile_sources, sources
from watchfloor.intake import lake
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item, Label
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
ALL = frozenset({"investigate.view", "investigate.label", "rule.view", "rule.edit", "case.view"})
SPAN = "from=2026-03-01T12:00Z&to=2026-03-01T18:00Z"
QUESTION = Question("$.item.data.text == 'casino'", NOON, NOON + timedelta(hours=6))


@pytest.fixture
def floor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: Any) -> Floor:
    """Six messages of two authors, four with casino; one author is verified; one message is of Brazil."""
    fresh(monkeypatch, tmp_path)
    made: Floor = rules
    with writing("test") as w:
        items.save_type(
            w, key="account", name="Account", kind="account", fields=[{"name": "verified", "type": "boolean"}]
        )
        items.see(w, ItemSeen(type="account", id="star", data={"verified": True}, seen_at=NOON, market="US"))
    found = []
    for number in range(6):
        text, author = ("casino" if number < 4 else "hello"), ("star" if number == 3 else "mallory")
        made.item(text, id=f"m{number}", author=author)
        found.append(
            event(
                number, {"text": text, "n": number}, minutes=number, author=author, market="BR" if number == 5 else "US"
            )
        )
    lake.write(found)
    return made


@pytest.fixture
def client(floor: Floor) -> Any:
    return signed_in(member(ALL))


def test_the_page_answers_and_keeps_the_question(client: Any) -> None:
    page = client.get(f"/investigate?q=$.item.data.text == 'casino'&{SPAN}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "of 6 events" in text and "mallory" in text and "data-chart" in text
    for name in ("series", "top", "stream"):
        assert client.get(f"/investigate/panel/{name}?q=$.item.data.n > 2&{SPAN}").status_code == 200
    assert client.get(f"/investigate/panel/other?{SPAN}").status_code == 404
    assert client.get(f"/investigate/event/evt_{1:026}?{SPAN}").status_code == 200
    assert client.get(f"/investigate/event/evt_{77:026}?{SPAN}").status_code == 404


def test_what_is_wrong_stands_under_the_question_with_a_caret(client: Any) -> None:
    page = client.get(f"/investigate?q=$.item.data.txt == 'casino'&{SPAN}")
    text = page.content.decode()
    assert page.status_code == 422
    assert "Did you mean `$.item.data.text`?" in text and "^^^^^^^^" in text
    assert "$.item.data.txt == &#39;casino&#39;</textarea>" in text
    assert client.get("/investigate?span=3y").status_code == 422
    assert client.get("/investigate?from=yesterday").status_code == 422


def test_who_may_not_investigate_sees_nothing(floor: Floor) -> None:
    other = signed_in(member({"case.view"}))
    for address in (
        "/investigate",
        "/investigate/panel/series",
        "/investigate/entity?type=account&id=star",
        "/investigate/events",
        "/investigate/label",
    ):
        assert other.get(address).status_code == 403


def test_other_markets_are_in_no_answer(floor: Floor) -> None:
    brazil = signed_in(member(ALL, markets=["BR"]))
    for address in (
        f"/investigate?{SPAN}",
        f"/investigate/events?{SPAN}",
        f"/investigate/entity?path=$.author.id&value=mallory&{SPAN}",
    ):
        page = brazil.get(address)
        text = b"".join(page.streaming_content).decode() if page.streaming else page.content.decode()
        assert "hello" in text and "casino" not in text and "star" not in text, address
    unknown = brazil.get(f"/investigate/entity?type=account&id=star&{SPAN}").content.decode()
    assert "No events in this span" in unknown and "casino" not in unknown
    assert brazil.get(f"/investigate/event/evt_{1:026}?{SPAN}").status_code == 404
    label = brazil.get(f"/investigate/label?label=wave&{SPAN}").content.decode()
    assert "1 item would get the label" in label and "casino" not in label


def test_an_entity_shows_what_the_floor_knows(client: Any, floor: Floor) -> None:
    item, version = floor.item("casino", id="m0", author="mallory")
    floor.report(item, version)
    with writing("user:x") as w:
        items.add_label(w, item.author, "watched", source="user:x")
    page = client.get(f"/investigate/entity?type=account&id=mallory&{SPAN}").content.decode()
    assert "watched" in page and "5 in this span" in page and "Case " in page and "message m0" in page
    page = client.get(f"/investigate/entity?type=message&id=m0&{SPAN}").content.decode()
    assert "spam" in page and "mallory" in page
    assert "No events in this span" in client.get(f"/investigate/entity?type=message&id=never&{SPAN}").content.decode()
    assert client.get("/investigate/entity").status_code == 422


def test_a_restricted_item_has_no_page(client: Any, floor: Floor) -> None:
    item, version = floor.item("casino", id="m0", author="mallory")
    floor.report(item, version, reason="child-abuse")
    page = client.get(f"/investigate/entity?type=message&id=m0&{SPAN}").content.decode()
    assert "No events in this span" in page and "casino" not in page  # as for one that never was
    assert "message m0" not in client.get(f"/investigate/entity?type=account&id=mallory&{SPAN}").content.decode()


def test_files_of_events(client: Any) -> None:
    answer = client.get(f"/investigate/events?q=$.item.data.n > 1&{SPAN}&format=csv&col=$.item.data.text")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows[0][-1] == "$.item.data.text" and [row[4] for row in rows[1:]] == ["m5", "m4", "m3", "m2"]
    answer = client.get(f"/investigate/events?q=$.item.data.n > 1&{SPAN}&format=jsonl")
    assert [msgspec.json.decode(line)["item_id"] for line in b"".join(answer.streaming_content).splitlines()] == [
        "m5",
        "m4",
        "m3",
        "m2",
    ]
    assert Event.objects.filter(type="query.exported").count() == 2
    assert client.get(f"/investigate/events?{SPAN}&format=xls").status_code == 422


def test_saved_and_shared(client: Any) -> None:
    other = member({"investigate.view"}, "Otto")
    saved.save(actor_of(other), "Theirs", "q=a&span=7d")
    row = saved.save(actor_of(other), "Casino wave", "q=$.item.data.text == 'casino'&span=7d", shared=True)
    client.post("/investigate/save", {"name": "Mine", "address": "q=&span=24h"})
    page = client.get(f"/investigate?{SPAN}").content.decode()
    assert "Mine" in page and "Casino wave" in page and "Otto" in page and "Theirs" not in page
    assert client.post(f"/investigate/saved/{row.pk}/archive").status_code == 403
    own = saved.save(actor_of(other), "Theirs", "q=b&span=7d")
    assert own.address == "q=b&span=7d" and saved.listed(actor_of(other)).count() == 2
    assert client.post(f"/investigate/saved/{own.pk}/archive").status_code == 404
    client.post("/investigate/save", {"name": " ", "address": "q=&span=24h"})
    assert saved.listed(actor_of(other)).count() == 2
    changes = str(list(Event.objects.filter(type="query.saved").values_list("changes", flat=True)))
    assert "casino" not in changes.lower()  # what is looked for stays out of the ledger


def test_a_query_becomes_a_rule_file(client: Any, rules: Any) -> None:
    rules.write("LowerText: str = StringToLower(s=Text)\n")
    query = "$.item.data.text == 'casino', $.item.data.n > 2,\nRegexMatch(pattern='no', target=LowerText)"
    answer = client.get("/investigate/rule", {"name": "CasinoWave", "q": query})
    assert answer.status_code == 302 and "/rules/files/casino-wave.sml?" in answer["Location"]
    page = client.get(answer["Location"])
    text = rule_text(query, "CasinoWave")
    assert "_DataN: int = JsonData(path='$.item.data.n', required=False)" in text and "Text == 'casino'" in text
    begin = {"begin.sml": sources()["main.sml"], "casino-wave.sml": text.replace("main.sml", "begin.sml")}
    made = compile_sources({**begin, "main.sml": "Import(rules=['casino-wave.sml', 'begin.sml'])\n"})
    assert "CasinoWave" in made.rules
    assert page.status_code == 200 and "CasinoWave" in page.content.decode()
    assert not RuleFile.objects.filter(path="casino-wave.sml").exists()
    assert "bad" not in client.get("/investigate/rule", {"name": "bad name", "q": query})["Location"]


def test_a_label_on_many_and_back(floor: Floor) -> None:
    actor = actor_of(member(ALL))
    preview = bulk.preview(actor, QUESTION, label="wave")
    assert (preview.events, preview.items, preview.protected_count, preview.already) == (4, 3, 1, 0)
    assert [(one.item.external_id, one.why) for one in preview.protected] == [("m3", "verified")]
    assert Label.objects.count() == 0
    with pytest.raises(BadInput, match="Say why"):
        bulk.apply(actor, QUESTION, label="wave", target="item", why=" ", token=preview.token)
    batch = bulk.apply(actor, QUESTION, label="wave", target="item", why="casino wave", token=preview.token, days=7)
    labels = Label.objects.filter(value="wave", removed_at__isnull=True)
    assert sorted(labels.values_list("item__external_id", flat=True)) == ["m0", "m1", "m2"]
    assert {round((row.expires_at - row.added_at) / timedelta(days=1)) for row in labels} == {7}
    applied = Event.objects.get(type="label_batch.applied")
    assert (applied.reason, applied.data["count"], applied.subject) == ("casino wave", 3, f"labelbatch:{batch.pk}")
    with pytest.raises(Conflict):
        bulk.apply(actor, QUESTION, label="wave", target="item", why="again", token=preview.token)
    stranger = actor_of(member(ALL, markets=["DE"]))
    with pytest.raises(NotFound):
        bulk.undo(stranger, batch.pk)
    assert bulk.undo(actor, batch.pk) == 3
    assert not Label.objects.filter(value="wave", removed_at__isnull=True).exists()
    with pytest.raises(Conflict):
        bulk.undo(actor, batch.pk)


def test_labels_on_authors_spare_what_others_labelled(floor: Floor) -> None:
    actor = actor_of(member(ALL))
    mallory = Item.objects.get(type_key="account", external_id="mallory")
    with writing("user:x") as w:
        items.add_label(w, mallory, "wave", source="user:x")
    preview = bulk.preview(actor, QUESTION, label="wave", target="author")
    assert (preview.items, preview.already, preview.protected_count) == (0, 1, 1)
    batch = bulk.apply(
        actor, QUESTION, label="wave", target="author", why="all of them", token=preview.token, with_protected=True
    )
    assert batch.count == 1
    bulk.undo(actor, batch.pk)
    assert Label.objects.get(item=mallory).removed_at is None


def test_the_set_that_was_shown_is_the_set_that_is_labelled(floor: Floor) -> None:
    actor = actor_of(member(ALL))
    preview = bulk.preview(actor, QUESTION, label="wave")
    floor.item("casino", id="m9", author="mallory")
    lake.write([event(9, {"text": "casino", "n": 9}, minutes=30, author="mallory")])
    with pytest.raises(Conflict, match="other items"):
        bulk.apply(actor, QUESTION, label="wave", target="item", why="x", token=preview.token)
    assert not LabelBatch.objects.exists()


def test_who_may_look_may_not_therefore_label(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Forbidden):
        bulk.preview(actor_of(member({"investigate.view"})), QUESTION, label="wave")
    actor = actor_of(member(ALL))
    for label in ("Wave", "protected", "", "a" * 200):
        with pytest.raises(BadInput):
            bulk.preview(actor, QUESTION, label=label)
    monkeypatch.setattr(bulk, "MOST", 2)
    with pytest.raises(BadInput, match="more than 2"):
        bulk.preview(actor, QUESTION, label="wave")


def test_the_label_pages(client: Any, floor: Floor) -> None:
    page = client.get(
        "/investigate/label",
        {"q": QUESTION.text, "from": "2026-03-01T12:00Z", "to": "2026-03-01T18:00Z", "label": "wave"},
    )
    text = page.content.decode()
    assert "3 items would get the label" in text and "1 is protected" in text
    token = text.split('name="token" value="')[1].split('"')[0]
    form = {
        "q": QUESTION.text,
        "from": "2026-03-01T12:00:00Z",
        "to": "2026-03-01T18:00:00Z",
        "label": "wave",
        "target": "item",
        "token": token,
    }
    assert client.post("/investigate/label", form).status_code == 422
    done = client.post("/investigate/label", {**form, "why": "a wave"})
    assert done.status_code == 302
    assert "Undo" in client.get(done["Location"]).content.decode()
    batch = LabelBatch.objects.get()
    client.post(f"/investigate/label/{batch.pk}/undo", {"address": SPAN})
    assert not Label.objects.filter(removed_at__isnull=True).exists()
    with clock.at(NOON):
        assert client.get("/investigate/label?q=nope").status_code == 200  # no label yet: the form
        assert client.get("/investigate/label?q=nope&label=wave").status_code == 422


def test_the_api_answers_within_the_tokens_markets(floor: Floor) -> None:
    from django.test import Client

    from watchfloor.identity.actions import create_token
    from watchfloor.identity.domain import system

    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="bi", source="bi", permissions=["investigate.view"])
        _other, stranger = create_token(w, system("test"), name="no", source="no", permissions=["report.submit"])
    body = {
        "query": QUESTION.text, "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T18:00:00Z", "top": ["$.author.id"],
        "events": {"columns": ["$.item.data.text"], "limit": 2},
    }  # fmt: skip

    def ask(secret: str, **changes: Any) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        return Client().post("/v1/investigate", {**body, **changes}, content_type="application/json", headers=headers)

    answer = ask(secret).json()
    assert answer["series"]["all_matched"] == 4
    assert answer["top"][0]["values"][0] == {"value": "mallory", "count": 3, "before": 0}
    assert [each["item_id"] for each in answer["events"]["events"]] == ["m3", "m2"] and answer["events"]["after"]
    wrong = ask(secret, query="$.item.data.txt == 1")
    assert wrong.status_code == 422 and wrong.json()["error"]["where"] == "query:1:1"
    assert ask(stranger).status_code == 403
    assert ask("nonsense").status_code == 401
    assert ask(secret, query=5).json()["error"]["where"] == "query"  # a field of that name, not a place
    assert ask(secret, span="9y", start=None, end=None).status_code == 422


def test_the_command_line(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from watchfloor.cli.main import cli
    from watchfloor.console import prepare

    monkeypatch.setattr(prepare, "start_database", lambda: None)  # the test's own is up
    words = [
        "investigate",
        QUESTION.text,
        "--since",
        "2026-03-01T12:00Z",
        "--until",
        "2026-03-01T18:00Z",
        "--by",
        "$.author.id",
    ]
    plain = CliRunner().invoke(cli, [*words, "--show", "$.item.data.text"], catch_exceptions=False).output
    assert "4 of 6 events" in plain and "mallory" in plain and "casino" in plain
    found = msgspec.json.decode(CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False).output)
    assert found["series"]["all_matched"] == 4 and found["events"] is None
    wrong = CliRunner().invoke(cli, ["investigate", "$.item.data.txt == 1", *words[2:]])
    assert wrong.exit_code != 0 and "Did you mean `$.item.data.text`?" in wrong.output


def test_what_a_query_finds_becomes_a_cluster(floor: Floor) -> None:
    from watchfloor.review.models import Cluster

    boss = signed_in(member(ALL | {"case.bulk"}))
    at = f"/investigate/cluster?q=$.item.data.text == 'casino'&{SPAN}"
    assert "4 items" in boss.get(at).content.decode()
    assert "Make a cluster" in boss.get(f"/investigate?q=$.item.data.text == 'casino'&{SPAN}").content.decode()
    boss.post(at, {"q": "$.item.data.text == 'casino'", "from": "2026-03-01T12:00Z", "to": "2026-03-01T18:00Z",
                   "name": "casino", "policy": "spam", "share": "0.2", "step": "make"})  # fmt: skip
    made = Cluster.objects.get()
    assert (made.source, made.count, made.about) == ("query", 4, "$.item.data.text == 'casino'")
    assert signed_in(member(ALL)).get(at).status_code == 403
