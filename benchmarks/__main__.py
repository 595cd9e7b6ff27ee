"""Run every benchmark (or those named) as its own process and gather what they print into docs/benchmarks.md.

python -m benchmarks [NAME ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs/benchmarks.md"
INTRO = """# Benchmarks

Each benchmark runs the rival beside ours in the same run and prints the ratio and the input. Read ratios, not seconds: machines differ.
Repeat with `make bench`, or one with `python -m benchmarks NAME`. Each says when it ran and how busy the machine was: where more
waited than it has processors, times are too long and only ratios mean something.
"""


def main(names: list[str]) -> int:
    """The exit code: how many failed."""
    found = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    chosen = [name for name in found if not names or name in names]
    sections: dict[str, str] = _sections()
    failed = 0
    for name in chosen:
        print(f"== {name}", flush=True)
        busy = f"{date.today()}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"  # noqa: DTZ011 - of this machine
        run = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], capture_output=True, text=True, check=False)
        print(run.stdout, run.stderr if run.returncode else "", sep="", flush=True)
        if run.returncode:
            failed += 1
        else:
            sections[name] = f"{busy}\n\n{run.stdout.strip()}"
    body = "\n".join(f"\n## {name}\n\n```text\n{text}\n```\n" for name, text in sorted(sections.items()))
    PAGE.write_text(INTRO + body, encoding="utf-8")
    return failed


def _sections() -> dict[str, str]:
    """What the page already holds, so that running one benchmark keeps the others' figures."""
    if not PAGE.exists():
        return {}
    found = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, rest = part.partition("\n")
        found[name.strip()] = rest.strip().removeprefix("```text").removesuffix("```").strip()
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
