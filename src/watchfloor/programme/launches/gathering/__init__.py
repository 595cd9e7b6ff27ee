"""The facts of gates, gathered now from the parts of the product that know them: one small file a gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from watchfloor.programme.launches.domain.gates import Fact
from watchfloor.programme.launches.gathering import (
    baseline,
    detection,
    legal,
    policy,
    quality,
    said,
    sign_offs,
    staffing,
    texts,
    training,
    translations,
    volume,
)
from watchfloor.programme.launches.gathering.frame import Asked

READERS: Final[dict[str, Callable[[Asked], Fact]]] = {
    "policy": policy.gather, "translations": translations.gather, "detection": detection.gather, "volume": volume.gather,
    "staffing": staffing.gather, "training": training.gather, "quality": quality.gather, "texts": texts.gather,
    "baseline": baseline.gather, "legal": legal.gather, "abuse": said.abuse, "rollback": said.rollback,
    "sign_offs": sign_offs.gather,
}  # fmt: skip
