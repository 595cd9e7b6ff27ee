"""Reverse look-up among a million own prints: which own media are near a picture or a video.

    WATCHFLOOR_HOME=<folder> python -m benchmarks.prints_lookup [--prints 1000000] [--rounds 20] [--json]

Prints of even chance with families of eight (a fifth), ten to a medium. Asked for: a picture (one print near one that is there) and a
video (twelve moments, ten of them near those of one medium); the answer is compared with a linear scan each time. Milliseconds as the
caller waits, in the program's own database. A million prints take some minutes to put in, which standard error tells; ``--prints
100000`` is a tenth of that. Needs the extra ``media``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

PER_MEDIUM = 10
MOMENTS = 12


def fill(count: int) -> Any:
    """Prints as rows; returns the prints as n x 4 words, in the order of their media."""
    import numpy as np
    from django.db import connection

    from benchmarks._photo_hashes import even_chance

    rows = even_chance(count, 1)
    np.random.default_rng(2).shuffle(rows)
    words = rows[:, ::-1].byteswap().view(np.uint8).reshape(count, 32)  # as the digits of a hash stand
    bands = words.reshape(count, 16, 2).astype(np.int64)
    bands = bands[:, :, 0] << 8 | bands[:, :, 1] | np.arange(16) << 16
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX items_media_print_bands")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'items_media_print'::regclass AND contype = 'f'"
        )
        for (name,) in cursor.fetchall():  # prints alone, without rows of their media
            cursor.execute(f"ALTER TABLE items_media_print DROP CONSTRAINT {name}")
        with cursor.copy(
            'COPY items_media_print (id, media_id, kind, "inner", seconds, bits, quality, day, bands) FROM STDIN'
        ) as copy:
            for number in range(count):
                if number % 100_000 == 0:
                    tell(f"{number:,} of {count:,} prints put in")
                copy.write(
                    f"0190000a-0000-7000-8000-{number:012x}\t{medium(number // PER_MEDIUM)}\tpdq\tf\t{number % PER_MEDIUM}\t"
                    f"\\\\x{words[number].tobytes().hex()}\t100\t2026-01-01\t{{{','.join(map(str, bands[number].tolist()))}}}\n"
                )
        tell("making the index")
        cursor.execute("CREATE INDEX items_media_print_bands ON items_media_print USING gin (bands)")
        cursor.execute("VACUUM ANALYZE items_media_print")
    return rows


def tell(what: str) -> None:
    """How far it is."""
    print(what, file=sys.stderr, flush=True)


def medium(number: int) -> str:
    """The id of a medium."""
    return f"01900009-0000-7000-8000-{number:012x}"


def asked(rows: Any, moments: int, seed: int) -> tuple[Any, Any]:
    """Prints near some that are there (of several, most are of one medium), and their words."""
    import numpy as np

    from benchmarks._photo_hashes import disturb
    from watchfloor.items.media.contracts import Print

    rng = np.random.default_rng(seed)
    places = rng.integers(0, len(rows), moments)
    if moments > PER_MEDIUM:
        places[:PER_MEDIUM] = places[0] // PER_MEDIUM * PER_MEDIUM + np.arange(PER_MEDIUM)
    near = rows[places].copy()
    disturb(near, 20, rng)
    said = [
        Print(kind="pdq", bits=row[::-1].byteswap().tobytes(), quality=100, seconds=float(place), inner=False)
        for place, row in enumerate(near)
    ]
    return said, near


def wanted(rows: Any, near: Any) -> dict[str, int]:
    """By a linear scan: of each medium in which at least half of the moments are, the least distance."""
    from watchfloor.engines.matching.index.scan import scan
    from watchfloor.items.media.near import SHARE

    question, position, distance = scan(rows, near, 31)
    found: dict[str, dict[int, int]] = {}
    for asked_for, place, far in zip(question.tolist(), position.tolist(), distance.tolist(), strict=True):
        by = found.setdefault(medium(place // PER_MEDIUM), {})
        by[asked_for] = min(far, by.get(asked_for, far))
    return {name: min(by.values()) for name, by in found.items() if len(by) >= SHARE * len(near)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prints", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    from benchmarks._floor import database, percentile

    told: dict[str, Any] = {"prints": given.prints}
    with database():
        from watchfloor.items.media import near

        rows = fill(given.prints)
        for name, moments in (("picture", 1), (f"video of {MOMENTS} moments", MOMENTS)):
            times, exact, hits = [], True, 0
            tell(f"asking for a {name}, {given.rounds} times")
            for seed in range(given.rounds + 1):
                said, words = asked(rows, moments, seed)
                began = time.perf_counter()
                found = near.near_prints(said)
                times.append(1000 * (time.perf_counter() - began))
                exact = exact and {str(pk): each.distance for pk, each in found.items()} == wanted(rows, words)
                hits += len(found)
            told[name] = {
                "p50": percentile(times[1:], 0.5),
                "p95": percentile(times[1:], 0.95),
                "exact": exact,
                "found": hits,
            }
    if given.json:
        print(json.dumps(told))
        return
    print(f"{given.prints:,} prints; milliseconds; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, row in told.items():
        if isinstance(row, dict):
            same = "as the linear scan" if row["exact"] else "NOT as the linear scan"
            print(f"  {name:<24} p50 {row['p50']:8.1f}   p95 {row['p95']:8.1f}   {row['found']} media found, {same}")


if __name__ == "__main__":
    main()
