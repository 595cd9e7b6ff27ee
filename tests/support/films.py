"""Films of which each second shows a picture of its own, by number: what can be found again, and in which second."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from PIL import Image

SIZE = (192, 108)
RATE = 8


def shot(seed: int) -> np.ndarray:
    """One picture per seed; each second of a film has its own."""
    rng = np.random.default_rng(seed)
    made = np.zeros((SIZE[1], SIZE[0]))
    for side in (4, 8, 16, 24):
        made += np.asarray(
            Image.fromarray(rng.random((side, side)).astype(np.float32)).resize(SIZE, Image.Resampling.BICUBIC)
        ) * (30 / side + 3)
    made -= made.min()
    return (made * 255 / made.max()).astype(np.uint8)


def film(shots: list[int], *, key_every: int, form: str = "mp4") -> bytes:
    """A second of each shot; a key frame every so many frames and, as encoders do not see cuts here, nowhere else."""
    out = BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream("libx264" if form == "flv" else "mpeg4", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.gop_size, stream.bit_rate = "yuv420p", key_every, 2_000_000
        stream.options = (
            {"sc_threshold": "0", "preset": "ultrafast"} if form == "flv" else {"sc_threshold": "1000000000"}
        )
        for second, seed in enumerate(shots):
            picture = Image.fromarray(shot(seed)).convert("RGB")
            for part in range(RATE):
                frame = av.VideoFrame.from_image(picture)
                frame.pts, frame.time_base = second * RATE + part, Fraction(1, RATE)
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
