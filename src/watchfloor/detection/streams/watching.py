"""Reads one stream for as long as this worker holds it: bytes to the caged child, stills into the ring, each frame asked of the banks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.detection.streams import evidence, known, matched, watches
from watchfloor.detection.streams.models import Hit, Still, Watch
from watchfloor.detection.streams.options import Options
from watchfloor.detection.streams.reading import sources
from watchfloor.detection.streams.reading.caged import Caged, Died
from watchfloor.detection.streams.reading.messages import Picture
from watchfloor.detection.streams.reading.pipe import Piece, Pipe, Stopped
from watchfloor.detection.streams.ring import Ring
from watchfloor.engines.matching.live import Apart
from watchfloor.items.media.fetch import NotNow, Refused, Resolve, system_resolver
from watchfloor.items.media.models import Media
from watchfloor.kernel import clock

log = logging.getLogger(__name__)
KEEP_S = 2.0  # between signs of life to the lease
AGAIN = 64  # stills
DEATHS = 3  # of children one after the other, without a frame: the stream cannot be read


class _Lost(Exception):
    """It is over, or another worker has it."""


class Watching(threading.Thread):
    """One stream in a thread of its own."""

    def __init__(self, watch_id: UUID, holder: str, setting: Options, *, resolve: Resolve = system_resolver) -> None:
        super().__init__(name=f"stream-{watch_id}", daemon=True)
        self.watch_id, self._holder, self._setting, self._resolve = watch_id, holder, setting, resolve
        self._pipe = Pipe()
        self._stopping = False

    def stop(self) -> None:
        """Let go of it soon; another worker may go on."""
        self._stopping = True
        self._pipe.stop()

    def run(self) -> None:
        """Until it is over, breaks, is lost or is let go."""
        try:
            self._read()
            watches.finish(self.watch_id, self._holder, "over", "It came to its end.")
        except (_Lost, Stopped):
            pass
        except Refused as problem:
            watches.finish(self.watch_id, self._holder, problem.code, problem.why, refused=True)
        except NotNow as problem:
            watches.broke(self.watch_id, self._holder, "unreachable", str(problem))
        except Died as problem:
            watches.broke(self.watch_id, self._holder, problem.code, problem.why)
        except Exception as problem:
            log.exception("watching %s failed", self.watch_id)
            try:
                watches.broke(
                    self.watch_id, self._holder, "failed", f"Something failed here ({type(problem).__name__})."
                )
            except Exception:
                log.exception("%s could not be put down", self.watch_id)
        finally:
            self._pipe.stop()
            if self._stopping:
                watches.let_go(self.watch_id, self._holder)
            connection.close()

    def _read(self) -> None:
        watch = Watch.objects.select_related("item").get(pk=self.watch_id)
        limits = self._setting.limits()
        if "://" not in watch.url:
            raise Refused("bad_url", "The address is not a web address.")
        sources.begin(watch.url, self._pipe, limits, resolve=self._resolve)
        reading = _Reading(watch, self._holder, self._setting, self._pipe)
        try:
            reading.work()
        finally:
            reading.close()


class _Reading:
    """What is known while one stream is read."""

    def __init__(self, watch: Watch, holder: str, setting: Options, pipe: Pipe) -> None:
        self.watch, self._holder, self._setting, self._pipe = watch, holder, setting, pipe
        self._ring = Ring(watch, setting.ring_minutes)
        told = Hit.objects.filter(watch=watch).order_by("at").values_list("bank", "entry", "seconds")
        self._apart = Apart(((bank, entry), seconds) for bank, entry, seconds in told)
        self._recent = evidence.Recent(setting.clip_seconds, setting.clip_bytes)
        self._waiting: Piece | None = None  # begins the next container
        self._rest = memoryview(b"")  # of the piece at hand
        self._given: Piece | None = None
        self._base = 0.0
        self._done = watch.last_second if watch.frames else -1.0  # seconds up to which it was read before
        self._since = clock.now()
        self._again = _last_bits(watch)  # a stream that broke off is listed with what was read before
        self._hits: list[Hit] = []  # whose clip still lacks what comes after
        self._early: list[Media] = []  # their clips so far
        self._clip_at = 0.0
        self._kept = 0.0
        self._seen = False

    def work(self) -> None:
        """One child after the other until the stream is over."""
        deaths = 0
        self._waiting = self._next()
        while self._waiting is not None:
            self._begin(self._waiting)
            before = self.watch.frames
            try:
                with Caged(self._setting.budget()) as child:
                    for picture in child.pictures(self._more):
                        self._take(picture)
                deaths = 0
            except Died as problem:
                deaths = 0 if problem.spent or self.watch.frames > before else deaths + 1
                if deaths >= DEATHS:
                    raise
                self._skip()
        if not self._seen:
            raise NotNow("It ended before one frame of it could be read.")

    def close(self) -> None:
        """Note how far it came, and keep the clip that waits for what comes after its match."""
        watches.keep(self.watch, self._holder)
        self._keep_clip()

    def _begin(self, piece: Piece) -> None:
        """Seconds of what comes count from here."""
        self._waiting = None
        self._rest = memoryview(piece.head + piece.data)
        self._given = piece
        offset = 0.0
        if self._done >= 0 and not piece.whole:  # read on after a break: the time between passed in the stream too
            gone = self._since - (self.watch.last_frame_at or self._since)
            offset = self._done + max(0.0, gone.total_seconds())
        self._base = max(offset + (piece.at or 0.0), 0.0)
        self._recent.add(piece, self._base)

    def _skip(self) -> None:
        """The child is gone: go on where a container can begin."""
        piece = self._waiting or self._next()
        while piece is not None and not piece.cut:
            piece = self._next()
        if piece is not None and piece.at is None:
            piece = msgspec.structs.replace(piece, at=max(0.0, self.watch.last_second - self._base))
        self._waiting = piece

    def _more(self, count: int) -> bytes:
        """Bytes for the child; b"" where its container ends."""
        while not self._rest:
            if self._waiting is not None:
                return b""
            piece = self._next()
            if piece is None:
                return b""
            if piece.fresh:
                self._waiting = piece
                return b""
            self._given, self._rest = piece, memoryview(piece.data)
            self._recent.add(piece, self.watch.last_second)
        part, self._rest = self._rest[:count], self._rest[count:]
        return bytes(part)

    def _next(self) -> Piece | None:
        while True:
            try:
                return self._pipe.get(KEEP_S)
            except TimeoutError:
                self._keep(always=True)

    def _take(self, picture: Picture) -> None:
        second = self._base + picture.seconds
        if self._given is not None and self._given.whole and second <= self._done:
            return  # looked at by who read it before
        if picture.bits in self._again:
            self._keep()
            return
        self._again = frozenset()
        watch = self.watch
        watch.frames += 1
        watch.last_second = max(watch.last_second, round(second, 3))
        watch.last_frame_at = clock.now()
        near = known.of_frames([(picture.bits, picture.quality)])[0]
        new = [each for each in near if self._apart.new((each.bank, each.entry), second)]
        if new:
            came = self._given.came if self._given is not None else time.monotonic()
            late = round(1000 * (time.monotonic() - came + max(0.0, picture.now - picture.seconds)))
            hits = matched.tell(watch, [matched.Found(each, round(second, 3), late) for each in new])
            if not self._hits:
                self._clip_at = second + self._setting.clip_seconds / 2
            self._hits += hits
            early = self._kept_now(hits)
            self._early += [early] if early is not None else []
        self._ring.add([picture], self._base)
        if not self._seen:
            self._seen = True
            self._keep(always=True)
            watches.began(watch.pk, self._holder)
        self._keep()
        if self._hits and second >= self._clip_at:
            self._keep_clip()

    def _keep(self, *, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self._kept >= KEEP_S:
            self._kept = now
            if not watches.keep(self.watch, self._holder):
                raise _Lost

    def _keep_clip(self) -> None:
        hits, self._hits = self._hits, []
        early, self._early = self._early, []
        if hits:
            self._kept_now(hits, early)

    def _kept_now(self, hits: list[Hit], early: Sequence[Media] = ()) -> Media | None:
        setting = self._setting
        return evidence.keep(self.watch, hits, self._recent.clip(), setting.clip_bytes, setting.hold_days, early=early)


def _last_bits(watch: Watch) -> frozenset[bytes]:
    """Hashes of the last stills, by which frames that come once more after a break are known."""
    if not watch.frames:
        return frozenset()
    rows = Still.objects.filter(watch=watch).order_by("-number").values_list("bits", flat=True)
    return frozenset(bytes(each) for each in rows[:AGAIN])


class Crew:
    """The streams one process reads: takes up free ones, forgets those that are done."""

    def __init__(self, holder: str, setting: Options, *, resolve: Resolve = system_resolver) -> None:
        self.holder, self._setting, self._resolve = holder, setting, resolve
        self._threads: list[Watching] = []

    def tick(self) -> int:
        """Take up what is free; how many began."""
        self._threads = [each for each in self._threads if each.is_alive()]
        free = self._setting.at_once - len(self._threads)
        taken = watches.claim(self.holder, free) if free > 0 else []
        for pk in taken:
            thread = Watching(pk, self.holder, self._setting, resolve=self._resolve)
            self._threads.append(thread)
            thread.start()
        return len(taken)

    @property
    def busy(self) -> int:
        """How many streams are read."""
        return sum(each.is_alive() for each in self._threads)

    def stop(self, seconds: float = 10.0) -> None:
        """Let go of all."""
        for each in self._threads:
            each.stop()
        for each in self._threads:
            each.join(seconds)
