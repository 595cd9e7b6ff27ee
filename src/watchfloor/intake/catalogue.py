"""What the door must know, kept in memory for a few seconds: item types, reasons with their lane, who a token belongs to.

The web process checks thousands of rows a second on its event loop; it must neither ask the database for each nor block.
Look-ups run in one thread of their own, which gives its connection back after each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import msgspec
from django.db import connection

from watchfloor.identity import queries as identity
from watchfloor.intake.rows import LANE_NEVER_SHED, LANE_ORDINARY, Known
from watchfloor.intake.settings import patience
from watchfloor.items import queries as items
from watchfloor.kernel.errors import Overloaded
from watchfloor.platform.addresses import client, within
from watchfloor.policy.models import Policy, Reason

T = TypeVar("T")

SECONDS = 3.0  # nothing older is used
SOON = 2.0  # older than this it is asked for anew, and nobody waits for that
MAX_TOKENS = 1_000
NEVER_SHED_GROUPS = frozenset({"child_safety", "terrorism", "threat_to_life"})
THREATS_TO_LIFE = frozenset({"threat", "self-harm"})  # shipped reasons; their policies hold much that can wait, too
_threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="intake-lookup")


class Sender(msgspec.Struct, frozen=True):
    """Who a bearer token belongs to."""

    source: str
    permissions: frozenset[str]
    token: str = ""
    networks: tuple[str, ...] = ()
    per_minute: int | None = None
    markets: frozenset[str] | None = None  # what it sends must name one of them; None: any, or none


def load() -> Known:
    """Item types and reasons as they are in the database now."""
    items.forget_types()
    lanes = {policy.key: lane_of(policy) for policy in Policy.objects.all()}
    reasons = list(Reason.objects.order_by("position", "key"))
    return Known(
        types={key: fields for key, (_, fields) in items.types().items()},
        reasons={
            reason.key: LANE_NEVER_SHED
            if reason.key in THREATS_TO_LIFE
            else lanes.get(reason.policy_key, LANE_ORDINARY)
            for reason in reasons
        },
        aliases={token: reason.key for reason in reversed(reasons) for token in reason.atproto},
    )


def lane_of(policy: Policy) -> int:
    """Child safety, terrorism and threat to life are never shed; severity 5 is a threat to life by definition."""
    group = policy.harm_group.replace("-", "_")
    never = group in NEVER_SHED_GROUPS or policy.clearance.replace("-", "_") == "child_safety" or policy.severity >= 5
    return LANE_NEVER_SHED if never else LANE_ORDINARY


def sender(secret: str) -> Sender | None:
    """Who this secret belongs to, or None."""
    token = identity.token_with(secret)
    if token is None:
        return None
    return Sender(
        token.source,
        frozenset(token.permissions),
        str(token.pk),
        tuple(token.networks or ()),
        token.per_minute,
        identity.markets_of(token),
    )


class Catalogue:
    """The memory of one process; used from event loops only (any number of them)."""

    def __init__(self) -> None:
        self._known: tuple[float, Known] | None = None
        self._senders: dict[str, tuple[float, Sender | None]] = {}
        self._asked: dict[tuple[object, str], asyncio.Task[Any]] = {}

    async def _once(self, what: str, work: Callable[[], T], keep: Callable[[T, float], None]) -> T:
        """However many requests ask the same at once, the database is asked once; and nobody waits for it for ever."""
        try:
            async with asyncio.timeout(patience()):
                return await asyncio.shield(self._begun(what, work, keep))
        except TimeoutError:
            raise Overloaded("The database does not answer right now.", retry_after=5) from None

    def _begun(self, what: str, work: Callable[[], T], keep: Callable[[T, float], None]) -> asyncio.Task[T]:
        """The question under way, asked now unless somebody has."""
        key = (asyncio.get_running_loop(), what)
        task = self._asked.get(key)
        if task is None:

            async def ask() -> T:
                began = time.monotonic()
                found = await _aside(work)
                keep(found, began)  # as it was when it was asked
                return found

            task = self._asked[key] = asyncio.get_running_loop().create_task(ask())
            task.add_done_callback(lambda done: self._answered(key, done))
        return cast("asyncio.Task[T]", task)

    def _answered(self, key: tuple[object, str], task: asyncio.Task[Any]) -> None:
        self._asked.pop(key, None)
        if not task.cancelled():
            task.exception()  # those who gave up do not ask how it ended

    async def known(self, *, fresh: bool = False) -> Known:
        """Types and reasons, at most a few seconds old; ``fresh`` asks again (before a name is called unknown)."""
        age = time.monotonic() - self._known[0] if self._known is not None else SECONDS + 1
        if self._known is None or fresh or age > SECONDS:
            return await self._once(f"known {fresh}", load, self._keep_known)
        if age > SOON:
            self._begun("known False", load, self._keep_known)
        return self._known[1]

    def _keep_known(self, known: Known, at: float) -> None:
        if self._known is None or self._known[0] <= at:
            self._known = at, known

    async def sender(self, secret: str, address: str = "") -> Sender | None:
        """Who sends; unknown secrets are remembered as well, so that guessing costs the database little.

        A token that is bound to networks is unknown from anywhere else.
        """
        digest = identity.token_digest(secret)
        found = self._senders.get(digest)
        age = time.monotonic() - found[0] if found is not None else SECONDS + 1

        def keep(known: Sender | None, at: float) -> None:
            if len(self._senders) >= MAX_TOKENS:
                self._senders.clear()
            self._senders[digest] = at, known

        if found is None or age > SECONDS:
            known = await self._once(digest, lambda: sender(secret), keep)
        else:
            known = found[1]
            if age > SOON:
                self._begun(digest, lambda: sender(secret), keep)
        return known if known is not None and within(address, known.networks) else None

    def forget(self) -> None:
        """Ask anew next time."""
        self._known = None
        self._senders.clear()


def address_of(scope: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Where a request comes from."""
    peer = scope.get("client") or ("", 0)
    return client(str(peer[0]), headers.get("x-forwarded-for", ""))


async def _aside(work: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)
