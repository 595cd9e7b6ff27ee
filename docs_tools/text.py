"""Small pieces of Markdown that the generated pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def cell(value: object) -> str:
    """A value as one table cell: no line breaks, no bare bars, nothing taken for HTML."""
    text = " ".join(str(value).split())
    return text.replace("|", "\\|").replace("<", "&lt;")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table as lines."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return [*lines, ""]


def code(value: object) -> str:
    """Inline code, or nothing for an empty value."""
    return f"`{value}`" if str(value) else ""


def prose(docstring: str | None) -> str:
    """A docstring as Markdown: its reStructuredText double backticks become single ones."""
    lines = [line.strip() for line in (docstring or "").strip().splitlines()]
    return re.sub(r"``(.+?)``", r"`\1`", "\n".join(lines))
