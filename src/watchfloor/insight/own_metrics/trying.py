"""A definition is tried before it counts: on example rows whose answer its author says, in the engine that will compute it."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from watchfloor.insight import lake
from watchfloor.insight.compile import Ask, compile_metrics
from watchfloor.insight.own_metrics.definition import NUMBERS, POPULATIONS, TEXTS, Definition, metric_of
from watchfloor.insight.schema import SCHEMA
from watchfloor.kernel.errors import BadInput

_DAY = datetime(2026, 1, 5)  # noqa: DTZ001  any day: the lake speaks UTC without a zone
MOST_ROWS = 200


def computed(made: Definition, rows: str) -> float | None:
    """The metric over example rows, in the unit that is shown: seconds for times.

    ``rows`` is CSV with a header of field names; times are seconds, an empty cell is not known. Each row is one of the population.

    Raises:
        BadInput: the rows cannot be read.
    """
    metric = metric_of(made)
    facts = [_fact(place, given, made) for place, given in enumerate(_read(rows))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.parquet"
        frame = pl.DataFrame([tuple(fact.values()) for fact in facts], schema=SCHEMA, orient="row")
        frame.write_parquet(path)
        query = compile_metrics([metric], Ask(start=_DAY, end=_DAY + timedelta(days=1), asof=_DAY + timedelta(days=1)))
        [row] = lake.run(query.sql, query.values, [str(path)])
    if len(row) == 2:
        value = float(row[0] or 0) / float(row[1]) if row[1] else None
    else:
        value = None if row[0] is None else float(row[0])
    return value / 1000 if value is not None and metric.unit == "ms" else value


def prove(made: Definition, rows: str, expected: str) -> float:
    """The example must give what its author expects.

    Raises:
        BadInput: it does not; the message says what it gives.
    """
    try:
        wanted = float(expected.strip().replace(",", "."))
    except ValueError:
        raise BadInput("no_expected", "Write the number that the example must give.", where="expected") from None
    value = computed(made, rows)
    if value is None:
        raise BadInput("test_fails", "The example gives no number: nothing is left to divide by.", where="expected")
    if abs(value - wanted) > 1e-6 * max(1.0, abs(wanted)):
        raise BadInput(
            "test_fails", f"The example gives {value:g}, not {wanted:g}.", where="expected",
            hint="Either the definition is wrong, or the expectation.",
        )  # fmt: skip
    return value


def _read(text: str) -> list[dict[str, str]]:
    lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff").strip()))
    header = [name.strip() for name in lines.fieldnames or ()]
    if not header:
        raise BadInput(
            "no_rows",
            "Write example rows: a line with the names of the fields, then one line for each row.",
            where="rows",
        )
    known = {*TEXTS, *NUMBERS}
    unknown = [name for name in header if name not in known]
    if unknown:
        raise BadInput(
            "unknown_field",
            f"{unknown[0][:40]!r} is no field.",
            where="rows",
            hint="Known: " + ", ".join(sorted(known)),
        )
    rows = [{name.strip(): (value or "").strip() for name, value in line.items() if name} for line in lines]
    if not 0 < len(rows) <= MOST_ROWS:
        raise BadInput("no_rows", f"Write between one and {MOST_ROWS} example rows.", where="rows")
    return rows


def _fact(place: int, given: dict[str, str], made: Definition) -> dict[str, Any]:
    fact: dict[str, Any] = dict.fromkeys(SCHEMA)
    fact |= {
        "leaf": place,
        "event": str(place),
        "moment": _DAY + timedelta(minutes=place),
        **POPULATIONS[made.population].given,
    }
    for name, text in given.items():
        if not text:
            continue
        if name not in NUMBERS:
            fact[name] = text
            continue
        try:
            fact[name] = round(float(text) * (1000 if name.endswith("_ms") else 1))
        except ValueError:
            raise BadInput("bad_number", f"Row {place + 1}: {text[:20]!r} is no number.", where="rows") from None
    return fact
