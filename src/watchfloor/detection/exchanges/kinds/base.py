"""What every source of hashes gives: pages of updates in our words, with a checkpoint that is only kept together with its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec

from watchfloor.kernel.errors import MissingExtra, WatchfloorError

Checkpoint = dict[str, Any]


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What the source says of one of its records now. Without signals it holds nothing we keep.

    Attributes:
        key: the source's own key, the same each time. ref: the same for people.
        signals: ``(kind, value)`` as entries of a bank.
        opinions: ``{"member", "says", "tags"}``; says: positive, negative, lead.
        ours: what a message back must name (a descriptor's or an entry's number).
    """

    key: str
    ref: str
    signals: tuple[tuple[str, str], ...]
    tags: tuple[str, ...] = ()
    opinions: tuple[dict[str, Any], ...] = ()
    ours: dict[str, Any] = {}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page: records that are there, keys of records that are not any more, and from where to go on (None: from where we were)."""

    updates: tuple[Update, ...] = ()
    gone: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A setting or a credential. ``type``: string, number, enum or set_of_number (HMA's words)."""

    name: str
    label: str
    help: str = ""
    type: str = "string"
    required: bool = False
    choices: tuple[str, ...] = ()


class Source(Protocol):
    """A source opened with its settings and credentials."""

    def pages(self, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Everything since the checkpoint (None: everything). Raises what ``said`` turns into a sentence."""
        ...

    def tell(self, kind: str, value: str, ours: dict[str, Any], *, confirmed: bool) -> None:
        """Tell the source what became of a match. Raises as ``pages`` does."""
        ...


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of exchange.

    Attributes:
        whole: each reading brings everything there is; what is missing has gone.
        stale_days: a checkpoint older than this may have missed deletions: everything is read again.
        feedback: it can be told what became of a match.
        restricted: it fills only banks that need a clearance.
    """

    key: str
    name: str
    about: str
    settings: tuple[Field, ...]
    secrets: tuple[Field, ...]
    open: Callable[[dict[str, Any], dict[str, str]], Source]
    whole: bool = False
    stale_days: int | None = None
    feedback: bool = False
    restricted: bool = False


class NotTold(WatchfloorError):
    """The source does not take this, and never will: trying again would not help."""

    status = 422


def library(module: str) -> Any:
    """A module of ``threatexchange``. Raises ``MissingExtra`` with the command that installs it."""
    from importlib import import_module

    try:
        return import_module(f"threatexchange.exchanges.{module}")
    except ImportError as error:
        raise MissingExtra("threatexchange", "Following an exchange") from error


def said(error: Exception) -> str:
    """One sentence for people about what went wrong with a source; never an address with a token in it."""
    if isinstance(error, WatchfloorError):
        return error.message
    answer = getattr(error, "response", None)
    status = getattr(answer, "status_code", None)
    if status in (401, 403):
        return f"It refused our credentials (HTTP {status})."
    if status == 429:
        return "It asks us to come less often (HTTP 429)."
    if status is not None:
        return f"It answered with HTTP {status}."
    name = type(error).__name__
    if "Timeout" in name:
        return "It did not answer in time."
    if isinstance(error, OSError) or "Connection" in name:
        return "It cannot be reached."
    if isinstance(error, (ValueError, KeyError, TypeError, IndexError, AttributeError)):
        return f"Its answer is not in the form we know ({name})."
    return f"Reading it failed ({name})."


def plain_tags(tags: Any) -> tuple[str, ...]:
    """Tags as sorted text."""
    return tuple(sorted(str(tag)[:80] for tag in tags or () if str(tag)))
