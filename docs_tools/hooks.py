"""What happens while the documentation is built: screenshots go in where they exist; a page that only a long run writes gets a stand-in.

``<!-- screen: floor -->`` in a page becomes the pictures ``images/floor-1440-light.png``, ``-1440-dark.png``, ``-390-light.png`` and
``-390-dark.png``, as far as they are there. The browser tests make them. Each is shown in its theme, the narrow ones side by side below.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

SCREENS = {
    "first-run": "The first page of a new installation",
    "sign-in": "The sign-in page",
    "floor": "The floor now",
    "workbench": "The workbench with a case",
    "case": "A case and its timeline",
    "appeal": "The page behind the link in a notice",
    "kpis": "The numbers of Insight",
    "rules": "The rules",
    "rule": "A rule, its gates and what it found",
    "investigate": "A question to the events of a week",
    "rule-editor": "A rule being written in the editor",
    "rule-form": "The same rules as a form",
    "delivery": "Deliveries to the platform",
}
"""Name of a screenshot -> what it shows, for those who do not see it."""

_MARK = re.compile(r"<!-- screen: ([a-z-]+) -->")
_BENCHMARKS = """# Benchmarks

No figures have been recorded in this copy yet. `make bench` runs every benchmark and writes this page: each runs the rival beside
ours in the same run and prints the ratio and the input.
"""


def on_files(files: Files, config: Any) -> Files:
    """Stand in for the benchmarks page until somebody has run them."""
    if files.get_file_from_path("benchmarks.md") is None:
        files.append(File.generated(config, "benchmarks.md", content=_BENCHMARKS))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Put the screenshots in."""
    images = Path(config.docs_dir) / "images"
    up = "../" * page.file.src_uri.count("/")
    return _MARK.sub(lambda found: pictures(found[1], images, up), markdown)


def pictures(name: str, images: Path, up: str = "") -> str:
    """The Markdown for one screen: nothing where there is no picture.

    Args:
        images: the folder of the pictures; up: the way from the page to the folder that holds ``images``.

    Raises:
        LookupError: the name is not one of ``SCREENS``.
    """
    if name not in SCREENS:
        raise LookupError(f"There is no screen {name!r}. Known: {', '.join(SCREENS)}")
    rows = []
    for width in (1440, 390):
        there = [theme for theme in ("light", "dark") if (images / f"{name}-{width}-{theme}.png").is_file()]
        narrow = f'{{ width="{width // 2}" }}' if width < 1000 else ""
        rows += [
            f"![{SCREENS[name]}]({up}images/{name}-{width}-{theme}.png{f'#only-{theme}' if len(there) == 2 else ''}){narrow}"
            for theme in there
        ]
    return "\n".join(rows)
