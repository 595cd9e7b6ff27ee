"""The process's short memory: one read serves many, a change is seen at once by who says so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from watchfloor.kernel.remembered import Remembered, RememberedBy, forget_all


def test_it_reads_once_until_it_is_told_to_forget() -> None:
    reads = iter(range(10))
    memory = Remembered(lambda: next(reads), seconds=3600)
    assert [memory(), memory()] == [0, 0]
    memory.forget()
    assert [memory(), memory()] == [1, 1]
    forget_all()
    assert memory() == 2


def test_what_is_old_is_read_again() -> None:
    reads = iter(range(10))
    memory = Remembered(lambda: next(reads), seconds=0)
    by_key = RememberedBy(lambda key: (key, next(reads)), seconds=0)
    assert [memory(), memory()] == [0, 1]
    assert [by_key("a"), by_key("a")] == [("a", 2), ("a", 3)]


def test_what_was_forgotten_while_it_was_read_is_not_kept() -> None:
    state = {"now": "old"}

    def read() -> str:
        found = state["now"]
        if found == "old":  # the change comes between the read and its keeping
            state["now"] = "new"
            memory.forget()
        return found

    memory = Remembered(read, seconds=3600)
    assert [memory(), memory()] == ["old", "new"]


def test_many_threads_cause_one_read() -> None:
    reads: list[int] = []
    gate = threading.Barrier(8)
    memory = Remembered(lambda: reads.append(1) or len(reads), seconds=3600)

    def one(_: int) -> int:
        gate.wait()
        return memory()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(8))) == {1}


def test_keys_are_read_apart_and_the_oldest_is_dropped() -> None:
    reads: list[str] = []

    def read(key: str) -> str:
        reads.append(key)
        return key.upper()

    memory = RememberedBy(read, seconds=3600, limit=2)
    assert [memory("a"), memory("b"), memory("a"), memory("c"), memory("b"), memory("a")] == [
        "A",
        "B",
        "A",
        "C",
        "B",
        "A",
    ]
    assert reads == ["a", "b", "c", "a"]
    memory.forget()
    assert memory("a") == "A"
    assert reads == ["a", "b", "c", "a", "a"]
