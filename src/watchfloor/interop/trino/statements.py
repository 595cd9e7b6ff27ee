"""Statements of Trino's clients, read: which kind, and as what they run here. Pure.

A client may send a SELECT, what shows tables and columns, a statement to keep (PREPARE), one to run with values (EXECUTE), or one
that means nothing here but must be answered (SET SESSION, START TRANSACTION). Names of its metadata become tables of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

VERSION: Final = "477"  # a version of Trino whose clients' questions are answered
CATALOG: Final = "watchfloor"
SCHEMA: Final = "star"
# Pieces of SQL in which nothing is a name: texts, quoted names, comments.
_TEXT = r"'(?:[^']|'')*'"
_PIECE = re.compile(rf"{_TEXT}|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_PART = r'(?:"(?:[^"]|"")*"|\w+)'
_QUALIFIED = re.compile(rf"(?<![\w\".]){_PART}(?:\s*\.\s*{_PART})+")
_SILENT = re.compile(
    r"(?is)^\s*(start\s+transaction|commit|rollback|set\s+session|reset\s+session|set\s+time\s+zone|set\s+role)\b"
)
_USE = re.compile(rf"(?is)^\s*use\s+({_PART})(?:\s*\.\s*({_PART}))?\s*$")
_PREPARE = re.compile(rf"(?is)^\s*prepare\s+({_PART})\s+from\s+(.*)$")
_DROP = re.compile(rf"(?is)^\s*deallocate\s+prepare\s+({_PART})\s*$")
_EXECUTE = re.compile(rf"(?is)^\s*execute\s+(?!immediate\b)({_PART})(?:\s+using\s+(.*))?$")
_IMMEDIATE = re.compile(rf"(?is)^\s*execute\s+immediate\s+({_TEXT})(?:\s+using\s+(.*))?$")
_SHOW = re.compile(rf"(?is)^\s*show\s+(catalogs|schemas|tables|functions|session)(?:\s+(?:from|in)\s+({_PART}(?:\s*\.\s*{_PART})?))?"
                   rf"(?:\s+like\s+({_TEXT}))?\s*$")  # fmt: skip
_COLUMNS = re.compile(
    rf"(?is)^\s*(?:show\s+columns\s+(?:from|in)|describe|desc)\s+({_PART}(?:\s*\.\s*{_PART}){{0,2}})\s*$"
)
_WORDS: Final = {
    "current_catalog": f"'{CATALOG}'", "current_schema": f"'{SCHEMA}'", "current_user": "'token'", "version()": f"'{VERSION}'",
}  # fmt: skip
_WORD = re.compile(r"(?i)(?<![\w.\"])(?:current_catalog|current_schema|current_user|version\(\s*\))(?![\w.(])")
LONGEST: Final = 200_000


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A statement. ``kind``: ask (``sql`` runs) | done (nothing runs); ``headers`` tell the client what it is to remember."""

    kind: str
    sql: str = ""
    update: str = ""
    headers: Mapping[str, str] = {}


def read(text: str, prepared: Mapping[str, str]) -> Said:
    """What a client's statement means here. ``prepared``: statements it keeps, by name.

    Raises:
        BadInput: it cannot be meant here.
    """
    if len(text) > LONGEST:
        raise BadInput("too_long", f"A statement has at most {LONGEST:,} characters here.", where="sql")
    text = text.strip().rstrip(";").strip()
    if found := _SILENT.match(text):
        return Said(kind="done", update=" ".join(found[1].upper().split()))
    if found := _USE.match(text):
        catalog, schema = (_name(found[1]), _name(found[2])) if found[2] else (CATALOG, _name(found[1]))
        if catalog != CATALOG or schema not in (SCHEMA, "information_schema"):
            raise BadInput("unknown_schema", f"There is no schema {catalog[:40]}.{schema[:40]}.", where="sql")
        return Said(kind="done", update="USE", headers={"X-Trino-Set-Catalog": CATALOG, "X-Trino-Set-Schema": schema})
    if found := _PREPARE.match(text):
        from urllib.parse import quote

        return Said(
            kind="done", update="PREPARE", headers={"X-Trino-Added-Prepare": f"{_name(found[1])}={quote(found[2])}"}
        )
    if found := _DROP.match(text):
        return Said(kind="done", update="DEALLOCATE", headers={"X-Trino-Deallocated-Prepare": _name(found[1])})
    if found := _IMMEDIATE.match(text):
        return Said(kind="ask", sql=ours(filled(found[1][1:-1].replace("''", "'"), found[2] or "")))
    if found := _EXECUTE.match(text):
        kept = prepared.get(_name(found[1]))
        if kept is None:
            raise BadInput("not_prepared", f"There is no prepared statement {_name(found[1])[:60]!r}.", where="sql")
        return Said(kind="ask", sql=ours(filled(kept, found[2] or "")))
    return Said(kind="ask", sql=ours(_shown(text) or text))


