"""Brings in what pictures and arrays need, or says which part of the installation is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watchfloor.kernel.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]  # height x width, 0 to 255
    Small = NDArray[np.float32]  # 64 x 64, or many of them
    Rows = NDArray[np.uint64]  # n x 4: hashes, the lowest 64 bits first
    Ids = NDArray[np.int64]


def numpy() -> Any:
    """The numpy module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import numpy as np
    except ImportError:
        raise MissingExtra("media", "Matching media") from None
    return np


def pillow() -> Any:
    """Pillow's ``Image`` module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtra("media", "Opening pictures") from None
    return Image


def pyav() -> Any:
    """PyAV's module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import av
    except ImportError:
        raise MissingExtra("media", "Opening video") from None
    return av
