"""The sender of NCMEC reports is killed with -9 before, within and after any call: in the end there is exactly one finished report.

The stand-in for NCMEC's service holds the trigger: it knows when a call came in, when it had its effect, and when its answer went out.
``WATCHFLOOR_CYBERTIP_KILLS`` says how many deaths (100 for the long form); each lands at another call or another moment of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from tests.support import tips
from tests.support.cybertip import Service

from watchfloor.cybertip import locked
from watchfloor.cybertip.models import Opening, Tip, TipFile
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("WATCHFLOOR_CYBERTIP_KILLS", "4"))
PASSES = 30  # without a death one is enough; a machine that is slow may need some
PATHS = ("/submit", "/upload", "/fileinfo", "/finish")
MOMENTS = ("came in", "had its effect", "was answered")

# One warm process that forks for each pass: it says the child's number, waits for it, and says how it ended.
NURSERY = """
import faulthandler, os, signal, sys
faulthandler.register(signal.SIGUSR1)
from watchfloor.platform import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from watchfloor.cybertip import sending
import watchfloor.items.media.store
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        sending.send_due()
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Nursery:
    """Senders, one at a time."""

    def __init__(self, service: Service) -> None:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(sys.path), "WATCHFLOOR_CYBERTIP_URL": service.url, "WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS": "1",
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, connection.settings_dict["NAME"]], env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.child = 0
        self.born = threading.Event()

    def send(self) -> bool:
        """One pass; whether it died."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.born.clear()
        self.process.stdin.write("go\n")
        self.child = int(self.process.stdout.readline())
        self.born.set()
        return int(self.process.stdout.readline()) == signal.SIGKILL

    def kill(self) -> None:
        """The child, now."""
        self.born.wait(10)
        os.kill(self.child, signal.SIGKILL)

    def close(self) -> None:
        """No more."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.close()


def test_exactly_one_finished_report_whatever_dies(service: Service) -> None:
    locked._keys.cache_clear()  # the senders are programs of their own and read what stands in the file
    floor = tips.install()
    tips.settle()
    nursery = Nursery(service)
    chance = random.Random(7)
    deaths = 0
    number = 0
    while deaths < KILLS:
        tip = tips.released(floor, account=f"a{number}", names=(f"{number}-1", f"{number}-2"))
        number += 1
        for _ in range(min(chance.choice((1, 1, 2, 3)), KILLS - deaths)):
            place = deaths % (len(PATHS) * len(MOMENTS))
            if not _pass(
                service, nursery, PATHS[place % len(PATHS)], MOMENTS[place // len(PATHS)], chance.randrange(2), tip
            ):
                break  # the answer had come before the blow: what is left of this report goes its way below
            deaths += 1
        for _ in range(PASSES):
            if Tip.objects.get(pk=tip.pk).state != "sending":
                break
            _due(tip)
            nursery.send()
        else:
            pytest.fail(f"a report is not sent after {PASSES} passes without a death")
    nursery.close()
    _judge(service, number)


def _pass(service: Service, nursery: Nursery, path: str, moment: str, after: int, tip: Tip) -> bool:
    """One pass of which one call is its last; whether it died."""
    left = [after if path in ("/upload", "/fileinfo") else 0]

    def blow(asked: str, at: str) -> None:
        if asked == path and at == moment:
            left[0] -= 1
            if left[0] < 0:
                nursery.kill()

    service.before = lambda asked: blow(asked, "came in")
    service.after = lambda asked: blow(asked, "had its effect")
    service.answered = lambda asked: blow(asked, "was answered")
    _due(tip)
    died = nursery.send()
    service.before = service.after = service.answered = lambda asked: None
    return died


def _due(tip: Tip) -> None:
    """The wait is over, and so is the lease of the dead."""
    Tip.objects.filter(pk=tip.pk).update(next_at=clock.now(), lease_until=None, tries=0)


def _judge(service: Service, number: int) -> None:
    tipped = list(Tip.objects.all())
    assert [tip.state for tip in tipped] == ["finished"] * number
    finished = {report.id: report for report in service.of_state("finished")}
    assert len(finished) == number == Opening.objects.filter(outcome="finished").count()
    for tip in tipped:
        assert tip.report_id is not None
        report = finished.pop(tip.report_id)
        rows = list(TipFile.objects.filter(tip=tip).order_by("place"))
        assert {row.file_id: row.md5 for row in rows} == {key: tips.md5(data) for key, data in report.files.items()}
        assert len(report.files) == len(report.details) == 2
        assert Event.objects.filter(type="tip.finished", subject=f"tip:{tip.pk}").count() == 1
    # What is still open there is known to nobody by its number, or was left on purpose: it vanishes unfinished.
    known = set(Opening.objects.exclude(report_id=None).filter(outcome="finished").values_list("report_id", flat=True))
    assert not known & {report.id for report in service.of_state("open")}
    print(json.dumps({"reports": number, "opened there": len(service.reports), "finished": number}))


def test_the_trigger_would_be_seen(service: Service) -> None:
    """Were the finish repeated without asking, or a report opened anew after it, the count above would differ."""
    calls: list[Any] = []
    service.before = calls.append
    floor = tips.install()
    tips.settle()
    tip = tips.released(floor)
    nursery = Nursery(service)
    service.after = lambda path: nursery.kill() if path == "/finish" else None
    assert nursery.send()
    service.after = lambda path: None
    assert len(service.of_state("finished")) == 1 and Tip.objects.get(pk=tip.pk).state == "sending"
    Tip.objects.filter(pk=tip.pk).update(
        state="sending", step="", report_id=None, opened_at=None, next_at=clock.now(), lease_until=None
    )
    Opening.objects.filter(tip=tip).update(outcome="left")
    TipFile.objects.filter(tip=tip).update(state="waiting")
    nursery.send()  # a sender that forgets that it had begun to finish
    nursery.close()
    assert len(service.of_state("finished")) == 2
