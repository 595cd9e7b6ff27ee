"""Talks to a learning record store: xAPI 1.0.3 over HTTP. No database of ours here, and nothing waits: what says "later" is left.

The store's name is resolved once and what was checked is what is connected to. An answer is one of three things: taken, a ``Refused``
(the same statements would be refused again), or a ``Later`` (busy, broken, away; perhaps with a time to come back).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import msgspec

from watchfloor import __version__
from watchfloor.enforcement.line import line
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets
from watchfloor.training.domain import xapi

SECONDS: Final = 20.0
READ_UP_TO: Final = 1_000_000  # bytes of an answer


class Refused(Exception):
    """The store will not. ``said``: its own words, shortened."""

    def __init__(self, status: int, said: str = "") -> None:
        super().__init__(said or f"http {status}")
        self.status, self.said = status, said


class Later(Exception):
    """The store did not answer, or is busy. ``seconds``: it said when to come back."""

    def __init__(self, why: str, seconds: int = 0) -> None:
        super().__init__(why)
        self.why, self.seconds = why, seconds


class Client:
    """One connection, for one account. Used from one thread."""

    def __init__(self, url: str, name: str, secret: str) -> None:
        try:
            self._target = line().run(targets.resolve(url.rstrip("/")))
        except OSError:
            raise Later("The store's name is not known to the network.") from None
        self._http = httpx.Client(
            auth=httpx.BasicAuth(name, secret), timeout=SECONDS, follow_redirects=False, trust_env=False,
            headers={
                "host": self._target.host, "accept": "application/json", "user-agent": f"Watchfloor/{__version__}",
                "x-experience-api-version": xapi.VERSION,
            },
        )  # fmt: skip

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def versions(self) -> list[str]:
        """Which versions of xAPI the store speaks."""
        found = self._ask("GET", "/about")
        told = found.get("version") if isinstance(found, dict) else None
        return [str(each) for each in told] if isinstance(told, list) else []

    def let_in(self) -> None:
        """Ask for a statement that is nowhere: whether we are let in, and nothing of anybody is read."""
        try:
            self._ask("GET", "/statements", statementId=str(uuid4()))
        except Refused as refused:
            if refused.status != 404:
                raise

    def keep(self, statements: Sequence[xapi.Statement]) -> None:
        """Have statements kept; those it has already are no matter."""
        self._ask("POST", "/statements", body=list(statements))

    def _ask(self, method: str, path: str, *, body: Any = None, **query: str) -> Any:
        target = self._target.url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        content, headers = None, {}
        if body is not None:
            content, headers = msgspec.json.encode(body), {"content-type": "application/json"}
        answer = bytearray()
        try:
            with self._http.stream(
                method, target, content=content, headers=headers, extensions={"sni_hostname": self._target.name}
            ) as response:
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > READ_UP_TO:
                        raise Later("The answer is too long.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            raise Later(f"The store did not answer ({type(failure).__name__}).") from None
        return _read(response, bytes(answer))


def _read(response: httpx.Response, answer: bytes) -> Any:
    status = response.status_code
    if status in (408, 425, 429) or status >= 500:
        wait = response.headers.get("retry-after", "")
        seconds = min(int(wait), 86_400) if wait.isascii() and wait.isdigit() else 0
        raise Later(f"The store answered {status}.", seconds)
    if not 200 <= status < 300:
        raise Refused(status, answer[:300].decode(errors="replace").strip())
    try:
        return msgspec.json.decode(answer) if answer else {}
    except msgspec.DecodeError:
        return {}


def sentence(refused: Refused) -> BadInput:
    """What a person does about a refusal."""
    if refused.status == 401:
        return BadInput("not_let_in", "The store does not know this name and secret.", where="secret")
    if refused.status == 403:
        return BadInput("not_allowed", "The store knows the account, but it may not write statements.", where="name")
    if refused.status == 404:
        return BadInput("no_store", "There is no xAPI at this address.", where="url", hint="It often ends in /xapi.")
    return BadInput("refused", f"The store refused ({refused.status}): {refused.said[:200]}", where="url")
