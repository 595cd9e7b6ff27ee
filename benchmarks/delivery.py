"""How many actions a second reach an endpoint, signed, in order per account, and confirmed in the ledger.

    python -m benchmarks.delivery [--actions 1500] [--answer-ms 0 20] [--json]

The rivals are what one would write first: a table of messages worked one by one with ``requests`` (SELECT ... FOR UPDATE SKIP LOCKED,
sign, POST, UPDATE, COMMIT), once with a new connection for each (``requests.post``) and once with a kept one (``requests.Session``).
They write no ledger and no attempts, keep no lanes, and stop at the first slow answer. Ours is ``enforcement.delivery.deliver_due`` in
one process: claimed in stretches of lanes, 32 requests at a time, attempts, message, action and ledger event written for each. All
durable (fsync on), the endpoint is a process of its own that answers at once, or after so many milliseconds. The run fails if a
message is lost, comes twice, or out of its lane's order. Only indicative on a busy machine; read the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ACCOUNTS = 300
RIVALS = {"post": "requests.post, one by one", "session": "requests.Session, one by one"}


async def _endpoint(answer_ms: float) -> None:
    """The platform: answers every POST with 204 and tells what it heard, in order, to a GET."""
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            names = {name.lower(): value for name, value in fields.items()}
            if head.startswith("GET"):
                body = json.dumps(heard).encode()
                heard.clear()
                writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
                continue
            await reader.readexactly(int(names["content-length"]))
            heard.append(names["webhook-id"])
            if answer_ms:
                await asyncio.sleep(answer_ms / 1000)
            writer.write(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


@contextmanager
def endpoint(answer_ms: float) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "benchmarks.delivery", "--listen", str(answer_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/hook"
        finally:
            process.terminate()


def _rival(url: str, actions: int, *, keep: bool) -> float:
    """Messages a second, of a plain table."""
    import psycopg
    import requests
    from django.db import connection
    from standardwebhooks import Webhook

    from watchfloor.enforcement import endpoints
    from watchfloor.kernel import clock

    secret = endpoints.new_secret()
    payload = json.dumps(
        {"type": "action", "kind": "remove", "item": {"type": "post", "id": "p1"}, "filler": "x" * 500}
    )
    client: Any = requests.Session() if keep else requests
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as link:
        link.execute(
            "CREATE TABLE IF NOT EXISTS bench_webhook (id bigserial PRIMARY KEY, payload text, state text DEFAULT 'pending')"
        )
        link.execute("TRUNCATE bench_webhook")
        link.execute("INSERT INTO bench_webhook (payload) SELECT %s FROM generate_series(1, %s)", [payload, actions])
        link.execute("CREATE INDEX IF NOT EXISTS bench_due ON bench_webhook (id) WHERE state = 'pending'")
        link.commit()
        started = time.monotonic()
        while row := link.execute(
            "SELECT id, payload FROM bench_webhook WHERE state = 'pending' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ).fetchone():
            moment = clock.now()
            headers = {
                "content-type": "application/json", "webhook-id": f"r{row[0]}", "webhook-timestamp": str(int(moment.timestamp())),
                "webhook-signature": Webhook(secret).sign(f"r{row[0]}", moment, row[1]),
            }  # fmt: skip
            client.post(url, data=row[1].encode(), headers=headers, timeout=10).raise_for_status()
            link.execute("UPDATE bench_webhook SET state = 'done' WHERE id = %s", [row[0]])
            link.commit()
        return actions / (time.monotonic() - started)


def _decide(actions: int, part: int) -> dict[str, list[str]]:
    """So many removals on ``ACCOUNTS`` accounts; the keys of each lane in their order."""
    from tests.integration.enforcement.world import World

    from watchfloor.ledger.models import Outbox

    world = World()
    Outbox.objects.all().delete()
    for number in range(actions):
        world.decide(world.post(f"p{part}-{number}", f"author{number % ACCOUNTS}"), "other.community", ("remove",))
    lanes: dict[str, list[str]] = defaultdict(list)
    for row in Outbox.objects.filter(topic="action").order_by("id"):
        lanes[row.lane].append(row.key)
    return lanes


def _ours(url: str, actions: int, part: int) -> float:
    import httpx

    from watchfloor.enforcement import delivery, endpoints
    from watchfloor.enforcement.models import Action, Delivery, Endpoint
    from watchfloor.ledger.writer import writing

    Delivery.objects.all().delete()
    Endpoint.objects.all().delete()
    lanes = _decide(actions, part)
    with writing("system:benchmark") as w:
        endpoints.add(w, name="platform", url=url, topics=("action",))
    httpx.get(url)
    started = time.monotonic()
    while delivery.deliver_due():
        pass
    took = time.monotonic() - started
    heard = httpx.get(url).json()
    assert sorted(heard) == sorted(key for keys in lanes.values() for key in keys), "lost, or came twice"
    place = {key: at for at, key in enumerate(heard)}
    assert all(sorted(keys, key=place.__getitem__) == keys for keys in lanes.values()), "out of order"
    assert not Action.objects.exclude(state="confirmed").exists()
    return actions / took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actions", type=int, default=1_500)
    parser.add_argument("--answer-ms", type=float, nargs="*", default=[0.0, 20.0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--listen", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.listen is not None:
        asyncio.run(_endpoint(given.listen))
        return
    os.environ["WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS"] = "1"
    from benchmarks._floor import database

    figures: dict[str, dict[str, float]] = {}
    with database():
        for part, answer_ms in enumerate(given.answer_ms):
            found: dict[str, float] = {}
            with endpoint(answer_ms) as url:
                rivals = max(100, given.actions // (1 if answer_ms < 5 else 5))
                found["post"] = _rival(url, rivals, keep=False)
                found["ours"] = _ours(url, given.actions, part)
                found["session"] = _rival(url, rivals, keep=True)
            figures[f"{answer_ms:g} ms"] = found
    if given.json:
        print(json.dumps(figures))
        return
    print(
        f"Input: {given.actions:,} removals on {ACCOUNTS} accounts; an endpoint on loopback that answers after so many ms; one process."
    )
    print(f"{'answers after':16}{'way':32}{'messages/s':>12}{'ours is':>12}")
    for wait, found in figures.items():
        for way, rate in found.items():
            ratio = "" if way == "ours" else f"{found['ours'] / rate:.1f} x"
            print(f"{wait:16}{RIVALS.get(way, 'ours: deliver_due'):32}{rate:>12,.0f}{ratio:>12}")


if __name__ == "__main__":
    main()
