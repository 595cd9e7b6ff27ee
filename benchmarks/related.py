"""What a case has in common with others, and clusters, at a million cases: through Django's whole stack where it is a page.

    python -m benchmarks.related [--cases 1000000] [--waiting 100000] [--rounds 20] [--json]

Every item shares a device with ten others, a link with a thousand, near-duplicate text with two thousand; one device is on a tenth of all
items and one author made ten thousand. The bar is 100 ms at p95 for the pages that people open; making a cluster and putting the newest
cases together are work in the background, and are told beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

BAR_MS = 100.0
CLUSTER = 20_000


def share(cases: int) -> None:
    """Keys as ``items.keying`` would write them: kind, 64 bits, item."""
    from django.db import connection

    from benchmarks._floor import ITEM, id_of
    from watchfloor.items import keys

    item = id_of(ITEM)
    rows = [
        (keys.DEVICE, f"n % {max(1, cases // 10)}", ""),
        (keys.DEVICE, "-7", "WHERE n % 10 = 0"),
        (keys.LINK, f"n % {max(1, cases // 1000)}", ""),
        (keys.TEXT, f"(n % {max(1, cases // 2000)}) * 2", ""),
        (keys.TEXT, f"(n % {max(1, cases // 2000)}) * 2 + 1", ""),
    ]
    with connection.cursor() as cursor:
        for kind, key, where in rows:
            cursor.execute(
                f"INSERT INTO items_key (kind, key, item_id) SELECT {kind}, {key}, {item}"
                f" FROM generate_series(1::bigint, {cases}) AS n {where}"
            )
        cursor.execute("VACUUM ANALYZE items_key")


def calls() -> dict[str, Callable[[], Any]]:
    """The pages and functions to time."""
    from django.urls import reverse
    from tests.support.floor import LEAD
    from tests.support.people import actor_of, member, signed_in

    from watchfloor.items.models import Item
    from watchfloor.kernel import ids
    from watchfloor.review import clusters, queries
    from watchfloor.review.clusters import gathering
    from watchfloor.review.models import Case
    from watchfloor.review.queries.related import members

    boss = member(LEAD | {"case.bulk", "case.arrange", "case.search", "review.cluster"})
    limited = member(LEAD | {"case.bulk"}, name="Limited", markets=["US"], max_severity=3)
    actor, client, narrow = actor_of(boss), signed_in(boss), signed_in(limited)
    newest = Case.objects.filter(state="open").order_by("-id").select_related("item")
    plain = newest[5]
    hub = newest.filter(item__external_id__endswith="90")[0]
    author = newest.filter(item__external_id__endswith="99")[0]
    assert author.item.author_id is not None
    of_hub, of_author = (reverse("case-related", args=[ids.encode("case", row.pk)]) for row in (hub, author))
    account = reverse("account", args=[ids.encode("itm", author.item.author_id)])
    items = list(Item.objects.filter(cases__state="open").order_by("-id").values_list("pk", flat=True)[:CLUSTER])
    big = clusters.make(actor, items, name="big", policy_key="spam", source="csv")
    page = reverse("cluster", args=[big.pk])

    def get(who: Any, path: str) -> Callable[[], Any]:
        def run() -> None:
            answer = who.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

        return run

    return {
        "related, as a list": lambda: queries.related(actor, plain),
        "related, page": get(client, reverse("case-related", args=[ids.encode("case", plain.pk)])),
        "related, one device on a tenth of all": get(client, of_hub),
        "related, an author of ten thousand": get(client, of_author),
        "related, by someone with limits": get(narrow, of_hub),
        "account of ten thousand items": get(client, account),
        "clusters": get(client, reverse("clusters")),
        f"cluster of {len(items):,}": get(client, page),
        "form of a new cluster, 2,000 near-duplicates": get(
            client, f"{reverse('cluster-new')}?case={ids.encode('case', plain.pk)}&kind=text"
        ),
        "background: members of a group, 2,000": lambda: members(actor, plain, "text", 2_000),
        "background: what the newest have in common": lambda: gathering.gather(10**9),
        f"background: what {len(items):,} come to": lambda: clusters.load(big),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from benchmarks._floor import database, fill, percentile
    from benchmarks.pages import versions

    found: dict[str, dict[str, float]] = {}
    with database():
        fill(options.cases, options.waiting, queues=12)
        versions(options.cases, options.waiting)
        share(options.cases)
        for name, run in calls().items():
            run()  # templates are compiled once per process
            rounds = options.rounds if not name.startswith("background") else max(1, options.rounds // 5)
            times, busy = [], time.process_time()
            for _ in range(rounds):
                started = time.perf_counter()
                run()
                times.append(1000 * (time.perf_counter() - started))
            busy = 1000 * (time.process_time() - busy) / rounds
            found[name] = {
                "least": min(times), "p50": percentile(times, 0.5), "p95": percentile(times, 0.95), "cpu": busy,
            }  # fmt: skip
            if not options.json:
                over = "over the bar" if found[name]["p95"] > BAR_MS and not name.startswith("background") else ""
                shown = "   ".join(f"{title} {value:>8.1f}" for title, value in found[name].items())
                print(f"  {name:<46} {shown}   {over}", flush=True)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{options.cases:,} cases, {options.waiting:,} open; milliseconds of server time; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
