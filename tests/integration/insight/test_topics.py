"""Topics from reports: alarms, rights, restricted cases, what is erased, and what people do with them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.support.floor import Floor, install, someone

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.insight.trends import follow, memory, topic_actions, topics
from watchfloor.insight.trends.models import Topic, TopicAlarm, TopicText
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case, Report

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VIEW = frozenset({"insight.view", "case.view", "topic.manage"})
WORDS = ["".join(random.Random(n).choices("abdegiklmnoprstu", k=6)) for n in range(300)]
DANA = someone(VIEW)


@pytest.fixture
def reported() -> Floor:
    """Three quiet days, and nine people in half a day who speak of one new thing, two of them in Germany."""
    install()
    follow.forget()
    floor, rng = Floor(), random.Random(1)
    for number in range(30):
        with clock.at(NOON - 3.9 * DAY + number * 3 * HOUR):
            item, version = floor.item(" ".join(rng.sample(WORDS, 6)), author=f"a{number}")
            floor.report(item, version, note=" ".join(rng.sample(WORDS, 5)), market="US", language="en")
    for number in range(9):
        with clock.at(NOON - (10 - number) * HOUR):
            item, version = floor.item(f"harbour tickets lottery number {number} claim your prize", author=f"b{number}")
            floor.report(
                item,
                version,
                note=f"harbour lottery again {rng.choice(WORDS)}",
                market="DE" if number < 2 else "US",
                language="en",
            )
    with clock.at(NOON):
        while follow.keep_up():
            pass
    return floor


def test_a_new_topic_alarms_once_and_shows_its_words_and_texts(reported: Floor) -> None:
    with clock.at(NOON):
        lines = topics.listed(DANA, {})
        assert {line.source for line in lines} == {"note", "item"} and all(line.alarm is not None for line in lines)
        note = next(line for line in lines if line.source == "note")
        assert (
            note.day == note.total == 9 and note.before == 0 and "harbour" in note.words and "harbour" in note.example
        )
        assert note.alarm is not None and note.alarm.kind == "new"
        assert len(topics.examples(DANA, note.key)) == 9
        assert sum(count for _day, count in topics.series(DANA, note.key)) == 9
        assert {(row.value, row.day) for row in topics.splits(DANA, note.key)["market"]} == {("US", 7), ("DE", 2)}
        said = Event.objects.filter(type="topic.alarmed")
        # Said as soon as it is more than chance allows, and again when it has doubled.
        counts = list(TopicAlarm.objects.filter(topic__key=note.key).order_by("at").values_list("count", flat=True))
        assert len(counts) == 2 and counts[0] >= 4 and counts[1] >= 2 * counts[0]
        assert said.count() == TopicAlarm.objects.count() == 4
        assert "harbour" not in str(list(said.values_list("data", flat=True)))  # no word of a person
    with clock.at(NOON + 2 * HOUR):
        follow.keep_up()
    assert TopicAlarm.objects.count() == 4  # not again within a day


def test_the_memory_can_be_lost_and_ids_stay(reported: Floor) -> None:
    before = dict(TopicText.objects.values_list("pk", "topic"))
    follow.forget()
    with clock.at(NOON + HOUR):
        item, version = reported.item("harbour tickets lottery number 77 claim your prize", author="late")
        reported.report(item, version, note="harbour lottery again once more")
        follow.keep_up()
    assert {pk: key for pk, key in TopicText.objects.values_list("pk", "topic") if pk in before} == before
    late = TopicText.objects.get(item=item, source="note")
    assert late.topic == next(line.key for line in _all() if "harbour" in line.words and line.source == "note")
    made = memory.remembered(0, NOON)
    assert {key: topic.size for key, topic in made.streams["note"].topics.items()} == {
        key: TopicText.objects.filter(topic=key).count() for key in made.streams["note"].topics
    }


def _all() -> list[topics.Line]:
    with clock.at(NOON + HOUR):
        return topics.listed(DANA, {"show": "all"})


def test_rights_restricted_cases_and_erased_texts(reported: Floor) -> None:
    german = someone(VIEW, markets=frozenset({"DE"}))
    counts_only = someone(frozenset({"insight.view"}))
    with clock.at(NOON):
        key = next(line.key for line in topics.listed(DANA, {"source": "note"}))
        row = TopicText.objects.filter(topic=key).first()
        assert row is not None
        assert topics.listed(german, {"show": "all"}) == []  # two texts are too few to be listed
        # The market of the case counts, as everywhere: these cases were all opened in the US.
        with pytest.raises(NotFound):
            topics.one(someone(VIEW, markets=frozenset({"FR"})), key)
        line = topics.one(counts_only, key)
        assert line.total == 9 and line.words == () and line.example == "" and topics.examples(counts_only, key) == []
        with pytest.raises(NotFound):
            topics.one(someone(frozenset()), key)

        Report.objects.filter(pk=row.report_id).update(note="", seal=None)  # as erasing leaves it
        assert len(topics.examples(DANA, key)) == 8
        Case.objects.filter(pk=row.case_id).update(clearance="child_safety")
        assert topics.one(DANA, key).total == 8
        assert topics.one(system("test"), key).total == 8  # for nobody
    with clock.at(NOON + 2 * HOUR):
        follow.keep_up()
    row.refresh_from_db()
    assert row.topic == ""

    with clock.at(NOON + 3 * HOUR):
        case = reported.report(note="secret harbour lottery")
        Case.objects.filter(pk=case.pk).update(clearance="child_safety")
        follow.keep_up()
    assert not TopicText.objects.filter(case=case).exists()


def test_people_name_mute_split_and_join(reported: Floor) -> None:
    with clock.at(NOON):
        key = next(line.key for line in topics.listed(DANA, {"source": "note"}))
        topic_actions.name(DANA, key, "Harbour   lottery")
        assert topics.one(DANA, key).name == "Harbour lottery"
        assert "Harbour" not in str(Event.objects.get(type="topic.named").changes)
        topic_actions.mute(DANA, key, 7)
        assert key not in [line.key for line in topics.listed(DANA, {})]
        assert [line.key for line in topics.listed(DANA, {"show": "muted"})] == [key]
        with pytest.raises(BadInput):
            topic_actions.mute(DANA, key, 365)
        word = topics.examples(DANA, key)[0].text.split()[-1]
        made = topic_actions.split(DANA, key, word)
        assert TopicText.objects.filter(topic=made.key).count() >= 1
        with pytest.raises(BadInput):
            topic_actions.split(DANA, key, "harbour")  # all of them say it
        with pytest.raises(Forbidden):
            topic_actions.join(someone(frozenset({"insight.view", "case.view"})), made.key, key)
        topic_actions.join(DANA, made.key, key)
        assert TopicText.objects.filter(topic=key).count() == 9
        assert Topic.objects.get(key=made.key).joined_to == key
    with clock.at(NOON + 2 * HOUR):
        follow.keep_up()  # takes it over
    assert TopicText.objects.filter(topic=key).count() == 9


def test_programs_read_topics(reported: Floor) -> None:
    with clock.at(NOON):
        with writing(system("test")) as w:
            _row, secret = create_token(w, system("test"), name="reader", permissions=["insight.view"], source="reader")
        web, head = Client(), {"authorization": f"Bearer {secret}"}
        listed = web.get("/v1/insight/topics", {"source": "note"}, headers=head).json()["topics"]
        assert [(each["total"], each["alarm"]["kind"]) for each in listed] == [(9, "new")]
        one = web.get(f"/v1/insight/topics/{listed[0]['key']}", headers=head).json()
        assert {(each["value"], each["day"]) for each in one["parts"] if each["by"] == "market"} == {
            ("US", 7),
            ("DE", 2),
        }
        assert one["texts"] == []  # the token may see numbers, not open cases
        assert web.get("/v1/insight/topics/n9999", headers=head).status_code == 404
