"""The second look: the cage's exact hashes are those of every pixel, and what it says is checked."""

from __future__ import annotations

import pytest
from tests.support.media import Bytes, film, photo

from watchfloor.engines.matching import hash_picture
from watchfloor.items.media import decoding
from watchfloor.items.media.decoding import Failed, Made
from watchfloor.items.media.sniff import sniff


def closely(data: bytes) -> Made | Failed:
    kind = sniff(data[:4096])
    assert kind is not None
    return decoding.decode(Bytes(data), kind, closely=True)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_pixel_is_read_and_nothing_is_shown(form: str) -> None:
    data = photo(5, form, size=(1600, 1100))
    made = closely(data)
    assert isinstance(made, Made) and made.prints is not None and made.renditions == ()
    assert (made.prints[0].hex, made.prints[0].quality) == hash_picture(data, exact=True)
    assert made.turned[0] == made.prints[0].hex and len(set(made.turned)) == 8
    assert "system-call filter" in made.held or made.held == ()


@pytest.mark.parametrize("data", [photo(5)[:300], film(1)])
def test_what_is_no_whole_picture_has_none(data: bytes) -> None:
    assert isinstance(closely(data), Failed)


def test_forms_that_cannot_be_are_no_answer() -> None:
    assert decoding._turned([["0f" * 32, 100]] * 8) == ("0f" * 32,) * 8
    for wrong in ([["0f" * 32, 100]] * 7, [["0f" * 31, 100]] * 8, [["0f" * 32, 101]] * 8):
        with pytest.raises(ValueError, match=r".+"):
            decoding._turned(wrong)
