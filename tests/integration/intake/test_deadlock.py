"""A report on its way in and a decision that wait for each other: whichever PostgreSQL ends, both are done in the end, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from tests.support.floor import SPAM, Floor, install, someone

from watchfloor.intake.drain import drain
from watchfloor.intake.models import Spooled
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import deadlocks
from watchfloor.ledger.writer import Writer
from watchfloor.review import actions
from watchfloor.review.actions import findings
from watchfloor.review.contracts import ReportIn
from watchfloor.review.models import Decision, Job, Report

pytestmark = pytest.mark.django_db(transaction=True)


def somebody_waits() -> None:
    """Come back when some transaction waits for another's lock."""
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.005)
    raise AssertionError("nobody ever waited")


# Who waits first asks first whether there is a circle, and is the one that is ended.
@pytest.mark.parametrize("victim", ["decide", "drain"])
def test_both_are_done_once_whichever_is_ended(victim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    floor = Floor()
    item, version = floor.item(id="m-dead")
    floor.report(item, version)
    reviewer = someone()
    lease = floor.claim(reviewer)
    row = Spooled.objects.create(
        id=new_id(), kind="report", source="test", key="k", lane=1, body=b"{}", received_at=clock.now()
    )
    item_held, case_held = threading.Event(), threading.Event()
    ended: list[str] = []

    def work(w: Writer, spooled: Spooled) -> None:
        data = {"text": "another version", "author": "mallory"}
        seen = ItemSeen(type="message", id="m-dead", data=data, seen_at=clock.now(), market="US", language="en")
        found, now_version = items.see(w, seen)  # the item's row is locked
        item_held.set()
        assert case_held.wait(30)
        if victim == "decide" and not ended:
            somebody_waits()
        report = ReportIn(
            id=spooled.id, item=found.pk, item_version=now_version, source="test", channel="user", reporter_kind="user",
            reason_key="spam", received_at=clock.now(), reporter="late",
        )  # fmt: skip
        actions.receive_report(w, report, item=found)

    check = findings.check

    def check_when_both_hold(*args: Any) -> str:  # the case and the job are locked
        case_held.set()
        assert item_held.wait(30)
        if victim == "drain" and not ended:
            somebody_waits()
        return check(*args)

    def noted(problem: BaseException) -> bool:
        found = deadlock(problem)
        if found:
            ended.append(threading.current_thread().name)
        return found

    deadlock = deadlocks.is_deadlock
    monkeypatch.setattr(deadlocks, "is_deadlock", noted)
    monkeypatch.setattr("watchfloor.intake.drain.is_deadlock", noted)
    monkeypatch.setattr(findings, "check", check_when_both_hold)

    def decide() -> None:
        try:
            assert item_held.wait(30)
            actions.decide(reviewer, lease.job_id, lease.token, SPAM)
        finally:
            connection.close()

    def take_in() -> None:
        try:
            while Spooled.objects.get(pk=row.pk).state == Spooled.State.WAITING:
                drain(handlers={"report": work})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_in), pool.submit(decide)]:
            done.result(timeout=120)
    assert ended  # once, or again where the one that began anew meets the other on its way out
    assert Spooled.objects.get(pk=row.pk).attempts == 0
    assert Report.objects.filter(pk=row.pk).count() == 1
    assert Decision.objects.filter(job_id=lease.job_id).count() == 1
    assert Job.objects.get(pk=lease.job_id).state == Job.State.DECIDED
