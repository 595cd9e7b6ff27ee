"""RTMP is spoken so that FFmpeg's own server plays to us; whatever else comes is refused, however it is cut."""

from __future__ import annotations

import contextlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.streams import free_port, in_tls, rtmp
from tests.support.tls import certificate

from watchfloor.detection.streams.reading import sources
from watchfloor.detection.streams.reading.pipe import Piece, Pipe
from watchfloor.detection.streams.reading.rtmp import amf, flv
from watchfloor.detection.streams.reading.rtmp.chunks import Message, Reader, cut
from watchfloor.detection.streams.reading.rtmp.errors import Garbled, Turned
from watchfloor.detection.streams.reading.rtmp.session import HELLO, Session, address_of
from watchfloor.items.media.fetch import Limits, NotNow, Refused

URL = "rtmp://live.example.org/app/one/stream?token=1"
plain = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20)
values = plain | st.dictionaries(st.text(min_size=1, max_size=8), plain, max_size=4)


def test_ffmpeg_plays_to_us() -> None:
    av = pytest.importorskip("av", reason='pip install "watchfloor[media]"')
    from tests.support.films import RATE, film

    port = free_port()
    with rtmp(film([1, 2, 3], key_every=RATE, form="flv"), port):
        pieces = played(f"rtmp://127.0.0.1:{port}/live/shots", port)
    assert (
        pieces[0].fresh and pieces[0].at == 0.0 and [each.fresh for each in pieces[1:]] == [False] * (len(pieces) - 1)
    )
    assert len([each for each in pieces if each.cut]) == 3  # a key frame a second
    last = next(place for place in range(len(pieces) - 1, -1, -1) if pieces[place].cut)
    for begin, seconds in ((0, 3), (last, 1)):  # a clip may begin at each
        data = pieces[begin].head + b"".join(each.data for each in pieces[begin:])
        with av.open(BytesIO(data)) as container:
            assert sum(1 for _ in container.decode(video=0)) == seconds * RATE


def test_ffmpeg_plays_to_us_in_tls_where_the_certificate_is_trusted_and_names_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("av", reason='pip install "watchfloor[media]"')
    from tests.support.films import RATE, film

    trusted, context = certificate(tmp_path)
    port = free_port()
    with rtmp(film([1, 2, 3], key_every=RATE, form="flv"), port), in_tls(port, context) as front:
        with pytest.raises(NotNow, match="CERTIFICATE_VERIFY_FAILED"):
            played(f"rtmps://127.0.0.1:{front}/live/shots", front)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with pytest.raises(NotNow, match=r"127\.0\.0\.2"):
            played(f"rtmps://127.0.0.2:{front}/live/shots", front)
        pieces = played(f"rtmps://127.0.0.1:{front}/live/shots", front)
    assert len([each for each in pieces if each.cut]) == 3 and pieces[0].fresh


def played(url: str, port: int) -> list[Piece]:
    """All that comes."""
    pipe, found = Pipe(), []
    hosts = frozenset(f"127.0.0.{number}:{port}" for number in (1, 2))
    sources.begin(url, pipe, Limits(bytes=10**9, hosts=hosts))
    while (piece := pipe.get(30)) is not None:
        found.append(piece)
    return found


@pytest.mark.parametrize(
    ("url", "code"),
    [("rtmp://127.0.0.1/live/x", "private_address"), ("rtmp://203.0.113.9:22/live/x", "bad_port"),
     ("rtmp://you:me@203.0.113.9/live/x", "credentials"), ("rtmpt://203.0.113.9/live/x", "bad_scheme"), ("rtsp://[", "bad_scheme")],
)  # fmt: skip
def test_addresses_are_checked_as_those_of_files(url: str, code: str) -> None:
    pipe = Pipe()
    sources.begin(url, pipe, Limits(bytes=10**6))
    with pytest.raises(Refused) as refused:
        pipe.get(10)
    assert refused.value.code == code


def test_an_address_names_an_application_and_a_stream() -> None:
    found = address_of(URL)
    assert (found.whole, found.application, found.stream) == (
        "rtmp://live.example.org/app/one",
        "app/one",
        "stream?token=1",
    )
    for short in ("rtmp://live.example.org", "rtmp://live.example.org/app"):
        with pytest.raises(ValueError, match="application"):
            address_of(short)


