"""Files made to do harm: mutated ones of every format, and the test images of Pillow's source distribution, crash files and all.

The default takes a few dozen. The long form, whose result is in the docs (docs/explanation/media-way.md says how to run it):

    pip download --no-deps --no-binary :all: pillow -d /tmp/pillow
    WATCHFLOOR_HOSTILE=10000 WATCHFLOOR_HOSTILE_SDIST=/tmp/pillow/pillow-*.tar.gz pytest -s tests/unit/items/test_media_hostile.py
"""

from __future__ import annotations

import glob
import os
import random
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.media import Bytes, film, moving, photo, sound

from watchfloor.items.media import decoding
from watchfloor.items.media.decoding import Budget, Failed, Made
from watchfloor.items.media.sniff import Kind, sniff

COUNT = int(os.environ.get("WATCHFLOOR_HOSTILE", "60"))
SDIST = os.environ.get("WATCHFLOOR_HOSTILE_SDIST", "")
BUDGET = Budget(cpu_seconds=10, seconds=20.0)
IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".mpo", ".apng")
GOOD = photo(1, "PNG", size=(30, 20))


def seeds() -> dict[str, bytes]:
    """A small sound file of each format."""
    size = (90, 60)
    made = {form: photo(1, form, size=size) for form in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")}
    made |= {f"moving {form}": moving(4, size, form) for form in ("GIF", "WEBP", "PNG")}
    made |= {form: film(0.8, size=(64, 48), form=form) for form in ("mp4", "matroska", "avi", "mov", "mpegts")}
    return made | {"wav": sound(0.2)}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One of many ways to break a file; mostly behind its first bytes, so that it is opened at all."""
    made = bytearray(data)
    first = 0 if chance.random() < 0.1 else min(16, len(made) - 1)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(first, len(made))
        how = chance.randrange(7)
        if how == 0:
            made[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            made[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif how == 2:  # a length that lies
            made[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\0\0\0\1"))
        elif how == 3:
            made[at:at] = made[at : at + chance.randrange(1, 400)]
        elif how == 4:
            made[at:at] = chance.randbytes(chance.randrange(1, 60))
        elif how == 5:
            del made[at : at + chance.randrange(1, 200)]
        else:
            made[at : at + chance.randrange(1, 300)] = chance.randbytes(chance.randrange(1, 300))
        if len(made) <= first + 1:
            break
    if chance.random() < 0.15:
        del made[chance.randrange(first + 1, len(made) + 1) :]
    return bytes(made)


def outcome(data: bytes, kind: Kind) -> str:
    """What becomes of a file: ``made``, or the code with which it is put aside; its sentence is one."""
    result = decoding.decode(Bytes(data), kind, BUDGET)
    if isinstance(result, Made):
        assert all(each.data[:4] == b"RIFF" and len(each.data) < 4_000_000 for each in result.renditions)
        return "made"
    assert isinstance(result, Failed) and result.why.endswith(".") and len(result.why) < 300, result
    return result.code


@pytest.fixture
def _unharmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The service is as it was: the next file opens, no process is left, no file was written, the nursery did not grow."""
    assert isinstance(decoding.decode(Bytes(GOOD), Kind("image", "image/png", "PNG")), Made)
    process = decoding._nursery._process
    assert process is not None
    before, there = _memory(process.pid), set(os.listdir(tempfile.gettempdir()))
    yield
    assert isinstance(decoding.decode(Bytes(GOOD), Kind("image", "image/png", "PNG")), Made)
    assert decoding._nursery._process is process  # it never had to be started again
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if children.exists():
        assert children.read_text().strip() == ""
        assert _memory(process.pid) - before < 32_000
        assert len(os.listdir(f"/proc/{process.pid}/fd")) < 12
    written = set(os.listdir(tempfile.gettempdir())) - there
    assert not [name for name in written if name.startswith(("av", "pil", "caged"))]


def _memory(pid: int) -> int:
    """kB that are resident now; 0 where that cannot be read."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.usefixtures("_unharmed")
def test_mutated_files_harm_their_own_process_alone() -> None:
    chance, found = random.Random(20261122), Counter[str]()
    files = seeds()
    names = sorted(files)
    for number in range(COUNT):
        data = mutated(files[names[number % len(names)]], chance)
        kind = sniff(data[:4096])
        if kind is None:  # the door would have refused it; the decoder of its former self gets it all the same
            found["refused at the door"] += 1
            kind = sniff(files[names[number % len(names)]])
        assert kind is not None
        found[outcome(data, kind)] += 1
    print(COUNT, "mutated files:", dict(found.most_common()))
    assert found["made"] and found["broken"]


@pytest.mark.skipif(not SDIST, reason="WATCHFLOOR_HOSTILE_SDIST names Pillow's source distribution")
@pytest.mark.usefixtures("_unharmed")
def test_the_images_of_pillows_own_tests() -> None:
    [path] = glob.glob(SDIST)
    found, kinds = Counter[str](), Counter[str]()
    with tarfile.open(path) as archive:
        for member in archive:
            if "/Tests/images/" not in member.name or not member.isfile():
                continue
            file = archive.extractfile(member)
            assert file is not None
            data = file.read()
            kind = sniff(data[:4096])
            if kind is None:
                found["refused at the door"] += 1
                if not member.name.lower().endswith(IMAGES):
                    continue
                kind = Kind("image", "image/png", "PNG")
            kinds[kind.decoder] += 1
            found[outcome(data, kind)] += 1
    print(sum(found.values()), "images:", dict(found.most_common()), dict(kinds.most_common()))
    assert found["made"] > 200
