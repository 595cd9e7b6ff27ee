"""NATS JetStream as the stream: one work queue, a subject per partition, and one consumer per partition at a time.

Who takes a partition over deletes the consumer of the one before and makes its own. Everything unfinished then comes again, at
once and in order; what the one before still does is known by the rows it has committed. Several brokers may be named; delivery
is at least once, and ``Nats-Msg-Id`` keeps a record that is published twice from arriving twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, TypeVar

from watchfloor.detection.stream.claims import Claims
from watchfloor.detection.stream.contract import Message, Record, StreamAway
from watchfloor.detection.stream.settings import StreamSettings
from watchfloor.kernel.errors import MissingExtra

try:
    import nats
    from nats.js import api
    from nats.js.errors import NotFoundError
except ImportError:
    raise MissingExtra("cluster", "A stream over NATS (nats-py)") from None

log = logging.getLogger(__name__)
T = TypeVar("T")

ANSWER_SECONDS = 10.0  # for an answer of the broker
CONNECT_SECONDS = 3.0
ACK_SECONDS = 60.0  # after which it hands an unfinished message out again
BATCH = 64  # messages of one partition that are on their way at once
BALANCE_EVERY = 1.0
REMEMBERED_SECONDS = 120.0  # within which the broker knows a record that was published before


class _Broker:
    """A connection that heals itself, on an event loop of its own."""

    def __init__(self, settings: StreamSettings) -> None:
        self.settings = settings
        self.stream = settings.name.upper()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()
        self._client: Any = None
        self._connecting = asyncio.Lock()
        self.when_back: Callable[[], None] | None = None  # called on the loop after a reconnect

    def call(self, work: Coroutine[Any, Any, T], seconds: float = ANSWER_SECONDS) -> T:
        """Run on the loop and wait; any failure of the broker is ``StreamAway``."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise StreamAway("no answer in time") from None
        except (nats.errors.Error, OSError) as problem:
            raise StreamAway(f"{type(problem).__name__} {problem}") from None

    def soon(self, work: Any, *args: Any) -> None:
        """Call a function on the loop, without waiting."""
        self._loop.call_soon_threadsafe(work, *args)

    async def jetstream(self) -> Any:
        """The connected client; the stream exists."""
        async with self._connecting:
            if self._client is None:
                async with asyncio.timeout(CONNECT_SECONDS):  # the client itself would try for ever
                    self._client = await nats.connect(
                        list(self.settings.servers), name="watchfloor", connect_timeout=2, max_reconnect_attempts=-1,
                        reconnect_time_wait=0.25, allow_reconnect=True, error_cb=_note,
                        reconnected_cb=self._reconnected, ping_interval=10,
                    )  # fmt: skip
                await self.make_stream()
        if not self._client.is_connected:
            raise StreamAway("not connected just now")
        return self._client.jetstream(timeout=ANSWER_SECONDS)

    async def make_stream(self) -> None:
        """Make the stream where there is none; one that somebody has set up otherwise is left as it is."""
        stream = self._client.jetstream(timeout=ANSWER_SECONDS)
        try:
            await stream.stream_info(self.stream)
        except NotFoundError:
            await stream.add_stream(
                api.StreamConfig(
                    name=self.stream, subjects=[f"{self.settings.name}.events.*"], storage=api.StorageType.FILE,
                    retention=api.RetentionPolicy.WORK_QUEUE, duplicate_window=REMEMBERED_SECONDS,
                )
            )  # fmt: skip

    async def _reconnected(self) -> None:
        if self.when_back is not None:
            self.when_back()

    def subject(self, partition: int) -> str:
        return f"{self.settings.name}.events.{partition}"

    def close(self) -> None:
        async def end() -> None:
            if self._client is not None:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(self._client.close(), 2)
            for task in asyncio.all_tasks():
                if task is not asyncio.current_task():
                    task.cancel()

        if self._thread.is_alive():
            with contextlib.suppress(Exception):
                asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)


class JetStreamSink:
    """Publishes."""

    def __init__(self, settings: StreamSettings) -> None:
        self._broker = _Broker(settings)

    def publish(self, records: Sequence[Record]) -> None:
        """In order; returns when the broker has stored every one."""
        self._broker.call(self._publish(records), ANSWER_SECONDS * 2)

    async def _publish(self, records: Sequence[Record]) -> None:
        stream = await self._broker.jetstream()
        try:
            await asyncio.gather(
                *(
                    stream.publish(
                        self._broker.subject(record.partition), record.body, timeout=ANSWER_SECONDS,
                        headers={"Nats-Msg-Id": record.id},
                    )
                    for record in records
                )
            )  # fmt: skip
        except nats.js.errors.NoStreamResponseError:  # the broker has lost its disk
            await self._broker.make_stream()
            raise

    def depth(self) -> int | None:
        """Messages nobody has finished."""

        async def ask() -> int:
            stream = await self._broker.jetstream()
            try:
                return int((await stream.stream_info(self._broker.stream)).state.messages)
            except NotFoundError:
                return 0

        return self._broker.call(ask())

    def close(self) -> None:
        """Let go."""
        self._broker.close()


