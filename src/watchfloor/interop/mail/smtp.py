"""The door that speaks SMTP: 250 only after the commit with fsync, 4xx for what may come again, 5xx with a sentence for what never can.

It takes mail for the addresses of the settings and for nobody else, so it relays nothing. Connections, mails a minute and bytes are
bounded for each host; hosts of our own mail servers are bounded together with all others only.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec
from django.db import connection

from watchfloor.interop.mail import keeping
from watchfloor.interop.mail.domain.parsing import MOST_BYTES
from watchfloor.interop.mail.settings import current
from watchfloor.kernel.errors import BadInput, MissingExtra, Overloaded, WatchfloorError

log = logging.getLogger(__name__)
LINE: Final = 65_536  # bytes of one line: more than the standard allows, as many senders do
IDLE: Final = 60.0
THREADS: Final = 4
MOST_RECIPIENTS: Final = 50


class Limits(msgspec.Struct, frozen=True):
    """What the door bears."""

    connections: int = 20
    per_peer: int = 5
    per_minute: int = 60


class Gate:
    """Who is connected, and who sent how much lately. Used from one event loop."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.settings = limits, current()
        self.open: Counter[str] = Counter()
        self._sent: dict[str, tuple[float, float]] = {}

    def why_not(self, peer: str) -> str:
        """Why this host may not connect now; "" where it may."""
        if self.open.total() >= self.limits.connections:
            return "421 4.3.2 Too many connections are open; try again in a minute"
        if self.open[peer] >= self.limits.per_peer and not self.settings.is_relay(peer):
            return "421 4.7.0 This host has too many connections open"
        return ""

    def may_send(self, peer: str) -> bool:
        """Count a mail of this host; False where it has sent too many."""
        if self.settings.is_relay(peer):
            return True
        most, now = float(self.limits.per_minute), time.monotonic()
        left, since = self._sent.get(peer, (most, now))
        left = min(most, left + (now - since) * most / 60)
        if len(self._sent) > 10_000:
            self._sent.clear()
        self._sent[peer] = (left - 1 if left >= 1 else left, now)
        return left >= 1


class Handler:
    """What happens to commands; aiosmtpd calls these."""

    def __init__(self, gate: Gate, pool: ThreadPoolExecutor) -> None:
        self._gate, self._pool, self.connections = gate, pool, keeping.Connections()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  its names
        """Only addresses that take mail."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        answer = await self._aside(lambda: keeping.check([address]))
        if isinstance(answer, str) and not answer[:3].isdigit():
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return str(answer)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  its names
        """Kept, then acknowledged."""
        peer = peer_of(session)
        if not self._gate.may_send(peer):
            return "451 4.7.1 This host has sent too many mails; try again in a minute"
        raw, to, sender = bytes(envelope.content), list(envelope.rcpt_tos), str(envelope.mail_from or "")
        relayed = self._gate.settings.is_relay(peer)
        answer = await self._aside(
            lambda: keeping.keep(
                raw,
                recipients=to,
                sender=sender,
                peer=peer,
                how="smtp",
                relayed=relayed,
                settings=self._gate.settings,
                connections=self.connections,
            )
        )
        return f"250 2.0.0 Kept as {answer.text}" if isinstance(answer, keeping.Kept) else str(answer)

    async def _aside(self, work: Callable[[], Any]) -> Any:
        """The answer of ``work``, or the line of SMTP that says why there is none."""

        def run() -> Any:
            try:
                return work()
            finally:
                connection.close()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, run)
        except keeping.TooLarge as problem:
            return f"552 5.3.4 {problem.message}"
        except BadInput as problem:
            code = "550 5.1.1" if problem.code == "no_such_address" else "554 5.6.0"
            return f"{code} {problem.message}"
        except Overloaded as problem:
            return f"451 4.3.1 {problem.message}"
        except WatchfloorError as problem:
            return f"451 4.3.0 {problem.message}"
        except Exception:
            log.exception("a mail could not be kept")
            return "451 4.3.0 It could not be stored right now"


def peer_of(session: Any) -> str:
    """The host at the other end."""
    peer = session.peer
    return str(peer[0]) if isinstance(peer, tuple) else "local"


async def serve(
    host: str, port: int, *, limits: Limits, tls: ssl.SSLContext | None = None, require_tls: bool = False, hostname: str = "",
    ready: Callable[[int], None] = lambda port: None, stop: threading.Event | None = None,
) -> None:  # fmt: skip
    """Listen until ``stop``; ``ready`` hears the port. What is being stored when it ends is finished."""
    smtp = library()
    gate = Gate(limits)
    pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="mail")
    handler = Handler(gate, pool)

    class Door(smtp.SMTP):  # type: ignore[name-defined, misc]
        line_length_limit = LINE
        _peer = ""

        def connection_made(self, transport: Any) -> None:
            upgraded = self._original_transport is not None  # STARTTLS: the same connection
            if not upgraded:
                address = transport.get_extra_info("peername")
                peer = str(address[0]) if isinstance(address, tuple) else "local"
                why = gate.why_not(peer)
                if why:
                    transport.write(why.encode() + b"\r\n")
                    transport.close()
                    self.refused = True
                    return
                self._peer = peer
                gate.open[peer] += 1
            super().connection_made(transport)

        refused = False

        def data_received(self, data: bytes) -> None:
            if not self.refused:
                super().data_received(data)

        def eof_received(self) -> bool | None:
            return False if self.refused else super().eof_received()

        def connection_lost(self, error: Exception | None) -> None:
            if self.refused:
                return
            if self._peer:
                gate.open[self._peer] -= 1
                gate.open += Counter()  # forget who has none
                self._peer = ""
            super().connection_lost(error)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Door(
            handler, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname=hostname or None, ident="Watchfloor", tls_context=tls,
            require_starttls=require_tls, timeout=IDLE, loop=loop, auth_exclude_mechanism=["LOGIN", "PLAIN"],
        ),
        host, port, backlog=100,
    )  # fmt: skip
    ready(server.sockets[0].getsockname()[1])
    try:
        while stop is None or not stop.is_set():
            await asyncio.sleep(0.2)
    finally:
        server.close()
        await asyncio.to_thread(pool.shutdown, wait=True)
        handler.connections.close()


def library() -> Any:
    """aiosmtpd's module, or how to get it."""
    try:
        import aiosmtpd.smtp
    except ModuleNotFoundError:
        raise MissingExtra("mail", "The door for mail") from None
    return aiosmtpd.smtp


def context(certificate: str, key: str) -> ssl.SSLContext:
    """TLS with this certificate (a chain in PEM); ``BadInput`` where it cannot be used."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        made.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as problem:
        raise BadInput(
            "bad_certificate", f"The certificate cannot be used ({problem}).", where="--certificate"
        ) from None
    return made
