"""NCMEC's seven addresses over HTTPS with basic auth, one call at a time. No database here, and nothing of a call is logged.

What came back is a ``Reply`` with NCMEC's code. ``Unknown`` is raised when nothing can be said of what happened there: the connection
broke, time ran out, or a machine in between answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, Protocol, cast

import httpx

from watchfloor import __version__
from watchfloor.cybertip.domain.xml import Reply, read_reply
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets

TIMEOUT = httpx.Timeout(
    60.0, connect=10.0, read=300.0
)  # after the last byte of a long video they hash it before they answer
MOST = 2_000_000  # bytes of an answer; the schema is the longest
_XML = {"content-type": "text/xml; charset=utf-8"}


class Unknown(Exception):
    """Whether the call had its effect is not known; the text is a short word without content."""


class Bytes(Protocol):
    """A file by ranges (``items.media.sealed.Reader``)."""

    size: int

    def read_at(self, offset: int, count: int) -> bytes: ...


class Hashed:
    """Reads a stored file from its beginning to its end for the sender, hashing what passes; ``beat`` is called now and then."""

    def __init__(self, source: Bytes, beat: Callable[[], None] = lambda: None) -> None:
        self._source, self._beat, self._at = source, beat, 0
        self._hashes = [hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False), hashlib.sha256()]
        self._hashed = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._source.read_at(self._at, self._source.size if size < 0 else size)
        if self._at == self._hashed:  # what is read a second time is not hashed a second time
            for each in self._hashes:
                each.update(data)
            self._hashed += len(data)
        self._at += len(data)
        self._beat()
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """As files have it; only asked for to learn the length, and to begin again."""
        self._at = offset + {0: 0, 1: self._at, 2: self._source.size}[whence]
        return self._at

    def tell(self) -> int:
        """Where it stands."""
        return self._at

    def hashes(self) -> tuple[str, str, str]:
        """MD5, SHA-1 and SHA-256 of the whole file, once it was read to its end."""
        if self._hashed != self._source.size:
            raise Unknown("not read to its end")
        md5, sha1, sha256 = (each.hexdigest() for each in self._hashes)
        return md5, sha1, sha256


class Client:
    """One connection. ``base`` must be https (plain http only where private endpoints are allowed: tests)."""

    def __init__(self, base: str, username: str, password: str) -> None:
        targets.check_url(base)
        self._base = base
        self._http = httpx.Client(
            auth=httpx.BasicAuth(username, password), timeout=TIMEOUT, follow_redirects=False, trust_env=False,
            headers={"user-agent": f"Watchfloor/{__version__}"},
        )  # fmt: skip

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def status(self) -> Reply:
        """Whether it is there and lets us in; changes nothing."""
        return self._reply("GET", "/status")

    def xsd(self) -> str:
        """The schema in force, as NCMEC gives it to those with credentials."""
        return self._ask("GET", "/xsd").decode("utf-8", "replace")

    def submit(self, report: bytes) -> Reply:
        """Open a report: its number is in the reply."""
        return self._reply("POST", "/submit", content=report, headers=_XML)

    def upload(self, report_id: int, name: str, file: Hashed) -> Reply:
        """Add a file, streamed: its number and MD5 there are in the reply."""
        sent = {"file": (name, cast(IO[bytes], file), "application/octet-stream")}
        return self._reply("POST", "/upload", data={"id": str(report_id)}, files=sent)

    def fileinfo(self, details: bytes) -> Reply:
        """Tell of a file."""
        return self._reply("POST", "/fileinfo", content=details, headers=_XML)

    def finish(self, report_id: int) -> Reply:
        """Hand it in. Cannot be taken back."""
        return self._reply("POST", "/finish", data={"id": str(report_id)})

    def retract(self, report_id: int) -> Reply:
        """Take an unfinished one back."""
        return self._reply("POST", "/retract", data={"id": str(report_id)})

    def _reply(self, method: str, path: str, **more: Any) -> Reply:
        body = self._ask(method, path, **more)
        try:
            return read_reply(body)
        except BadInput:
            raise Unknown("not a reply") from None

    def _ask(self, method: str, path: str, **more: Any) -> bytes:
        try:
            with self._http.stream(method, f"{self._base}{path}", **more) as response:
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > MOST:
                        raise Unknown("a reply without end")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            raise Unknown(type(failure).__name__) from None
        if response.status_code in (401, 403) and b"responseCode" not in body:
            return _refusal(2000 if response.status_code == 401 else 3000)
        if response.status_code >= 400 and b"responseCode" not in body:
            raise Unknown(f"http {response.status_code}")
        return body


def _refusal(code: int) -> bytes:
    """The door's own answer, which comes without a body, as a reply."""
    return f"<reportResponse><responseCode>{code}</responseCode></reportResponse>".encode()
