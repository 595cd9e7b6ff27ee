"""PDQ: 256 bits of a picture of which copies share nearly all, the same that the industry's banks hold.

64 x 64 luminance -> the 16 x 16 lowest cosine coefficients without the first row and column -> one bit each: above their median or not.
Quality (0 to 100) counts how much happens in the 64 x 64: below 50 a hash says little and must not be matched.
Written after the published description (see ``boxes``); the format of the digits is that of the reference.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.boxes import SIDE, shrink

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Grey, Rows, Small

ENOUGH = 50
"""Quality from which a hash may be matched."""

RADIUS = 31
"""Bits two hashes may differ in and still count as the same picture: what exchanges and other matchers use."""

_KEPT = 16
_MIDDLE = _KEPT * _KEPT // 2 - 1  # the lower of the two middle ones


class Pdq(NamedTuple):
    """A picture's hash as 64 hexadecimal digits, and its quality."""

    hex: str
    quality: int


VARIANTS = (
    "as it is",
    "rotated 90",
    "rotated 180",
    "rotated 270",
    "mirrored",
    "upside down",
    "transposed",
    "transversed",
)


def of_grey(grey: Grey) -> Pdq:
    """The hash of a grey picture (height x width, 0 to 255)."""
    small = shrink(grey)
    return Pdq(_digits(_coefficients(small)), _quality(small))


def variants_of_grey(grey: Grey) -> dict[str, Pdq]:
    """The hashes of the eight ways a picture can be turned and mirrored (``VARIANTS``), from one transform.

    Turning a picture only swaps its coefficients' axes and changes the signs of every second row or column. Angles are clockwise.
    """
    np = numpy()
    small = shrink(grey)
    plain, quality = _coefficients(small), _quality(small)
    signs = np.where(np.arange(_KEPT) % 2, 1.0, -1.0).astype(np.float32)  # of frequencies 1, 2, ... 16
    across, down = signs[None, :], signs[:, None]  # mirrored left to right, and top to bottom
    turned = plain.T
    made = (
        plain, turned * across, plain * across * down, turned * down,
        plain * across, plain * down, turned, turned * across * down,
    )  # fmt: skip
    return {name: Pdq(_digits(each), quality) for name, each in zip(VARIANTS, made, strict=True)}


def rows_of_small(small: Small) -> Rows:
    """Hashes (n x 4 words) of many 64 x 64 pictures at once (n x 64 x 64)."""
    np = numpy()
    cosines = _cosines()
    found = (cosines @ small @ cosines.T).reshape(len(small), -1)
    middle = np.partition(found, _MIDDLE, axis=1)[:, _MIDDLE : _MIDDLE + 1]
    packed: Rows = np.packbits(found > middle, axis=1, bitorder="little").view("<u8")
    return packed


@cache
def _cosines() -> Any:
    """The 16 x 64 matrix of the discrete cosine transform, frequencies 1 to 16."""
    np = numpy()
    angle = np.pi / 2 / SIDE * np.outer(np.arange(1, _KEPT + 1), 2 * np.arange(SIDE) + 1)
    return (np.sqrt(2.0 / SIDE) * np.cos(angle)).astype(np.float32)


def _coefficients(small: Small) -> Any:
    cosines = _cosines()
    return cosines @ small @ cosines.T


def _digits(coefficients: Any) -> str:
    np = numpy()
    flat = coefficients.ravel()
    bits = flat > np.partition(flat, _MIDDLE)[_MIDDLE]
    packed: bytes = np.packbits(bits, bitorder="little").tobytes()
    return packed[::-1].hex()


def _quality(small: Small) -> int:
    """Sum of the steps between neighbours, each in whole hundredths of the range, over 90; at most 100."""
    np = numpy()
    down = np.abs(np.diff(small, axis=0)) * np.float32(100 / 255)
    across = np.abs(np.diff(small, axis=1)) * np.float32(100 / 255)
    steps = int(down.astype(np.int16).sum()) + int(across.astype(np.int16).sum())
    return min(100, steps // 90)
