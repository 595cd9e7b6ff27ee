"""Topics: texts that belong together meet, ids stay, what is new or grows is said, and chance is not."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from watchfloor.engines.topics import Rules, Text, Topics, adopt, features, judge, telling
from watchfloor.engines.topics.features import tokens

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOUNS = ["".join(random.Random(n).choices("abdegiklmnoprstu", k=5)) for n in range(500)]


def chatter(rng: random.Random, days: float, many: int, end: datetime = NOON) -> list[Text]:
    """Texts of random words at random moments before ``end``."""
    moments = sorted(end - days * DAY * rng.random() for _ in range(many))
    return [
        Text(id=f"b{n}", text=" ".join(rng.sample(NOUNS, 4)), at=at, by={"market": rng.choice(("DE", "FR"))})
        for n, at in enumerate(moments)
    ]


def fed(texts: list[Text]) -> Topics:
    topics = Topics()
    for text in sorted(texts, key=lambda each: each.at):
        topics.add(text)
    return topics


def test_scripts_without_blanks_and_disguised_words_are_read() -> None:
    assert features("这是假药广告") == ["这是", "是假", "假药", "药广", "广告"]
    assert features("ซื้อยาปลอม")[:2] == ["ซื", "ื้"]
    assert features("नकली दवा") == ["नकली", "दवा"]
    assert features("Fr\u0435e p1lls at http://b.example.com/x") == features("free pills at https://b.example.com/y")
    assert "host:b.example.com" in features("see http://b.example.com/1")
    assert features("!!! 😀") == []
    assert tokens("Löwen brüllten")[0] == "löwen"


def test_texts_that_are_alike_become_one_topic_and_others_do_not() -> None:
    rng = random.Random(1)
    said = chatter(rng, 5, 200)
    campaign = [
        Text(
            id=f"c{n}",
            text=f"cheap pills from doctor shop {rng.choice(NOUNS)} call +49 151 2345 678{n % 10}",
            at=NOON - HOUR * n,
        )
        for n in range(12)
    ]
    topics = fed(said + campaign)
    homes = {mention.id: topic.id for topic in topics.topics.values() for mention in topic.mentions}
    assert len({homes[each.id] for each in campaign}) == 1
    here = topics.topics[homes["c0"]]
    assert all(mention.id.startswith("c") for mention in here.mentions) and here.first_seen == campaign[-1].at
    assert topics.likeness(campaign[3].text, here.id) > 0.4 > topics.likeness(said[0].text, here.id)


def test_an_id_is_never_given_twice_and_known_texts_go_home() -> None:
    topics = Topics(prefix="n", keep=DAY)
    first = topics.add(Text(id="1", text="green bottles hanging wall", at=NOON - 3 * DAY))
    assert first is not None and first.id == "n1"
    topics.tidy(NOON)
    assert not topics.topics
    again = topics.add(Text(id="2", text="green bottles hanging wall", at=NOON))
    assert again is not None and again.id == "n2"
    restarted = Topics(prefix="n")
    kept = restarted.add(Text(id="2", text="green bottles hanging wall", at=NOON), topic="n7")
    other = restarted.add(Text(id="3", text="wholly other matter entirely", at=NOON))
    assert kept is not None and other is not None and (kept.id, other.id) == ("n7", "n8")


def test_the_oldest_go_before_their_time_when_there_are_too_many() -> None:
    """About ``most`` are remembered, whatever comes, and since when all are there is known."""
    topics, rng = Topics(most=80), random.Random(7)
    for n in range(1_000):
        words = " ".join(rng.choices(NOUNS, k=4))
        topics.add(Text(id=f"{n}", text=f"{words} once{n}", at=NOON + n * HOUR))
    kept = sorted(int(mention.id) for topic in topics.topics.values() for mention in topic.mentions)
    assert kept == list(range(1_000 - len(kept), 1_000)) and 80 <= len(kept) <= 90
    assert topics.whole_since is not None and topics.whole_since <= NOON + kept[0] * HOUR
    assert {mention.id for said in topics.said.values() for mention in said} == {str(n) for n in kept}
    assert len(topics._texts) < 80 + 90 + len(NOUNS)
    at_once = Topics(most=8)
    for n in range(200):
        at_once.add(Text(id=f"{n}", text="the very same", at=NOON))
    assert at_once.whole_since == NOON and at_once.seen == 200


def test_topics_that_become_alike_are_merged_into_the_older() -> None:
    topics = fed(chatter(random.Random(4), 3, 100))
    for n in range(4):
        topics.add(Text(id=f"a{n}", text="refund crypto wallet drainer support", at=NOON + n * HOUR), topic="1001")
        topics.add(
            Text(id=f"b{n}", text="refund crypto wallet drainer helpdesk", at=NOON + DAY + n * HOUR), topic="1002"
        )
        topics.add(Text(id=f"x{n}", text="parking fine letter court invented", at=NOON + DAY + n * HOUR), topic="1003")
    assert topics.tidy(NOON + 2 * DAY) == [("1002", "1001")]
    assert topics.topics["1001"].merged == ["1002"] and topics.topics["1001"].size == 8 and "1003" in topics.topics
    assert {mention.topic.id for mention in topics.said["crypto"]} == {"1001"}


def test_a_new_topic_is_said_and_a_loud_voice_is_not() -> None:
    rng = random.Random(2)
    said = chatter(rng, 10, 600)
    burst = [
        Text(id=f"c{n}", text=f"fake water bill {rng.choice(NOUNS)} pay now", at=NOON - HOUR * n, by={"market": "DE"})
        for n in range(12)
    ]
    alarms = judge(fed(said + burst).topics.values(), NOON, since=NOON - 10 * DAY)
    assert [(a.kind, a.where, a.count) for a in alarms] == [("new", {}, 12)]
    assert alarms[0].p < 1e-4 and alarms[0].expected == 0
    one = [Text(id=t.id, text=t.text, at=t.at, who="the same") for t in burst]
    assert judge(fed(said + one).topics.values(), NOON, since=NOON - 10 * DAY) == []
    assert (
        judge(fed(said + burst).topics.values(), NOON, since=NOON - 1.5 * DAY) == []
    )  # the stream is too young to know


def test_growth_in_one_market_is_said_of_that_market() -> None:
    steady = [
        Text(
            id=f"s{day}-{n}",
            text="account stolen after login code",
            at=NOON - DAY * (day + 0.5),
            by={"market": "FR" if n else "DE"},
        )
        for day in range(12)
        for n in range(30)
    ]
    surge = [
        Text(id=f"g{n}", text="account stolen after login code", at=NOON - HOUR, by={"market": "DE"}) for n in range(14)
    ]
    alarms = judge(fed(steady + surge).topics.values(), NOON, Rules(spans=10), since=NOON - 12 * DAY)
    assert [(a.kind, a.where, a.count, a.expected) for a in alarms] == [("growing", {"market": "DE"}, 15, 1.0)]


def test_differently_worded_texts_with_one_word_in_common_become_a_topic() -> None:
    rng = random.Random(3)
    said = chatter(rng, 10, 1500)
    theme = [
        Text(id=f"t{n}", text=" ".join([*rng.sample(NOUNS, 4), "flibberton"]), at=NOON - HOUR * n) for n in range(15)
    ]
    topics = fed(said + theme)
    [found] = adopt(topics, NOON, since=NOON - 10 * DAY)
    assert found.feature == "flibbe" and found.texts == 15
    [alarm] = judge(topics.topics.values(), NOON, since=NOON - 10 * DAY)
    assert alarm.topic == found.topic and alarm.kind == "new" and alarm.count == 15
    later = topics.add(Text(id="later", text="what flibberton means to nobody", at=NOON + HOUR))
    assert later is not None and later.id == found.topic
    homes = [m.id for topic in topics.topics.values() for m in topic.mentions]
    assert len(homes) == len(set(homes)) == topics.seen  # each text is in one topic


def test_calm_streams_seldom_alarm() -> None:
    alarmed = 0
    for seed in range(8):
        topics = fed(chatter(random.Random(seed), 12, 700))
        adopt(topics, NOON, since=NOON - 12 * DAY)
        alarmed += bool(judge(topics.topics.values(), NOON, since=NOON - 12 * DAY))
    assert alarmed <= 1


def test_telling_words_are_those_of_the_topic_alone() -> None:
    inside = ["the fake parcel fee again", "pay the parcel fee", "a parcel fee text with unicorn", "the parcel fee"]
    outside = ["the cat is the best", "pay for the food again", "a text of the day"] * 20
    words = telling(inside, outside, most=3)
    assert [each.word for each in words][:2] == ["fee", "parcel"]
    assert "unicorn" not in [each.word for each in telling(inside, outside, most=50)]  # said by one person only
    # By hand: y = 4 of 17 words of two letters and more, Y = 0 of 280; prior a = 50 * 4 / 297 of 50.
    # log(4.6734 / 62.3266) - log(.6734 / 329.3266) = 3.6018; sqrt(1 / 4.6734 + 1 / .6734) = 1.3035.
    [fee] = [each for each in words if each.word == "fee"]
    assert fee.texts == 4 and fee.z == pytest.approx(2.7633, abs=1e-3)


def test_characters_that_go_together_are_joined_again() -> None:
    words = telling(["买假药品吧", "假药品来了", "这里假药品"], ["今天天气很好", "我们去公园"] * 10, most=1)
    assert words[0].word == "假药品"
