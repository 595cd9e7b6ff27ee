"""Every link inside the project leads somewhere, with its anchor; none leads to a page that nobody writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_tools import hooks, reference
from markdown.extensions.toc import slugify
from tests.unit.docs.conftest import ROOT, written

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^[ ]*```.*?^[ ]*```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
OUTSIDE = ("http://", "https://", "mailto:")


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as Python-Markdown makes them."""
    plain = re.sub(r"^[ ]*```.*?^[ ]*```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {slugify(re.sub(r"[`*]", "", title), "-") for title in re.findall(r"^#+ +(.+?)\s*$", plain, re.MULTILINE)}


def broken(page: Path, generated: dict[str, str]) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(OUTSIDE):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if target.parent == ROOT / "docs/reference" and target.name in generated:
            text = generated[target.name]
        elif target == ROOT / "docs/benchmarks.md":
            continue  # written by a run of the benchmarks; the build stands in for it
        elif not target.exists():
            found.append(link)
            continue
        else:
            text = target.read_text(encoding="utf-8") if target.suffix == ".md" else ""
        if anchor and anchor not in anchors(text):
            found.append(link)
    return found


@pytest.mark.parametrize("page", written(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path, generated: dict[str, str]) -> None:
    assert broken(page, generated) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# One\n[x](b.md) [y](#one) [z](#two) `[w](c.md)`\n")
    assert broken(page, {}) == ["b.md", "#two"]


def test_pages_name_known_screens_only() -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        for name in re.findall(r"<!-- screen: (\S+) -->", page.read_text(encoding="utf-8")):
            assert name in hooks.SCREENS, f"{page.name} wants the screen {name}"


def test_a_screen_is_shown_where_there_is_a_picture(tmp_path: Path) -> None:
    assert hooks.pictures("floor", tmp_path) == ""
    (tmp_path / "floor-1440-light.png").touch()
    assert hooks.pictures("floor", tmp_path, "../") == "![The floor now](../images/floor-1440-light.png)"
    (tmp_path / "floor-1440-dark.png").touch()
    assert hooks.pictures("floor", tmp_path).count("#only-") == 2
    with pytest.raises(LookupError):
        hooks.pictures("flor", tmp_path)


def test_generated_pages_are_ignored_by_git() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {f"docs/reference/{name}" for name in reference.PAGES} <= set(ignored)
