"""A pass of the loops of campaigns over a full window: what words and keys hold together, and who reports together.

    python -m benchmarks campaigns_floor          (or: python -m benchmarks.campaigns_floor --items 10000)

Input: so many reported items of the last days, one in ten a copy of one of a hundred texts with its own number, the others of words
drawn by Zipf's law (no two alike), by a fifth as many accounts; each is reported once. Three passes: on an empty table of campaigns,
with nothing new, and with a hundredth more items. Beside the whole pass stands the engine alone on the same texts in memory: the
difference is reading and writing the database. CPU time of this process and wall time; the database's own CPU is in the wall time only.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from itertools import accumulate


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=50_000)
    asked = parser.parse_args()
    from benchmarks._floor import database

    with database():
        measure(asked.items)


def measure(items: int) -> None:
    """On a floor that stands."""
    from watchfloor.detection.campaigns import gathering, growing
    from watchfloor.detection.campaigns.acting import finding
    from watchfloor.detection.campaigns.models import Campaign, CampaignEdge, CampaignItem
    from watchfloor.engines.campaigns import cluster
    from watchfloor.kernel import clock

    fill(items, 0)
    since = clock.now() - timedelta(days=14)
    print(f"{items:,} reported items")
    timed("first pass", growing.grow)
    print(
        f"  {Campaign.objects.count():,} campaigns, {CampaignItem.objects.count():,} members, {CampaignEdge.objects.count():,} edges"
    )
    timed("nothing new", growing.grow)
    more = max(1, items // 100)
    fill(more, items)
    timed(f"{more:,} more", growing.grow)
    seen = gathering.gather(since)
    timed("of it: reading what counts", lambda: gathering.gather(since))
    timed("of it: the engine alone", lambda: cluster(seen.texts(), caps=growing.CAPS))
    timed("who reports together", finding.look)


def timed(what: str, do: Callable[[], object]) -> None:
    """One line."""
    wall, cpu = time.perf_counter(), time.process_time()
    do()
    print(f"  {what}: {time.process_time() - cpu:.1f} s CPU, {time.perf_counter() - wall:.1f} s")


def fill(count: int, start: int) -> None:
    """Items with a version, a case and a report each, written in bulk."""
    from watchfloor.items.models import Item, ItemVersion
    from watchfloor.kernel import clock
    from watchfloor.review.models import Case, Report

    rng = random.Random(start + 5)
    words = [
        f"{rng.choice('bdfgklmnprst')}{rng.choice('aeiou')}{rng.choice('lmnrst')}{number:x}" for number in range(20_000)
    ]
    zipf = list(accumulate(1 / (rank + 5) for rank in range(len(words))))
    spam = [" ".join(random.Random(number).choices(words, cum_weights=zipf, k=22)) for number in range(100)]
    now = clock.now()
    accounts = [
        Item(id=uuid.uuid4(), type_key="account", external_id=f"a{start + number}", kind="account", first_seen_at=now)
        for number in range(max(1, count // 5))
    ]  # fmt: skip
    Item.objects.bulk_create(accounts, batch_size=5_000)
    made: dict[str, list[object]] = {"items": [], "versions": [], "cases": [], "reports": []}
    for number in range(start, start + count):
        text = (
            f"{rng.choice(spam)} order {number}"
            if number % 10 == 0
            else " ".join(rng.choices(words, cum_weights=zipf, k=22)) + f" {number:x}"
        )
        at = now - timedelta(seconds=rng.uniform(60, 12 * 86_400))
        digest = hashlib.sha256(f"{number} {text}".encode()).hexdigest()
        item = Item(
            id=uuid.uuid4(), type_key="message", external_id=f"m{number}", kind="content", author=rng.choice(accounts),
            current_version=digest, first_seen_at=at, market="US", language="en",
        )  # fmt: skip
        case = Case(
            id=uuid.uuid4(), item=item, harm_group="spam", policy_key="spam", state="open", item_version=digest, market="US",
            language="en", channel="user", severity=1, report_count=1, opened_at=at, due_at=at + timedelta(days=1),
        )  # fmt: skip
        made["items"].append(item)
        made["versions"].append(ItemVersion(hash=digest, item=item, data={"text": text}, seen_at=at))
        made["cases"].append(case)
        made["reports"].append(
            Report(
                id=uuid.uuid4(), case=case, item=item, item_version=digest, source="bench", channel="user", reporter_kind="user",
                reporter=f"r{rng.randrange(max(1, count // 4))}", reason_key="spam", received_at=at,
            )
        )  # fmt: skip
    Item.objects.bulk_create(made["items"], batch_size=5_000)  # type: ignore[arg-type]
    ItemVersion.objects.bulk_create(made["versions"], batch_size=5_000)  # type: ignore[arg-type]
    Case.objects.bulk_create(made["cases"], batch_size=5_000)  # type: ignore[arg-type]
    Report.objects.bulk_create(made["reports"], batch_size=5_000)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
