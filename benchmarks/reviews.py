"""A monthly review of thirty slides over a lake of a million cases: how long it takes to compose, and each of its files to make.

    python -m benchmarks.reviews [--cases 1000000] [--rounds 3] [--home DIR] [--out DIR]

The lake is that of ``benchmarks.insight_pages`` (thirty days from a seed, six facts a case). The review is the monthly one over those
thirty days, with a person's text beside every third block. Answers are counted anew in each round; of the rounds the median is told.
``--out`` keeps the files, to be looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import insight_pages


def main() -> None:
    """Fill, compose, export, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=None)
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        home = asked.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="watchfloor-reviews-")))
        home.mkdir(parents=True, exist_ok=True)
        os.environ["WATCHFLOOR_HOME"] = str(home)
        os.environ.pop("DATABASE_URL", None)
        from watchfloor.platform.postgres import Embedded

        server = Embedded(home)
        server.start()
        stack.callback(server.stop)
        from watchfloor.console import prepare

        prepare.django(migrate=True)
        made = insight_pages.made_of(asked.cases * 6)
        print(f"roll-ups: {made.rows:,} rows, built in {made.took_ms / 1000:,.1f} s", flush=True)
        measure(asked.rounds, asked.out)


def measure(rounds: int, out: Path | None) -> None:
    """The rounds, and what they took."""
    import msgspec

    from watchfloor.identity.domain import system
    from watchfloor.insight import lake
    from watchfloor.programme.reviews import actions, exports, queries, shown
    from watchfloor.programme.reviews.actions import Wanted
    from watchfloor.programme.reviews.domain.document import Document

    times: dict[str, list[float]] = {}

    def timed(name: str, do: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        found = do()
        times.setdefault(name, []).append(time.perf_counter() - begun)
        return found

    actor = system("benchmark")
    wanted = Wanted(template="monthly", start=insight_pages.BEGIN, end=insight_pages.END)
    row: Any = None
    for _round in range(rounds):
        lake.forget()
        row = timed("compose", lambda: actions.compose(actor, wanted))
        document = queries.read_by(actor, row)[0]
        blocks = tuple(
            msgspec.structs.replace(block, text="**In short**\n\n- What was done about it.\n- What comes next." * 3)
            if place % 3 == 0
            else block
            for place, block in enumerate(document.blocks)
        )
        drawn = timed("draw", lambda row=row, written=blocks: shown.of(actor, row, Document(blocks=written)))
        made = {kind: timed(kind, lambda kind=kind, drawn=drawn: exports.make(drawn, kind)) for kind in exports.TYPES}
    from pptx import Presentation

    slides = len(Presentation(io.BytesIO(made["pptx"].body)).slides)
    told = {name: statistics.median(each) for name, each in times.items()}
    whole = told["compose"] + told["draw"] + told["pptx"]
    print(f"\n{slides} slides; " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in told.items()))
    print(f"composed and on slides: {whole:.2f} s (bar: 10 s), {'kept' if whole < 10 else 'MISSED'}")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for file in made.values():
            (out / file.name).write_bytes(file.body)
        print(f"files in {out}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchfloor.platform.settings")
    sys.exit(main())
