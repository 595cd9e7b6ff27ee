"""What a bank found in a video is marked on its timeline; a restricted bank without its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.banks import a_hash

from watchfloor.detection.banks.models import Match
from watchfloor.items.media import beside
from watchfloor.policy import queries as policies

if TYPE_CHECKING:
    from tests.support.banks import Banks


def test_parts_of_known_videos_are_marked_under_the_version_that_shows_them(banks: Banks) -> None:
    secret = next(each for each in policies.all_policies() if each.clearance)
    known = banks.add(banks.bank("films"), "\n".join(f"{n},90,{a_hash(100 + n)},{n}" for n in range(8)), kind="video")
    kind = policies.violations(secret.key, "")[0].key
    banks.add(banks.bank("hidden", policy_key=secret.key, violation_key=kind), a_hash(9))
    banks.add(banks.bank("good", negative=True), a_hash(20))
    spared = banks.medium("", banks.item(), frames=[a_hash(9), a_hash(20)])
    item, version = banks.item()
    frames = [a_hash(1), *[a_hash(100 + n) for n in range(2, 6)], a_hash(9)]
    media = banks.medium("", (item, version), frames=frames)
    banks.match()
    marks = beside.marks_of([media.pk], version)[media.pk]
    assert [(each.at_s, each.end_s, each.kind) for each in marks] == [(1.0, 4.0, "match"), (5.0, None, "match")]
    assert marks[0].label == "known content of the bank Films" and "Hidden" not in marks[1].label
    assert beside.marks_of([media.pk], "another version") == {}
    known_good = Match.objects.get(media_id=spared.pk)
    assert known_good.did == "suppressed" and beside.marks_of([spared.pk], known_good.item_version) == {}
    Match.objects.filter(bank__key="hidden").update(verdict="rejected")
    assert len(beside.marks_of([media.pk], version)[media.pk]) == 1
    banks.remove(Match.objects.get(bank__key="films").bank, known.ids)
    assert beside.marks_of([media.pk], version) == {}
