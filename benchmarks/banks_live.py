"""Banks while they serve: how soon a new entry counts and a removed one stops, and what a look-up costs, beside building the index anew.

    python -m benchmarks banks_live          (or: python -m benchmarks.banks_live --entries 200000 --rounds 200)

Input: random hashes in one bank (there is no worse input for a prefix than even chance, and photographs are in ``matching_index``). While a
thread follows the entries into the index as the worker does, entries are added, looked up and removed one by one, each in a transaction of
its own. *Add to match* is the time from the call that adds (its commit included) to the first answer that has it. Beside it what a service
needs that builds its whole index from the database before a new hash is found, as HMA does every minute: here our own ``rebuild``. Wall
clock; only the ratio means something on a busy machine.
"""

from __future__ import annotations

import argparse
import random
import statistics
import threading
import time


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    from benchmarks._floor import database

    with database():
        measure(asked.entries, asked.rounds)


def measure(entries: int, rounds: int) -> None:
    """On a floor that stands."""
    from watchfloor.detection.banks import actions, indexes, look_up
    from watchfloor.detection.banks.contracts import BankIn, EntryIn
    from watchfloor.ledger.writer import writing

    rng = random.Random(3)

    def fresh() -> str:
        return f"{rng.getrandbits(256):064x}"

    with writing("system:bench") as w:
        bank = actions.create_bank(w, BankIn(key="bench", name="Bench", policy_key="spam", violation_key="spam.bulk"))
    began = time.perf_counter()
    for start in range(0, entries, 5_000):
        with writing("system:bench") as w:
            many = [EntryIn(kind="pdq", value=fresh()) for _ in range(min(5_000, entries - start))]
            actions.add_entries(w, bank, many)
    filled = time.perf_counter() - began
    began = time.perf_counter()
    while indexes.follow():
        pass
    followed = time.perf_counter() - began
    stop = threading.Event()
    worker = threading.Thread(target=_follow, args=(stop,), daemon=True)
    worker.start()
    added, asked, removed = [], [], []
    for _ in range(rounds):
        digits = fresh()
        began = time.perf_counter()
        with writing("system:bench") as w:
            (pk,) = actions.add_entries(w, bank, [EntryIn(kind="pdq", value=digits)]).ids
        assert any(each.entry == pk for each in look_up("pdq", digits)), "it must be found at once"
        added.append(time.perf_counter() - began)
        began = time.perf_counter()
        look_up("pdq", fresh())
        asked.append(time.perf_counter() - began)
        began = time.perf_counter()
        with writing("system:bench") as w:
            actions.remove_entries(w, bank, [pk], "bench")
        assert look_up("pdq", digits) == [], "it must be gone at once"
        removed.append(time.perf_counter() - began)
    stop.set()
    worker.join()
    began = time.perf_counter()
    indexes.rebuild()
    built = time.perf_counter() - began
    print(f"{entries:,} hashes in one bank; {rounds} rounds of add, look up, remove, while a thread follows")
    print(f"putting in       {entries / filled:10,.0f} entries/s; into the index {entries / followed:,.0f}/s")
    for name, times in (("add to match", added), ("look up", asked), ("remove to gone", removed)):
        low, high = statistics.median(times) * 1e3, sorted(times)[int(0.99 * (len(times) - 1))] * 1e3
        worst = ", ".join(
            f"{times[at] * 1e3:,.0f} ({at + 1})" for at in sorted(range(len(times)), key=times.__getitem__)[:-4:-1]
        )
        print(f"{name:16} median {low:8.1f} ms   99 % {high:8.1f} ms   worst (round): {worst}")
    print(f"building anew    {built:10.2f} s: x{built / statistics.median(added):,.0f} of add to match")


def _follow(stop: threading.Event) -> None:
    from django.db import connection

    from watchfloor.detection.banks import indexes

    while not stop.is_set():
        if not indexes.follow():
            stop.wait(0.25)
    connection.close()


if __name__ == "__main__":
    main()
