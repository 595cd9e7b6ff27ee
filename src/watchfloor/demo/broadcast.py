"""The demo's live stream: the CC0 photographs one after the other, and for a few seconds a drawing that stands in a bank.

Made once, in the replay, as segments that Parley serves in a loop (``demo.channel``). While the demo is served, a broadcast begins every
half hour; the floor reads it as any stream, finds the drawing, and opens a case in the live queue. All of it is simulated and says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from watchfloor.demo import channel, known, pictures
from watchfloor.demo.steps import Account
from watchfloor.items.media import decoding

SIZE: Final = (480, 270)
RATE: Final = 5  # frames a second; a key frame a second
SHOWN: Final = 4  # seconds each photograph
SHOTS: Final = 20
KNOWN_AT: Final = 5  # which shot is the drawing


def make(home: Path, photographs: Sequence[Path]) -> bool:
    """Write the segments; False without the extra ``media`` or without photographs."""
    there = [path for path in photographs if path.exists()]
    if not there or not decoding.available("video"):
        return False
    shots = [_photograph(there[number % len(there)]) for number in range(SHOTS)]
    shots[KNOWN_AT] = pictures.drawn(known.sample(known.CLIP, "graphic"), pictures.SIZE, 0.3).resize(SIZE)
    folder = home / channel.FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    for number, data in enumerate(_segments(shots)):
        (folder / f"{number:02d}.ts").write_bytes(data)
    return True


def event(account: Account, name: str, parley: str, at: datetime, *, live: bool) -> dict[str, Any]:
    """What Parley tells when a broadcast begins or is over."""
    data = {
        "author_id": account.id, "title": "Out in the country, live (simulated)", "viewers": 320, "live": live,
        "description": "Photographs in the public domain, and for a few seconds a drawing that a bank knows",
        "stream": f"{parley}/live/{name}/index.m3u8", "created_at": at.isoformat(),
    }  # fmt: skip
    return {
        "name": "broadcast_began" if live else "broadcast_ended",
        "at": at.isoformat(),
        "item": {"type": "live_stream", "id": name, "data": data},
        "data": {"surface": "feed"},
        "market": account.market,
        "language": account.language,
    }


def _photograph(path: Path) -> Any:
    """Its middle, as wide as the stream."""
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        image.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))
        return ImageOps.fit(image.convert("RGB"), SIZE)


def _segments(shots: Sequence[Any]) -> list[bytes]:
    """Each of ``channel.SEGMENT`` seconds, beginning with a key frame."""
    import av

    frames: Any = av.VideoFrame
    with tempfile.TemporaryDirectory() as scratch:
        options = {"hls_time": str(channel.SEGMENT), "hls_list_size": "0", "hls_segment_filename": f"{scratch}/%02d.ts"}
        with av.open(f"{scratch}/index.m3u8", "w", format="hls", options=options) as out:
            stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "20", "g": str(RATE)})
            stream.width, stream.height = SIZE
            stream.pix_fmt = "yuv420p"
            for shot in shots:
                for _ in range(SHOWN * RATE):
                    out.mux(stream.encode(frames.from_image(shot)))
            out.mux(stream.encode())
        return [path.read_bytes() for path in sorted(Path(scratch).glob("*.ts"))]