class JetStreamSource:
    """The partitions of one worker: a task for each fetches ahead one batch, which waits here to be taken."""

    def __init__(self, settings: StreamSettings, only: Collection[int] | None = None) -> None:
        self._broker = _Broker(settings)
        self._broker.when_back = self._begin_all_anew
        self._claims = Claims(settings.name, settings.partitions, only)
        self._ready: queue.SimpleQueue[tuple[int, list[Any], asyncio.Event]] = queue.SimpleQueue()
        self._pumps: dict[int, asyncio.Task[None]] = {}
        self._gates: list[tuple[int, asyncio.Event]] = []
        self._balanced = 0.0

    def partitions(self) -> frozenset[int]:
        """Ours now."""
        return frozenset(self._claims.held)

    def take(self, limit: int, seconds: float) -> list[Message]:
        """See ``Source``."""
        if time.monotonic() - self._balanced >= BALANCE_EVERY:
            self._balance()
        taken: list[Message] = []
        wait = seconds
        while len(taken) < limit:
            try:
                partition, messages, gate = self._ready.get(timeout=wait) if wait else self._ready.get_nowait()
            except queue.Empty:
                break
            if partition in self._claims.held and partition in self._pumps:
                taken += [Message(partition, bytes(each.data), each) for each in messages]
                self._gates.append((partition, gate))
            wait = 0.0
        return taken

    def done(self, messages: Sequence[Message]) -> None:
        """See ``Source``. A confirmation that gets lost only means that the message comes again and is known."""

        async def acknowledge() -> None:
            for message in messages:
                with contextlib.suppress(nats.errors.Error, OSError):
                    await message.handle.ack()

        with contextlib.suppress(StreamAway):
            self._broker.call(acknowledge())
        self._open_gates()

    def again(self, messages: Sequence[Message]) -> None:
        """See ``Source``."""
        self._gates.clear()
        for partition in {message.partition for message in messages}:
            self._end(partition)
        self._balanced = 0.0  # whoever still holds them begins them anew

    def close(self) -> None:
        """See ``Source``."""
        for partition in list(self._pumps):
            self._end(partition)
        with contextlib.suppress(Exception):
            self._claims.leave()
        self._broker.close()

    # -- partitions come and go ---------------------------------------------------------------------------------------

    def _balance(self) -> None:
        for partition in self._claims.over():
            self._end(partition)
        self._claims.balance()
        for partition in set(self._pumps) - self._claims.held:
            self._end(partition)
        for partition in sorted(self._claims.held - set(self._pumps)):
            log.info("partition %d is ours", partition)
            self._start(partition)
        self._balanced = time.monotonic()

    def _start(self, partition: int) -> None:
        self._end(partition)

        async def begin() -> asyncio.Task[None]:
            return asyncio.create_task(self._pump(partition))

        self._pumps[partition] = self._broker.call(begin())

    def _end(self, partition: int) -> None:
        """End fetching; what was fetched and not taken is dropped here and comes again to whoever is next."""
        pump = self._pumps.pop(partition, None)
        if pump is not None:
            self._broker.soon(pump.cancel)
        kept = []
        with contextlib.suppress(queue.Empty):
            while True:
                kept.append(self._ready.get_nowait())
        for each in kept:
            if each[0] != partition:
                self._ready.put(each)

    def _open_gates(self) -> None:
        gates, self._gates = self._gates, []
        for _, gate in gates:
            self._broker.soon(gate.set)

    def _begin_all_anew(self) -> None:
        """After a reconnect requests on their way are lost: ask again, with consumers of our own making."""
        for partition, pump in list(self._pumps.items()):
            pump.cancel()
            if self._pumps.get(partition) is not pump:
                continue
            self._pumps[partition] = asyncio.create_task(self._pump(partition))

    async def _pump(self, partition: int) -> None:
        while True:
            try:
                subscription = await self._subscribe(partition)
                while True:
                    try:
                        messages = await subscription.fetch(BATCH, timeout=30)
                    except TimeoutError:
                        continue
                    gate = asyncio.Event()
                    self._ready.put((partition, messages, gate))
                    await gate.wait()
            except asyncio.CancelledError:
                raise
            except Exception as problem:
                log.warning("partition %d: %s %s", partition, type(problem).__name__, problem)
                await asyncio.sleep(0.25)

    async def _subscribe(self, partition: int) -> Any:
        """A consumer of our own; the one before, and with it its claim to unfinished messages, is gone."""
        stream = await self._broker.jetstream()
        mine = f"p{partition}-{secrets.token_hex(6)}"
        try:
            for other in await stream.consumers_info(self._broker.stream):
                if other.name.startswith(f"p{partition}-"):
                    with contextlib.suppress(NotFoundError):
                        await stream.delete_consumer(self._broker.stream, other.name)
        except NotFoundError:
            await self._broker.make_stream()
        await stream.add_consumer(
            self._broker.stream,
            api.ConsumerConfig(
                durable_name=mine, filter_subject=self._broker.subject(partition), ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=ACK_SECONDS, max_ack_pending=4 * BATCH,
            ),
        )  # fmt: skip
        return await stream.pull_subscribe_bind(mine, self._broker.stream)


async def _note(problem: Exception) -> None:
    log.debug("nats: %s", problem)
