"""What a method is given, what it may raise, and the register of methods. One function a method; ``views`` finds it by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import ApiToken
from watchfloor.interop.atproto.domain.names import Here
from watchfloor.kernel.errors import WatchfloorError

GET, POST = "GET", "POST"
Out = dict[str, Any] | None
NAMES: Final = {401: "AuthenticationRequired", 403: "Forbidden", 429: "RateLimitExceeded", 503: "NotEnoughResources"}


class Wrong(Exception):
    """An error in the protocol's own form: a status, a name that programs know, a sentence."""

    def __init__(self, status: int, name: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.name, self.message, self.headers = status, name, message, headers or {}


def bad(message: str) -> Wrong:
    """The request cannot be understood or done; the sentence says why."""
    return Wrong(400, "InvalidRequest", message)


def unknown(what: str = "Subject") -> Wrong:
    """It is not there, or this token may not know of it: the two look the same."""
    return Wrong(400, f"{what}NotFound", f"There is no such {what.lower()}.")


def of_ours(error: WatchfloorError) -> Wrong:
    """An expected error of ours, in the protocol's form."""
    text = " ".join(part for part in (error.message, error.hint) if part)
    if error.status == 404:
        return Wrong(400, "SubjectNotFound", error.message)
    if error.status in NAMES:
        retry = getattr(error, "retry_after", None)
        return Wrong(error.status, NAMES[error.status], text, {"Retry-After": str(retry)} if retry else None)
    name = {"stale_lease": "StaleLease", "key_reused": "DuplicateExternalId"}.get(error.code, "InvalidRequest")
    return Wrong(400, name, text)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. ``actor`` is None for somebody of another service, who may report and no more."""

    did: str
    handle: str
    actor: Actor | None = None
    token: ApiToken | None = None
    session: Any = None

    def may(self, *permissions: str) -> bool:
        """Whether any of them is held in some scope."""
        return self.actor is not None and any(self.actor.has(each) for each in permissions)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One call: by whom, where, with what."""

    here: Here
    params: dict[str, list[str]]
    body: dict[str, Any]
    caller: Caller | None
    headers: Any

    @property
    def who(self) -> Caller:
        """The caller of a method that needs one."""
        assert self.caller is not None
        return self.caller

    @property
    def actor(self) -> Actor:
        """The caller's rights."""
        assert self.caller is not None and self.caller.actor is not None
        return self.caller.actor

    def text(self, name: str, default: str = "") -> str:
        """One parameter."""
        return self.params.get(name, [default])[0]

    def many(self, name: str) -> list[str]:
        """A parameter that may come often; clients write ``a``, ``a[]`` or commas never."""
        return [each for each in (*self.params.get(name, []), *self.params.get(f"{name}[]", [])) if each]

    def yes(self, name: str) -> bool | None:
        """A parameter that is true, false or missing."""
        return {"true": True, "1": True, "false": False, "0": False}.get(self.text(name))

    def number(self, name: str, default: int | None = None) -> int | None:
        """A whole number."""
        text = self.text(name)
        if not text:
            return default
        try:
            found = int(text)
        except ValueError:
            raise bad(f"{name} must be a whole number.") from None
        if abs(found) >= 2**53:
            raise bad(f"{name} is too large.")
        return found

    def limit(self, most: int = 100, default: int = 50) -> int:
        """How many rows."""
        found = self.number("limit", default)
        if found is None or not 1 <= found <= most:
            raise bad(f"limit must be from 1 to {most}.")
        return found

    def moment(self, name: str) -> datetime | None:
        """A time."""
        text = self.text(name)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise bad(f"{name} is no time.") from None
        if found.tzinfo is None:
            raise bad(f"{name} has no zone.")
        return found


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One method: how it is called, who may, what answers."""

    name: str
    verb: str
    needs: tuple[str, ...] | None  # None: nobody need sign in; (): any token
    answer: Callable[[Ask], Out]
    others: bool = False  # also people of other services, by their own token


METHODS: dict[str, Method] = {}
Answer = Callable[[Ask], Out]


def method(name: str, verb: str, needs: tuple[str, ...] | None, *, others: bool = False) -> Callable[[Answer], Answer]:
    """Registers the function that follows."""

    def keep(function: Answer) -> Answer:
        METHODS[name] = Method(name=name, verb=verb, needs=needs, answer=function, others=others)
        return function

    return keep


def iso(moment: datetime) -> str:
    """A time as the protocol writes it: UTC, milliseconds, Z."""
    from datetime import UTC

    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def string(body: dict[str, Any], name: str, most: int, *, required: bool = False) -> str:
    """A text of a body."""
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise bad(f"{name} must be a text.")
    if len(value) > most:
        raise bad(f"{name} has at most {most:,} characters.")
    return value


def strings(body: dict[str, Any], name: str, most: int = 50) -> list[str]:
    """A list of texts of a body."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most or not all(isinstance(each, str) for each in value):
        raise bad(f"{name} must be a list of at most {most} texts.")
    return value


def inner(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An object of a body."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise bad(f"{name} must be an object.")
    return value