def filled(sql: str, using: str) -> str:
    """A statement with the values of ``USING`` in place of its question marks; both are read again as one text afterwards."""
    values = _split(using)
    parts, place, used = [], 0, 0
    for piece in _pieces(sql):
        text = piece.group() if isinstance(piece, re.Match) else piece
        if isinstance(piece, re.Match):
            parts.append(text)
            continue
        while (mark := text.find("?", place)) >= 0:
            if used == len(values):
                raise BadInput("too_few", "There are more question marks than values.", where="sql")
            parts.append(text[place:mark] + f"({values[used]})")
            used, place = used + 1, mark + 1
        parts.append(text[place:])
        place = 0
    if used != len(values):
        raise BadInput("too_many", "There are more values than question marks.", where="sql")
    return "".join(parts)


def ours(sql: str) -> str:
    """Names of Trino's metadata as the tables they are here, and words about the session as what they would say."""

    def named(found: re.Match[str]) -> str:
        parts = [_name(each) for each in re.findall(_PART, found[0])]
        if parts[0] == CATALOG and len(parts) > 2 and parts[1] == "information_schema":
            parts = parts[1:]
        if parts[0] == "information_schema":
            return ".".join(f'"{each}"' for each in (f"information_schema_{parts[1]}", *parts[2:]))
        if parts[0] == "system" and len(parts) > 2 and parts[1] in ("jdbc", "metadata"):
            return ".".join(f'"{each}"' for each in (f"system_{parts[1]}_{parts[2]}", *parts[3:]))
        return found[0]

    whole = []
    for text in _without_texts(sql):
        whole.append(text if text.startswith(("'", "--", "/*")) else _WORD.sub(_said, _QUALIFIED.sub(named, text)))
    return "".join(whole)


def _said(found: re.Match[str]) -> str:
    return _WORDS[re.sub(r"\s", "", found[0].lower())]


def _shown(text: str) -> str:
    """SHOW and DESCRIBE as a SELECT over the metadata; "" for anything else."""
    if found := _COLUMNS.match(text):
        table = _name(re.findall(_PART, found[1])[-1]).replace("'", "''")
        return (
            'SELECT column_name AS "Column", data_type AS "Type", \'\' AS "Extra", comment AS "Comment" '
            f"FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        )
    if found := _SHOW.match(text):
        kind = found[1].lower()
        column, source = {
            "catalogs": ("table_cat", "system.jdbc.catalogs"), "schemas": ("schema_name", "information_schema.schemata"),
            "tables": ("table_name", "information_schema.tables"),
        }.get(kind, ("table_cat", "system.jdbc.catalogs WHERE false"))  # fmt: skip
        head = {"catalogs": "Catalog", "schemas": "Schema", "tables": "Table"}.get(kind, "Name")
        like = f" WHERE {column} LIKE {found[3]}" if found[3] and "WHERE" not in source else ""
        return f'SELECT {column} AS "{head}" FROM {source}{like} ORDER BY 1'
    return ""


def _split(using: str) -> list[str]:
    """The values of USING: commas between them count only outside texts and brackets."""
    found, depth, here = [], 0, ""
    for piece in _pieces(using):
        if isinstance(piece, re.Match):
            here += piece.group()
            continue
        for letter in piece:
            depth += (letter in "([") - (letter in ")]")
            if letter == "," and depth == 0:
                found.append(here.strip())
                here = ""
            else:
                here += letter
    return [*found, here.strip()] if here.strip() else found


def _pieces(sql: str) -> list[str | re.Match[str]]:
    """The text between texts, quoted names and comments, and those themselves."""
    found: list[str | re.Match[str]] = []
    place = 0
    for each in _PIECE.finditer(sql):
        found += [sql[place : each.start()], each]
        place = each.end()
    return [*found, sql[place:]]


def _without_texts(sql: str) -> list[str]:
    """The same, with quoted names left in the text they stand in."""
    found = [""]
    for each in _pieces(sql):
        text = each if isinstance(each, str) else each.group()
        if isinstance(each, str) or text.startswith('"'):
            found[-1] += text
        else:
            found += [text, ""]
    return found


def _name(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()
