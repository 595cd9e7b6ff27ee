"""Fingerprints of media: made in the cage, told once for each item that shows them, read again by day, gone with the medium."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PIL import Image
from tests.integration.items.conftest import See, Send
from tests.support.media import film, photo, sound

from watchfloor.engines.matching import hash_picture
from watchfloor.identity.domain import system
from watchfloor.items.media import actions, prints, work
from watchfloor.items.media.contracts import Printed
from watchfloor.items.media.models import Media, MediaPrint
from watchfloor.kernel import clock
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import Writer, writing


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Printed]]:
    """What those who match are told."""
    heard: list[Printed] = []

    def listen(w: Writer, printed: Printed) -> None:
        heard.append(printed)

    monkeypatch.setattr(prints, "_watchers", [])
    prints.on_printed(listen)
    prints.on_printed(listen)
    return heard


def opened() -> None:
    while work.decode_due():
        pass


def test_a_picture_is_told_once_for_each_item_that_shows_it(send: Send, see: See, told: list[Printed]) -> None:
    data = photo(1)
    media = send(data)
    first = see(image=media)
    assert told == []
    opened()
    [ready] = told
    assert (ready.media_id, ready.kind, ready.again, ready.item_version) == (media.pk, "image", False, "")
    assert (ready.md5, ready.sha256) == (hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest())
    assert [each.hex for each in ready.prints] == [hash_picture(data).hex]
    assert [each.item_version for each in prints.items_of(media.pk)] == [first]

    second = see(image=send(data))  # the same bytes under another item
    assert [(each.again, each.item_version, each.prints) for each in told[1:]] == [(True, second, ready.prints)]
    assert [each.item_version for each in prints.items_of(media.pk)] == [first, second]
    assert prints.of_media(media.pk) == ready.prints


def test_frames_of_a_video_and_nothing_of_a_sound(send: Send, told: list[Printed]) -> None:
    video, tone = send(film(8)), send(sound(2.0))
    opened()
    frames = prints.of_media(video.pk)
    assert len(frames) == 40 and {each.kind for each in frames} == {"frame"}
    assert [each.seconds for each in frames] == sorted(each.seconds for each in frames) and frames[-1].seconds > 7
    assert prints.of_media(tone.pk) == () and len(told) == 2
    assert not Media.objects.filter(printed_at=None).exists()


def test_the_ring_is_read_by_days_in_batches(send: Send, see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    now = clock.now()
    for number in range(4):
        with monkeypatch.context() as then:
            then.setattr(clock, "now", lambda days=3 - number: now - timedelta(days=days))
            made.append(send(photo(number)).pk)
            opened()
    assert [row.media_id for batch in prints.since(2) for row in batch] == made[2:]
    batches = list(prints.since(30, most=3))
    assert [len(batch) for batch in batches] == [3, 1]
    assert [row.media_id for batch in prints.since(30, after=batches[0][1].id) for row in batch] == made[2:]


def test_erased_with_the_medium_and_not_in_the_ledger(send: Send, see: See) -> None:
    media = send(photo(1))
    see(image=media)
    opened()
    assert MediaPrint.objects.count() == 1
    with writing(system("test")) as w:
        actions.erase(w, Media.objects.get(pk=media.pk), why="order 7")
    assert MediaPrint.objects.count() == 0
    while sequencer.sequence():
        pass
    assert rebuild.check().differences == []


def test_older_media_get_theirs_later(send: Send, told: list[Printed]) -> None:
    data = photo(3)
    media, broken = send(data), send(photo(4))
    opened()
    whole = prints.of_media(media.pk)
    MediaPrint.objects.all().delete()
    Media.objects.update(printed_at=None)
    with writing(system("test")) as w:  # as a row from before was
        w.update(Media.objects.get(pk=media.pk), md5="")
        w.event(_note(), Media.objects.get(pk=media.pk))
    Media.objects.filter(pk=broken.pk).update(key=b"")
    del told[:]
    assert work.print_missing() == [media.pk, broken.pk]
    assert prints.of_media(media.pk) == whole and told[0].prints == whole
    assert Media.objects.get(pk=media.pk).md5 == hashlib.md5(data).hexdigest()
    assert prints.of_media(broken.pk) == () and work.print_missing() == []


def _note() -> object:
    from watchfloor.items.media.events import MediaPrinted

    return MediaPrinted(prints=0)


def test_bars_are_hashed_with_and_without(send: Send) -> None:
    inside = Image.effect_noise((80, 60), 100).resize((1280, 960), Image.Resampling.BICUBIC)
    framed = Image.new("L", (1280, 1360))
    framed.paste(inside, (0, 200))
    media = send(photo(image=framed))
    opened()
    whole, inner = prints.of_media(media.pk)
    assert (whole.inner, inner.inner) == (False, True)
    bare = hash_picture(photo(image=inside)).hex
    assert (int(inner.hex, 16) ^ int(bare, 16)).bit_count() <= 10 < (int(whole.hex, 16) ^ int(bare, 16)).bit_count()
