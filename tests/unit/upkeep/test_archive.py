"""A backup's file: what goes in comes out, whole and in order, or is refused with a sentence."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.upkeep import archive

WORD = "a rather long passphrase"


def written(path: Path, files: dict[str, bytes], word: str = "") -> Path:
    with path.open("wb") as out, archive.Writer(out, word) as writer:
        writer.document(archive.BEGIN, {"format": 1})
        for name, data in files.items():
            assert sum(writer.file(name, io.BytesIO(data))) == len(data)
    return path


def read(path: Path, word: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, number, data in archive.read(path, word):
        found[name] = found.get(name, b"") + data
        assert number * archive.PIECE + len(data) == len(found[name])
    return found


@pytest.mark.parametrize("word", ["", WORD])
def test_what_goes_in_comes_out(tmp_path: Path, word: str) -> None:
    files = {
        "empty": b"",
        "lake/a/b": b"x" * 17,
        "big": os.urandom(archive.PIECE * 2 + 5),
        "two pieces": bytes(archive.PIECE),
    }
    path = written(tmp_path / "backup", files, word)
    assert {name: data for name, data in read(path, word).items() if name != archive.BEGIN} == files
    assert (b"lake/a/b" in path.read_bytes()) == (not word)


@pytest.mark.parametrize("word", ["", WORD])
@pytest.mark.parametrize("at", [10, 600, 5_000, -700, -100])
def test_a_changed_bit_and_a_missing_end_are_refused(tmp_path: Path, word: str, at: int) -> None:
    files = {"one": os.urandom(7_000), "two": b"2"}
    whole = written(tmp_path / "backup", files, word).read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[:at] if at > 0 else whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="no whole backup"):
        read(cut, word)
    changed = bytearray(whole)
    changed[at if word else whole.index(files["one"]) + at % 7_000] ^= 4
    (tmp_path / "changed").write_bytes(changed)
    with pytest.raises(BadInput, match="no whole backup"):
        read(tmp_path / "changed", word)


def test_another_passphrase_and_none_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "backup", {"one": b"1"}, WORD)
    for word, code in ((WORD + "!", "backup_damaged"), ("", "needs_passphrase")):
        with pytest.raises(BadInput) as problem:
            read(path, word)
        assert problem.value.code == code


def test_a_piece_that_is_taken_out_is_missed(tmp_path: Path) -> None:
    path = written(tmp_path / "backup", {"one": b"1" * 512, "two": b"2" * 512})
    whole, parts = path.read_bytes(), {}
    with tarfile.open(path) as tar:
        parts = {entry.name: (entry.offset, entry.offset_data + 512) for entry in tar}
    begin, end = parts["one/000000"]
    path.write_bytes(whole[:begin] + whole[end:])
    with pytest.raises(BadInput, match="parts of it are missing"):
        read(path)


def test_a_writer_that_fails_says_nothing_of_an_end(tmp_path: Path) -> None:
    path = tmp_path / "backup"

    class Broken(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            raise OSError("it cannot be read")

    with path.open("wb") as out, pytest.raises(OSError, match="cannot be read"), archive.Writer(out) as writer:
        list(writer.file("one", Broken()))
    with pytest.raises(BadInput, match="no whole backup"):
        read(path)
