"""The worker of an order over many is killed with -9, going and coming back: each row is done once, each is taken back once.

A worker kills itself at a chosen row, before or after what it does to it, or when all rows of its chunk are done and nothing is
committed; or it is killed from outside after a random while. ``WATCHFLOOR_BULK_KILLS`` says how many deaths (200 for the long form).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("WATCHFLOOR_BULK_KILLS", "6"))
CHUNK = 4
MOMENTS = ("before", "after", "end", "outside")

# One warm process that forks for each pass: told when to die, it says the child's number, and how the child ended.
NURSERY = """
import os, signal, sys
from watchfloor.platform import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from watchfloor.review import bulk
from watchfloor.review.bulk import running, verbs
from watchfloor.review.models import BatchRow
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

def dying(verb, moment, at):
    seen = []
    def one(*given):
        seen.append(1)
        if moment == "before" and len(seen) == at:
            die()
        verb(*given)
        if moment == "after" and len(seen) == at:
            die()
    return one

for line in sys.stdin:
    moment, at = line.split()
    child = os.fork()
    if child == 0:
        verbs.apply, verbs.revert = dying(verbs.apply, moment, int(at)), dying(verbs.revert, moment, int(at))
        if moment == "end":
            type(BatchRow.objects).bulk_update = lambda *given, **more: die()
        while bulk.work(%d):
            pass
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Worker:
    """Workers, one at a time."""

    def __init__(self) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY % CHUNK, connection.settings_dict["NAME"]], env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def work(self, moment: str = "never", at: int = 0, after_s: float = 0.0) -> bool:
        """Until nothing is left, or death; whether it died."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{moment} {at}\n")
        child = int(self.process.stdout.readline())
        blow = threading.Timer(after_s, lambda: os.kill(child, signal.SIGKILL)) if moment == "outside" else None
        if blow is not None:
            blow.start()
        died = int(self.process.stdout.readline()) == signal.SIGKILL
        if blow is not None:
            blow.cancel()
        return died

    def close(self) -> None:
        """No more."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def test_nothing_is_done_twice_and_nothing_is_lost_whatever_dies() -> None:
    from tests.support.floor import LEAD, Floor, install, someone

    from watchfloor.ledger.rebuild import check as rebuilt
    from watchfloor.ledger.sequencer import catch_up
    from watchfloor.review import bulk
    from watchfloor.review.bulk.orders import Order

    install()
    floor, boss = Floor(), someone(LEAD | {"case.bulk"})
    worker, chance, deaths = Worker(), random.Random(22), 0
    while deaths < KILLS:
        made = [floor.item(f"pills {deaths} {n}", author=f"a{deaths}-{n % 3}")[0] for n in range(14)]
        cases = [floor.report(item) for item in made[:8]]
        order = Order(verb="decide", verdict="violating", violation="spam.bulk", policy="spam")
        pairs = tuple(bulk_pairs(made, cases))
        seen = bulk.preview(boss, order, bulk.Chosen(source="csv", about="test", pairs=pairs))
        before = standing(made)
        batch = bulk.begin(boss, seen, token=seen.token, why="one campaign", source="csv")
        deaths += kill(worker, chance, deaths, min(3, KILLS - deaths))
        worker.work()
        batch.refresh_from_db()
        assert (batch.state, bulk.progress(batch).counts) == ("done", {"done": 14})
        assert decided(made) == Counter(dict.fromkeys([item.pk for item in made], 1))
        assert effects(made) == Counter(dict.fromkeys([item.pk for item in made], 1))
        bulk.reverse(boss, batch.pk, "it was not")
        deaths += kill(worker, chance, deaths, min(3, KILLS - deaths))
        worker.work()
        batch.refresh_from_db()
        assert (batch.state, bulk.progress(batch).counts) == ("reversed", {"reversed": 14})
        assert decided(made, event="decision.superseded") == Counter(dict.fromkeys([item.pk for item in made], 1))
        assert standing(made) == before
    worker.close()
    assert ended() == {"done": 1, "reversed": 1}
    catch_up()
    assert rebuilt().differences == []


def kill(worker: Worker, chance: random.Random, number: int, times: int) -> int:
    """So many workers die, each at another moment; how many did (one that was done before the blow did not)."""
    died = 0
    for place in range(number, number + times):
        moment = MOMENTS[place % len(MOMENTS)]
        dead = worker.work(moment, chance.randint(1, 2 * CHUNK), chance.uniform(0.02, 0.2))
        assert dead or place > number or moment == "outside", f"nobody died {moment}"
        died += dead
    return died


def bulk_pairs(items: list[Any], cases: list[Any]) -> list[tuple[Any, Any]]:
    """The first have a case, for the others one is opened."""
    known = {case.item_id: case.pk for case in cases}
    return [(item.pk, known.get(item.pk)) for item in items]


def decided(items: list[Any], event: str = "decision.made") -> Counter[Any]:
    """How often each item was found violating by the batch (or that finding fell), by the ledger."""
    from watchfloor.ledger.models import Event
    from watchfloor.review.models import Case

    of_case = dict(Case.objects.filter(item__in=[item.pk for item in items]).values_list("pk", "item_id"))
    rows = Event.objects.filter(type=event, case_id__in=list(of_case), data__verdict="violating")
    return Counter(of_case[case] for case in rows.values_list("case_id", flat=True))


def effects(items: list[Any]) -> Counter[Any]:
    """Removals that stand, by item."""
    from watchfloor.enforcement.models import Action

    keys = [item.pk for item in items]
    rows = Action.objects.filter(
        item__in=keys, inverse_of=None, kind_key="remove", state__in=["pending", "sent", "confirmed"]
    )
    return Counter(rows.values_list("item_id", flat=True))


def standing(items: list[Any]) -> dict[str, Any]:
    """What these items and their authors are under."""
    from watchfloor.enforcement.models import Strike
    from watchfloor.items.models import Item
    from watchfloor.review.models import Case, Job

    keys = [item.pk for item in items]
    authors = [item.author_id for item in items]
    return {
        "items": sorted(Item.objects.filter(pk__in=keys).values_list("pk", "state")),
        "points": sum(Strike.objects.filter(account__in=authors, state="active").values_list("points", flat=True)),
        "effects": effects(items),
        "open": sorted(Case.objects.filter(item__in=keys, state="open").values_list("item_id", flat=True)),
        "waiting": sorted(
            Job.objects.filter(case__item__in=keys, state="ready").values_list("case__item_id", flat=True)
        ),
    }


def ended() -> Counter[str]:
    """How often the batches said that they were done, and that they were taken back: the last batch of each test run."""
    from watchfloor.ledger.models import Event
    from watchfloor.review.models import Batch

    last = Batch.objects.latest("at")
    rows = Event.objects.filter(type="batch.ended", subject__endswith=str(last.pk))
    return Counter(row.data["step"] for row in rows)
