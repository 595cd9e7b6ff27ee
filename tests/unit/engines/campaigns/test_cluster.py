"""Campaigns of texts: copies and shared keys meet, strangers and hubs do not, ids stay, and the evidence is there."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from watchfloor.engines.campaigns import Gates, State, Texts, campaigns, cluster, grow, layout
from watchfloor.engines.campaigns.keys import canonical
from watchfloor.kernel.errors import BadInput, NotFound

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[5] / "shared/data"))

WATCHES = "Buy cheap replica watches now, with fast delivery to your door from our own shop in town"
COPIES = [
    WATCHES,
    "BUY CHEAP REPLICA WATCHES NOW with fast delivery to your door from our own shop in town!!",
    "Buy ch\u200beap replica watches now, with fast delivery to your house from our own shop in the city",
    "Вuy сheap rерlica wаtches now, with fast delivery to your door from our own shop in town",
]
OTHERS = [
    "The committee met on Tuesday and agreed on the minutes of its last meeting",
    "How do I measure the current through a coil with a multimeter?",
    "ok", "ok", "ok", "", "🙂🙂", "٣ 中文的句子在這裡 очень длинный текст",
]  # fmt: skip
ANY = Gates(texts=2, accounts=1)


def test_copies_are_one_campaign_and_strangers_are_in_none() -> None:
    found = cluster(Texts([*OTHERS, *COPIES]), gates=ANY)
    assert [each.texts for each in found.campaigns] == [["9", "10", "11", "12"]]
    campaign = found.campaigns[0]
    assert (campaign.id, campaign.size, campaign.forms, campaign.accounts) == ("9", 4, 2, None)
    assert campaign.edges == {"near": 1, "same": 2} and campaign.sample == WATCHES
    assert set(found.edges["campaign"]) == {"9"}
    assert found.edges.filter(kind="near")["distance"][0] < 0.4


def test_a_link_alone_is_known_by_how_it_is_written() -> None:
    links = [
        "https://a.example/offer/summer-sale-77",
        "https://a.example/offer/summer-sale-77?x",
        "https://b.example/imprint",
    ]
    found = cluster(Texts(links), look=False, gates=ANY)
    assert [each.texts for each in found.campaigns] == [["1", "2"]]


def test_keys_in_the_text_and_keys_given_tie_and_are_shown() -> None:
    texts = [
        "love spells by the guru +91 9001340118",
        "call 09001340118 today",
        "black magic 91-9OO134O118",
        "unlike them all",
    ]
    found = cluster(Texts(texts, accounts=["a", "b", "c", "d"], keys={"device": [None, "", "d1", "d1"]}), gates=ANY)
    campaign = found.campaigns[0]
    assert campaign.size == 4 and campaign.accounts == 4
    assert [(key.kind, key.texts) for key in campaign.keys] == [("phone", 3), ("device", 2)]
    assert campaign.edges == {"phone": 2, "device": 1}
    assert {row["value"] for row in found.edges.filter(kind="device").to_dicts()} == {"d1"}


def test_networks_meet_in_their_64() -> None:
    assert canonical("ip", "2001:db8:1:2::5") == canonical("ip", "2001:0DB8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert canonical("ip", "192.0.2.7") == "192.0.2.7"
    assert canonical("ip", "not one") == "not one"


def test_a_hub_ties_nobody_and_is_shown() -> None:
    # Words of no text are in another: sixteen digits each, of which no two share four in a row by more than chance.
    texts = [
        " ".join(sha256(f"{number}.{word}".encode()).hexdigest()[:16] for word in range(4)) for number in range(45)
    ]
    accounts = [f"a{number}" for number in range(len(texts))]
    shared = Texts(texts, accounts=accounts, keys={"ja4": ["t13d"] * len(texts)})
    found = cluster(shared, gates=ANY, caps={"ja4": 20})
    assert [(hub.kind, hub.value, hub.parties) for hub in found.hubs] == [("ja4", "t13d", 45)]
    assert not any("ja4" in each.edges for each in found.campaigns)
    assert cluster(shared, gates=ANY, caps={"ja4": 45}).campaigns[0].size == len(texts)


def test_a_campaign_does_not_make_its_own_key_a_hub() -> None:
    texts = [f"{WATCHES} number {number}" for number in range(60)]
    shared = Texts(texts, accounts=[f"a{number}" for number in range(60)], keys={"ja4": ["t13d"] * 60})
    found = cluster(shared, caps={"ja4": 5})
    assert (found.hubs, found.campaigns[0].size, found.campaigns[0].keys[0].parties) == ([], 60, 1)


def test_everybodys_domains_tie_nobody() -> None:
    found = cluster(Texts(["see https://youtube.com/a for knitting", "my cat on https://www.youtube.com/b"]), gates=ANY)
    assert found.campaigns == [] and found.hubs[0].value == "youtube.com"


def test_gates_hold_back_what_is_small_old_or_of_one_account() -> None:
    copies = Texts(COPIES[:3], accounts=["a", "a", "a"], times=[0.0, 60.0, 7_200.0])
    state = State()
    grow(state, copies)
    assert campaigns(state).campaigns == []
    assert len(campaigns(state, Gates(accounts=1)).campaigns) == 1
    assert campaigns(state, Gates(texts=4, accounts=1)).campaigns == []
    assert campaigns(state, Gates(accounts=1, newest_from=8_000)).campaigns == []
    assert campaigns(state, Gates(accounts=1, seconds=10_000)).campaigns == []
    campaign = campaigns(state, Gates(accounts=1)).campaigns[0]
    assert (campaign.first, campaign.last, campaign.step) == (0.0, 7_200.0, 300)
    assert campaign.timeline == [(0.0, 2), (7_200.0, 1)]


def test_campaigns_grow_merge_into_the_older_and_fall_apart_when_a_key_becomes_a_hub() -> None:
    state = State(caps={"app": 2})
    one = grow(state, Texts(COPIES[:2], ["w1", "w2"], ["a", "b"], keys={"app": ["x", None]}))
    assert (one.begun, one.grown, one.merged, one.split) == (["w1"], [], [], [])
    two = grow(state, Texts([OTHERS[0]] * 2, ["m1", "m2"], ["c", "d"]))
    assert (two.begun, two.merged) == (["m1"], [])
    three = grow(state, Texts([OTHERS[0]], ["m3"], ["c"], keys={"app": ["x"]}))
    assert (three.grown, three.merged) == (["w1"], [("m1", "w1")])
    assert [each.id for each in campaigns(state, ANY).campaigns] == ["w1"]
    four = grow(state, Texts([OTHERS[1]], ["q"], ["e"], keys={"app": ["x"]}))
    assert four.split == [("w1", ["w1", "m1"])] and four.begun == ["m1"]
    assert [each.id for each in campaigns(state, ANY).campaigns] == ["m1", "w1"]
    assert campaigns(state, ANY).hubs[0].value == "x"


def test_ids_are_given_once_and_columns_are_of_one_length() -> None:
    state = State()
    grow(state, Texts(["a text of its own"], ["1"]))
    with pytest.raises(BadInput, match="id of its own"):
        grow(state, Texts(["another"], ["1"]))
    with pytest.raises(BadInput, match="accounts has 1 rows"):
        grow(state, Texts(["x", "y"], accounts=["a"]))
    assert len(state.ids) == len(state.texts) == 1


@pytest.mark.skipif(not (DATA / "se_spam_titles_2014.txt").exists(), reason="set WATCHFLOOR_DATA to the open data sets")
def test_spam_titles_with_one_phone_number_are_together() -> None:
    lines = (DATA / "se_spam_titles_2014.txt").read_text("utf-8-sig").split("\n")
    texts = [line for line in lines if line.strip()]
    found = cluster(Texts(texts), gates=ANY)
    where = {text: each.id for each in found.campaigns for text in each.texts}
    numbers = [
        re.sub(r"\D", "", match[0])[-10:] if (match := re.search(r"\d[\d .-]{7,}\d", text)) else None for text in texts
    ]
    pairs = [(a, b) for a, b in combinations(range(len(texts)), 2) if numbers[a] and numbers[a] == numbers[b]]
    together = sum(where.get(str(a + 1), a) == where.get(str(b + 1), b) for a, b in pairs)
    assert len(pairs) > 3_000 and together / len(pairs) >= 0.95


def test_a_picture_shows_equals_as_one_and_few_lines() -> None:
    texts = [f"{WATCHES} {'again ' * (number % 5)}" for number in range(50)] + [
        "call 09001340118 today",
        "spells 9001340118",
    ]
    keys = {"phone": ["+91 9001340118" if number < 3 else None for number in range(50)] + [None, None]}
    found = cluster(Texts(texts, keys=keys), gates=ANY)
    picture = layout(found, "1")
    dots = [node for node in picture.nodes if node.kind == "texts"]
    assert sum(dot.texts for dot in dots) == 52 and len(dots) == 7
    assert [node.label for node in picture.nodes if node.kind == "key"] == ["9001340118"]
    ids = {node.id for node in picture.nodes}
    assert len(ids) == len(picture.nodes) and all({line.left, line.right} <= ids for line in picture.edges)
    assert sum(line.kind == "near" for line in picture.edges) == 4  # five wordings hang together by four
    assert all(0 <= node.x <= 1 and 0 < node.y < 1 for node in picture.nodes)
    few = layout(found, "1", most=3)
    assert sum(node.kind == "texts" for node in few.nodes) <= 3
    assert sum(node.texts for node in few.nodes if node.kind == "texts") == 52
    with pytest.raises(NotFound):
        layout(found, "2")
