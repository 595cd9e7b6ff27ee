"""From a picture's bytes to grey pixels as quickly as its format allows: a JPEG is decoded at a fraction of its size, without colour.

Files of strangers belong into the sandbox of the media store; this module only decodes. It never goes below ``SHORTEST`` pixels on the
short side: hashes of smaller pictures wander by tens of bits. ``exact`` reads every pixel, for a second look before anything is done.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from watchfloor.engines.matching.arrays import numpy, pillow
from watchfloor.engines.matching.pdq import Pdq, of_grey, variants_of_grey
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Grey

SHORTEST = 512
MOST_PIXELS = 200_000_000
_ORIENTATION = 0x0112
_BROKEN = (  # what parsers raise, each for its own reason
    OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, ArithmeticError, RuntimeError, MemoryError, EOFError,
)  # fmt: skip
_FLAT, _ALIKE, _MOST_CUT = 12, 12, 0.45
_STRIP = 40_000  # pixels weighed at once


class Picture(NamedTuple):
    """Grey pixels (unrounded from the exact path) as the picture is meant to be seen, and its size in the file, turned as well."""

    grey: Grey
    width: int
    height: int


def hash_picture(source: bytes | BinaryIO, *, exact: bool = False) -> Pdq:
    """PDQ of a picture's bytes, or of an open file. Errors as of ``grey_of``."""
    return of_grey(grey_of(source, exact=exact, upright=False).grey)


def hash_variants(source: bytes | BinaryIO) -> dict[str, Pdq]:
    """PDQ of the eight ways a picture can be turned and mirrored (``pdq.VARIANTS``). Errors as of ``grey_of``."""
    return variants_of_grey(grey_of(source, upright=False).grey)


def grey_of(source: bytes | BinaryIO, *, exact: bool = False, upright: bool = True) -> Picture:
    """Grey pixels. ``upright`` heeds the turn that a camera noted beside the pixels; PDQ banks are made without.

    Transparency is left out, as by the reference: what lies beneath it counts.

    Raises:
        BadInput: it is no picture, broken, or has too many pixels.
        MissingExtra: Pillow or numpy is not installed.
    """
    image_module, np = pillow(), numpy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = image_module.open(BytesIO(source) if isinstance(source, bytes) else source)
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise image_module.DecompressionBombError
            if image.format == "JPEG" and image.mode in ("RGB", "L") and not exact:
                image.draft("L", (SHORTEST, SHORTEST))
            turn = image.getexif().get(_ORIENTATION, 1) if upright else 1
            grey = exact_grey_of_image(image) if exact else grey_of_image(image)
    except BadInput:
        raise
    except image_module.DecompressionBombError:
        raise BadInput("too_many_pixels", f"The picture has more pixels than are opened ({MOST_PIXELS:,}).") from None
    except _BROKEN as problem:
        said = str(problem)[:100] or type(problem).__name__
        said = "" if "BytesIO" in said else f" ({said})"  # which object it was read from says nothing to a person
        raise BadInput("no_picture", f"It cannot be read as a picture{said}.") from None
    except Exception as problem:  # struct.error, zlib.error and what else parsers of strange files raise
        raise BadInput("no_picture", f"It cannot be read as a picture ({type(problem).__name__}).") from None
    if turn in range(2, 9):
        grey = turned(grey, turn)
        width, height = (height, width) if turn >= 5 else (width, height)
    return Picture(np.ascontiguousarray(grey), width, height)


def grey_of_image(image: Any) -> Grey:
    """The grey pixels of a picture that Pillow has open, in any of its modes; as ``grey_of`` makes them."""
    made: Grey = numpy().ascontiguousarray(numpy().asarray(_grey(image)))
    return made


def exact_grey_of_image(image: Any) -> Grey:
    """Likewise, unrounded where it has colours: what ``exact`` means."""
    made: Grey = luminance(numpy().asarray(image)) if image.mode == "RGB" else grey_of_image(image)
    return made


def _grey(image: Any) -> Any:
    """Any mode of Pillow as 8-bit grey."""
    if image.mode == "L":
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        np = numpy()
        deep = np.asarray(image).astype(np.float64)
        if deep.max(initial=0) > 255:
            deep = deep / 256
        return pillow().fromarray(np.clip(deep, 0, 255).astype(np.uint8))
    if image.mode == "LA":
        return image.getchannel("L")
    return (image if image.mode in ("RGB", "RGBA", "1", "YCbCr", "RGBX") else image.convert("RGB")).convert("L")


def luminance(colours: Any) -> Any:
    """Unrounded grey of red, green and blue (height x width x 3 bytes), as the reference weighs them (ITU-R BT.601).

    A strip at a time: colours take room, and what fits into the processor's cache is quicker.
    """
    np = numpy()
    made = np.empty(colours.shape[:2], dtype=np.float32)
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    step = max(1, _STRIP // max(1, colours.shape[1]))
    for top in range(0, len(made), step):
        np.matmul(colours[top : top + step].astype(np.float32), weights, out=made[top : top + step])
    return made


def turned(grey: Grey, turn: int) -> Grey:
    """Upright, from EXIF's number for how a camera was held (2 to 8; TIFF 6.0, tag 274)."""
    flips = {
        2: grey[:, ::-1],
        3: grey[::-1, ::-1],
        4: grey[::-1],
        5: grey.T,
        6: grey.T[:, ::-1],
        7: grey.T[::-1, ::-1],
        8: grey.T[::-1],
    }
    return flips[turn]


def without_bars(grey: Grey) -> Grey | None:
    """The picture without even bars around it (letterbox, pillarbox, a frame); None if it has none.

    A line belongs to a bar if its pixels differ by no more than ``_FLAT`` and are like those of the outermost line. What is even for
    more than 45 % from a side has no picture within.
    """
    np = numpy()
    height, width = grey.shape
    top, bottom = _bar(grey), _bar(grey[::-1])
    inner = grey[top : height - bottom]
    left, right = _bar(inner.T), _bar(inner.T[::-1])
    if not (top or bottom or left or right) or height - top - bottom < 8 or width - left - right < 8:
        return None
    made: Grey = np.ascontiguousarray(inner[:, left : width - right])
    return made


def _bar(lines: Grey) -> int:
    """How many of the first lines belong to a bar."""
    np = numpy()
    most = int(len(lines) * _MOST_CUT)
    first = lines[:most].astype(np.int16)
    if not first.size:
        return 0
    low, high = first.min(axis=1), first.max(axis=1)
    even = (high - low <= _FLAT) & (np.abs((low + high) // 2 - (low[0] + high[0]) // 2) <= _ALIKE)
    return 0 if even.all() else int(np.argmin(even))
