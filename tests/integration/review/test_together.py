"""Many at once, on committed data: no job is held or decided twice, no item gets two cases, nobody holds two jobs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from tests.support.floor import CLEAN, SPAM, Floor, install, someone

from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.models import Event
from watchfloor.review import actions
from watchfloor.review.models import Case, Decision, Job, Report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def committed() -> Floor:
    install()
    return Floor()


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run ``work(0..count-1)`` in as many threads, all starting at once, each with a connection of its own."""
    gate = threading.Barrier(count)

    def one(number: int) -> Any:
        try:
            gate.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_fifty_reviewers_share_a_queue_and_no_job_is_done_twice(committed: Floor) -> None:
    for _ in range(120):
        committed.report()
    reviewers = [someone() for _ in range(50)]

    def work(number: int) -> list[Any]:
        done = []
        while (lease := actions.claim(reviewers[number])) is not None:
            actions.decide(reviewers[number], lease.job_id, lease.token, CLEAN)
            done.append(lease.job_id)
        return done

    done = [job for jobs in together(50, work) for job in jobs]
    # A claim may come back empty while the last jobs are in other hands: whoever is left over finishes.
    done += [lease.job_id for lease in iter(lambda: finish_one(reviewers[0]), None)]
    assert len(done) == 120
    assert max(Counter(done).values()) == 1
    assert Job.objects.filter(state="decided").count() == 120
    assert Decision.objects.count() == 120
    assert Event.objects.filter(type="job.decided").count() == 120


def finish_one(reviewer: Any) -> Any:
    lease = actions.claim(reviewer)
    if lease is not None:
        actions.decide(reviewer, lease.job_id, lease.token, CLEAN)
    return lease


def test_one_person_in_many_windows_holds_one_job(committed: Floor) -> None:
    for _ in range(20):
        committed.report()
    reviewer = someone()
    leases = together(8, lambda _: actions.claim(reviewer))
    assert len({(lease.job_id, lease.token) for lease in leases}) == 1
    assert Job.objects.filter(state="leased").count() == 1


def test_reports_of_one_item_at_once_make_one_case(committed: Floor) -> None:
    item, version = committed.item()
    cases = together(12, lambda _: committed.report(item, version).pk)
    assert len(set(cases)) == 1
    assert Case.objects.get().report_count == 12
    assert Report.objects.count() == 12
    assert Job.objects.count() == 1


def test_one_lease_is_decided_once_however_often_it_is_sent(committed: Floor) -> None:
    committed.report()
    reviewer = someone()
    lease = committed.claim(reviewer)

    def send(_: int) -> str:
        try:
            actions.decide(reviewer, lease.job_id, lease.token, SPAM)
        except Conflict as error:
            return error.code
        return "decided"

    assert Counter(together(8, send)) == {"decided": 1, "stale_lease": 7}
    assert Decision.objects.count() == 1
