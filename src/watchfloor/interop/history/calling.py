"""One call to another system's API: the name is resolved once and what was checked is what is called; nothing is retried here."""

from __future__ import annotations

import os
import ssl
from functools import cache
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import msgspec

from watchfloor import __version__
from watchfloor.enforcement.line import line, trusted
from watchfloor.items.media import sealed
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config, targets

SECONDS: Final = 60.0
READ_UP_TO: Final = 200_000_000  # bytes of an answer: a page of a bulk export


class Refused(Exception):
    """The other side will not, and would not if it were asked again."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said}"[:300])
        self.status = status


class Later(Exception):
    """It did not answer, or is busy. ``seconds``: it said when to come back."""

    def __init__(self, why: str, seconds: int = 0) -> None:
        super().__init__(why[:300])
        self.seconds = seconds


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """As an object; empty for anything else."""
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return {}
        return found if isinstance(found, dict) else {}


class Caller:
    """A connection to one place. Used from one thread."""

    def __init__(self, url: str, *, auth: httpx.Auth | None = None) -> None:
        try:
            self._target = line().run(targets.resolve(url.rstrip("/")))
        except OSError:
            raise Later("its name is not known to the network") from None
        headers = {"host": self._target.host, "user-agent": f"Watchfloor/{__version__}"}
        self._http = httpx.Client(
            auth=auth, timeout=SECONDS, follow_redirects=False, trust_env=False, verify=_trusted(), headers=headers
        )

    def __enter__(self) -> Caller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(
        self, method: str, path: str, *, query: dict[str, Any] | None = None, body: Any = None, form: dict[str, str] | None = None,
        token: str = "", accept: str = "application/json",
    ) -> Answer:  # fmt: skip
        """Ask; a path that came from the other side is used as a path here and nowhere else."""
        if not path.startswith("/") or path.startswith("//"):
            raise Refused(0, "it sends us to another place")
        place = self._target.url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        headers = {"accept": accept} | ({"authorization": f"Bearer {token}"} if token else {})
        content: bytes | None = None
        if body is not None:
            content, headers["content-type"] = msgspec.json.encode(body), "application/json"
        elif form is not None:
            content, headers["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        answer = bytearray()
        try:
            with self._http.stream(
                method, place, content=content, headers=headers, extensions={"sni_hostname": self._target.name}
            ) as response:
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > READ_UP_TO:
                        raise Refused(0, "the answer is too long")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            raise Later(type(failure).__name__) from None
        status = response.status_code
        if 200 <= status < 300:
            return Answer(dict(response.headers), bytes(answer))
        if status in (408, 425, 429) or status >= 500:
            wait = response.headers.get("retry-after", "")
            raise Later(f"it answered {status}", min(int(wait), 86_400) if wait.isascii() and wait.isdigit() else 0)
        raise Refused(status, bytes(answer[:200]).decode("utf-8", "replace"))


@cache
def _trusted() -> ssl.SSLContext:
    """The public authorities, and those of ``WATCHFLOOR_HISTORY_CA``."""
    own = os.environ.get("WATCHFLOOR_HISTORY_CA", "").strip()
    if not own:
        return trusted()
    context = httpx.create_ssl_context(trust_env=False)
    try:
        context.load_verify_locations(own)
    except OSError:
        raise BadInput("bad_setting", f"{own} holds no certificates.", where="WATCHFLOOR_HISTORY_CA") from None
    return context


def keys() -> tuple[bytes, ...]:
    """What sources' credentials are sealed under: the first; every one opens."""
    return sealed.ring(config.secrets_of("history.key"), "history:")
