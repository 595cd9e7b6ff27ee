"""Pictures that lie in the store are read again: before something is done near the limit, and when one is banked, turned and mirrored."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from tests.support.banks import a_hash, flipped
from tests.support.floor import SPAM, someone
from tests.support.media import photo
from tests.support.people import member, signed_in

from watchfloor.detection.banks import banking, look_up
from watchfloor.detection.banks.models import Entry, EntryHash, Match
from watchfloor.engines.matching import hash_picture
from watchfloor.engines.matching.pdq import VARIANTS
from watchfloor.items.media import closely
from watchfloor.items.media.models import MediaPrint
from watchfloor.review.models import Case, Signal

if TYPE_CHECKING:
    from tests.support.banks import Banks

DATA = photo(7, size=(1100, 800))
EXACT = hash_picture(DATA, exact=True).hex
TURNS = [None, *Image.Transpose]


def turned(data: bytes, turn: Image.Transpose | None) -> bytes:
    """The picture as somebody posts it again."""
    image = Image.open(BytesIO(data))
    return photo(form="PNG", image=image if turn is None else image.transpose(turn))


@pytest.mark.parametrize(
    ("exactly", "did", "sentence"),
    [
        (24, "decided", "24 of 256 bits from an entry of the bank “Known”, up to 31 count; quality 100; read again from every pixel."),
        (33, "queued", "28 of 256 bits from an entry of the bank “Known”, up to 31 count; quality 100; 33 when read from every pixel."),
    ],
)  # fmt: skip
def test_near_the_limit_every_pixel_is_read_before_a_bank_decides(
    banks: Banks, exactly: int, did: str, sentence: str
) -> None:
    known = flipped(EXACT, exactly)
    banks.add(banks.bank(action="decide", sample=0), known)
    media = banks.stored(DATA, banks.item())
    MediaPrint.objects.filter(media=media).update(bits=bytes.fromhex(flipped(known, 28)))  # as a scaled copy said it
    banks.match()
    match = Match.objects.get()
    assert (match.did, match.exact) == (did, did == "decided")
    assert (match.distance, match.margin) == ((24, 7) if match.exact else (28, 3))
    assert Signal.objects.get().reason == sentence


def test_what_no_bank_would_decide_is_not_opened_again(banks: Banks, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(closely, "look", opened.append)
    banks.add(banks.bank(action="queue"), flipped(a_hash(1), 25))
    banks.add(banks.bank("sure", action="decide"), a_hash(2))
    banks.medium(a_hash(1), banks.item())
    banks.medium(a_hash(2), banks.item())
    banks.match()
    assert opened == [] and sorted(Match.objects.values_list("did", flat=True)) == ["decided", "queued"]


def test_a_banked_picture_is_known_however_it_is_turned(banks: Banks) -> None:
    item, version = banks.item()
    banks.report(item, version)
    banks.stored(DATA, (item, version))
    editor = someone(frozenset({"bank.view", "bank.edit"}))
    banks.decide(someone(), SPAM)
    good, case = banks.bank("good", negative=True), Case.objects.get()
    [number] = [each.number for each in banking.fingerprints(case) if each.entry.kind == "pdq"]
    assert banking.bank_it(editor, case, good, [number], days=1, why="known from now on") is None
    entry = Entry.objects.get()
    assert EntryHash.objects.filter(entry=entry).count() == len(VARIANTS) == 8
    for turn in TURNS:
        [found] = look_up("pdq", hash_picture(turned(DATA, turn)).hex)
        assert (found.entry, found.turned) == (entry.pk, turn is not None) and found.distance <= 10
    page = signed_in(member({"bank.view"})).get(f"/banks/entries/{entry.pk}").content
    assert b"also turned and mirrored ones" in page
    banks.remove(good, [entry.pk])
    assert look_up("pdq", EXACT) == []


def test_a_picture_that_cannot_be_read_any_more_is_banked_as_it_is(banks: Banks) -> None:
    item, version = banks.item()
    banks.report(item, version)
    banks.medium(a_hash(1), (item, version))
    good, case = banks.bank("good", negative=True), Case.objects.get()
    banking.bank_it(someone(frozenset({"bank.view", "bank.edit"})), case, good, [0], days=1, why="known from now on")
    assert EntryHash.objects.count() == 1 and not look_up("pdq", a_hash(1))[0].turned
