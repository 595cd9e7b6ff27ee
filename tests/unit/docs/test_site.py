"""The site builds without a warning and loads nothing from outside."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs_tools import reference
from tests.unit.docs.conftest import ROOT

_LOADS = re.compile(
    r"<(?:script|img|source|iframe|video|audio|embed)\b[^>]*?\bsrc=[\"']?((?:https?:)?//[^\"'\s>]+)"
    r"|<link\b(?![^>]*rel=[\"']?canonical)[^>]*?\bhref=[\"']?((?:https?:)?//[^\"'\s>]+)"
    r"|url\([\"']?((?:https?:)?//[^)\"']+)|@import\s+[\"']((?:https?:)?//[^\"']+)",
    re.IGNORECASE,
)


def loads(text: str) -> list[str]:
    """Outside addresses that a browser would load for this page or style sheet; links that wait for a click are not loads."""
    return [next(filter(None, found)) for found in _LOADS.findall(text)]


@pytest.mark.slow
def test_the_site_builds_strictly_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is in the group `docs`")
    reference.write(ROOT / "docs/reference")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    for file in [*pages, *(tmp_path / "site").rglob("*.css"), *(tmp_path / "site").rglob("*.svg")]:
        assert loads(file.read_text(encoding="utf-8")) == [], file.name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example/x.js"]),
        ("<img alt=a src=//cdn.example/x.png>", ["//cdn.example/x.png"]),
        ('<link rel="stylesheet" href="https://fonts.example/css">', ["https://fonts.example/css"]),
        ("a{background:url(https://x.example/y.png)}", ["https://x.example/y.png"]),
        ('<a href="https://x.example">go</a><img src="images/a.png">', []),
    ],
)
def test_loads_are_seen(text: str, found: list[str]) -> None:
    assert loads(text) == found
