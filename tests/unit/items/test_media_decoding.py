"""Decoding apart: what comes out is clean, and what a hostile file does it does to its own process alone."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.support.media import Bytes, film, moving, picture

from watchfloor.items.media import decoding
from watchfloor.items.media.decoding import Budget, Failed, Made
from watchfloor.items.media.sniff import Kind, sniff

SRC = Path(decoding.__file__).parents[3]


def decode(data: bytes, budget: Budget | None = None, *, kind: Kind | None = None) -> Made | Failed:
    found = kind or sniff(data[:4096])
    assert found is not None
    return decoding.decode(Bytes(data), found, budget)


def made(data: bytes) -> dict[str, Image.Image]:
    """Renditions as pictures."""
    result = decode(data)
    assert isinstance(result, Made), result
    return {each.name: Image.open(BytesIO(each.data)) for each in result.renditions}


def facts(data: bytes) -> dict[str, object]:
    result = decode(data)
    assert isinstance(result, Made), result
    return result.facts


def failed(data: bytes, budget: Budget | None = None, *, kind: Kind | None = None) -> str:
    """The code of the failure; the sentence is one, and the next file is decoded as ever."""
    result = decode(data, budget, kind=kind)
    assert isinstance(result, Failed), result
    assert result.why.endswith(".") and 20 < len(result.why) < 200
    assert isinstance(decode(GOOD), Made)
    return result.code


GOOD = picture("PNG", (20, 20))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_a_picture_becomes_a_large_still_and_a_small_one(form: str) -> None:
    stills = made(picture(form, (2000, 500)))
    assert {name: still.size for name, still in stills.items()} == {
        "poster": (1600, 400),
        "small": (320, 80),
        "veil": (32, 8),
    }
    assert {still.format for still in stills.values()} == {"WEBP"}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_any_mode_of_pixels(mode: str) -> None:
    out = BytesIO()
    Image.linear_gradient("L").resize((400, 300)).convert("I" if mode == "I;16" else mode).convert(mode).save(
        out, "PNG"
    )
    assert made(out.getvalue())["small"].size == (320, 240)


def test_what_is_clear_lies_on_white_paper() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert made(out.getvalue())["poster"].convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_upright_and_without_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = 6, "Secret camera", "a note"
    data = picture("JPEG", (400, 200), exif=exif.tobytes(), icc_profile=b"x" * 200, comment=b"hidden words")
    result = decode(data)
    assert isinstance(result, Made)
    assert (result.facts["width"], result.facts["height"]) == (200, 400)
    for each in result.renditions:
        still = Image.open(BytesIO(each.data))
        assert still.height == 2 * still.width
        assert not still.getexif() and not {"exif", "icc_profile", "xmp", "comment"} & set(still.info)
        assert b"EXIF" not in each.data and b"ICCP" not in each.data and b"Secret" not in each.data


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_has_a_strip(form: str) -> None:
    data = moving(30, form=form)
    assert made(data)["strip"].size == (64 * 12, 48)
    found = facts(data)
    assert found["animated"] is True and found["duration_s"] == 3.0
    times = found["frame_times"]
    assert isinstance(times, list) and len(times) == 12 and times == sorted(times) and times[-1] < 3.0


def test_a_video_has_a_still_and_a_strip_of_its_whole_length() -> None:
    stills = made(film(8))
    assert stills["strip"].size == (16 * 320, 180)
    tiles = [stills["strip"].convert("RGB").getpixel((160 + 320 * place, 90)) for place in range(16)]
    reds = [tile[0] for tile in tiles if isinstance(tile, tuple)]
    assert reds == sorted(reds) and reds[-1] - reds[0] > 150  # from the beginning to the end
    assert stills["poster"].size == (320, 180)
    found = facts(film(8))
    assert found["duration_s"] == pytest.approx(8, abs=0.3) and found["sound"] is False
    assert (found["width"], found["height"]) == (320, 180)


@pytest.mark.parametrize("form", ["matroska", "avi", "mov", "mpegts"])
def test_other_containers(form: str) -> None:
    assert made(film(3, form=form))["strip"].height == 180


def test_four_hours_are_seeked_through_not_read() -> None:
    hours = film(4 * 3600, every=60, padding=40_000_000)
    source = Bytes(hours)
    kind = sniff(hours[:4096])
    assert kind is not None
    result = decoding.decode(source, kind, Budget(memory=256 * 1024 * 1024))
    assert isinstance(result, Made), result
    assert result.facts["duration_s"] == pytest.approx(4 * 3600, abs=61)
    times = result.facts["frame_times"]
    assert len(times) == 16 and times[0] < 500 and times[-1] > 4 * 3600 - 600
    assert source.read == result.read < len(hours) / 4


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is enormous and is a few kB (its rows are zeros, compressed)."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(3_000_000), 9)) + chunk(b"IEND", b"")


def frames(count: int, size: tuple[int, int]) -> bytes:
    """A GIF of so many frames, all alike, made without drawing them."""
    two = moving(2, size)
    second = two.rindex(b"\x21\xf9\x04")
    return two[:second] + two[second:-1] * count + b"\x3b"


def test_a_flood_of_pixels() -> None:
    assert failed(bomb(60_000, 60_000)) == "too_many_pixels"
    assert failed(bomb(2**31 - 1, 2**31 - 1)) in {"too_many_pixels", "broken"}


def test_memory_is_bounded() -> None:
    assert failed(bomb(9_000, 9_000), Budget(memory=64 * 1024 * 1024)) == "too_much_memory"


def test_time_is_bounded() -> None:
    slow = frames(20_000, (1200, 1200))
    assert failed(slow, Budget(cpu_seconds=1)) == "too_slow"
    assert failed(slow, Budget(seconds=0.3)) == "too_slow"


def test_a_hundred_thousand_frames_cost_what_two_thousand_cost() -> None:
    result = decode(frames(100_000, (8, 8)))
    assert isinstance(result, Made)
    assert "first" in result.facts["note"] and len(result.facts["frame_times"]) == 12


def test_cut_files() -> None:
    whole = picture("JPEG", (800, 600))
    result = decode(whole[: len(whole) // 2])  # a browser shows the upper half: so do we
    assert isinstance(result, Made) and "ends early" in result.facts["note"]
    assert failed(whole[:40]) == "broken"
    assert failed(film(3)[:2_000]) == "broken"
    assert failed(GOOD[:30]) == "broken"
    cut = film(6, form="matroska")
    assert isinstance(decode(cut[: len(cut) * 2 // 3]), Made)


def test_a_beginning_that_lies() -> None:
    assert failed(b"\xff\xd8\xff\xe0" + bytes(500)) == "broken"
    assert failed(b"\x89PNG\r\n\x1a\n" + b"PK\x03\x04" * 100) == "broken"
    assert failed(b"\0\0\0\x18ftypmp42" + b"\0" * 400) == "broken"
    assert failed(b"\x1a\x45\xdf\xa3" + b"\xff" * 400) == "broken"
    assert failed(GOOD, kind=Kind("video", "video/mp4", "mov,mp4,m4a,3gp,3g2,mj2")) == "broken"


def test_boxes_within_boxes() -> None:
    box = b""
    for _ in range(5_000):
        box = struct.pack("!I", len(box) + 8) + b"moov" + box
    assert failed(struct.pack("!I", 24) + b"ftypisom\0\0\0\0isommp42" + box) in {
        "broken",
        "no_streams",
        "too_slow",
        "crashed",
    }


def test_a_playlist_in_disguise_opens_nothing_else() -> None:
    """A film whose data lie "elsewhere" (a reference to a file) gets nothing: the decoder can open no file."""
    secret = SRC / "watchfloor" / "__init__.py"
    text = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n".encode()
    assert sniff(text) is None
    for decoder in ("hls", "concat"):
        assert isinstance(decode(text, kind=Kind("video", "video/mp4", decoder)), Failed)


CAGED = """
import os, socket, sys
sys.path.insert(0, sys.argv[1])
from watchfloor.items.media.decode import cage, pictures
import signal, resource, ctypes
cage.limit(memory=200_000_000, seconds=5)
held = cage.lock()
found = [",".join(held)]
def attempt(name, work):
    try:
        work()
        found.append(name + "=done")
    except (OSError, MemoryError) as problem:
        found.append(f"{name}={type(problem).__name__}")
    except ValueError:
        found.append(name + "=ValueError")
