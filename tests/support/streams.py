"""Live streams for tests: films cut into HLS segments, and a local server that shows as much of them as it is told."""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import av
from tests.support.films import RATE, film


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broadcast:
    """HLS of which ``upto`` segments are listed; ``over`` ends it. ``files``: whatever else it serves, by path."""

    def __init__(self, segments: Sequence[bytes], seconds: float) -> None:
        self.segments, self.seconds = list(segments), seconds
        self.upto, self.over = len(self.segments), True
        self.apart: set[int] = set()  # segments before which time begins anew
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.url = ""

    def playlist(self) -> bytes:
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:1", "#EXT-X-MEDIA-SEQUENCE:0"]
        for number in range(self.upto):
            if number in self.apart:
                lines.append("#EXT-X-DISCONTINUITY")
            lines += [f"#EXTINF:{self.seconds:.3f},", f"{number}.ts"]
        return "\n".join(lines + (["#EXT-X-ENDLIST"] if self.over else [])).encode()

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        name = path.rpartition("/")[2]
        if name in self.files:
            return self.files[name]
        if name == "live.m3u8":
            return self.playlist()
        if name.endswith(".ts") and name[:-3].isdecimal() and int(name[:-3]) < self.upto:
            return self.segments[int(name[:-3])]
        return None


def shots(numbers: Sequence[int], each: int = 2) -> list[bytes]:
    """Segments of so many shots (a second each, a key frame a second), cut by FFmpeg as a platform does: time goes on through them."""
    files = hls(numbers, each)
    return [files[name] for name in sorted(files, key=lambda name: (len(name), name)) if name.endswith(".ts")]


def hls(numbers: Sequence[int], each: int = 2, **options: str) -> dict[str, bytes]:
    """The same with its playlist ``live.m3u8``, all files by name; ``options`` of FFmpeg's muxer."""
    with tempfile.TemporaryDirectory() as folder:
        with (
            av.open(BytesIO(film(list(numbers), key_every=RATE, form="mpegts"))) as source,
            av.open(
                f"{folder}/live.m3u8",
                "w",
                format="hls",
                options={"hls_time": str(each), "hls_list_size": "0", **options},
            ) as cut,
        ):
            stream = cut.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    cut.mux(packet)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@contextmanager
def served(broadcast: Broadcast, port: int = 0) -> Iterator[Broadcast]:
    """On this machine, at a free port unless one is named."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = broadcast.answer(self.path)
            ranged = self.headers.get("Range", "").removeprefix("bytes=")
            if data is not None and ranged:
                first, last = (int(each) for each in ranged.split("-"))
                whole, data = len(data), data[first : last + 1]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{first + len(data) - 1}/{whole}")
            else:
                self.send_response(200 if data is not None else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    broadcast.url = f"http://127.0.0.1:{server.server_port}/live.m3u8"
    try:
        yield broadcast
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def rtmp(data: bytes, port: int) -> Iterator[None]:
    """FFmpeg plays an FLV file to whoever asks first, and listens by then."""
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root / "src"), str(root)])
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.rtmp_server", str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    try:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(data)
        server.stdin.close()
        server.stdout.readline()
        while not _listens(port):
            time.sleep(0.02)
        yield
    finally:
        server.kill()
        server.wait()


@contextmanager
def in_tls(port: int, context: ssl.SSLContext) -> Iterator[int]:
    """A port where TLS ends and bytes go on to another, as platforms put it before their RTMP servers; on every local address."""

    class Front(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                inner = context.wrap_socket(self.request, server_side=True)
            except OSError:  # whoever knocked does not trust us
                return
            with inner, socket.create_connection(("127.0.0.1", port)) as server:
                threading.Thread(target=_pump, args=(inner, server), daemon=True).start()
                _pump(server, inner)

    with socketserver.ThreadingTCPServer(("0.0.0.0", 0), Front) as front:
        front.daemon_threads = True
        threading.Thread(target=front.serve_forever, daemon=True).start()
        try:
            yield int(front.server_address[1])
        finally:
            front.shutdown()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Bytes from one to the other until either is gone."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _listens(port: int) -> bool:
    """Whether somebody listens there, without knocking: the first to knock is the player."""
    want = f":{port:04X}"
    return any(
        line.split()[1].endswith(want) and line.split()[3] == "0A"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
    )
