"""The demo's live channel: what its name and the clock say was broadcast, nothing before its time, and the drawing a bank knows in it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from watchfloor.demo import channel
from watchfloor.demo.channel import Channel
from watchfloor.detection.streams.reading.playlists import segments

BEGAN, BASE = 1_700_000_000, "http://127.0.0.1:1/live/broadcast-1700000000/"


def test_the_window_follows_the_clock_and_the_loop_begins_anew(tmp_path: Path) -> None:
    stopped: set[str] = set()
    for number in range(4):
        (tmp_path / f"{number:02d}.ts").write_bytes(bytes([number]))
    live = Channel(tmp_path, stopped.__contains__)

    def shown(seconds: float) -> tuple[list[int], list[int], bool]:
        found = live.answer(f"/live/broadcast-{BEGAN}/index.m3u8", BEGAN + seconds)
        assert found is not None and found[0] == channel.PLAYLIST
        read = segments(found[1].decode(), BASE)
        return [each.number for each in read.segments], [each.number for each in read.segments if each.apart], read.over

    assert shown(-5) == ([], [], False)
    assert shown(5) == ([0, 1], [], False)
    assert shown(21) == ([4, 5, 6, 7, 8, 9], [4, 8], False)
    assert shown(channel.MINUTES * 60)[2] and not shown(channel.MINUTES * 60 - 1)[2]
    assert live.answer(f"/live/broadcast-{BEGAN}/9.ts", BEGAN + 20) == (channel.PIECE, b"\1")
    for path in (
        f"/live/broadcast-{BEGAN}/10.ts",
        "/live/broadcast-x/0.ts",
        "/live/broadcast-1/../../x.ts",
        "/live/00.ts",
    ):
        assert live.answer(path, BEGAN + 20) is None
    stopped.add(f"broadcast-{BEGAN}")
    assert shown(21)[2]
    assert Channel(tmp_path / "none", stopped.__contains__).answer(f"/live/broadcast-{BEGAN}/index.m3u8", BEGAN) is None


def test_the_loop_shows_the_drawing_of_a_bank(tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason='the extra is not installed: pip install "watchfloor[media]"')
    from tests.support.media import photo

    from watchfloor.demo import broadcast, known, pictures
    from watchfloor.engines.matching import hash_picture
    from watchfloor.engines.matching.pdq import of_grey
    from watchfloor.engines.matching.pictures import exact_grey_of_image

    assert channel.why_none(tmp_path) and not broadcast.make(tmp_path, [tmp_path / "none.jpg"])
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(photo(number))
    assert broadcast.make(tmp_path, [tmp_path / f"{number}.jpg" for number in range(3)]) and not channel.why_none(
        tmp_path
    )
    loop = sorted((tmp_path / channel.FOLDER).glob("*.ts"))
    assert len(loop) == broadcast.SHOTS * broadcast.SHOWN / channel.SEGMENT
    wanted = int(hash_picture(pictures.still(known.sample(known.CLIP, "graphic"))).hex, 16)
    near = []
    for number, path in enumerate(loop):
        with av.open(BytesIO(path.read_bytes())) as piece:
            frame = next(piece.decode(video=0))
        assert frame.key_frame
        if (int(of_grey(exact_grey_of_image(frame.to_image())).hex, 16) ^ wanted).bit_count() <= 31:
            near.append(number)
    assert near == [10, 11]