@given(st.lists(values, max_size=4))
def test_values_come_as_they_went(sent: list[object]) -> None:
    assert amf.read(amf.write(*sent)) == sent


@given(st.binary(max_size=300))
def test_no_values_break_the_reader(data: bytes) -> None:
    with contextlib.suppress(Garbled):
        amf.read(data)


@given(st.lists(st.tuples(st.integers(1, 22), st.binary(max_size=700)), min_size=1, max_size=5), st.data())
def test_messages_are_whole_however_they_come(sent: list[tuple[int, bytes]], data: st.DataObject) -> None:
    line = b"".join(cut(Message(kind, 0, 1, body), 3 + place) for place, (kind, body) in enumerate(sent))
    reader, found = Reader(), []
    while line:
        size = data.draw(st.integers(1, len(line)))
        found += list(reader.take(line[:size]))
        line = line[size:]
    assert [(each.kind, each.body) for each in found] == sent


@given(st.binary(max_size=400))
def test_no_chunks_break_the_reader(data: bytes) -> None:
    try:
        for message in Reader(100_000).take(data):
            assert len(message.body) <= 100_000
    except Garbled:
        pass


def test_times_are_counted_on_and_outgrow_three_bytes() -> None:
    first = (
        bytes([4])
        + (0xFFFFFF).to_bytes(3, "big")
        + (1).to_bytes(3, "big")
        + bytes([9])
        + bytes(4)
        + (2**24 + 5).to_bytes(4, "big")
        + b"a"
    )
    then = bytes([0x84]) + (40).to_bytes(3, "big") + b"b" + bytes([0xC4]) + b"c"
    assert [each.at - 2**24 for each in Reader().take(first + then)] == [5, 45, 85]


def shaken() -> Session:
    session = Session(address_of(URL))
    assert len(session.outgoing()) == 1 + HELLO
    assert list(session.take(b"\x03" + bytes(2 * HELLO))) == []
    return session


def says(session: Session, *sent: object) -> list[flv.Tag]:
    return list(session.take(cut(Message(20, 0, 0, amf.write(*sent)), 3)))


def test_a_server_that_does_not_play_it_is_believed() -> None:
    session = shaken()
    says(session, "_result", 1, None, {"code": "NetConnection.Connect.Success"})
    assert b"createStream" in session.outgoing()
    says(session, "_result", 2, None, 1)
    assert b"stream?token=1" in session.outgoing()
    with pytest.raises(Turned, match="no such") as later:
        says(
            session,
            "onStatus",
            0,
            None,
            {"level": "error", "code": "NetStream.Play.StreamNotFound", "description": "no such stream"},
        )
    assert not later.value.good
    with pytest.raises(Turned) as never:
        says(shaken(), "_error", 1, None, {"code": "NetConnection.Connect.Rejected"})
    assert never.value.good


def test_pings_are_answered_and_the_end_is_heard() -> None:
    session = shaken()
    session.outgoing()
    list(session.take(cut(Message(4, 0, 0, b"\x00\x06\x00\x00\x01\x02"), 2)))
    assert session.outgoing().endswith(b"\x00\x07\x00\x00\x01\x02")
    says(session, "onStatus", 0, None, {"code": "NetStream.Play.Start"})
    inner = flv.Tag(9, 7, b"\x17\x01x").bytes() + flv.Tag(8, 9, b"\xaf\x01y").bytes()
    tags = list(session.take(cut(Message(22, 100, 1, inner), 5)))
    assert [(each.kind, each.at) for each in tags] == [(9, 0), (8, 2)]
    assert tags[0].begins and not tags[0].sets and flv.Tag(9, 0, b"\x17\x00").sets
    assert not session.over
    says(session, "onStatus", 0, None, {"code": "NetStream.Play.UnpublishNotify"})
    assert session.over


@given(st.binary(max_size=400))
def test_no_server_breaks_the_session(data: bytes) -> None:
    session = shaken()
    with contextlib.suppress(Garbled, Turned):
        list(session.take(data))
