"""Tables from plain files (CSV, JSON lines, Parquet) and answers as JSON, for the commands that need no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def read(path: Path, numbers: Sequence[str], texts: Sequence[str] | None = None) -> pl.DataFrame:
    """A file as a table: ``numbers`` as floats, the other columns (or ``texts``) as they are written.

    Raises:
        BadInput: it cannot be read, a column is missing, or a number is none.
    """
    import polars as pl

    try:
        suffix = path.suffix.lower()
        if suffix in (".parquet", ".pq"):
            lazy = pl.scan_parquet(path)
        elif suffix in (".jsonl", ".ndjson"):
            lazy = pl.scan_ndjson(path, infer_schema_length=None)
        else:
            names = pl.scan_csv(path, infer_schema=False).collect_schema().names()
            # Categories, not text: 24 million rows of six dimensions then take 4 bytes each.
            kinds: Mapping[str, Any] = {name: pl.Float64 if name in numbers else pl.Categorical for name in names}
            lazy = pl.scan_csv(path, schema_overrides=kinds)
        present = lazy.collect_schema().names()
        for name in (*numbers, *(texts or ())):
            if name not in present:
                raise BadInput("no_column", f"{path} has no column {name!r}.", hint=f"Columns: {', '.join(present)}.")
        return lazy.collect() if texts is None else lazy.select(*texts, *numbers).collect()
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror or error}.") from error
    except pl.exceptions.PolarsError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {str(error).splitlines()[0]}") from error


def say(value: Any) -> None:
    """One JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
