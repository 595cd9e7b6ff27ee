"""Blocklists of the Fediverse as they are passed around (Mastodon's export, FediBlockHole, FIRES): rows for a list, with why. Pure.

The head names ``domain`` and ``severity`` (Mastodon puts ``#`` before each name). What others would do with a domain, and their comment,
become the reason: advice that a rule may weigh, for a list blocks nothing by itself. A file of bare domains is a plain list already.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

_MARKS = (("reject_media", "rejects media"), ("reject_reports", "rejects reports"))
_YES = frozenset({"true", "t", "1", "yes"})


def rows(text: str) -> Iterator[tuple[int, str, str, str]] | None:
    """Line, domain, reason and (empty) end of each row; None for a file that is no such list."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    head = [name.strip().lstrip("#").strip().lower() for name in next(csv.reader([first]), [])]
    return _read(text, head) if {"domain", "severity"} <= set(head) else None


def _read(text: str, head: list[str]) -> Iterator[tuple[int, str, str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    begun = False
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, "", "", f"no CSV: {error}"
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not begun:
            begun = True
            continue
        named = {name: cell.strip() for name, cell in zip(head, cells, strict=False)}
        yield reader.line_num, named.get("domain", ""), _reason(named), ""


def _reason(named: dict[str, str]) -> str:
    what = [named.get("severity", ""), *(words for name, words in _MARKS if named.get(name, "").lower() in _YES)]
    said = [named.get(name, "") for name in ("public_comment", "private_comment")]
    return "; ".join([", ".join(part for part in what if part), *(part for part in said if part)]).strip("; ")
