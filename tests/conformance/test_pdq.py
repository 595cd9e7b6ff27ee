"""PDQ against the published vectors and, on a full decode, against the reference implementation itself.

Vectors: facebook/ThreatExchange (BSD), ``pdq/wasm/test/TestData/PDQMD5TestData.csv`` with its pictures, and the pairs of
``pdq/python/pdqhashing/tests/pdq_test.py``. The reference's own tools differ by up to twelve bits on one file, as some of them
first squeeze the picture to 512 x 512.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from watchfloor.engines.matching import hash_picture, hash_variants

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[2] / "../shared/data")) / "pdq"
PAIRS = {  # of pdq_test.py, those whose pictures are here and whose quality is at least 50
    "small.jpg": "0007001f003f003f007f00ff00ff00ff01ff01ff01ff03ff03ff03ff03ff03ff",
    "wee.jpg": "6227401f601ff4ccafcc9fad4b0d95d371a2eb7265a3285234d228ca94deeb2d",
    "q0122.jpg": "cfb2009ddd21c6dab0046a7745b5984757a8a4535b3377aea2591d32b33ff940",
    "q0291.jpg": "a0fe94f1e5cc1cc8dd855948498dc9243f7ca27336f036d7f212b74bc103c9a7",
    "q0746.jpg": "1049d96239e24d4dca2c55512b8bdb77425f4dbcf575a0a95555aaab5554aaaa",
    "q1050.jpg": "489db672e9190276d452aeab41eba20f02375fe4092d88defdf491a5c55c5f70",
    "q2821.jpg": "b150231ffae4710ffcf4f18bb574b109a576f14bb8543189f8743289f174b109",
    "bridge-1-original.jpg": "d8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22",
    "bridge-2-rotate-90.jpg": "38a50efd71c83f429013d68d0ffffc52e34e0e15ada952a9d29684214aa9e5af",
    "bridge-3-rotate-180.jpg": "2dadda64b5a142e5d362209057da895ae63b8c7fc277b4b766b319361f893188",
}
TURNED = {  # the same list: bridge-1 turned and mirrored, as the reference's tools name it
    "rotated 270": "38a50efd71c83f429013d68d0ffffc52e34e0e15ada952a9d29684214aa9e5af",
    "rotated 180": "2dadda64b5a142e5d362209057da895ae63b8c7fc277b4b766b319361f893188",
    "rotated 90": "a5f0a457248995e8c9065c275aaa54d8b61ba4bdf8fcfc0387c32f8b0bfc4f05",
    "upside down": "d8f80f31e0f417b00e37f5dd028f980fb36ed12a9662c1e233e64c634e9c64dd",
    "mirrored": "0dad259bb1a1bd18d362576556da32a1e63b7380c2374b4866b3c6c91b89ce77",
    "transposed": "f0a5e10271dcc0bd9c5309720fff018de34ef1e8ada9a956d2967ade1ea91a50",
    "transversed": "69f05aa8a4996a17c146a2da5aaaab07b61b5b60f8fc07fc83c3d0740bfcb0fa",
}
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the vectors are not here")


def apart(left: str, right: str) -> int:
    return (int(left, 16) ^ int(right, 16)).bit_count()


def vectors() -> list[tuple[str, str]]:
    found = list(PAIRS.items())
    if DATA.exists():
        with (DATA / "PDQMD5TestData.csv").open(encoding="utf-8", newline="") as file:
            named = [(Path(row["FilePath"]).name, row["Hash"]) for row in csv.DictReader(file)]
        found += [(name, digits) for name, digits in named if (DATA / "images" / name).exists()]
    return found


@pytest.mark.parametrize(("name", "digits"), vectors())
def test_published_vectors_are_within_twelve_bits(name: str, digits: str) -> None:
    made = hash_picture((DATA / "images" / name).read_bytes())
    assert apart(made.hex, digits) <= 12


def test_the_mean_over_the_vectors_is_small() -> None:
    found = [apart(hash_picture((DATA / "images" / name).read_bytes()).hex, digits) for name, digits in vectors()]
    assert sum(found) / len(found) <= 5


def test_the_eight_turned_forms_are_the_published_ones() -> None:
    made = hash_variants((DATA / "images" / "bridge-1-original.jpg").read_bytes())
    found = {name: apart(made[name].hex, digits) for name, digits in TURNED.items()}
    # They were made from the turned files, where the box of an even side reaches farther on the other side, and are squeezed to 512.
    assert max(found.values()) <= 16, found


def test_the_full_path_is_the_reference_within_two_bits() -> None:
    reference = pytest.importorskip("pdqhash")
    for path in sorted((DATA / "images").iterdir()):
        with Image.open(path) as image:
            bits, quality = reference.compute(np.asarray(image.convert("RGB")))
        made = hash_picture(path.read_bytes(), exact=True)
        assert abs(made.quality - quality) <= 1, path.name
        if quality >= 50:
            assert apart(made.hex, format(int("".join(map(str, bits)), 2), "064x")) <= 2, path.name
            assert apart(hash_picture(path.read_bytes()).hex, made.hex) <= 10, path.name