attempt("open", lambda: open("/etc/hostname"))
attempt("write", lambda: open("/tmp/caged", "w"))
attempt("socket", lambda: socket.socket())
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("fork", os.fork)
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("kill", lambda: os.kill(os.getppid(), 0))
attempt("listdir", lambda: os.listdir("/"))
attempt("memory", lambda: bytearray(2_000_000_000))
attempt("more", lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)))
os.write(1, "|".join(found).encode())
os._exit(0)
"""


def test_whoever_took_the_decoder_over_could_do_nothing() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", CAGED, str(SRC)], capture_output=True, timeout=30, check=False)
    held, *attempts = done.stdout.decode().split("|")
    if "system-call filter" not in held:
        pytest.skip("this kernel has no seccomp")
    outcome = dict(each.split("=") for each in attempts)
    assert outcome.pop("memory") == "MemoryError"
    assert set(outcome) == {"open", "write", "socket", "unix", "fork", "exec", "kill", "listdir", "more"}
    assert outcome.pop("more") in {"PermissionError", "ValueError"}
    assert set(outcome.values()) <= {"PermissionError", "OSError"}


def test_a_killed_nursery_is_started_again() -> None:
    assert isinstance(decode(GOOD), Made)
    process = decoding._nursery._process
    assert process is not None
    process.kill()
    process.wait()
    assert isinstance(decode(GOOD), Made)


def test_no_decoder_is_left_behind() -> None:
    assert isinstance(decode(frames(20_000, (1200, 1200)), Budget(seconds=0.2)), Failed)
    process = decoding._nursery._process
    assert process is not None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("no /proc")
    assert children.read_text().strip() == ""


def test_what_the_cage_holds_can_be_asked() -> None:
    assert set(decoding.isolation()) <= {"no network", "system-call filter"}
    if sys.platform == "linux":
        assert "system-call filter" in decoding.isolation()
