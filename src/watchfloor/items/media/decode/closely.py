"""A second, exact look at a stored picture: its hash from every pixel, and those of its copies turned and mirrored. Runs in the cage.

Nothing is shown and nothing derived, so it costs one decoding and no more.
"""

from __future__ import annotations

import warnings
from typing import Any

from PIL import Image

from watchfloor.engines.matching.pdq import of_grey, variants_of_grey
from watchfloor.engines.matching.pictures import exact_grey_of_image, without_bars
from watchfloor.items.media.decode.pictures import MOST_PIXELS, Unreadable
from watchfloor.kernel.errors import MissingExtra


def closely(file: Any, decoder: str) -> dict[str, Any]:
    """``prints``: the exact ones, with and without even bars; ``turned``: ``[digits, quality]`` in the order of ``pdq.VARIANTS``.

    Raises ``Unreadable``: it is no picture any more, or has more pixels than are opened in full.
    """
    warnings.simplefilter("ignore")
    try:
        image = Image.open(file, formats=[decoder, "MPO"] if decoder == "JPEG" else [decoder])
        if image.width * image.height > MOST_PIXELS:
            raise Unreadable("too_many_pixels", "It has more pixels than are opened in full.")
        grey = exact_grey_of_image(image)
        turned = list(variants_of_grey(grey).values())
        rows = [["pdq", False, 0.0, turned[0].hex, turned[0].quality]]
        inner = without_bars(grey)
        if inner is not None:
            made = of_grey(inner)
            rows.append(["pdq", True, 0.0, made.hex, made.quality])
    except Unreadable:
        raise
    except MissingExtra:
        raise Unreadable("missing_extra", "numpy is not installed.") from None
    except MemoryError:
        raise Unreadable("too_much_memory", "The picture needs more memory to open than a picture may.") from None
    except Exception as problem:  # what parsers of strange files raise
        raise Unreadable("broken", f"The picture cannot be read ({type(problem).__name__}).") from None
    return {"prints": rows, "turned": [[each.hex, each.quality] for each in turned]}
