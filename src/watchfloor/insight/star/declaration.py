"""How a table of the star is declared: its columns with their types and their meaning, and the SQL each comes from. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

# A key is a number made from the name alone, so that it is the same in every export, for ever; 52 bits, so that every tool holds it.
KEY: Final = "BIGINT"


class Column(msgspec.Struct, frozen=True):
    """One column; ``sql`` speaks of ``r``, the row it is made of."""

    name: str
    type: str
    doc: str
    sql: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table. ``source`` is SQL that gives ``r`` over a relation called ``facts``; ``clock``: whose day a row of measures belongs to.

    ``ids``: own column -> the fact's expression by which a later fact changes a row that was made before.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    source: str
    clock: str = ""
    ids: tuple[tuple[str, str], ...] = ()

    @property
    def measures(self) -> bool:
        """A table of measures, not of names."""
        return bool(self.clock)


def key_of(value: str) -> str:
    """The key of a name; 0 of a missing one, which every dimension has a row for."""
    return f"CASE WHEN coalesce({value}, '') = '' THEN 0 ELSE (md5_number_lower({value}) >> 12)::BIGINT END"


def key(name: str, of: str, doc: str = "") -> Column:
    """A column ``NAME_key`` that leads to ``dim_NAME``."""
    return Column(f"{name}_key", KEY, doc or f"To dim_{name}.", key_of(of))


def quoted(value: object) -> str:
    """A value of ours as a literal of SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int, float)):
        return str(value).upper() if isinstance(value, bool) else str(value)
    return "'" + str(value).replace("'", "''").replace("\0", "") + "'"
