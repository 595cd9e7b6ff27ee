"""Playlists are followed as RFC 8216 says and refused where more is asked; what a child says is believed only where it adds up."""

from __future__ import annotations

import contextlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.detection.streams.reading import messages, playlists
from watchfloor.detection.streams.reading.messages import Picture
from watchfloor.detection.streams.reading.pipe import MOST, Piece, Pipe, Stopped
from watchfloor.detection.streams.reading.playlists import Key, Source
from watchfloor.items.media.decode.wire import Broken
from watchfloor.items.media.fetch import Part

HOST = "https://cdn.example.org"
BASE = f"{HOST}/a/live.m3u8"
MASTER = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=6000000,RESOLUTION=1920x1080
1080/v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1400000,RESOLUTION=854x480,CODECS="avc1,mp4a"
480/v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=426x240
240/v.m3u8
"""


def test_the_cheapest_variant_of_enough_lines_is_read() -> None:
    assert playlists.variant(MASTER, BASE) == "https://cdn.example.org/a/480/v.m3u8"
    small = MASTER.replace("1920x1080", "640x360").replace("854x480", "426x240")
    assert (
        playlists.variant(small, BASE) == "https://cdn.example.org/a/1080/v.m3u8"
    )  # the largest where none has enough
    assert playlists.variant("#EXTM3U\n#EXTINF:2,\n0.ts\n", BASE) == ""


def test_segments_have_numbers_addresses_heads_and_breaks() -> None:
    text = (
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:4.0,title\n7.m4s\n"
        "#EXT-X-DISCONTINUITY\r\n#EXTINF:2.5,\r\nhttps://other.example/8.m4s\r\n#EXT-X-ENDLIST"
    )  # fmt: skip
    found = playlists.segments(text, BASE)
    assert (found.target, found.over) == (4.0, True)
    first, second = found.segments
    assert (first.number, first.seconds, first.apart) == (7, 4.0, False)
    assert (first.source, first.head) == (Source(f"{HOST}/a/7.m4s"), Source(f"{HOST}/a/init.mp4"))
    assert (second.number, second.source.url, second.apart) == (8, "https://other.example/8.m4s", True)


def test_parts_of_files_follow_each_other() -> None:
    text = (
        "#EXTM3U\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"100\"\n#EXTINF:2,\n#EXT-X-BYTERANGE:500@100\nall.mp4\n"
        "#EXTINF:2,\n#EXT-X-BYTERANGE:70\nall.mp4\n#EXTINF:2,\nown.m4s\n"
    )  # fmt: skip
    found = playlists.segments(text, BASE).segments
    assert [each.source.part for each in found] == [Part(100, 500), Part(600, 70), None]
    assert all(each.head == Source(f"{HOST}/a/all.mp4", Part(0, 100)) for each in found)


def test_a_key_holds_until_the_next_and_its_first_block_is_told_or_the_number() -> None:
    key = '#EXT-X-KEY:METHOD=AES-128,URI="k1"'
    text = (
        f'#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:258\n{key}\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="x",KEYFORMAT="com.example"\n#EXTINF:2,\n0.ts\n'
        f"#EXTINF:2,\n1.ts\n{key},IV=0x0F\n#EXTINF:2,\n2.ts\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\n3.ts\n"
    )  # fmt: skip
    found = [each.source.key for each in playlists.segments(text, BASE).segments]
    where = f"{HOST}/a/k1"
    assert found == [
        Key(where, (258).to_bytes(16, "big")), Key(where, (259).to_bytes(16, "big")), Key(where, (15).to_bytes(16, "big")), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"', "encrypted"),
        ('#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="com.example"', "encrypted"),
        ('#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXT-X-MAP:URI="i.mp4"', "encrypted"),
        ("#EXT-X-BYTERANGE:100", "byte_ranges"),
        ("#EXT-X-BYTERANGE:0@5", "byte_ranges"),
        ('#EXT-X-MAP:URI="i.mp4",BYTERANGE="x@0"', "byte_ranges"),
    ],
)
def test_what_needs_more_is_refused(line: str, code: str) -> None:
    with pytest.raises(playlists.Unusable) as refused:
        playlists.segments(f"#EXTM3U\n{line}\n#EXTINF:2,\n0.ts\n", BASE)
    assert refused.value.code == code


@given(st.text(alphabet='#EXTINFMUKY:-,="0123456789.\n\r ats', max_size=200))
def test_no_playlist_breaks_the_reader(text: str) -> None:
    for read in (playlists.variant, playlists.segments):
        with contextlib.suppress(playlists.Unusable):
            read("#EXTM3U\n" + text, BASE)


@given(st.binary(max_size=200))
def test_what_a_child_sends_is_a_picture_or_is_refused(body: bytes) -> None:
    try:
        found = messages.unpack(body)
    except Broken:
        return
    assert len(found.grey) == found.width * found.height and 0 <= found.quality <= 100


def test_a_picture_comes_as_it_went() -> None:
    sent = Picture(12.5, 13.0, bytes(range(32)), 88, 3, 2, b"abcdef")
    assert messages.unpack(b"".join(messages.pack(sent))) == sent
    with pytest.raises(Broken):
        messages.unpack(b"".join(messages.pack(sent._replace(grey=b"abc"))))


def test_a_pipe_keeps_the_order_and_its_bound_and_tells_both_ends() -> None:
    pipe = Pipe()
    big = Piece(data=bytes(MOST - 1))
    pipe.put(big)
    second = threading.Thread(target=pipe.put, args=(Piece(data=b"two"),))
    second.start()
    assert second.is_alive()  # it waits until there is room
    first = pipe.get(1)
    assert first is not None and len(first.data) == MOST - 1
    second.join(5)
    after = pipe.get(1)
    assert after is not None and after.data == b"two" and after.came > 0
    with pytest.raises(TimeoutError):
        pipe.get(0.01)
    pipe.end(ValueError("broken off"))
    with pytest.raises(ValueError, match="broken off"):
        pipe.get(1)
    pipe.stop()
    with pytest.raises(Stopped):
        pipe.put(big)
