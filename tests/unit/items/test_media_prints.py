"""Fingerprints made in the cage are those that plain files have, and what the cage says of them is not believed unseen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.media import Bytes, film, moving, photo

from watchfloor.engines.matching import hash_picture
from watchfloor.items.media import decoding
from watchfloor.items.media.contracts import Print
from watchfloor.items.media.decoding import Made
from watchfloor.items.media.sniff import sniff

GOOD = ["pdq", False, 0.0, "0f" * 32, 100]


def prints(data: bytes) -> tuple[Print, ...]:
    kind = sniff(data[:4096])
    assert kind is not None
    made = decoding.decode(Bytes(data), kind)
    assert isinstance(made, Made) and made.prints is not None
    return made.prints


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_has_the_hash_that_its_file_has(form: str) -> None:
    data = photo(5, form, size=(1400, 900))
    [found] = prints(data)
    assert (found.hex, found.quality) == hash_picture(data)


def test_frames_of_moving_pictures_and_videos_carry_their_seconds() -> None:
    gif = prints(moving(30))
    assert gif[0].kind == "pdq" and [each.seconds for each in gif[1:]] == [
        round(number / 10, 3) for number in range(1, 30)
    ]
    assert [each.seconds for each in prints(film(3))] == [round(number / 5, 3) for number in range(15)]


def test_a_long_video_is_not_read_through() -> None:
    found = prints(film(4 * 3600, every=30, padding=5_000_000))
    assert 400 < len(found) <= 600 and found[-1].seconds > 4 * 3600 - 60


@pytest.mark.parametrize(
    "row",
    [
        ["sha", False, 0.0, "0f" * 32, 100],
        ["pdq", "yes", 0.0, "0f" * 32, 100],
        ["pdq", False, -1.0, "0f" * 32, 100],
        ["pdq", False, float("nan"), "0f" * 32, 100],
        ["pdq", False, 0.0, "0f" * 31, 100],
        ["pdq", False, 0.0, "zz" * 32, 100],
        ["pdq", False, 0.0, "0f" * 32, 101],
        ["pdq", False, 0.0, "0f" * 32],
    ],
)  # fmt: skip
def test_what_cannot_be_a_print_is_no_answer(row: list[Any]) -> None:
    [made] = decoding._prints([GOOD])
    assert made == Print(kind="pdq", bits=bytes([15] * 32), quality=100)
    with pytest.raises((ValueError, TypeError)):
        decoding._prints([GOOD, row])
    with pytest.raises(ValueError, match="too many"):
        decoding._prints([GOOD] * (decoding.MOST_PRINTS + 1))
