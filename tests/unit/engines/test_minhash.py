"""Bands: near-duplicates meet, strangers do not; on real spam where the data are at hand."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from watchfloor.engines.nearby import bands, distance, sketch
from watchfloor.engines.nearby.minhash import BANDS, FEWEST, PLACES, chance, signature

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[4] / "shared" / "data"))


def test_a_signature_is_full_and_the_same_for_the_same() -> None:
    made = signature(range(100, 100 + FEWEST))
    assert made is not None
    assert len(made) == PLACES
    assert made == signature(reversed(range(100, 100 + FEWEST)))
    assert signature(range(FEWEST - 1)) is None
    assert bands("") == []
    assert len(bands("a text of ordinary length to be told apart")) == BANDS


def test_how_often_two_sets_meet_is_what_the_formula_says() -> None:
    draw = random.Random(5)
    for share in (0.3, 0.5, 0.8):
        met = 0
        for _ in range(300):
            common = round(400 * share / (1 + share) * 1)
            both = [draw.getrandbits(32) for _ in range(common)]
            alone = (200 * 2 - 2 * common) // 2
            left = signature([*both, *(draw.getrandbits(32) for _ in range(alone))])
            right = signature([*both, *(draw.getrandbits(32) for _ in range(alone))])
            assert left is not None
            assert right is not None
            met += any(left[p * 3 : p * 3 + 3] == right[p * 3 : p * 3 + 3] for p in range(BANDS))
        overlap = common / (common + 2 * alone)
        assert met / 300 == pytest.approx(chance(overlap), abs=0.1)


@pytest.mark.skipif(
    not (DATA / "sms_spam.tsv").is_file(), reason="the SMS Spam Collection is not here (WATCHFLOOR_DATA)"
)
def test_on_real_messages_the_bands_find_what_comparing_all_finds() -> None:
    lines = (DATA / "sms_spam.tsv").read_text(encoding="utf-8", errors="replace").splitlines()
    texts = sorted({line.partition("\t")[2] for line in lines if line.startswith("spam")})[:400]
    sketches = [sketch(text) for text in texts]
    near = {(a, b) for a in range(len(texts)) for b in range(a) if distance(sketches[a], sketches[b]) <= 0.4}
    keys: dict[bytes, list[int]] = {}
    for place, text in enumerate(texts):
        for band in bands(text):
            keys.setdefault(band, []).append(place)
    met = {(a, b) for group in keys.values() for a in group for b in group if b < a}
    assert len(near) > 20
    assert len(near & met) / len(near) >= 0.9  # recall
    assert len(met) < len(texts) ** 2 / 2 * 0.05  # what is left to compare
