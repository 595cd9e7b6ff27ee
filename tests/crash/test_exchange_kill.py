"""The reader of an exchange is killed with -9 before, within and after any page: in the end the bank holds what the source holds.

The stand-in for the source holds the trigger: it strikes when a page is asked for, or a moment after it was given, while it is taken in.
Between two blows the source changes. ``WATCHFLOOR_EXCHANGE_KILLS`` says how many deaths (60 for the long form).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading

import pytest
from django.db import connection
from tests.support import exchanges as stand_in
from tests.support.exchanges import pdq

from watchfloor.detection.banks.actions import create_bank
from watchfloor.detection.banks.contracts import BankIn
from watchfloor.detection.banks.models import Entry
from watchfloor.detection.exchanges.actions import ExchangeIn, create_exchange
from watchfloor.detection.exchanges.models import Exchange, Record, Run, Signal
from watchfloor.identity.domain import system
from watchfloor.ledger import sequencer
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("WATCHFLOOR_EXCHANGE_KILLS", "2"))

# One warm process that forks for each reading: it says the child's number, waits for it, and says how it ended.
NURSERY = """
import os, sys
from uuid import UUID
from watchfloor.platform import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from watchfloor.detection.exchanges import fetching
from watchfloor.detection.exchanges.kinds.base import library
library("impl.fb_threatexchange_api")
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        fetching.run(UUID(line.strip()))
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Nursery:
    """Readers, one at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, connection.settings_dict["NAME"]], text=True, bufsize=1,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.child = 0
        self.born = threading.Event()

    def read(self, exchange: Exchange) -> bool:
        """One reading; whether it died."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.born.clear()
        self.process.stdin.write(f"{exchange.pk}\n")
        self.child = int(self.process.stdout.readline())
        self.born.set()
        ended = int(self.process.stdout.readline())
        self.child = 0
        return ended == signal.SIGKILL

    def kill(self) -> None:
        """The child, now, if it lives."""
        self.born.wait(10)
        if self.child:
            os.kill(self.child, signal.SIGKILL)

    def close(self) -> None:
        """No more."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def test_the_bank_holds_what_the_source_holds_whatever_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("threatexchange", reason="pip install --group exchanges")
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    chance, moment, deaths = random.Random(3), 1_000, 0
    held = [stand_in.te_update(pdq(n), moment + n) for n in range(12)]
    nursery = Nursery()
    with stand_in.threatexchange(held, page=3) as server:
        exchange = _follow(server.url)
        while deaths < KILLS:
            strike_at, late = server.answers + chance.randrange(1, 5), chance.choice((None, 0.002, 0.01, 0.03))
            server.before = lambda count, at=strike_at, late=late: _strike(nursery, late) if count == at else None
            died = nursery.read(exchange)
            server.before = None
            deaths += died
            Exchange.objects.filter(pk=exchange.pk).update(claimed_until=None)  # the lease of the dead is over
            moment += 100
            change = chance.randrange(12)
            held[change] = stand_in.te_update(pdq(change), moment, gone=chance.random() < 0.5)
            held.append(stand_in.te_update(pdq(1_000 + moment), moment + 1))
        assert not nursery.read(exchange)
    nursery.close()
    _judge({each["indicator"] for each in held if not each["should_delete"]})


def _strike(nursery: Nursery, late: float | None) -> None:
    if late is None:
        nursery.kill()
    else:
        threading.Timer(late, nursery.kill).start()


def _follow(url: str) -> Exchange:
    with writing(system("test")) as w:
        bank = create_bank(w, BankIn(key="shared", name="Shared", negative=True))
        secret = {"api_token": "123456789|" + "a" * 24}
        settings = {"privacy_group": 5, "address": url}
        return create_exchange(
            w, bank, ExchangeIn(name="te", kind="fb_threatexchange", settings=settings, secret=secret)
        )


def _judge(wanted: set[str]) -> None:
    standing = list(Entry.objects.filter(state="live").values_list("value", flat=True))
    assert sorted(standing) == sorted(wanted)
    assert Record.objects.filter(gone_at=None).count() == Signal.objects.count() == len(wanted)
    assert Run.objects.filter(state="running").count() == 0
    assert Run.objects.order_by("-began_at").first().state == "done"  # type: ignore[union-attr]
    while sequencer.sequence():
        pass
    assert check().differences == []
