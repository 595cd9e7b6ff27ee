"""A reviewer who never rests, as a process to be killed with -9: takes the first open cases, keeps, gives back and decides them, and writes
down each call before it is made and its answer after, for ``tests.support.histories`` to judge.

``python -m tests.support.reviewer FILE USER_ID SEED``; several of them want the same few cases.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

LEASE = 1.5  # seconds: short, so that many run out
FEW = 6  # cases wanted at a time


class Notebook:
    """A line before each call and one after its answer, on their way to the file when the next thing happens."""

    def __init__(self, file: Path, who: str) -> None:
        self.file, self.who, self.count = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), who, 0

    def call(self, key: str, verb: str, given: dict[str, Any], do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.count += 1
        number = f"{os.getpid()}.{self.count}"
        self._write(what="call", n=number, at=time.time(), key=key, who=self.who, verb=verb, given=given)
        got = do()  # what raises here was not answered
        self._write(what="answer", n=number, at=time.time(), got=got)
        return got

    def _write(self, **line: Any) -> None:
        os.write(self.file, json.dumps(line).encode() + b"\n")


def work(file: Path, user_id: str, seed: int) -> None:
    from django.db import Error, connection

    from watchfloor.identity.models import User
    from watchfloor.identity.queries import actor_for
    from watchfloor.review.models import Case

    chance, book = random.Random(seed), Notebook(file, user_id)
    while True:
        try:
            actor = actor_for(User.objects.get(pk=user_id))
            wanted = list(
                Case.objects.filter(state="open").order_by("opened_at", "id").values_list("pk", flat=True)[:FEW]
            )
            if not wanted:
                time.sleep(0.05)
                continue
            one(actor, chance.choice(wanted), chance, book)
        except Error:  # the database died, and with it perhaps the answer to a call
            connection.close()
            time.sleep(0.1)


def one(actor: Any, case_id: UUID, chance: random.Random, book: Notebook) -> None:
    """Claim a case; if it was given, do something to it, or let its time run out."""
    from watchfloor.review import actions

    def claim() -> dict[str, Any]:
        lease = actions.claim_case(actor, case_id, lease_seconds=LEASE)
        return {"token": lease.token, "until": lease.until.timestamp(), "job": str(lease.job_id)}

    key = str(case_id)
    got = book.call(key, "claim", {}, answered(claim, "why"))
    if "why" in got:
        time.sleep(0.02)
        return
    job, token = UUID(got["job"]), got["token"]
    for verb in chance.choice(
        [("decide",), ("heartbeat", "decide"), ("release",), ("late", "decide"), ("late", "heartbeat")]
    ):
        if verb == "late":
            time.sleep(max(0.0, got["until"] - time.time() + chance.uniform(-0.05, 1.2)))
            continue
        got |= book.call(key, verb, {"token": token}, answered(doing(verb, actor, job, token, chance), "ok"))


def doing(verb: str, actor: Any, job: UUID, token: int, chance: random.Random) -> Callable[[], dict[str, Any]]:
    """The call itself."""
    from watchfloor.review import actions
    from watchfloor.review.contracts import DecisionIn

    def do() -> dict[str, Any]:
        if verb == "heartbeat":
            return {"ok": True, "until": actions.heartbeat(actor, job, token, 500, seconds=LEASE).timestamp()}
        if verb == "release":
            actions.release(actor, job, token)
        elif chance.random() < 0.5:
            actions.decide(actor, job, token, DecisionIn(verdict="clean", active_ms=500))
        else:
            actions.decide(actor, job, token, DecisionIn(verdict="violating", violation_key="spam.bulk", active_ms=500))
        return {"ok": True}

    return do


def answered(do: Callable[[], dict[str, Any]], word: str) -> Callable[[], dict[str, Any]]:
    """A refusal is an answer, too."""
    from watchfloor.kernel.errors import WatchfloorError

    def asked() -> dict[str, Any]:
        try:
            return do()
        except WatchfloorError as refusal:
            return {"why": refusal.code} if word == "why" else {"ok": False, "why": refusal.code}

    return asked


if __name__ == "__main__":
    from watchfloor.platform.setup import setup

    setup()
    work(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
