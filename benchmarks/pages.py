"""Server time of the reviewers' pages at a million cases: through Django's whole stack, rendered, by a reviewer with limits.

    python -m benchmarks.pages [--cases 1000000] [--waiting 100000] [--rounds 50] [--explain] [--json]

The bar is 100 ms at p95 for the queue page and the workbench.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

BAR_MS = 100.0


def versions(cases: int, waiting: int) -> None:
    """What the waiting items look like: one snapshot each, of about 300 characters."""
    from django.db import connection

    from benchmarks._floor import ITEM, id_of
    from watchfloor.items.models import ItemVersion

    data = (
        "jsonb_build_object('text', 'Message ' || n || repeat(' buy one get one free', 14), 'author', 'a' || n % 10000)"
    )
    columns = {"hash": "md5(n::text)", "item_id": id_of(ITEM), "data": data, "seen_at": "now()", "keyed": "true"}
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ItemVersion._meta.db_table} ({names}) SELECT {', '.join(columns.values())} "
            f"FROM generate_series({cases - waiting + 1}::bigint, {cases}) AS n"
        )
        cursor.execute(
            "UPDATE review_case AS c SET item_version = i.current_version FROM items_item AS i WHERE i.id = c.item_id AND c.state = 'open'"
        )
        cursor.execute("VACUUM ANALYZE items_version, review_case")


def pages() -> dict[str, Callable[[], Any]]:
    """The requests to time. The reviewer is limited to two markets and severity 4; the searcher is not limited."""
    from django.urls import reverse
    from tests.support.floor import LEAD
    from tests.support.people import actor_of, member, signed_in

    from watchfloor.kernel import ids
    from watchfloor.review import actions
    from watchfloor.review.models import Case
    from watchfloor.review.queries import summary

    rita = member(LEAD, markets=["US", "DE"], max_severity=4)
    by_queue = member(LEAD, name="Queue", queues=["spam.en", "adult"])
    client, limited, free = signed_in(rita), signed_in(by_queue), signed_in(member(LEAD | {"case.search"}, name="Free"))
    lease = actions.claim(actor_of(rita), lease_seconds=3600)
    assert lease is not None
    work = reverse("review-work", args=[lease.job_id])
    queue, listed = reverse("review-queue", args=["spam.en"]), reverse("case-list")
    deep = queue + "?after=" + _deep(actor_of(rita))
    one = Case.objects.order_by("id")[5]
    huge_work, huge_posts, huge_case = _huge(actor_of)
    detail = reverse("case-detail", args=[ids.encode("case", one.pk)])

    def get(who: Any, path: str, fresh: bool = False) -> Callable[[], Any]:
        def run() -> None:
            if fresh:
                summary.forget()
            answer = who.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

        return run

    return {
        "desk": get(client, reverse("review")),
        "desk, no count kept": get(client, reverse("review"), True),
        "queue": get(client, queue),
        "queue, no count kept": get(client, queue, True),
        "queue, a later page": get(client, deep),
        "queue by due": get(client, queue + "?sort=due"),
        "queue, a rare policy": get(client, queue + "?policy_key=hate"),
        "workbench": get(client, work),
        "workbench, 10,000 reports and 5,000 posts": get(huge_work[0], huge_work[1]),
        "60 posts of 5,000": get(huge_work[0], huge_posts),
        "case of 10,000 reports": get(free, huge_case),
        "whether another case waits": get(client, reverse("review-ready")),
        "cases": get(free, listed),
        "cases, limited to queues": get(limited, listed),
        "cases, open": get(free, listed + "?state=open"),
        "cases, closed": get(free, listed + "?state=closed"),
        "cases of an account": get(free, listed + "?q=b4711"),
        "cases, short id": get(free, listed + "?q=" + ids.short(Case.objects.order_by("-id")[40].pk)),
        "cases, a policy without any": get(free, listed + "?policy=hate"),
        "cases in a queue": get(free, listed + "?queue=spam.en"),
        "case": get(free, detail),
    }


def _huge(actor_of: Callable[[Any], Any]) -> tuple[tuple[Any, str], str, str]:
    """A case of 10,000 reports in a thread of 5,000 posts, in the hands of someone: their browser, and the three addresses."""
    from django.urls import reverse
    from tests.support import huge
    from tests.support.floor import LEAD, Floor
    from tests.support.people import member, signed_in

    from watchfloor.items.actions import save_type
    from watchfloor.kernel import ids
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    with writing("system:benchmark") as w:
        fields = [("text", "string", "text"), ("author", "id", "creatorId"), ("thread_id", "id", "threadId"),
                  ("created_at", "datetime", "createdAt")]  # fmt: skip
        save_type(w, key="message", name="Message", kind="content",
                  fields=[{"name": name, "type": kind, "role": role} for name, kind, role in fields])  # fmt: skip
    case = Floor().report(market="ZZ")
    huge.reports(case, 10_000, ["please look at this", ""], events=True)
    huge.thread(case, 5_000, ["one of very many posts in a thread that goes on and on" * 4])
    who = member(LEAD | {"review.claim_case"}, name="Huge")
    lease = actions.claim_case(actor_of(who), case.pk, lease_seconds=3600)
    detail = reverse("case-detail", args=[ids.encode("case", case.pk)])
    posts = reverse("review-thread", args=[lease.job_id]) + "?start=60&stop=120&side=before"
    return (signed_in(who), reverse("review-work", args=[lease.job_id])), posts, detail


def _deep(actor: Any) -> str:
    from watchfloor.review import queries

    cursor = ""
    for _ in range(20):
        cursor = queries.queue_jobs(actor, "spam.en", after=cursor, limit=200).next
    return cursor


def plans(make: dict[str, Callable[[], Any]]) -> None:
    """The slowest statement of each page, explained."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for name, run in make.items():
        with CaptureQueriesContext(connection) as seen:
            run()
        worst = max(seen.captured_queries, key=lambda row: float(row["time"]))
        print(
            f"\n{name}: {len(seen)} statements, the slowest {1000 * float(worst['time']):.0f} ms\n{worst['sql'][:1500]}"
        )
        if worst["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + worst["sql"])
                print("\n".join(row[0] for row in cursor.fetchall())[:3000])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from benchmarks._floor import database, fill, percentile

    found: dict[str, dict[str, float]] = {}
    with database():
        fill(options.cases, options.waiting, queues=12)
        versions(options.cases, options.waiting)
        make = pages()
        for name, run in make.items():
            run()  # templates are compiled once per process
            times, busy = [], time.process_time()
            for _ in range(options.rounds):
                started = time.perf_counter()
                run()
                times.append(1000 * (time.perf_counter() - started))
            # Our own processor time does not change with what else this machine does; the database's is not in it.
            busy = 1000 * (time.process_time() - busy) / options.rounds
            found[name] = {
                "least": min(times),
                "p50": percentile(times, 0.5),
                "p95": percentile(times, 0.95),
                "cpu": busy,
            }
        if options.explain:
            plans(make)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{options.cases:,} cases, {options.waiting:,} waiting in 12 queues; {options.rounds} requests each; milliseconds of server time"
    )
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, row in found.items():
        over = "over the bar" if row["p95"] > BAR_MS else ""
        times = "   ".join(f"{title} {row[title]:>7.1f}" for title in ("least", "p50", "p95", "cpu"))
        print(f"  {name:<28} {times}   {over}")


if __name__ == "__main__":
    main()
