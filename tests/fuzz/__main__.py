"""``python -m tests.fuzz NAME --minutes 10``: one reader for long; with atheris (``pip install atheris``) led by what code it reaches."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

LED = (
    "watchfloor.detection.exchanges.formats", "watchfloor.detection.streams.reading", "watchfloor.engines.sml",
    "watchfloor.engines.textmodels", "watchfloor.intake", "watchfloor.items.media.sniff", "watchfloor.kernel", "watchfloor.ledger",
    "watchfloor.platform.targets", "watchfloor.training.domain", "watchfloor.training.formats",
)  # fmt: skip


def _rest() -> list[str]:
    """Every other module: atheris can be told of whole packages to lead, and of single modules not to."""
    import watchfloor

    home = Path(str(watchfloor.__file__)).parent
    names = (".".join(("watchfloor", *path.relative_to(home).with_suffix("").parts)) for path in home.rglob("*.py"))
    return [name for each in names if not (name := each.removesuffix(".__init__")).startswith(LED)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", help="a reader; none: all in turn")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    given = parser.parse_args()
    os.environ.setdefault("WATCHFLOOR_HOME", tempfile.mkdtemp(prefix="watchfloor-fuzz-"))
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    try:
        import atheris
    except ImportError:
        atheris = None
    led = atheris is not None and given.name and not given.plain
    # What is imported while Django is set up must be led as well: most readers are among it. (All of the program takes minutes to begin.)
    with atheris.instrument_imports(include=["watchfloor"], exclude=_rest()) if led else contextlib.nullcontext():
        from watchfloor.platform.setup import setup

        setup()
        from tests.fuzz.targets import TARGETS
    if led:
        target = TARGETS[given.name]
        corpus = Path(tempfile.mkdtemp(prefix=f"corpus-{given.name}-"))
        for number, seed in enumerate(target.seeds):
            (corpus / str(number)).write_bytes(seed)

        def one(data: bytes) -> None:
            with contextlib.suppress(target.may):
                target.run(data)

        atheris.Setup(
            [
                sys.argv[0],
                str(corpus),
                f"-max_total_time={int(given.minutes * 60)}",
                "-timeout=20",
                "-rss_limit_mb=2048",
            ],
            one,
        )
        atheris.Fuzz()
        return
    from tests.fuzz.mutate import mutants

    for name in [given.name] if given.name else TARGETS:
        end, count, target = time.monotonic() + given.minutes * 60, 0, TARGETS[name]
        while time.monotonic() < end:
            for data in mutants(target.seeds, 2_000, given.seed + count):
                try:
                    target.run(data)
                except target.may:
                    pass
                except BaseException:
                    print(f"{name}: {data!r}")
                    raise
                count += 1
        print(f"{name}: {count} inputs, nothing broke")


if __name__ == "__main__":
    main()
