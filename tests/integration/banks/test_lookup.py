"""What is in a bank is found from the moment it is committed, and what is out of it is not; with and without the index."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.banks import BY, a_hash, flipped

from watchfloor.detection.banks import actions, indexes, look_up, settings_of
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.support.banks import Banks


@pytest.mark.parametrize("follow", [False, True])
def test_near_hashes_are_found_and_far_ones_not(banks: Banks, follow: bool) -> None:
    known = banks.bank(radius=20)
    banks.add(known, a_hash(1), a_hash(2), source="exchange", source_ref="7", tags=("a",))
    if follow:
        assert indexes.follow() == 2 and indexes.follow() == 0
    (found,) = look_up("pdq", flipped(a_hash(1), 15))
    assert (found.bank, found.distance, found.margin, found.source_ref) == ("known", 15, 5, "7")
    assert look_up("pdq", flipped(a_hash(1), 21)) == []
    assert [each.distance for each in look_up("pdq", flipped(a_hash(1), 21), radius=25)] == [21]
    assert look_up("pdq", a_hash(1), banks=["other"]) == []
    assert indexes.check().sound


def test_taken_out_waiting_resting_and_ended_entries_do_not_match(
    banks: Banks, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = banks.bank()
    gone, resting = banks.add(known, a_hash(1), a_hash(2)).ids
    banks.add(known, a_hash(3), expires_at=clock.now() + timedelta(hours=1))
    with writing(BY) as w:
        actions.add_entries(w, known, [settings_entry(a_hash(4))], waiting=True)
    indexes.follow()
    assert [len(look_up("pdq", a_hash(number))) for number in (1, 2, 3, 4)] == [1, 1, 1, 0]
    banks.remove(known, [gone])
    with writing(BY) as w:
        actions.disable_until(w, known, [resting], int(clock.now().timestamp()) + 60)
    later = clock.now() + timedelta(hours=2)
    assert look_up("pdq", a_hash(1)) == look_up("pdq", a_hash(2)) == []
    monkeypatch.setattr("watchfloor.kernel.clock.now", lambda: later)
    assert look_up("pdq", a_hash(3)) == [] and len(look_up("pdq", a_hash(2))) == 1
    assert indexes.follow() == 1 and indexes.check().sound
    known.refresh_from_db()
    assert known.size == 2


def test_a_value_stands_once_and_bad_ones_cost_only_themselves(banks: Banks) -> None:
    known = banks.bank()
    first = banks.add(known, a_hash(1), a_hash(1).upper(), "nonsense", a_hash(2))
    assert (first.new, first.known, [each.index for each in first.bad]) == (2, 0, [2])
    again = banks.add(known, a_hash(2), a_hash(3))
    assert (again.new, again.known, again.ids[0]) == (1, 1, first.ids[1])
    banks.remove(known, first.ids)
    assert banks.add(known, a_hash(1)).new == 1
    assert Entry.objects.filter(bank=known, state="removed").count() == 2
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_texts_addresses_and_equal_bytes(banks: Banks) -> None:
    known = banks.bank(text_within=0.3)
    text = "Buy cheap followers now, only today, ten thousand for five dollars at our page"
    banks.add(known, text, "Hi!", kind="text")
    banks.add(known, "https://Example.com/a/?q=1#top", kind="url")
    banks.add(known, "5d41402abc4b2a76b9719d911017c592", kind="md5")
    (near,) = look_up("text", text.replace("five", "six"))
    assert 0 < near.distance <= 0.3 and near.margin == round(0.3 - near.distance, 4)
    assert look_up("text", "HI")[0].exact
    assert look_up("text", "something of quite another kind, nothing to see for anybody here") == []
    assert look_up("url", "http://example.com/a?q=1")[0].exact and look_up("url", "example.com/b") == []
    assert look_up("md5", "5D41402ABC4B2A76B9719D911017C592")[0].entry_kind == "md5"


def test_a_video_is_known_by_enough_frames_and_says_where(banks: Banks) -> None:
    known = banks.bank(frames=3)
    film = [a_hash(number) for number in range(100, 110)]
    banks.add(known, lines(film), kind="video")
    indexes.follow()
    cut = [a_hash(50), a_hash(51), *[flipped(each, 9) for each in film[3:8]]]
    (found,) = look_up("video", lines(cut))
    (part,) = found.ranges
    assert (part.begin, part.end, part.known_begin, part.known_end, part.frames) == (2, 6, 3, 7, 5)
    assert look_up("video", lines([a_hash(50), film[3], film[4]])) == []
    assert look_up("pdq", film[4])[0].seconds == 4


def test_settings_have_versions_and_come_back(banks: Banks) -> None:
    known = banks.bank(radius=31)
    with writing(BY) as w:
        changed = actions.change_bank(w, known, replaced(known, radius=10), why="too many wrong ones", seen=1)
    assert (changed.version, changed.radius) == (2, 10)
    with pytest.raises(Conflict), writing(BY) as w:
        actions.change_bank(w, known, replaced(known, radius=11), why="late", seen=1)
    with writing(BY) as w:
        back = actions.roll_back(w, changed, 1, why="it was right")
    assert (back.version, back.radius) == (3, 31)
    assert list(Bank.objects.get().versions.order_by("number").values_list("restores", flat=True)) == [None, None, 1]


@pytest.mark.parametrize(
    ("field", "value"),
    [("radius", 32), ("ratio", float("nan")), ("policy_key", "nonsense"), ("action", "explode"), ("violation_key", ""),
     ("violation_key", "scam.phishing"), ("queue_key", "nowhere"), ("name", " "), ("flood_limit", 1)],
)  # fmt: skip
def test_settings_that_cannot_be_are_named(banks: Banks, field: str, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        banks.bank(**{"action": "decide", field: value})
    assert refused.value.where in (field, "policy", "key") or field == "policy_key"


def test_a_rebuilt_index_answers_the_same(banks: Banks) -> None:
    known = banks.bank()
    banks.add(known, *[a_hash(number) for number in range(40)])
    indexes.follow()
    ids = banks.add(known, a_hash(99)).ids
    before = indexes.status()
    assert (before.hashes, before.last - before.followed) == (40, 1)
    assert indexes.rebuild() == 41 and indexes.status().folder != before.folder
    assert look_up("pdq", a_hash(7)) and look_up("pdq", a_hash(99))
    banks.remove(known, ids)
    assert indexes.follow() == 1 and indexes.status().hashes == 40 and indexes.check().sound


def lines(digits: list[str]) -> str:
    return "\n".join(f"{place},90,{each},{place}" for place, each in enumerate(digits))


def settings_entry(value: str):  # type: ignore[no-untyped-def]
    from watchfloor.detection.banks.contracts import EntryIn

    return EntryIn(kind="pdq", value=value)


def replaced(bank: Bank, **values: object):  # type: ignore[no-untyped-def]
    import msgspec

    return msgspec.structs.replace(settings_of.of(bank), **values)
