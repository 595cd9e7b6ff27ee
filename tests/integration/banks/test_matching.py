"""From a fingerprint to what a bank does: decided unseen, queued, noted, suppressed, held back; each once, all of it in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.banks import BY, a_hash, flipped
from tests.support.floor import CLEAN, someone

from watchfloor.detection.banks.models import Due, Match
from watchfloor.detection.hold import hold_automation
from watchfloor.enforcement.models import Action
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case, Decision, Job, Signal

if TYPE_CHECKING:
    from tests.support.banks import Banks


def test_known_content_is_decided_without_a_view(banks: Banks) -> None:
    banks.add(banks.bank(action="decide", sample=0), a_hash(1))
    shown = banks.item(), banks.item()
    banks.medium(flipped(a_hash(1), 4), *shown)
    banks.match()
    matches = list(Match.objects.all())
    assert [(each.did, each.distance, each.margin, each.quality) for each in matches] == [("decided", 4, 27, 95)] * 2
    assert {each.item_version for each in matches} == {version for _, version in shown}
    decision = Decision.objects.first()
    assert decision is not None and (decision.decider, decision.violation_key) == ("rule:bank:known", "spam.bulk")
    assert not Job.objects.exists() and Action.objects.exists() and not Due.objects.exists()
    events = Event.objects.filter(type="bank.matched")
    assert [event.data["views_avoided"] for event in events] == [1, 1]
    signal = Signal.objects.first()
    assert (
        signal is not None and signal.source == "match:known" and signal.score == pytest.approx(1 - 4 / 128, abs=1e-3)
    )
    assert signal.reason == "4 of 256 bits from an entry of the bank “Known”, up to 31 count; quality 95."
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_an_item_that_shows_it_later_is_matched_too_and_each_once(banks: Banks) -> None:
    banks.add(banks.bank(), a_hash(1))
    first, later = banks.item(), banks.item()
    media = banks.medium(a_hash(1), first)
    banks.match()
    banks.again(media, later[1])
    Due.objects.create(media_id=media.pk, at=Match.objects.get().at)
    banks.match()
    assert sorted(Match.objects.values_list("item_version", flat=True)) == sorted([first[1], later[1]])
    assert Job.objects.filter(state="ready").count() == 2 and Signal.objects.count() == 2


@pytest.mark.parametrize(
    ("action", "distance", "quality", "did"),
    [("decide", 20, 95, "decided"), ("decide", 21, 95, "queued"), ("decide", 4, 52, "queued"), ("queue", 4, 95, "queued"),
     ("note", 4, 95, "noted")],
)  # fmt: skip
def test_what_is_near_the_limit_is_for_a_person(
    banks: Banks, action: str, distance: int, quality: int, did: str
) -> None:
    banks.add(banks.bank(action=action), a_hash(1))
    banks.medium(flipped(a_hash(1), distance), banks.item(), quality=quality)
    banks.match()
    assert Match.objects.get().did == did
    assert Case.objects.count() == (action != "note")


def test_low_quality_and_far_pictures_match_nothing(banks: Banks) -> None:
    banks.add(banks.bank(quality=80), a_hash(1))
    banks.medium(a_hash(1), banks.item(), quality=79)
    banks.medium(flipped(a_hash(1), 32), banks.item())
    banks.match()
    assert not Match.objects.exists()


def test_known_good_content_takes_away_what_is_no_nearer(banks: Banks) -> None:
    banks.add(banks.bank(action="decide"), a_hash(1))
    banks.add(banks.bank("good", negative=True), flipped(a_hash(1), 10))
    banks.medium(flipped(a_hash(1), 10), banks.item())
    banks.medium(a_hash(1), banks.item())
    banks.match()
    assert sorted(Match.objects.values_list("did", flat=True)) == ["decided", "suppressed"]
    assert Match.objects.get(did="suppressed").nearer is not None and Decision.objects.count() == 1


def test_people_are_not_overruled_and_a_hold_holds(banks: Banks) -> None:
    banks.add(banks.bank(action="decide"), a_hash(1))
    item, version = banks.item()
    banks.report(item, version)
    banks.decide(someone(), CLEAN)
    media = banks.medium(a_hash(1), (item, version))
    banks.match()
    assert Match.objects.get().did == "cleared"
    with writing(BY) as w:
        hold_automation(w, why="drill", hours=1)
    banks.again(media, banks.item()[1])
    banks.match()
    assert (
        Match.objects.exclude(did="cleared").get().did == "queued"
        and Decision.objects.filter(origin="rule").count() == 0
    )


def test_a_share_of_the_items_and_a_sample_of_the_decisions(banks: Banks) -> None:
    banks.add(banks.bank(action="decide", ratio=0.5, sample=0.5, flood_limit=100), a_hash(1))
    banks.medium(a_hash(1), *[banks.item() for _ in range(40)])
    banks.match()
    done = Match.objects.filter(did="decided").count()
    assert 8 < done < 32 and Match.objects.filter(did="held").count() == 40 - done
    assert 0 < Match.objects.filter(sampled=True).count() < done


def test_texts_and_addresses_of_items_are_matched(banks: Banks) -> None:
    known = banks.bank()
    text = "Buy cheap followers now, only today, ten thousand for five dollars at our page"
    banks.add(known, text, kind="text")
    banks.add(known, "bad.example/offer", kind="url")
    banks.item(text.upper())
    banks.item("look at https://bad.example/offer, it is fine")
    banks.item("nothing to see here at all, just a walk in the park")
    banks.match()
    assert sorted(Match.objects.values_list("kind", flat=True)) == ["text", "url"]


def test_equal_bytes_are_known_without_any_picture(banks: Banks) -> None:
    banks.add(banks.bank(action="decide"), "ab" * 32, kind="sha256")
    banks.medium("", banks.item(), sha256="ab" * 32)
    banks.match()
    match = Match.objects.get()
    assert (match.did, match.exact, match.kind) == ("decided", True, "sha256")


def test_a_part_of_a_known_video_is_found_with_its_times(banks: Banks) -> None:
    film = [a_hash(number) for number in range(100, 108)]
    banks.add(banks.bank(), "\n".join(f"{at},90,{each},{at}" for at, each in enumerate(film)), kind="video")
    banks.medium("", banks.item(), frames=[a_hash(1), *film[2:6]])
    banks.match()
    assert Match.objects.get().ranges == [[1.0, 4.0, 2.0, 5.0, 4]]


def test_a_restricted_bank_is_not_named(banks: Banks) -> None:
    from watchfloor.policy import queries as policies

    policy = next(each for each in policies.all_policies() if each.clearance)
    kind = policies.violations(policy.key, "")[0].key
    bank = banks.bank(policy_key=policy.key, violation_key=kind)
    assert bank.clearance == policy.clearance
    banks.add(bank, a_hash(1))
    banks.medium(a_hash(1), banks.item())
    banks.match()
    signal = Signal.objects.get()
    assert (signal.source, signal.details["entry"]) == ("match:restricted", "")
    assert "known" not in str(Event.objects.get(type="bank.matched").data).lower()
