"""Group commit: nothing is acknowledged that is not stored, overload sheds only the ordinary lane, a lost database costs no one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.support.intake import Client, report

from watchfloor.intake.asgi import Intake
from watchfloor.intake.committer import Committer
from watchfloor.intake.models import Spooled
from watchfloor.intake.store import own_connection


class Gate:
    """A connection factory that can be held shut, cut, or made to fail; the connections are real."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.broken = False
        self.made: list[psycopg.Connection[Any]] = []

    def __call__(self) -> psycopg.Connection[Any]:
        self.entered.set()
        self.open.wait(30)
        if self.broken:
            raise psycopg.OperationalError("the server is not there")
        self.made.append(own_connection())
        return self.made[-1]


async def until(condition: Callable[[], bool]) -> None:
    """Let the others go on until it is so; what never comes is a fault of the test, not a test without end."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)


async def busy(gate: Gate, client: Client, body: Any) -> asyncio.Task[Any]:
    """A request with which its lane's writer is held at the gate: from here on everything of the lane waits."""
    gate.open.clear()
    gate.entered.clear()
    task = asyncio.create_task(client.reports(body))
    await until(gate.entered.is_set)
    return task


@pytest.fixture
def gate() -> Gate:
    return Gate()


def app_with(intake: Intake, committer: Committer) -> Client:
    intake._committer = committer  # the fixture closes it
    return Client(intake)


def test_many_at_once_share_few_commits(intake: Intake, gate: Gate) -> None:
    client = app_with(intake, Committer(gate))

    async def work() -> list[Any]:
        tasks = [await busy(gate, client, report("first"))]
        tasks += [asyncio.create_task(client.reports(report(number))) for number in range(199)]
        await until(lambda: client.app.committer.ordinary.rows == 199)
        assert not any(task.done() for task in tasks)  # nobody is told before the commit
        gate.open.set()
        return await asyncio.gather(*tasks)

    answers = asyncio.run(work())
    assert {answer.status for answer in answers} == {202}
    transactions = set(Spooled.objects.extra(select={"x": "xmin::text"}).values_list("x", flat=True))
    assert Spooled.objects.count() == 200 and len(transactions) == 2


def test_without_the_group_each_row_has_its_own_commit(intake: Intake, gate: Gate) -> None:
    client = app_with(intake, Committer(gate, group=False))
    asyncio.run(client.reports([report(number) for number in range(10)]))
    transactions = set(Spooled.objects.extra(select={"x": "xmin::text"}).values_list("x", flat=True))
    assert len(transactions) == 10


def test_overload_sheds_the_ordinary_lane_only(intake: Intake, gate: Gate) -> None:
    client = app_with(intake, Committer(gate, max_rows=20))

    async def work() -> tuple[Any, ...]:
        waiting = [await busy(gate, client, [report(f"0-{i}") for i in range(10)])]
        waiting += [asyncio.create_task(client.reports([report(f"{n}-{i}") for i in range(10)])) for n in (1, 2)]
        await until(lambda: client.app.committer.ordinary.rows == 20)
        shed = await client.reports(report(1))
        urgent = [await busy(gate, client, report(0, reason="csam"))]
        urgent += [asyncio.create_task(client.reports(report(n, reason="csam"))) for n in range(1, 30)]
        mixed = asyncio.create_task(client.reports([report(2), report(3, reason="csam")]))
        await until(lambda: client.app.committer.urgent.rows == 30)
        gate.open.set()
        return shed, await asyncio.gather(*urgent), await mixed, await asyncio.gather(*waiting)

    shed, urgent, mixed, waiting = asyncio.run(work())
    assert shed.status == 503 and int(shed.headers["retry-after"]) >= 1
    assert shed.error["code"] == "overloaded"
    assert {answer.status for answer in urgent} == {202}
    assert mixed.status == 202 and int(mixed.headers["retry-after"]) >= 1
    assert [row["status"] for row in mixed.json["results"]] == ["rejected", "accepted"]
    assert {answer.status for answer in waiting} == {202}
    assert Spooled.objects.filter(lane=0).count() == 31
    assert Spooled.objects.count() == 61


def test_a_connection_cut_between_commits_is_mended_unseen(intake: Intake, gate: Gate) -> None:
    client = app_with(intake, Committer(gate))

    async def work() -> list[int]:
        first = await client.reports(report(1))
        with own_connection() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [gate.made[0].info.backend_pid])
        return [first.status, (await client.reports(report(2))).status]

    assert asyncio.run(work()) == [202, 202]
    assert len(gate.made) == 2
    assert Spooled.objects.count() == 2


def test_without_the_database_everyone_gets_503_and_nothing_is_half_stored(intake: Intake, gate: Gate) -> None:
    client = app_with(intake, Committer(gate))

    async def work() -> tuple[list[Any], Any]:
        await client.reports(report("warm"))  # token and types are known from here on
        gate.broken = True
        gate.made[0].close()
        lost = await asyncio.gather(
            *(client.reports(report(n, id=str(n))) for n in range(20)), client.reports([report("b")])
        )
        gate.broken = False
        return lost, await asyncio.gather(*(client.reports(report(n, id=str(n))) for n in range(20)))

    lost, again = asyncio.run(work())
    assert {answer.status for answer in lost} == {503}
    assert all("retry-after" in answer.headers for answer in lost)
    assert {answer.status for answer in again} == {202}
    assert Spooled.objects.count() == 21


def test_a_database_that_goes_mute_is_told_by_503_and_its_line_is_cut(intake: Intake, gate: Gate) -> None:
    """Another transaction holds the table, so that the statement gets no answer; nobody waits for ever, nothing piles up."""
    committer = Committer(gate, patience=0.3)
    client = app_with(intake, committer)

    async def work() -> tuple[list[Any], Any]:
        await client.reports(report("warm", id="w"))
        with own_connection() as other, other.transaction():
            other.execute("LOCK TABLE intake_spool IN ACCESS EXCLUSIVE MODE")
            mute = await asyncio.gather(*(client.reports(report(n, id=str(n))) for n in range(20)))
        return mute, await asyncio.gather(*(client.reports(report(n, id=str(n))) for n in range(20)))

    mute, again = asyncio.run(work())
    assert {answer.status for answer in mute} == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in mute)
    assert {answer.status for answer in again} == {202}
    assert Spooled.objects.count() == 21 and committer.ordinary.rows == 0 and len(gate.made) > 1


def test_closing_stores_what_waits(intake: Intake, gate: Gate) -> None:
    committer = Committer(gate)
    client = app_with(intake, committer)

    async def work() -> Any:
        task = await busy(gate, client, report())
        closing = asyncio.create_task(asyncio.to_thread(committer.close))
        gate.open.set()
        await closing
        return await task, await client.reports(report(2))

    stored, refused = asyncio.run(work())
    assert (stored.status, refused.status) == (202, 503)
    assert json.loads(bytes(Spooled.objects.get().body)) == report()


def test_two_processes_with_the_same_keys_agree(intake: Intake) -> None:
    """Two writers, the same keys in opposite order: no deadlock, one row and one receipt each."""
    other = Intake()

    async def work() -> tuple[Any, Any]:
        rows = [report(n, id=str(n)) for n in range(300)]
        return await asyncio.gather(Client(intake).reports(rows), Client(other).reports(rows[::-1]))

    try:
        one, two = asyncio.run(work())
    finally:
        other.close()
    assert [row["id"] for row in one.json["results"]] == [row["id"] for row in two.json["results"]][::-1]
    assert Spooled.objects.count() == 300
