"""What FFmpeg writes as HLS is read again byte for byte: segments of their own, parts of one file, fragmented MP4, encrypted."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("av", reason='pip install "watchfloor[media]"')
import av
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.support.streams import Broadcast, hls, served

from watchfloor.detection.streams.reading import keys, sources
from watchfloor.detection.streams.reading.pipe import Piece, Pipe
from watchfloor.items.media.fetch import Limits, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOTS = range(5)
KEY = bytes(range(16))


def read(files: Mapping[str, bytes]) -> list[Piece]:
    """All pieces of what a server shows."""
    broadcast = Broadcast([], 2.0)
    broadcast.files = dict(files)
    with served(broadcast):
        pipe, found = Pipe(), []
        port = broadcast.url.split(":")[2].partition("/")[0]
        thread = sources.begin(broadcast.url, pipe, Limits(bytes=10**9, hosts=frozenset({f"127.0.0.1:{port}"})))
        while (piece := pipe.get(20)) is not None:
            found.append(piece)
        thread.join(5)
    return found


def frames(pieces: list[Piece]) -> int:
    """How many pictures the pieces hold, each container's head before it."""
    data = b"".join((each.head if each.fresh else b"") + each.data for each in pieces)
    with av.open(BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.fixture(scope="module")
def plain() -> dict[str, bytes]:
    return hls(SHOTS)


def test_parts_of_one_file_are_the_segments(plain: dict[str, bytes]) -> None:
    whole = read(plain)
    files = hls(SHOTS, hls_flags="single_file")
    assert b"#EXT-X-BYTERANGE" in files["live.m3u8"] and len(files) == 2
    parts = read(files)
    assert len(parts) == len(whole) == 3
    assert b"".join(each.data for each in parts) == next(data for name, data in files.items() if name.endswith(".ts"))
    assert frames(parts) == frames(whole)


def test_a_head_that_is_a_part_of_the_file(plain: dict[str, bytes]) -> None:
    files = hls(SHOTS, hls_flags="single_file", hls_segment_type="fmp4")
    assert b"BYTERANGE=" in files["live.m3u8"]
    pieces = read(files)
    assert [each.fresh for each in pieces] == [True, False, False] and pieces[0].head[4:8] == b"ftyp"
    assert frames(pieces) == frames(read(plain))


def test_encrypted_segments_are_decrypted(plain: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "info").write_text(f"secret.key\n{tmp_path / 'key'}\n000102030405060708090a0b0c0d0e0f")
    files = hls(SHOTS, hls_key_info_file=str(tmp_path / "info")) | {"secret.key": KEY}
    assert b"METHOD=AES-128" in files["live.m3u8"] and b"IV=" in files["live.m3u8"]
    pieces = read(files)
    assert all(each.data[:1] == b"\x47" for each in pieces) and frames(pieces) == frames(read(plain))
    for wrong in (bytes(16), b"a page that asks who one is"):
        with pytest.raises(Refused, match="key"):
            read(files | {"secret.key": wrong})


def test_a_first_block_that_is_not_told_is_the_segments_number(plain: dict[str, bytes]) -> None:
    files = {name: encrypted(data, int(name[4:-3])) for name, data in plain.items() if name.endswith(".ts")}
    playlist = plain["live.m3u8"].replace(b"#EXTINF", b'#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF', 1)
    found = read(files | {"live.m3u8": playlist, "k": KEY})
    assert [each.data for each in found] == [each.data for each in read(plain)]


def encrypted(data: bytes, number: int) -> bytes:
    """A segment as a packager writes it that leaves the first block to its number."""
    filling = padding.PKCS7(128).padder()
    writing = Cipher(algorithms.AES(KEY), modes.CBC(number.to_bytes(16, "big"))).encryptor()
    return writing.update(filling.update(data) + filling.finalize()) + writing.finalize()


def test_a_segment_that_was_never_encrypted() -> None:
    with pytest.raises(Refused, match="not encrypted"):
        keys.decrypted(b"plain", KEY, KEY)
