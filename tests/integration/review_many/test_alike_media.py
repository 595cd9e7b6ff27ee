"""Near media: gathered into clusters around one of them, found on the case as "seen before", and pictured as a campaign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.integration.review_pages.test_api import Program
from tests.support.floor import LEAD, SPAM, Floor, someone
from tests.support.media import photo
from tests.support.people import member
from tests.support.shown import again, image_type, shown

from watchfloor.identity.domain import system
from watchfloor.items.media import actions as media_actions
from watchfloor.items.media import near, storage, store
from watchfloor.items.media.bands import asked_for, bands_of
from watchfloor.items.media.models import Media, MediaPrint
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing
from watchfloor.review import clusters, queries
from watchfloor.review.clusters import gathering
from watchfloor.review.models import Case, Cluster

if TYPE_CHECKING:
    pass

BOSS = LEAD | {"case.bulk"}


@pytest.fixture(autouse=True)
def _images(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item type with a picture, and a place for the files."""
    place = storage.Folder(tmp_path / "media")
    monkeypatch.setattr(store, "storage", lambda: place)
    image_type()


def test_bands_leave_nothing_out() -> None:
    import random

    chance = random.Random(7)
    for _ in range(200):
        bits = chance.randbytes(32)
        for apart in (0, 1, 15, 31):
            other = int.from_bytes(bits, "big")
            for place in chance.sample(range(256), apart):
                other ^= 1 << place
            assert set(asked_for(bits)) & set(bands_of(other.to_bytes(32, "big")))
    assert len(asked_for(bytes(32))) == 272


def test_near_pictures_of_open_cases_become_one_cluster(floor: Floor) -> None:
    copies = [shown(f"copy-{quality}", again(1, quality)) for quality in (95, 70, 50, 30)]
    twin = shown("twin", again(1, 95), author="by-copy-95")
    others = [shown(f"other-{seed}", photo(seed)) for seed in (11, 12)]
    for item in [*copies, *others]:
        floor.report(item)
    assert gathering.gather(5) == 0  # the twin was reported by nobody
    floor.report(twin)
    assert gathering.gather(5) == 1
    cluster = Cluster.objects.get()
    assert cluster.count == 5 and cluster.about == "by itself: media"
    assert gathering.gather(5) == 0

    found = clusters.campaign(someone(BOSS), cluster)
    assert (found.items, found.accounts, found.largest) == (5, 4, 2)
    assert sorted(each.items for each in found.media) == [1, 1, 1, 2] and all(
        each.view.veil_url for each in found.media
    )
    lead = Client()
    lead.force_login(member(BOSS))
    page = lead.get(f"/clusters/{cluster.pk}").content.decode()
    assert "The campaign" in page and "/veil?" in page and "/poster?" not in page


def test_a_case_says_where_its_picture_was_seen_before(floor: Floor) -> None:
    old = floor.report(shown("old", again(1, 70)))
    boss = someone(BOSS)
    floor.decide(someone(), SPAM)
    assert Case.objects.get(pk=old.pk).state == "closed"
    shown("same", photo(1))
    new = floor.report(shown("new", photo(1)))
    shown("strange", photo(2))
    [seen] = queries.seen_before(boss, new)
    assert (seen.items, seen.exact, seen.accounts, seen.kind) == (2, 1, 2, "image")
    assert seen.decisions == (("violating", 1),)
    assert [(each.external_id, each.same) for each in seen.shown] == [("same", True), ("old", False)]
    assert sum(count for _, count in seen.days) == 3
    assert {group.kind: group.count for group in queries.related(boss, new).groups}["media"] == 2
    lead = Client()
    lead.force_login(member(BOSS))
    for page in (f"/cases/{encode('case', new.pk)}", f"/cases/{encode('case', new.pk)}/related"):
        words = lead.get(page).content.decode()
        assert "This picture, seen before" in words and "same file" in words and "bit" in words

    program, name = Program("case.view"), encode("case", new.pk)
    found = program.get(f"cases/{name}/seen-before")
    assert [(one["items"], one["same_file"], one["decisions"]) for one in found] == [(2, 1, {"violating": 1})]
    assert "media" in {group["kind"] for group in program.get(f"cases/{name}/related")}

    elsewhere = someone(BOSS, markets=frozenset({"DE"}))
    assert queries.seen_before(elsewhere, new)[0].items == 0  # nothing of other markets is counted


def test_restricted_and_erased_media_are_not_found(floor: Floor) -> None:
    first, second = shown("first", again(3, 90)), shown("second", again(3, 60))
    one, two = (Media.objects.get(links__item_version=each.current_version) for each in (first, second))
    assert [each.media_id for each in near.near(one.pk)] == [two.pk]
    with writing(system("test")) as w:
        media_actions.restrict(w, two, "csam")
    assert near.near(one.pk) == [] and [each.media_id for each in near.near(one.pk, open_to=("", "csam"))] == [two.pk]
    with writing(system("test")) as w:
        media_actions.erase(w, Media.objects.get(pk=two.pk), why="order")
    assert near.near(one.pk, open_to=("", "csam")) == []


def test_a_video_is_near_one_that_has_half_of_its_frames(db: None) -> None:
    from watchfloor.items.media.contracts import Print

    frames = [
        Print(kind="frame", bits=bytes([place]) * 32, quality=90, seconds=float(place)) for place in range(0, 240, 10)
    ]
    with writing(system("test")) as w:
        row = w.create(Media, state="ready", kind="video", noted_at=clock.now())
        w.event(_event(), row)
    for each in frames[:13]:
        MediaPrint.objects.create(
            media=row, kind="frame", seconds=each.seconds, bits=each.bits, quality=90, day=clock.now().date(),
            bands=bands_of(each.bits),
        )  # fmt: skip
    assert near.near_prints(frames)[row.pk].share >= 0.5
    MediaPrint.objects.filter(seconds__gt=30).delete()
    assert near.near_prints(frames) == {}
    assert len(near.chosen(frames)) == 12  # at most so many are asked for


def _event() -> object:
    from watchfloor.items.media.events import MediaPrinted

    return MediaPrinted(prints=0)
