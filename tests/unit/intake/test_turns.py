"""Ordinary requests take turns in slices; whoever does not queue passes; the row is bounded."""

from __future__ import annotations

import asyncio

import pytest

from watchfloor.intake.turns import SLICE, Turns, pause
from watchfloor.kernel.errors import Overloaded


def test_one_at_a_time_in_order_and_somebody_else_may_go_on_between_slices() -> None:
    seen: list[str] = []

    async def ordinary(turns: Turns, name: str) -> None:
        async with turns.turn(1):
            for count in range(1, 3 * SLICE + 1):
                seen.append(name)
                await pause(count)

    async def urgent() -> None:
        seen.append("urgent")

    async def work() -> None:
        turns = Turns()
        assert turns.free()
        tasks = [asyncio.create_task(ordinary(turns, name)) for name in ("a", "b")]
        await asyncio.sleep(0)
        assert not turns.free()
        tasks.append(asyncio.create_task(urgent()))
        await asyncio.gather(*tasks)
        assert turns.free()

    asyncio.run(work())
    assert [each for each in seen if each != "urgent"] == ["a"] * 3 * SLICE + ["b"] * 3 * SLICE
    assert seen.index("urgent") <= 2 * SLICE  # it came while "a" was read, and waited for no more than a slice of it


def test_the_row_is_bounded_by_requests_and_bytes_and_a_single_one_always_fits() -> None:
    async def work() -> list[str]:
        said = []
        for turns, size in ((Turns(most=3), 1), (Turns(most_bytes=10), 4)):
            hold = asyncio.Event()

            async def one(turns: Turns = turns, size: int = size, hold: asyncio.Event = hold) -> str:
                try:
                    async with turns.turn(size):
                        await hold.wait()
                except Overloaded as refused:
                    return f"refused {refused.retry_after}"
                return "read"

            tasks = [asyncio.create_task(one()) for _ in range(5)]
            await asyncio.sleep(0)
            hold.set()
            said.append(" ".join(await asyncio.gather(*tasks)))
            async with turns.turn(8 * 1024 * 1024):
                assert not turns.free()
                tasks[0] = asyncio.create_task(one())
                await asyncio.sleep(0)
            said.append(await tasks[0])
            assert turns.free() and turns.size == 0
        return said

    by_count, after_count, by_size, after_size = asyncio.run(work())
    assert by_count == "read read read refused 1 refused 1"
    assert by_size == "read read refused 1 refused 1 refused 1"
    assert after_count == after_size == "refused 5"  # behind a giant it says a later time


def test_another_loop_begins_anew() -> None:
    turns = Turns()

    async def work(leave: bool) -> bool:
        free = turns.free()
        turn = turns.turn(1)
        await turn.__aenter__()
        if not leave:
            await turn.__aexit__(None, None, None)
        return free

    assert asyncio.run(work(True)) and asyncio.run(work(False)) and asyncio.run(work(False))


def test_a_turn_is_given_back_by_whoever_fails() -> None:
    async def work() -> None:
        turns = Turns()
        with pytest.raises(ValueError, match="x"):
            async with turns.turn(1):
                raise ValueError("x")
        assert turns.free()

    asyncio.run(work())
