"""A worker that counts is killed with -9 before and after its commits; delivered again, every event has counted exactly once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from tests.support.counters import TEXT, stream

from watchfloor.detection import counting
from watchfloor.engines import sml
from watchfloor.engines.sml.counters import MemoryCounters, Peek

pytestmark = pytest.mark.crash

WORKER = """
import json, os, signal, sys
import msgspec, django
from watchfloor.platform import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import transaction
from watchfloor.detection import counting
from watchfloor.engines import sml
rules = sml.compile_rules({"main.sml": sys.stdin.readline().encode().decode("unicode_escape")})
for line in sys.stdin:
    die, event = json.loads(line)
    with transaction.atomic():
        rules.fired(msgspec.convert(event, sml.Event), counting.store())
        if die == "before the commit":
            os.kill(os.getpid(), signal.SIGKILL)
    if die == "before the answer":
        os.kill(os.getpid(), signal.SIGKILL)
    print("done", flush=True)
"""


def worker() -> subprocess.Popen[str]:
    """A worker on the test's database, told its rules."""
    arguments = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]]
    process = subprocess.Popen(
        arguments, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(TEXT.encode("unicode_escape").decode() + "\n")
    return process


def deliver(process: subprocess.Popen[str], event: sml.Event, die: str) -> bool:
    """Hand an event over; whether the worker answered."""
    assert process.stdin is not None and process.stdout is not None
    fields: dict[str, Any] = {
        "action_id": event.action_id, "action_name": event.action_name, "timestamp": event.timestamp.isoformat(),
        "data": event.data,
    }  # fmt: skip
    process.stdin.write(json.dumps([die, fields]) + "\n")
    process.stdin.flush()
    return process.stdout.readline() == "done\n"


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_no_event_and_counts_none_twice() -> None:
    deaths = {12: "before the commit", 29: "before the answer"}
    events = stream(40)
    rules, memory = sml.compile_rules({"main.sml": TEXT}), MemoryCounters()
    process = worker()
    died = 0
    for place, event in enumerate(events):
        if not deliver(process, event, deaths.get(place, "")):
            assert process.wait() == -9
            died += 1
            process = worker()
            for again in events[max(0, place - 3) : place + 1]:  # answered or not: the broker is not sure
                assert deliver(process, again, "")
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0 and died == len(deaths)
    for event in events:
        rules.fired(event, memory)
    last = max(events, key=lambda event: event.timestamp)
    for user in "ab":
        for word in ("x", "never"):
            probe = sml.Event(10**6, "post", last.timestamp, {"user": user, "word": word})
            told = rules.evaluate(probe, Peek(counting.store()))
            assert told == rules.evaluate(probe, Peek(memory))
            assert told.features["All"] > 30
