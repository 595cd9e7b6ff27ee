"""The fetcher goes where it was sent or nowhere: names, addresses, redirects, sizes and answers, against real servers on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from watchfloor.items.media.fetch import Limits, NotNow, Refused, fetch

FILE = b"\x89PNG\r\n\x1a\n" + bytes(3000)


class Handler(BaseHTTPRequestHandler):
    """A platform's file server with every bad habit."""

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["host"], self.path, dict(self.headers)))  # type: ignore[attr-defined]
        place = self.path.lstrip("/")
        if place.startswith("to="):
            self._head(302, location=place[3:])
        elif place == "loop":
            self._head(302, location="loop")
        elif place.startswith("status="):
            self._head(int(place[7:]))
        elif place == "packed":
            self._head(200, content_encoding="gzip")
        elif place == "announced":
            self._head(200, length=10**12)
        elif place == "endless":
            self._head(200, length=None)
            with_end = b"x" * 65_536
            try:
                while True:
                    self.wfile.write(with_end)
            except OSError:
                pass
        elif place == "slow":
            self._head(200, length=100)
            self.wfile.write(b"x")
            self.wfile.flush()
            self.server.over.wait(5)  # type: ignore[attr-defined]
        elif place == "short":
            self._head(200, length=len(FILE))
            self.wfile.write(FILE[:100])
        else:
            self._head(200, length=len(FILE))
            self.wfile.write(FILE)

    def _head(self, status: int, *, length: int | None = 0, **fields: str) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        if length is not None:
            self.send_header("content-length", str(length))
        self.send_header("connection", "close")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


