"""What it costs that media are kept encrypted and opened apart: against plain file copies, and decoding in our own process.

    python -m benchmarks.media_store [--mb 256] [--rounds 3] [--json]

In: bytes are hashed, sniffed, sealed and synced (``store.Incoming``) beside a plain copy that is synced (``cp`` and fsync). Out: all of it
read again, and 1,000 ranges of 64 kB from anywhere, beside a plain file. Pictures: 24-megapixel JPEGs to poster and small still in the
cage, beside the same function called in this process. Video: poster and strip of 4 hours by seeking, beside a minute of the same.
Ways take turns; figures are medians of the rounds. Needs the extra ``media``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

STEP = 1024 * 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="watchfloor-media-") as folder:
        os.environ["WATCHFLOOR_HOME"] = folder
        from watchfloor.platform.setup import setup

        setup()
        figures = {**_bytes(Path(folder), given.mb, given.rounds), **_pictures(given.rounds), **_videos(given.rounds)}
    if given.json:
        print(json.dumps(figures))
        return
    print(
        f"Input: {given.mb} MB of random bytes behind a video's head; 24 MP JPEG; 4 h video of 480 key frames, 320x180."
    )
    for name, value in figures.items():
        print(f"{name:58} {value:>10,.2f}")


def _bytes(folder: Path, mb: int, rounds: int) -> dict[str, float]:
    from watchfloor.items.media import sealed, store
    from watchfloor.items.media.store import Incoming

    data = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + random.Random(1).randbytes(mb * STEP - 24)
    view = memoryview(data)
    files: list[Incoming] = []

    def ours_in() -> None:
        file = Incoming(len(data))
        for at in range(0, len(data), STEP):
            file.write(bytes(view[at : at + STEP]))
        file.finish()
        files.append(file)

    plain = folder / "plain"

    def plain_in() -> None:
        with plain.open("wb") as out:
            for at in range(0, len(data), STEP):
                out.write(view[at : at + STEP])
            out.flush()
            os.fsync(out.fileno())

    into = _turns({"ours": ours_in, "plain": plain_in}, rounds)
    key, name = files[-1].key, store.name(files[-1].id, store.ORIGINAL)
    places = [random.Random(2).randrange(len(data)) for _ in range(1_000)]

    def opened() -> sealed.Reader:
        return sealed.Reader(store.storage().open(name), key, name)

    def ours_out() -> None:
        reader = opened()
        for at in range(0, reader.size, STEP):
            reader.read_at(at, STEP)

    def plain_out() -> None:
        with plain.open("rb", buffering=0) as file:
            while file.read(STEP):
                pass

    def ours_ranges() -> None:
        reader = opened()
        for at in places:
            reader.read_at(at, 65_536)

    def plain_ranges() -> None:
        with plain.open("rb", buffering=0) as file:
            for at in places:
                os.pread(file.fileno(), 65_536, at)

    out = _turns({"ours": ours_out, "plain": plain_out}, rounds)
    ranges = _turns({"ours": ours_ranges, "plain": plain_ranges}, rounds)
    return {
        "in, MB/s (SHA-256, AES-256-GCM, fsync)": mb / into["ours"],
        "in, MB/s (plain copy, fsync)": mb / into["plain"],
        "in, ours / plain": into["plain"] / into["ours"],
        "out, MB/s (checked and decrypted)": mb / out["ours"],
        "out, ours / plain from the page cache": out["plain"] / out["ours"],
        "range of 64 kB from anywhere, ms": ranges["ours"],
        "range, ours / plain": ranges["plain"] / ranges["ours"],
    }


def _pictures(rounds: int) -> dict[str, float]:
    from PIL import Image

    from watchfloor.items.media import decoding
    from watchfloor.items.media.decode.pictures import picture
    from watchfloor.items.media.sniff import Kind

    out = BytesIO()
    Image.effect_noise((6000, 4000), 30).convert("RGB").save(out, "JPEG", quality=80)
    data = out.getvalue()

    def caged() -> None:
        assert isinstance(decoding.decode(_Bytes(data), Kind("image", "image/jpeg", "JPEG")), decoding.Made)

    caged()  # the nursery starts at the first use
    took = _turns({"caged": caged, "open": lambda: _ignored(picture(BytesIO(data), "JPEG", _nothing))}, rounds)
    return {
        "24 MP JPEG to stills in the cage, ms": took["caged"] * 1000,
        "24 MP JPEG, cage / no cage": took["caged"] / took["open"],
    }


def _videos(rounds: int) -> dict[str, float]:
    from watchfloor.items.media import decoding
    from watchfloor.items.media.sniff import Kind

    kind = Kind("video", "video/mp4", "mov,mp4,m4a,3gp,3g2,mj2")
    long, short = _film(480, 30.0), _film(480, 0.125)
    took = _turns(
        {
            "long": lambda: _ignored(decoding.decode(_Bytes(long), kind)),
            "short": lambda: _ignored(decoding.decode(_Bytes(short), kind)),
        },
        rounds,
    )
    made = decoding.decode(_Bytes(long), kind)
    assert isinstance(made, decoding.Made)
    return {
        "4 h video to still and strip, ms": took["long"] * 1000,
        "4 h / 1 min of as many frames": took["long"] / took["short"],
        "4 h: frames in the strip": float(len(made.facts["frame_times"])),
    }


def _film(frames: int, every: float) -> bytes:
    from fractions import Fraction

    import av
    from PIL import Image

    out = BytesIO()
    make: Any = av.VideoFrame
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 320, 180, "yuv420p", 1
        for number in range(frames):
            frame = make.from_image(Image.new("RGB", (320, 180), (number % 256, 90, 30)))
            frame.pts, frame.time_base = round(number * every * 1000), Fraction(1, 1000)
            for packet in stream.encode(frame):
                packet.duration = round(every * 1000)
                container.mux(packet)
        container.mux(stream.encode())
    return out.getvalue()


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_at(self, offset: int, count: int) -> bytes:
        """See ``decoding.Ranges``."""
        return self.data[offset : offset + count]


def _nothing(*_: object) -> None:
    """Nobody wants the rendition."""


def _ignored(_: object) -> None:
    """Nobody wants the answer."""


def _turns(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Seconds of each way, the median of its rounds; the ways take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            began = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(each) for name, each in seconds.items()}


if __name__ == "__main__":
    sys.exit(main())
