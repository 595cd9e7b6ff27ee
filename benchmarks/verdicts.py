"""How long a platform waits for a verdict: POST /v1/verdicts on one web process, 16 senders at once, 40 rules that are on.

    python -m benchmarks.verdicts [--seconds 8] [--senders 16] [--rounds 3] [--json]

One embedded PostgreSQL in a temporary folder, one web process (Granian, the product's own ASGI entry), another process that asks
over loopback, keep-alive, each sender again as soon as it is answered. The rules are those of ``rules_rows`` (15 regular
expressions, nested JSON), the questions its events. Beside them: the same requests with one sender (the wait without a queue), and
the bare engine on the same events in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from typing import Any

import msgspec

from benchmarks._floor import database, percentile
from benchmarks.rules_rows import make_events, rules

TOKEN = "benchmark-token"
PREFIX = "$.item.data."
RULES = rules().replace("path='$.", f"path='{PREFIX}")


def bodies(count: int) -> list[bytes]:
    """Questions, ready to be sent."""
    found = []
    for number, line in enumerate(make_events(count)):
        item = {
            "type": "message",
            "id": f"m{number}",
            "data": json.loads(line)["data"],
            "author": {"id": f"a{number % 997}"},
        }
        found.append(json.dumps({"event": {"name": "message.sent", "item": item}, "timeout_ms": 2_000}).encode())
    return found


async def ask(port: int, senders: int, seconds: float) -> dict[str, Any]:
    """Waits in milliseconds, and how many were answered without a judgement."""
    found = bodies(2_000)
    waits: list[float] = []
    unjudged = failed = 0
    end = time.perf_counter() + 1.0 + seconds
    warm = time.perf_counter() + 1.0

    async def sender(number: int) -> None:
        nonlocal unjudged, failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        at = number * 101
        while (began := time.perf_counter()) < end:
            body = found[at % len(found)]
            at += 1
            head = (
                f"POST /v1/verdicts HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {TOKEN}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            content = await reader.readexactly(length)
            if began > warm:
                waits.append((time.perf_counter() - began) * 1000)
                failed += not answer.startswith(b"HTTP/1.1 200")
                unjudged += b'"judged":true' not in content
        writer.close()

    await asyncio.gather(*(sender(number) for number in range(senders)))
    return {"waits": waits, "unjudged": unjudged, "failed": failed, "rate": len(waits) / seconds}


def prepare() -> None:
    """The rules, all on, and a token."""
    from watchfloor.detection.actions import attest, save_rule_file, set_rule_state
    from watchfloor.detection.models import Rule
    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import token_digest
    from watchfloor.kernel import clock
    from watchfloor.ledger.schema import LedgerEvent
    from watchfloor.ledger.writer import writing

    class Made(LedgerEvent, tag="benchmark.verdicts_made"):
        """The benchmark's floor."""

    with writing("system:benchmark") as w:
        row = w.create(ApiToken, name="b", prefix="b", digest=token_digest(TOKEN), source="bench",
                       permissions=["verdict.ask"], created_at=clock.now())  # fmt: skip
        w.event(Made(), row)
        save_rule_file(w, "main.sml", RULES)
        for rule in Rule.objects.order_by("name"):
            attest(w, rule.name, "a benchmark needs no evidence")
            for step in ("backtested", "shadow", "on"):
                set_rule_state(w, rule.name, step, why="benchmark")


def serve(port: int) -> None:
    """One web process, until killed."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["WATCHFLOOR_ROLE"] = "web"
    Granian("watchfloor.console.asgi:application", address="127.0.0.1", port=port, interface=Interfaces.ASGI, workers=1,
            log_access=False, log_level="warning").serve()  # fmt: skip


def start_server() -> tuple[subprocess.Popen[bytes], int]:
    """A web process on a free port, answering."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"WATCHFLOOR_TOKEN_RATE": "0"}
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.verdicts", "--serve", str(port)], env=environment)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web process does not answer")


def measure(port: int, senders: int, seconds: float) -> dict[str, Any]:
    """Run the asking process."""
    argv = [sys.executable, "-m", "benchmarks.verdicts", "--ask", str(port), str(senders), str(seconds)]
    found: dict[str, Any] = json.loads(subprocess.run(argv, capture_output=True, check=True, text=True).stdout)
    if found["failed"] or found["unjudged"]:
        raise SystemExit(f"{found['failed']} questions failed, {found['unjudged']} were not judged")
    return found


def bare() -> float:
    """Milliseconds of the engine alone for one event, median."""
    from watchfloor.engines import sml

    compiled = sml.compile_rules({"main.sml": rules()})
    events = [msgspec.json.decode(line, type=sml.Event) for line in make_events(2_000)]
    times = []
    for event in events:
        began = time.perf_counter()
        compiled.evaluate(event)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--senders", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=int)
    parser.add_argument("--ask", nargs=3)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    if options.ask:
        port, senders, seconds = options.ask
        print(json.dumps(asyncio.run(ask(int(port), int(senders), float(seconds)))))
        return
    alone: list[float] = []
    many: list[float] = []
    rates: list[float] = []
    with database():
        prepare()
        server, port = start_server()
        try:
            for _ in range(options.rounds):
                alone += measure(port, 1, options.seconds / 2)["waits"]
                found = measure(port, options.senders, options.seconds)
                many += found["waits"]
                rates.append(found["rate"])
        finally:
            server.terminate()
            server.wait(timeout=20)
    result = {
        "one sender": {"p50_ms": percentile(alone, 0.5), "p99_ms": percentile(alone, 0.99)},
        f"{options.senders} senders": {
            "p50_ms": percentile(many, 0.5), "p99_ms": percentile(many, 0.99), "verdicts_per_s": statistics.median(rates),
        },
        "the engine alone": {"p50_ms": bare()},
    }  # fmt: skip
    if options.json:
        print(json.dumps(result, indent=2))
        return
    size = statistics.mean(map(len, bodies(200)))
    print(
        f"{len(many):,} questions of {size:,.0f} bytes, 40 rules that are on, one web process, {os.cpu_count()} cores"
    )
    for name, values in result.items():
        print(f"  {name:<18} " + "  ".join(f"{key} {value:,.2f}" for key, value in values.items()))


if __name__ == "__main__":
    main()
