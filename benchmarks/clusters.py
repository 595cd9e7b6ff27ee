"""A cluster of 10,000 items decided for all and taken back: rows a second, beside deciding the same items by the ordinary verb.

``python -m benchmarks.clusters [items] [--related N]`` on an empty installation of its own. The rival is what there is without
batches: one transaction for each case (``decide_by_rule``). ``--related N`` asks beside N items what one case has in common with them.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("items", type=int, nargs="?", default=10_000)
    parser.add_argument("--related", type=int, default=0)
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="wf-clusters-"))
    os.environ["WATCHFLOOR_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchfloor.platform.settings")
    import django

    from watchfloor.platform.postgres import Embedded

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the database is stopped then, too
    server = Embedded(home)
    server.start()
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        if given.related:
            _related(given.related)
        else:
            _cluster(given.items)
    finally:
        server.stop()


def _cluster(count: int) -> None:
    from tests.support.floor import Floor, install

    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions, bulk, clusters
    from watchfloor.review.bulk.orders import Order
    from watchfloor.review.contracts import DecisionIn
    from watchfloor.review.models import Cluster

    install()
    floor, boss = Floor(), system("bench")
    rival = count // 20
    items = [floor.item(f"cheap watches {n}", author=f"a{n}")[0] for n in range(count + rival)]
    cases = [floor.report(item) for item in items[count:]]
    began = time.perf_counter()
    for case in cases:
        with writing(boss) as w:
            actions.decide_by_rule(w, case, DecisionIn(verdict="violating", violation_key="spam.bulk"), rule="bench")
    alone = rival / (time.perf_counter() - began)
    cluster = clusters.make(boss, [item.pk for item in items[:count]], name="bench", policy_key="spam", source="csv")
    for row in clusters.sample(cluster):
        clusters.read(boss, cluster.pk, row.item_id, "violating")
    order = Order(verb="decide", verdict="violating", violation="spam.bulk")
    began = time.perf_counter()
    seen = clusters.preview(boss, Cluster.objects.get(pk=cluster.pk), order)
    dry = time.perf_counter() - began
    batch = clusters.decide(boss, cluster.pk, order, token=seen.token, why="bench")
    there = _worked(bulk.work)
    bulk.reverse(boss, batch.pk)
    back = _worked(bulk.work)
    print(f"{count:,} items; a sample of {cluster.sample_size}; dry run {dry:.2f} s")
    print(f"applied {count / there:,.0f} rows/s, reversed {count / back:,.0f} rows/s; one by one {alone:,.0f} cases/s")
    print(f"ratio to one by one: {count / there / alone:.2f} applied (each item's case is opened, too)")


def _worked(work) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    while work():
        pass
    return time.perf_counter() - began


def _related(count: int) -> None:
    from django.db import connection
    from tests.support.floor import Floor, install

    from watchfloor.identity.domain import system
    from watchfloor.items import keying
    from watchfloor.review import queries

    install()
    floor = Floor()
    text = "cheap watches of all brands today, write to me soon, www.watches.example/shop"
    case = floor.report(floor.item(text, author="one")[0])
    for n in range(300):
        floor.item(f"{text} {n}", author="one" if n % 3 else f"a{n}")
    while keying.note_new(1000):
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO items_item (id, type_key, external_id, kind, state, market, language, current_version, first_seen_at)"
            " SELECT gen_random_uuid(), 'message', 'x' || n, 'content', 'active', 'US', 'en', '', now()"
            " FROM generate_series(1, %s) AS n",
            [count],
        )
        cursor.execute(
            "INSERT INTO items_key (kind, key, item_id) SELECT k, (hashtextextended(external_id, k) / 8), id"
            " FROM items_item, generate_series(1, 5) AS k WHERE external_id LIKE 'x%%' ON CONFLICT DO NOTHING"
        )
        cursor.execute("ANALYZE")
    queries.related(system("bench"), case)
    times = []
    for _ in range(20):
        began = time.perf_counter()
        found = queries.related(system("bench"), case)
        times.append(time.perf_counter() - began)
    times.sort()
    print(f"{count:,} items, {5 * count:,} keys: {times[10] * 1000:.1f} ms median, {times[-1] * 1000:.1f} ms at most")
    print(", ".join(f"{group.kind} {group.count}{'+' if group.more else ''}" for group in found.groups))


if __name__ == "__main__":
    main()
