"""A line that is cut before and after answers, and a platform that is away for two days: nothing is lost, nothing is done twice,
and each account's messages arrive in their order.

The long form: WATCHFLOOR_DELIVERY_ACTIONS=10000.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.integration.enforcement.receiver import Receiver
from tests.support.faults import Messages

from watchfloor.kernel import clock

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World

ACTIONS = int(os.environ.get("WATCHFLOOR_DELIVERY_ACTIONS", "120"))
# Within one transaction every former version of a row stays and is looked at: the long form commits, as the product does.
pytestmark = pytest.mark.django_db(transaction=ACTIONS > 1_000)
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def private_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")


@pytest.fixture
def platform() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def connect(url: str) -> None:
    from watchfloor.enforcement import endpoints
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        endpoints.add(w, name="platform", url=url, topics=("action",))


def decide(world: World, count: int, authors: int, start: datetime = START) -> datetime:
    """So many messages about so many accounts, a few milliseconds apart; every fourth decision falls again."""
    made = 0
    while made < count:
        with clock.at(start + timedelta(milliseconds=5 * made)):
            decision, _ = world.decide(
                world.post(f"p{made}", f"author{made % authors}"), "other.community", ("remove",)
            )
            made += 1
            if made % 4 == 0:
                world.reverse(decision)
                made += 1
    return start + timedelta(milliseconds=5 * made)


def orders(platform: Receiver) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """By lane: the keys as they were written, and as the platform first heard of them."""
    from watchfloor.ledger.models import Outbox

    written: dict[str, list[str]] = defaultdict(list)
    lane_of = {}
    for row in Outbox.objects.filter(topic="action").order_by("id"):
        written[row.lane].append(row.key)
        lane_of[row.key] = row.lane
    heard: dict[str, list[str]] = defaultdict(list)
    seen = set()
    for request in platform.requests:
        key = request["headers"]["webhook-id"]
        if key in lane_of and key in platform.applied and key not in seen:
            seen.add(key)
            heard[lane_of[key]].append(key)
    return written, heard


def work(until: datetime, start: datetime = START, *, most: int = 10_000) -> datetime:
    """Deliver at each moment at which something is due. What is behind a failed message is due when that one is: the first of each
    lane says it, or the clock would go on by seconds through waits of hours."""
    from watchfloor.enforcement import delivery
    from watchfloor.enforcement.models import Delivery

    moment = start
    for _ in range(most):
        with clock.at(moment):
            while delivery.deliver_due():
                pass
        open_rows = Delivery.objects.filter(state__in=("pending", "failed")).order_by(
            "endpoint_id", "lane", "outbox_id"
        )
        heads = open_rows.distinct("endpoint_id", "lane").values_list("next_at", flat=True)
        due = min(heads, default=None)
        if due is None or due > until:
            return moment
        moment = max(due, moment + timedelta(seconds=1))
    return moment


def test_through_a_line_that_is_cut_all_arrives_once_and_in_order(world: World, platform: Receiver) -> None:
    from watchfloor.enforcement.models import Action, Attempt

    line = Messages(platform.server.server_port, before=0.15, after=0.15)
    try:
        with clock.at(START):
            connect(line.url)
        decided = decide(world, ACTIONS, authors=max(4, ACTIONS // 20))
        work(START + timedelta(days=3), decided)
    finally:
        line.close()
    written, heard = orders(platform)
    assert heard == written, "nothing lost, nothing under a second key, nothing out of order"
    assert line.did["before"] and line.did["after"]
    assert sum(platform.applied.values()) - len(platform.applied) == line.did["after"], (
        "each repeat came under the same key"
    )
    assert Attempt.objects.filter(ok=False).count() == line.did["before"] + line.did["after"]
    assert set(Action.objects.values_list("state", flat=True)) == {"confirmed", "reversed"}


def test_a_platform_that_is_away_for_two_days_gets_all_in_order(world: World, platform: Receiver) -> None:
    from watchfloor.enforcement import health
    from watchfloor.enforcement.models import Endpoint
    from watchfloor.ledger.models import Event, Outbox

    with clock.at(START):
        connect(platform.url)
    moment = decide(world, ACTIONS // 2, authors=8)
    platform.then = "cut"
    while moment < START + timedelta(hours=48):
        moment = work(moment + timedelta(hours=1), moment, most=3)
        moment += timedelta(hours=1)
        with clock.at(moment):
            health.probe_due()
    assert not Endpoint.objects.get().enabled and not platform.applied
    assert Outbox.objects.filter(state="dead").count() == 0
    moment = decide(world, ACTIONS // 4, authors=8, start=moment)
    platform.then = 200
    moment += timedelta(hours=1)
    with clock.at(moment):
        assert health.probe_due() == 1
    work(moment + timedelta(days=2), moment)
    written, heard = orders(platform)
    assert heard == written
    assert [row.type for row in Event.objects.filter(type__in=("endpoint.disabled", "endpoint.recovered")).order_by("ordinal")] == [
        "endpoint.disabled", "endpoint.recovered",
    ]  # fmt: skip
    assert set(Outbox.objects.filter(topic="action").values_list("state", flat=True)) == {"confirmed"}


def test_one_endpoint_that_is_away_holds_up_no_other(world: World, platform: Receiver) -> None:
    from watchfloor.enforcement import delivery

    other = Receiver()
    other.then = "cut"
    try:
        with clock.at(START):
            connect(platform.url)
            connect(other.url)
        with clock.at(decide(world, 10, authors=1)):
            while delivery.deliver_due():
                pass
        written, heard = orders(platform)
        assert heard == written and not other.applied
        other.then = 200
        work(START + timedelta(days=1))
        assert orders(other)[1] == written
    finally:
        other.close()
