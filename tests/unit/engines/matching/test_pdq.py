"""PDQ's own properties on pictures made by code: turns, modes, bars, what is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from watchfloor.engines.matching import VARIANTS, digests, grey_of, hash_picture, hash_variants, without_bars
from watchfloor.engines.matching.boxes import shrink, shrinking
from watchfloor.engines.matching.pdq import of_grey, rows_of_small, variants_of_grey
from watchfloor.kernel.errors import BadInput


def scene(height: int = 600, width: int = 800, seed: int = 3) -> np.ndarray:
    """Grey blotches of many sizes: what PDQ sees of a photograph."""
    rng = np.random.default_rng(seed)
    made = np.zeros((height, width))
    for side in (4, 8, 16, 32):
        small = Image.fromarray(rng.random((side, side)).astype(np.float32))
        made += np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)) * (40 / side + 4)
    made -= made.min()
    return (made * 255 / made.max()).astype(np.uint8)


def saved(image: Image.Image, form: str = "PNG", **more: object) -> bytes:
    out = BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def apart(left: str, right: str) -> int:
    return (int(left, 16) ^ int(right, 16)).bit_count()


def slid(line: np.ndarray, box: int) -> np.ndarray:
    """A box filter by the book: the mean of what the box covers at each place, less at the edges."""
    after = (box + 2) // 2 - 1
    before = box - 1 - after
    return np.array([line[max(0, i - before) : i + after + 1].mean() for i in range(len(line))])


@pytest.mark.parametrize("side", [1, 33, 64, 127, 128, 129, 512, 700, 1013])
def test_the_matrix_does_what_two_sliding_boxes_do(side: int) -> None:
    line = np.random.default_rng(side).random(side)
    box = (side + 127) // 128
    wanted = slid(slid(line, box), box)[[int((i + 0.5) * side / 64) for i in range(64)]]
    assert np.allclose(shrinking(side) @ line, wanted, atol=1e-5)


def test_groups_of_rows_leave_nothing_out() -> None:
    grey = scene(701, 513)
    assert np.allclose(shrink(grey), shrinking(701) @ grey.astype(np.float32) @ shrinking(513).T, atol=1e-2)


def test_the_eight_variants_are_the_hashes_of_the_turned_pictures() -> None:
    grey = scene(640, 640)
    made = variants_of_grey(grey)
    turned = [np.rot90(grey, -quarter) for quarter in range(4)]
    turned += [grey[:, ::-1], grey[::-1], grey.T, np.rot90(grey.T, 2)]
    assert list(made) == list(VARIANTS)
    for name, other in zip(VARIANTS, turned, strict=True):
        found = of_grey(np.ascontiguousarray(other))
        # The box of an even side reaches one pixel farther on one side: a few bits.
        assert apart(made[name].hex, found.hex) <= 10, name
        assert abs(made[name].quality - found.quality) <= 3


def test_many_small_pictures_at_once_are_hashed_as_one_by_one() -> None:
    greys = [scene(64, 64, seed) for seed in range(5)]
    rows = rows_of_small(np.stack([shrink(grey) for grey in greys]))
    assert [row.tobytes()[::-1].hex() for row in rows] == [of_grey(grey).hex for grey in greys]


def test_an_even_picture_has_no_quality() -> None:
    assert of_grey(np.full((300, 300), 128, dtype=np.uint8)).quality == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_of_a_picture_gives_about_the_same_hash(mode: str) -> None:
    grey = scene()
    plain = of_grey(grey)
    if mode in ("I;16", "I"):
        deep = grey.astype(np.uint16) * 257
        image = Image.fromarray(deep if mode == "I;16" else deep.astype(np.int32))
    elif mode == "F":
        image = Image.fromarray(grey.astype(np.float32))
    else:
        image = Image.fromarray(grey).convert(mode)
    form = "TIFF" if mode in ("CMYK", "I", "F") else "PNG"
    assert apart(hash_picture(saved(image, form)).hex, plain.hex) <= (24 if mode == "1" else 10)


def test_a_camera_turn_is_heeded_when_the_picture_is_to_be_upright() -> None:
    grey = scene()
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        stored = Image.fromarray(grey)
        data = saved(stored, "JPEG", quality=95, exif=exif)
        made = grey_of(data)
        from PIL import ImageOps

        with Image.open(BytesIO(data)) as opened:
            wanted = ImageOps.exif_transpose(opened)
            assert (made.width, made.height) == wanted.size
            assert apart(of_grey(made.grey).hex, of_grey(np.asarray(wanted.convert("L"))).hex) <= 4
        assert hash_picture(data) == hash_picture(saved(stored, "JPEG", quality=95)), "banks are made without"


def test_a_large_jpeg_is_read_at_a_fraction_and_nearly_the_same() -> None:
    large = Image.fromarray(scene(1200, 1600)).convert("RGB")
    data = saved(large, "JPEG", quality=90)
    assert min(grey_of(data).grey.shape) == 600
    assert grey_of(data, exact=True).grey.shape == (1200, 1600)
    assert apart(hash_picture(data).hex, hash_picture(data, exact=True).hex) <= 6


def test_bars_are_cut_and_the_picture_within_is_found_again() -> None:
    grey = 60 + scene() // 2
    framed = np.zeros((800, 1000), dtype=np.uint8)
    framed[100:700, 100:900] = grey
    found = without_bars(framed)
    assert found is not None
    assert apart(of_grey(found).hex, of_grey(grey).hex) <= 4
    assert apart(of_grey(framed).hex, of_grey(grey).hex) > 31
    assert without_bars(grey) is None
    assert without_bars(np.zeros((100, 100), dtype=np.uint8)) is None


@pytest.mark.parametrize(
    "data", [b"", b"no picture", saved(Image.new("L", (64, 64)))[:40], b"\xff\xd8\xff\xe0" + b"\0" * 60]
)
def test_what_is_no_picture_is_said_in_one_sentence(data: bytes) -> None:
    with pytest.raises(BadInput, match="cannot be read as a picture"):
        hash_picture(data)


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    header = bytearray(saved(Image.new("L", (64, 64))))
    header[16:24] = struct.pack(">II", 20_000, 20_000)
    header[29:33] = struct.pack(">I", zlib.crc32(header[12:29]))
    with pytest.raises(BadInput, match="more pixels than are opened"):
        hash_picture(bytes(header))


def test_variants_of_a_file_begin_with_its_hash() -> None:
    data = saved(Image.fromarray(scene()))
    assert next(iter(hash_variants(data).values())) == hash_picture(data)


def test_digests_are_those_of_the_whole_file(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "file"
    path.write_bytes(b"abc" * 700_000)
    with path.open("rb") as file:
        found = digests(file)
    assert found.sha256 == hashlib.sha256(b"abc" * 700_000).hexdigest()
    assert found.md5 == hashlib.md5(b"abc" * 700_000).hexdigest()
    assert found.size == 2_100_000