class Cdn:
    """The server, the names that lead to it, and what a resolver stand-in says."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_address[1]
        self.asked: list[tuple[str, str, dict[str, str]]] = server.asked  # type: ignore[attr-defined]
        self.names: dict[str, list[list[str]]] = {"cdn.test": [["127.0.0.1"]], "inner.test": [["127.0.0.1"]]}
        self.resolved: list[str] = []

    async def resolve(self, name: str, port: int) -> list[str]:
        """The next answer for a name; the last one stays. A short life of a record (rebinding) is a list of two."""
        self.resolved.append(name)
        answers = self.names.get(name)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def url(self, place: str = "file.png", name: str = "cdn.test") -> str:
        return f"http://{name}:{self.port}/{place}"

    def get(self, url: str, **more: object) -> bytes:
        values = {"bytes": 100_000, "seconds": 5.0, "hosts": frozenset({f"cdn.test:{self.port}"}), **more}
        got = bytearray()

        def take(part: bytes) -> None:
            got.extend(part)

        asyncio.run(fetch(url, take, Limits(**values), resolve=self.resolve))  # type: ignore[arg-type]
        return bytes(got)


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.over = [], threading.Event()  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Cdn(server)
    server.over.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def refused(cdn: Cdn, url: str, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        cdn.get(url, **more)
    assert caught.value.why.endswith(".") and len(caught.value.why) > 20  # a sentence
    return caught.value.code


def test_a_file_of_a_listed_host_arrives_and_nothing_of_ours_is_told(cdn: Cdn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert cdn.get(cdn.url("file.png?a=1")) == FILE
    host, path, headers = cdn.asked[0]
    assert (host, path) == (f"cdn.test:{cdn.port}", "/file.png?a=1")
    assert not {"cookie", "authorization", "referer"} & {name.lower() for name in headers}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://cdn.test/x", "bad_scheme"), ("file:///etc/passwd", "bad_scheme"), ("gopher://cdn.test/", "bad_scheme"),
        ("data:image/png;base64,AA", "bad_scheme"), ("http:///x", "bad_scheme"), ("http://u:p@cdn.test/", "credentials"),
        ("http://@cdn.test/", "credentials"), ("http://cdn.test:22/", "bad_port"), ("http://cdn.test:6379/", "bad_port"),
        ("http://cdn.test:99999/", "bad_url"), ("http://[::1/", "bad_url"), ("http://127.0.0.1/", "private_address"),
        ("http://2130706433/", "private_address"), ("http://0x7f.1/", "private_address"), ("http://0177.0.0.1/", "private_address"),
        ("http://127.1/", "private_address"), ("http://0/", "private_address"), ("http://[::ffff:127.0.0.1]/", "private_address"),
        ("http://[64:ff9b::7f00:1]/", "private_address"), ("http://169.254.169.254/latest/meta-data", "private_address"),
        ("http://[fe80::1%25eth0]/", "private_address"), ("http://inner.test/", "private_address"),
        ("http://INNER.test./", "private_address"),
        ("http://⑫７.0.0.1/", "private_address"),
    ],
)  # fmt: skip
def test_addresses_that_are_never_asked(cdn: Cdn, url: str, code: str) -> None:
    assert refused(cdn, url) == code
    assert cdn.asked == []


def test_one_inner_address_among_public_ones_is_enough(cdn: Cdn) -> None:
    cdn.names["mixed.test"] = [["93.184.216.34", "10.0.0.7"]]
    assert refused(cdn, "http://mixed.test/") == "private_address"


def test_a_listed_host_may_stand_inside_but_never_where_keys_are(cdn: Cdn) -> None:
    cdn.names["cdn.test"] = [["169.254.169.254"]]
    assert refused(cdn, cdn.url()) == "private_address"


def test_a_name_is_asked_for_once_and_what_was_checked_is_what_is_called(cdn: Cdn) -> None:
    cdn.names["cdn.test"] = [["127.0.0.1"], ["10.9.9.9"]]  # rebinding: the second answer would be another
    assert cdn.get(cdn.url()) == FILE
    assert cdn.resolved == ["cdn.test"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://inner.test/x", "private_address"), ("http://127.0.0.1/", "private_address"), ("//inner.test/x", "private_address"),
        ("http://169.254.169.254/", "private_address"), ("file:///etc/passwd", "bad_scheme"), ("http://u:p@cdn.test/", "credentials"),
        ("http://cdn.test:25/", "bad_port"), ("http://[::ffff:7f00:1]/", "private_address"), ("http://0x7f000001/", "private_address"),
    ],
)  # fmt: skip
def test_a_redirect_is_looked_at_like_the_first_address(cdn: Cdn, target: str, code: str) -> None:
    assert refused(cdn, cdn.url(f"to={target}")) == code
    assert len(cdn.asked) == 1


def test_redirects_are_followed_but_not_for_ever(cdn: Cdn) -> None:
    assert cdn.get(cdn.url("to=/file.png")) == FILE
    assert cdn.get(cdn.url(f"to={cdn.url('to=/file.png')}")) == FILE
    cdn.asked.clear()
    assert refused(cdn, cdn.url("loop")) == "too_many_redirects"
    assert len(cdn.asked) == 6


def test_a_name_that_turns_inward_between_redirects_is_refused(cdn: Cdn) -> None:
    cdn.names["cdn.test"] = [["127.0.0.1"], ["169.254.169.254"]]
    assert refused(cdn, cdn.url("to=/file.png")) == "private_address"
    assert len(cdn.asked) == 1


def test_only_listed_hosts_when_the_setting_says_so(cdn: Cdn) -> None:
    cdn.names["public.test"] = [["93.184.216.34"]]
    assert refused(cdn, "http://public.test/", listed_only=True) == "unlisted_host"
    assert cdn.get(cdn.url(), listed_only=True) == FILE


@pytest.mark.parametrize(
    ("place", "code"),
    [("announced", "too_large"), ("endless", "too_large"), ("packed", "compressed"), ("status=404", "bad_status"),
     ("status=403", "bad_status"), ("status=206", "bad_status"), ("status=204", "bad_status")],
)  # fmt: skip
def test_answers_that_are_refused_for_good(cdn: Cdn, place: str, code: str) -> None:
    assert refused(cdn, cdn.url(place)) == code


@pytest.mark.parametrize("place", ["status=503", "status=429", "status=500", "short", "slow"])
def test_what_may_work_later(cdn: Cdn, place: str) -> None:
    with pytest.raises(NotNow, match=r"\.$"):
        cdn.get(cdn.url(place), seconds=0.5)


def test_a_name_nobody_knows_and_a_closed_port_may_work_later(cdn: Cdn) -> None:
    with pytest.raises(NotNow, match="not known"):
        cdn.get("http://nowhere.test/")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotNow, match="cannot be reached"):
        cdn.get(f"http://cdn.test:{port}/", hosts=frozenset({f"cdn.test:{port}"}))


def test_what_the_taker_raises_stops_the_transfer(cdn: Cdn) -> None:
    class Enough(Exception):
        pass

    def take(part: bytes) -> None:
        raise Enough

    limits = Limits(bytes=10**9, hosts=frozenset({f"cdn.test:{cdn.port}"}))
    with pytest.raises(Enough):
        asyncio.run(fetch(cdn.url("endless"), take, limits, resolve=cdn.resolve))
