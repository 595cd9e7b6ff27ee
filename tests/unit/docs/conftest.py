"""What the tests of the documentation share: the pages, and the generated ones in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_tools import reference

ROOT = Path(__file__).parents[3]
LOOSE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def written() -> list[Path]:
    """Every page that people write, in the repository's root and in docs/."""
    generated = {ROOT / "docs/reference" / name for name in reference.PAGES} | {ROOT / "docs/benchmarks.md"}
    return [ROOT / name for name in LOOSE] + sorted(set((ROOT / "docs").rglob("*.md")) - generated)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The generated pages: file name -> text."""
    folder = tmp_path_factory.mktemp("reference")
    return {path.name: path.read_text(encoding="utf-8") for path in reference.write(folder)}
