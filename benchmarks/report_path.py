"""The way of a report and of a decision, one after another on one connection: how many a second, with how many statements.

    python -m benchmarks.report_path [--reports 400] [--decisions 200] [--backlog 3000] [--json]

A report is a new message of one of ten authors, seen, reported and screened (``items.see``, ``review.receive_report``,
``detection.screen``) in one transaction. A decision is a claim and a violating finding with the violation type's own actions,
its strike and its notices: two transactions. The rival is the database itself: what the same number of durable commits of one small
row each costs in this run. A backlog is worked off by the drain, many reports a transaction: about new messages of a thousand accounts by
two thousand reporters, one in three with words that a rule finds, every tenth about a message reported before. Its rival is the least that
must be written for a report (item, version, case, job, report, two events) by bare statements, as many a transaction. Statements are
counted as sent by the program, without BEGIN, COMMIT and savepoints; CPU is that of this process, without PostgreSQL's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any


class Statements:
    """Counts what the program sends to the database."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.seen[str(sql)[:90]] += 1
        return execute(sql, params, many, context)


def measure(count: int, turn: Callable[[int], None]) -> dict[str, Any]:
    """Rate, CPU milliseconds and statements of ``turn(0)`` to ``turn(count - 1)``, after a few to warm up."""
    from django.db import connection

    for number in range(-10, 0):
        turn(number)
    statements = Statements()
    began, began_cpu = time.perf_counter(), time.process_time()
    for number in range(count):
        turn(number)
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    counted = min(count, 20)
    with connection.execute_wrapper(statements):
        for number in range(count, count + counted):
            turn(number)
    return {
        "rate": count / wall,
        "cpu_ms": 1000 * cpu / count,
        "statements": sum(statements.seen.values()) / counted,
        "most": [(sql, seen / counted) for sql, seen in statements.seen.most_common()],
    }


def commit(number: int) -> None:
    """The rival: one durable commit of one small row."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [f"row {number}"])


def report(number: int) -> None:
    """One new message, reported and screened."""
    from watchfloor.detection.actions import screen
    from watchfloor.identity.domain import system
    from watchfloor.items.actions import see
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import new_id
    from watchfloor.ledger.writer import writing
    from watchfloor.review.actions import receive_report
    from watchfloor.review.contracts import ReportIn

    now = clock.now()
    data = {"text": f"buy now {number} https://shop.example/{number}", "author": f"author {number % 10}"}
    seen = ItemSeen(type="message", id=f"p{number}", data=data, seen_at=now, market="US", language="en")
    with writing(system("bench")) as w:
        item, version = see(w, seen)
        receive_report(
            w,
            ReportIn(
                id=new_id(), item=item.pk, item_version=version, source="bench", channel="user", reporter_kind="user",
                reason_key="spam", received_at=now, reporter=f"reader {number}", market="US", language="en", reach=10,
            ),
            item=item,
        )  # fmt: skip
        screen(w, item, version, data, name="item_reported")


def decider() -> Callable[[int], None]:
    """A turn that claims the next job and finds it violating."""
    from tests.support.floor import SPAM, someone

    from watchfloor.review import actions

    reviewer = someone()

    def turn(_: int) -> None:
        lease = actions.claim(reviewer)
        assert lease is not None
        actions.decide(reviewer, lease.job_id, lease.token, SPAM)

    return turn


WRITTEN = ("item", "version", "case", "job", "report", "event", "event")  # the rows of a report
BATCH = 200  # reports in a transaction, of the drain and of its rival


def backlog(count: int) -> None:
    """So many reports, accepted and waiting."""
    from watchfloor.intake.models import Spooled
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import new_id

    waiting = []
    for n in range(count):
        about = n - 7 if n % 10 == 9 else n
        author = {"type": "account", "id": f"a{about % 1000}"}
        text = "take this down at once" if about % 3 == 0 else f"hello, message number {about} of this talk"
        body = json.dumps({
            "item": {"type": "message", "id": f"m{about}", "data": {"text": text, "author_id": author["id"]}, "author": author},
            "reason": "spam", "reporter": {"kind": "user", "id": f"r{n % 2000}"}, "channel": "user",
        }).encode()  # fmt: skip
        digest = hashlib.sha256(body).digest()
        waiting.append(
            Spooled(
                id=new_id(), kind="report", source="benchmark", body_hash=digest, received_at=clock.now(), body=body
            )
        )
    Spooled.objects.bulk_create(waiting)


def drained(count: int) -> dict[str, Any]:
    """Rate, CPU milliseconds and statements of working off a backlog."""
    from django.db import connection

    from watchfloor.intake.drain import drain

    backlog(count + 2 * BATCH)
    drain(BATCH)  # rules are compiled, statements prepared
    statements = Statements()
    with connection.execute_wrapper(statements):
        counted = drain(BATCH)
    began, began_cpu, done = time.perf_counter(), time.process_time(), 0
    while worked := drain(BATCH):
        done += worked
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return {
        "rate": done / wall, "cpu_ms": 1000 * cpu / done, "statements": sum(statements.seen.values()) / counted,
        "most": [(sql, seen / counted) for sql, seen in statements.seen.most_common()],
    }  # fmt: skip


def least(count: int) -> dict[str, Any]:
    """The drain's rival: bare statements write the rows of a report."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_least (id uuid PRIMARY KEY, kind text, about uuid, at timestamptz, data jsonb)"
        )
        cursor.execute("CREATE INDEX ON bench_least (about, at)")
    raw: Any = connection.connection
    insert = "INSERT INTO bench_least VALUES (gen_random_uuid(), %s, gen_random_uuid(), now(), %s)"
    held = '{"text": "some sixty characters of what such a row holds in its columns"}'
    began, began_cpu = time.perf_counter(), time.process_time()
    for first in range(0, count, BATCH):
        with raw.transaction(), raw.cursor() as cursor:
            for _ in range(min(BATCH, count - first)):
                for kind in WRITTEN:
                    cursor.execute(insert, [kind, held])
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return {"rate": count / wall, "cpu_ms": 1000 * cpu / count, "statements": float(len(WRITTEN)), "most": []}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=400)
    parser.add_argument("--decisions", type=int, default=200)
    parser.add_argument("--backlog", type=int, default=3000)
    parser.add_argument("--statements", action="store_true", help="print each statement and how often it is sent")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from benchmarks._floor import database

    with database():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, body text)")
        found = {
            "commit": measure(options.reports, commit),
            "report": measure(options.reports, report),
            "decision": measure(options.decisions, decider()),
            "least": least(options.backlog),
            "drain": drained(options.backlog),
        }
    if options.json:
        print(json.dumps({way: {**row, "most": dict(row["most"])} for way, row in found.items()}, indent=2))
        return
    names = {"commit": "one durable commit", "report": "report (see, receive, screen)", "decision": "claim and decide",
             "least": "bare rows of a report", "drain": "report, from a backlog"}  # fmt: skip
    print("one connection, one at a time, fsync on")
    for way, name in names.items():
        row = found[way]
        print(
            f"  {name:<30} {row['rate']:>7,.0f}/s   {row['cpu_ms']:>6.2f} ms CPU   {row['statements']:>5.1f} statements"
        )
        if options.statements:
            for sql, times in row["most"]:
                print(f"      x{times:<5.2f} {sql}")
    for way, rival in (("report", "commit"), ("decision", "commit"), ("drain", "least")):
        print(f"  {way + ' : ' + rival:<20} {found[way]['rate'] / found[rival]['rate']:>17.2f}")


if __name__ == "__main__":
    main()
