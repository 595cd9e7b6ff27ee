"""Video made by code: which frames are hashed, clips found in other videos, and a stream watched while it runs."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from tests.support.films import RATE, SIZE, film

from watchfloor.engines.matching import videos
from watchfloor.engines.matching.clips import ClipBank
from watchfloor.engines.matching.live import watch
from watchfloor.engines.matching.videos import Frame, grey_of_frame, hash_video, key_frames
from watchfloor.kernel.errors import BadInput


def bank(**known: list[int]) -> ClipBank:
    made = ClipBank()
    made.add_all([(name, hash_video(BytesIO(film(shots, key_every=RATE))).frames) for name, shots in known.items()])
    return made


def test_key_frames_come_alone_when_they_are_near() -> None:
    data = film(list(range(6)), key_every=RATE)
    assert [frame.seconds for frame in key_frames(BytesIO(data)).frames] == [0, 1, 2, 3, 4, 5]
    assert hash_video(BytesIO(data)) == key_frames(BytesIO(data))


def test_one_frame_a_second_where_key_frames_are_far_apart() -> None:
    data = film(list(range(12)), key_every=100)
    assert len(key_frames(BytesIO(data)).frames) == 1
    made = hash_video(BytesIO(data))
    assert [round(frame.seconds) for frame in made.frames] == list(range(12))
    assert [frame.number for frame in made.frames] == list(range(12))
    assert (made.width, made.height, made.seconds) == (*SIZE, 12.0)


def test_each_frame_or_one_in_so_many_seconds() -> None:
    data = BytesIO(film([1, 2, 3, 4], key_every=RATE))
    assert len(hash_video(data, every=0).frames) == 4 * RATE
    data.seek(0)
    assert [frame.seconds for frame in hash_video(data, every=2).frames] == [0, 2]


def test_what_vpdq_writes_is_read_and_written_again() -> None:
    frames = [Frame(0, 0.0, "ab" * 32, 100), Frame(12, 0.4, "0" * 64, 3)]
    text = videos.written(frames)
    assert text.splitlines()[1] == f"12,3,{'0' * 64},0.400"
    assert videos.read(text) == frames
    with pytest.raises(BadInput, match="not of the form") as told:
        videos.read(text + "1,2,3\n")
    assert told.value.where == "line 3"


@pytest.mark.parametrize("data", [b"", b"no video", film([1], key_every=4)[:200]])
def test_what_is_no_video_is_said_in_one_sentence(data: bytes) -> None:
    with pytest.raises(BadInput, match="cannot be read as a video"):
        hash_video(BytesIO(data))


def test_a_clip_is_found_with_its_times_in_both() -> None:
    known = bank(known=list(range(100, 112)), other=list(range(200, 206)))
    asked = hash_video(BytesIO(film([1, 2, 3, *range(104, 110), 4, 5], key_every=RATE))).frames
    (found,) = known.clips(asked)
    assert (found.known, found.begin, found.end, found.known_begin, found.known_end) == ("known", 3, 8, 4, 9)
    assert found.frames == 6
    assert found.share == pytest.approx(6 / 11, abs=1e-4)
    assert found.known_share == 0.5
    assert known.clips(hash_video(BytesIO(film([7, 8, 9], key_every=RATE))).frames) == []


def test_a_clip_that_comes_twice_is_two_segments() -> None:
    known = bank(known=[100, 101, 102])
    asked = hash_video(BytesIO(film([100, 101, 102, *range(10), 100, 101, 102], key_every=RATE))).frames
    assert sorted((clip.begin, clip.end) for clip in known.clips(asked)) == [(0, 2), (13, 15)]


def test_frames_that_show_too_little_match_nothing() -> None:
    known = ClipBank()
    known.add("black", [Frame(0, 0.0, "0" * 64, 0)])
    assert known.clips([Frame(0, 0.0, "0" * 64, 0)]) == []
    assert known.nearest(Frame(0, 0.0, "0" * 64, 10)) == []
    assert len(known) == 1


@pytest.mark.parametrize("key_every", [RATE, 1000])
def test_planted_clips_are_seen_in_a_stream_within_two_seconds(tmp_path: Path, key_every: int) -> None:
    known = bank(one=[100, 101, 102], two=[110, 111, 112], never=[120, 121])
    shots = [*range(1, 9), 100, 101, 102, *range(20, 30), 110, 111, 112, *range(30, 40), 100, 101, 102, 40]
    path = tmp_path / "stream.ts"
    path.write_bytes(film(shots, key_every=key_every, form="mpegts"))
    told = list(watch(path, known))
    assert [seen.known for seen in told] == ["one", "two", "one"]
    for seen, planted in zip(told, (8, 21, 34), strict=True):
        assert planted - 0.1 <= seen.at <= planted + 2
        assert seen.delay <= 2
        assert seen.distance <= 31


def plain(y: Any, u: Any, v: Any, *, full: bool) -> Any:
    """Grey as vPDQ sees it: FFmpeg's table of red, green and blue by whole steps of luminance (libswscale), weighed by BT.601."""
    gain = 65536 if full else 65536 * 255 // 219
    floor = (384 << 16) - 0x8000 if full else (400 << 16) - 0x8000

    def step(weight: int, chroma: Any) -> Any:
        scaled = int(((int(weight * 224 / 255 if full else weight) << 16) + 0x8000) / gain)
        return (scaled * chroma >> 16) - (scaled >> 9)

    def level(place: Any) -> Any:
        return np.clip((gain * (place + (384 if full else 326)) - floor) >> 16, 0, 255)

    blue, red = (each.astype(np.int64).repeat(2, 0).repeat(2, 1) for each in (u, v))
    green = step(-25675, blue) + step(-53279, red)
    return 0.299 * level(y + step(104597, red)) + 0.587 * level(y + green) + 0.114 * level(y + step(132201, blue))


@pytest.mark.parametrize(
    ("form", "space", "span"), [("yuv420p", 2, 0), ("yuv420p", 1, 1), ("yuv420p", 9, 2), ("yuvj420p", 2, 2)]
)
def test_grey_is_what_vpdq_weighs_whatever_colours_a_video_says_it_has(form: str, space: int, span: int) -> None:
    rng = np.random.default_rng(7)
    planes = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((48, 64), (24, 32), (24, 32))]
    frame = av.VideoFrame(64, 48, form)
    for plane, pixels in zip(frame.planes, planes, strict=True):
        rows = np.zeros((plane.height, plane.line_size), dtype=np.uint8)
        rows[:, : plane.width] = pixels
        plane.update(rows.tobytes())
    frame.colorspace, frame.color_range = space, span
    y, u, v = planes
    assert np.abs(grey_of_frame(frame) - plain(y.astype(np.int64), u, v, full=span == 2)).max() < 0.001


def test_a_frame_of_more_pixels_than_are_coloured_keeps_its_luminance(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((40, 60), 126, dtype=np.uint8), format="gray").reformat(format="yuv420p")
    coloured = grey_of_frame(frame)
    monkeypatch.setattr(videos, "_MOST_COLOURED", 100)
    assert grey_of_frame(frame).shape == coloured.shape == (40, 60)
    assert abs(float(grey_of_frame(frame).mean()) - float(coloured.mean())) < 3
