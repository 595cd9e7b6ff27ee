"""Writes the generated pages of the reference. A page that cannot be made is an error: the build fails.

python -m docs_tools.reference docs/reference
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from docs_tools import access, api, asvs, commands, events, items, metrics, people, rules, star

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands.page,
    "api.md": api.page,
    "items-and-reasons.md": items.page,
    "metrics.md": metrics.page,
    "ledger-events.md": events.page,
    "permissions.md": people.page,
    "rule-functions.md": rules.page,
    "star-schema.md": star.page,
    "access.md": access.page,
    "asvs.md": asvs.page,
}
"""File name below docs/reference -> what writes it. .gitignore and mkdocs.yml name the same files."""


def set_up() -> None:
    """Django without a database: a folder that is thrown away stands for the data folder."""
    os.environ["WATCHFLOOR_HOME"] = tempfile.mkdtemp(prefix="watchfloor-docs-")
    os.environ.pop("DATABASE_URL", None)
    from watchfloor.platform.setup import setup

    setup()


def write(folder: Path) -> list[Path]:
    """Write every page into ``folder``; the paths written. Call ``set_up`` first."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {name: make() for name, make in PAGES.items()}  # all of them before any is written
    for name, text in texts.items():
        (folder / name).write_text(text.rstrip() + "\n", encoding="utf-8")
    return [folder / name for name in texts]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where: python -m docs_tools.reference docs/reference")
    set_up()
    write(Path(sys.argv[1]))
