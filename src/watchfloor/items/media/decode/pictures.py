"""A picture becomes a large, a small and a veiled still; a moving picture a strip as well. Runs in the cage; pixels only, no metadata."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import (  # a plugin is known once it is imported; later no file can be opened
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    ImageFilter,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from watchfloor.items.media.decode import prints

Emit = Callable[[str, str, int, int, bytes], None]  # name, mime, width, height, data
LARGE, SMALL, VEIL = 1600, 320, 32
TILES = 12  # of the strip of a moving picture
MOST_PIXELS = 100_000_000
MOST_JPEG = 400_000_000  # read at a fraction of its size
MOST_FRAMES = 2_000  # of a moving picture that are looked at
FRAME_SECONDS = 5.0  # of CPU, likewise
PAPER = (255, 255, 255)
WEBP = "image/webp"

KNOWN = (  # formats by the names of their plugins
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip
Image.MAX_IMAGE_PIXELS = None  # ``_check`` says it in our words
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip


class Unreadable(Exception):
    """The file cannot be shown: ``code`` for programs, ``why`` one sentence for people."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


def picture(file: Any, decoder: str, emit: Emit) -> dict[str, Any]:
    """Make ``poster``, ``small`` and ``veil`` (and ``strip``) of a picture; returns what is known of it. Raises ``Unreadable``."""
    warnings.simplefilter("ignore")
    try:
        return _picture(file, decoder, emit)
    except Unreadable:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise Unreadable("too_much_memory", "The picture needs more memory to open than a picture may.") from None
    except UnidentifiedImageError:
        raise Unreadable("broken", f"The file begins like {decoder}, but is no picture that can be read.") from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
    ) as problem:
        raise Unreadable(
            "broken", f"The picture cannot be read ({str(problem)[:120] or type(problem).__name__})."
        ) from None
    except Exception as problem:  # struct.error and what else parsers of strange files raise
        raise Unreadable("broken", f"The picture cannot be read ({type(problem).__name__}).") from None


def _picture(file: Any, decoder: str, emit: Emit) -> dict[str, Any]:
    image = Image.open(file, formats=[decoder, "MPO"] if decoder == "JPEG" else [decoder])
    turn = _orientation(image)
    width, height = image.size
    _check(width, height, decoder)
    report: dict[str, Any] = {"width": width, "height": height, "animated": False}
    if turn >= 5:
        report["width"], report["height"] = height, width
    if decoder == "JPEG":
        image.draft("RGB", (LARGE, LARGE))
    try:
        image.load()
    except OSError as problem:
        if "truncated" not in str(problem):
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # a browser shows the part that is there, so a reviewer must see it
        report["note"] = "The file ends early; what is there is shown."
        file.seek(0)
        image = Image.open(file, formats=[decoder])
        if decoder == "JPEG":
            image.draft("RGB", (LARGE, LARGE))
        image.load()
    # Before the picture is made smaller; how a camera was held is not heeded, as banks are made without.
    found = None if decoder == "JPEG" else prints.of_image(image)
    still = turned(shrunk(image, LARGE), turn)
    give(emit, "poster", still, 82)
    give(emit, "small", shrunk(still, SMALL), 72)
    give(emit, "veil", veiled(still), 50)
    report["prints"] = prints.of_jpeg(file, decoder) if decoder == "JPEG" else found
    if getattr(image, "is_animated", False) and decoder in {"GIF", "PNG", "WEBP", "AVIF"}:
        _moving(image, report, emit)
    return report


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """The picture as RGB with no side longer than ``side``; never enlarged."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode in {"P", "PA", "1", "I", "F"}:  # cannot be averaged as they are
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    if max(image.size) > side:
        # A picture one pixel high stays one: thumbnail() keeps at least that.
        image = image.copy() if image.readonly else image
        image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    if "A" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, PAPER)
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    clean = Image.new("RGB", image.size)  # a new one: nothing of the file's metadata comes along
    clean.paste(image.convert("RGB"))
    return clean


def veiled(image: Image.Image) -> Image.Image:
    """Grey, tiny and blurred beyond recognition: what may stand on a page unasked, to tell one picture from another."""
    tiny = shrunk(image.copy(), VEIL).convert("L").filter(ImageFilter.GaussianBlur(1.5))
    return tiny.convert("RGB")


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Upright, by the EXIF orientation (1 to 8)."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def give(emit: Emit, name: str, image: Image.Image, quality: int) -> None:
    """Encode and hand over."""
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=2, exif=b"", icc_profile=None, xmp=b"")
    emit(name, WEBP, image.width, image.height, out.getvalue())


def strip(tiles: list[Image.Image]) -> Image.Image:
    """Equal tiles side by side."""
    width, height = tiles[0].size
    whole = Image.new("RGB", (width * len(tiles), height))
    for place, tile in enumerate(tiles):
        whole.paste(tile if tile.size == (width, height) else tile.resize((width, height)), (place * width, 0))
    return whole


def spread(things: list[Any], count: int) -> list[Any]:
    """At most ``count`` of them, evenly."""
    if len(things) <= count:
        return things
    return [things[(2 * place + 1) * len(things) // (2 * count)] for place in range(count)]


def _moving(image: Image.Image, report: dict[str, Any], emit: Emit) -> None:
    """Walk once through the frames, keeping ever fewer of them, so that ten or a hundred thousand cost the same memory."""
    report["animated"] = True
    kept: list[tuple[float, Image.Image, list[Any]]] = []
    stride, at, number, ended = 1, 0.0, 0, False
    until = time.process_time() + FRAME_SECONDS
    while number < MOST_FRAMES and time.process_time() < until:
        try:
            image.seek(number)
            if number % stride == 0:
                frame = image.copy()
                found = prints.of_image(frame, kind="frame", seconds=round(at, 3)) if number else None
                kept.append((at, shrunk(frame, SMALL), found or []))
        except EOFError:
            ended = True
            break
        except (OSError, ValueError, SyntaxError):  # the rest is broken: what came before is shown
            break
        with contextlib.suppress(TypeError, ValueError):
            at += min(max(float(image.info.get("duration") or 0), 0.0), 60_000.0) / 1000
        if len(kept) > 4 * TILES:
            kept, stride = kept[::2], stride * 2
        number += 1
    if not ended:
        report["note"] = f"Of this moving picture the first {number:,} frames were looked at."
    chosen = spread(kept, TILES)
    if len(chosen) > 1:
        report["duration_s"] = round(at, 3) if ended else None
        report["frame_times"] = [round(moment, 3) for moment, *_ in chosen]
        give(emit, "strip", strip([tile for _, tile, _ in chosen]), 70)
    if report["prints"] is not None:
        report["prints"] += [row for _, _, rows in kept for row in rows]


def _check(width: int, height: int, decoder: str) -> None:
    most = MOST_JPEG if decoder == "JPEG" else MOST_PIXELS
    if width * height > most:
        raise Unreadable(
            "too_many_pixels",
            f"The picture says it is {width:,} by {height:,} pixels; at most {most // 1_000_000} million are opened.",
        )
    if width < 1 or height < 1:
        raise Unreadable("broken", "The picture has no pixels.")


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(0x0112)
    except Exception:  # a broken EXIF block is no reason not to show the picture
        return 1
    return found if isinstance(found, int) else 1
