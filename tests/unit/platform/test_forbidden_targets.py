"""No spelling, name, redirect or changing answer leads a call into the inner network: connections are heard beneath all libraries."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.support import forbidden

from watchfloor.items.media import fetch
from watchfloor.kernel.errors import BadInput
from watchfloor.oncall.pagers import posting
from watchfloor.platform import targets

PUBLIC = "93.184.216.34"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[forbidden.Names]:
    """A resolver that asks our own server, each time."""
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "0")
    server = forbidden.Names()
    server.answers = {
        "public.test": [[PUBLIC]], "inner.test": [["127.0.0.1"]], "both.test": [[PUBLIC, "10.0.0.1"]],
        "turns.test": [[PUBLIC], ["127.0.0.1"]],
    }  # fmt: skip
    server.start()
    monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
    yield server
    server.stop()


def test_the_list_is_long_and_each_is_forbidden_by_nature() -> None:
    made = forbidden.urls()
    assert len(made) >= 400 and len(forbidden.hosts()) >= 300


def test_nobody_is_called_by_any_spelling(names: forbidden.Names) -> None:
    limits = fetch.Limits(bytes=1000, seconds=5)
    with forbidden.calls_heard() as calls:
        for url in forbidden.urls():
            got = posting.post(url, b"{}", {})
            assert not got.ok and not calls, (url, got, calls)
            for address in (url, url.replace("https:", "http:", 1)):
                with pytest.raises((fetch.Refused, fetch.NotNow)):
                    asyncio.run(fetch.fetch(address, lambda part: None, limits))
                assert not calls, (address, calls)


def test_what_was_checked_is_what_is_called_though_the_answer_turns(names: forbidden.Names) -> None:
    with forbidden.calls_heard() as calls:
        posting.post("https://turns.test/hook", b"{}", {})
        assert [call[0] for call in calls] == [PUBLIC] and names.asked.count("turns.test") == 1
        calls.clear()
        again = posting.post("https://turns.test/hook", b"{}", {})  # now it says loopback
        assert again.final and not calls
        names.answers["turns.test"] = [[PUBLIC], ["169.254.169.254"]]
        with pytest.raises(fetch.NotNow):
            asyncio.run(fetch.fetch("http://turns.test/x.png", lambda part: None, fetch.Limits(bytes=9, seconds=5)))
        assert {call[0] for call in calls} == {PUBLIC}


def test_redirects_into_the_network_are_not_followed(names: forbidden.Names) -> None:
    class Sends(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("location", self.server.to)  # type: ignore[attr-defined]
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sends)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    port = server.server_address[1]
    names.answers["cdn.test"] = [["127.0.0.1"]]
    limits = fetch.Limits(bytes=1000, seconds=5, hosts=frozenset({f"cdn.test:{port}"}))
    some = [url for url in forbidden.urls() if all(c.isprintable() and ord(c) < 128 for c in url) and "://" in url][
        ::18
    ]
    assert len(some) > 15
    for url in some:
        server.to = url  # type: ignore[attr-defined]
        with forbidden.calls_heard(("127.0.0.1", port)) as calls:
            with pytest.raises((fetch.Refused, fetch.NotNow)):
                asyncio.run(fetch.fetch(f"http://cdn.test:{port}/go", lambda part: None, limits))
            assert set(calls) <= {("127.0.0.1", port)}, (url, calls)
    server.shutdown()
    server.server_close()


def test_where_clouds_hand_out_keys_is_never_called_even_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    for text in ("169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "100.100.100.200", "fe80::1"):
        with pytest.raises(BadInput, match="not a public"):
            targets.check_address(ipaddress.ip_address(text))
    targets.check_address(ipaddress.ip_address("10.0.0.1"))
