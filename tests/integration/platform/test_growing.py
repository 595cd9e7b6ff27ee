"""One scheduler leads and the next takes over; the health pages tell a database or a schema that is not there; pools let go of locks."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.error
import urllib.request
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from watchfloor.cli.init import upgrade
from watchfloor.console.asgi import application
from watchfloor.items.media.origin import app as media_origin
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import health, leading, loops, pgjudge, pools, schema

LOCK = 7_204_099


def test_one_leads_and_the_next_takes_over(transactional_db: None) -> None:
    leads: list[str] = []
    turn = threading.Condition()

    def candidate(name: str, stop: threading.Event) -> threading.Thread:
        def work(ended: threading.Event) -> None:
            with turn:
                leads.append(name)
                turn.notify_all()
            ended.wait()

        thread = threading.Thread(target=leading.lead, args=(LOCK, stop, work), kwargs={"look": 0.02})
        thread.start()
        return thread

    def until(count: int) -> None:
        with turn:
            assert turn.wait_for(lambda: len(leads) == count, timeout=30)

    stops = {"one": threading.Event(), "two": threading.Event()}
    threads = {"one": candidate("one", stops["one"])}
    until(1)
    threads["two"] = candidate("two", stops["two"])
    # The leader loses its connection, as when its database is promoted elsewhere: whoever comes first leads, and only one does.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = %s",
            [LOCK],
        )
        assert cursor.rowcount == 1
    until(2)
    stops[leads[-1]].set()
    threads[leads[-1]].join(30)
    until(3)
    assert leads[2] != leads[1]
    for stop in stops.values():
        stop.set()
    for thread in threads.values():
        thread.join(30)
        assert not thread.is_alive()


def asked(app: Any, path: str, method: str = "GET") -> tuple[int, dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    asyncio.run(app({"type": "http", "path": path, "method": method, "headers": []}, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"] or b"{}")


def test_health_pages(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_KEEP", 0.0)
    for app in (application, media_origin):
        assert asked(app, "/healthz") == (200, {"status": "alive"})
        assert asked(app, "/readyz") == (200, {"status": "ready"})
    assert asked(application, "/readyz", "HEAD") == (200, {})
    monkeypatch.setattr(health, "_schema_seen", False)
    monkeypatch.setattr(schema, "applied", lambda: schema.known() - {("intake", "0001_initial")})
    assert asked(application, "/readyz") == (503, {"status": "not ready", "why": "schema"})
    monkeypatch.setattr(health, "_look", lambda: "database")
    assert asked(application, "/readyz")[0] == 503 and asked(application, "/healthz")[0] == 200


def test_the_schema_is_known_by_its_names(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of files are what Django itself knows, and a kept role waits until the database has them."""
    assert set(MigrationLoader(None).graph.nodes) <= schema.known()
    assert schema.newest()
    applied = iter([psycopg.OperationalError(), set(), schema.applied()])

    def ask() -> set[tuple[str, str]]:
        found = next(applied)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(schema, "applied", ask)
    monkeypatch.setattr(schema, "EVERY", 0)
    asyncio.run(schema.awaited())
    monkeypatch.setenv(schema.KEPT, "1")
    asyncio.run(schema.awaited())
    assert next(applied, None) is None


def test_a_role_without_a_web_server_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "unready", lambda: "")
    monkeypatch.setitem(loops.done, "intake.drain", 7)
    alive = [True]
    from tests.crash.harness import free_port

    port = free_port()
    server = health.serve(f"127.0.0.1:{port}", "worker", lambda: alive[0], lambda: loops.done)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            said = json.load(answer)
        assert said["role"] == "worker" and said["done"]["intake.drain"] == 7
        alive[0] = False
        for path, status in (("/healthz", 503), ("/other", 404)):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}")
            assert refused.value.code == status
        with pytest.raises(BadInput, match="cannot be listened on"):
            health.serve(f"127.0.0.1:{port}", "worker", lambda: True, dict)
    finally:
        server.shutdown()
        server.server_close()
    for wrong in ("8750x", "host:0", "host:99999"):
        with pytest.raises(BadInput, match="no address"):
            health.serve(wrong, "worker", lambda: True, dict)


def test_the_test_database_is_judged_as_what_it_is(db: None) -> None:
    """It need not survive a power cut, and says so; all else is in order."""
    with connection.cursor() as cursor:
        facts = pgjudge.facts(cursor, hosts=1, needed=10)
    found = {each.check: each for each in pgjudge.judge(facts)}
    assert facts.fsync == "off" and found["database durability"].state == "bad"
    assert not found.keys() - {"database durability", "database rights", "database transactions"}


def test_an_upgrade_is_judged_before_it_runs(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchfloor.console.prepare.django", lambda **_: None)
    said = CliRunner().invoke(upgrade, ["--check"])
    assert said.exit_code == 0 and "Nothing waits" in said.output
    assert CliRunner().invoke(upgrade, ["--wait", "1"]).exit_code == 0
    with connection.cursor() as cursor:  # as if the later migrations of one context had not run yet
        cursor.execute("DELETE FROM django_migrations WHERE app = 'review' AND name > '0001_initial'")
        assert cursor.rowcount
    document = json.loads(CliRunner().invoke(upgrade, ["--check", "--json"]).output)
    assert document["waiting"] and all(name.startswith("review.") for name in document["waiting"])
    broken = [each for each in document["found"] if each["effect"] == "breaks"]
    assert broken and all(each["stops"] for each in broken) and document["rolling"] is False
    indexes = [each for each in document["found"] if each["effect"] == "locks"]
    assert indexes and not any(each["stops"] for each in indexes)  # on tables that are small


def test_a_connection_that_goes_back_holds_no_lock(db: None) -> None:
    from psycopg_pool import ConnectionPool

    from watchfloor.intake.store import own_connection

    made = own_connection().info.dsn
    reset = (pools.options("scheduler") or {})["reset"]
    with ConnectionPool(made, min_size=1, max_size=1, reset=reset, kwargs={"autocommit": True}) as pool:
        with pool.connection() as one:
            one.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pool.connection() as again:
            held = again.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [LOCK]
            ).fetchone()
    assert held == (0,)
