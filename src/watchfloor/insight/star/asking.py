"""SQL over the star, for programs: read by the same wall as people's questions, run in the same process that holds only what one may see.

A statement may name tables as ``fact_case``, ``star.fact_case`` or ``watchfloor.star.fact_case``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Sum

from watchfloor.identity.domain import Actor
from watchfloor.insight import facts, rights
from watchfloor.insight.boards.sql import reading, runs
from watchfloor.insight.models import FactFile
from watchfloor.insight.schema import NOTHING
from watchfloor.insight.star import making
from watchfloor.insight.star.dimensions import Known
from watchfloor.kernel.errors import BadInput, Forbidden

PERMISSION: Final = runs.PERMISSION
CATALOG: Final = "watchfloor"
SCHEMA: Final = "star"
SECONDS: Final = 60  # at most; a question may ask for less
MOST_ROWS: Final = 100_000
MOST_PARAMETERS: Final = 500
_PLACE: Final = (
    f"ATTACH ':memory:' AS {CATALOG}", f"CREATE SCHEMA {CATALOG}.{SCHEMA}", f"USE {CATALOG}.{SCHEMA}",
)  # fmt: skip
Parameters = Sequence[Any] | Mapping[str, Any] | None


def start(
    actor: Actor,
    text: str,
    *,
    parameters: Parameters = None,
    seconds: float = 30,
    most_rows: int = MOST_ROWS,
    more: Mapping[str, str] | None = None,
    prepare: Sequence[str] = (),
) -> UUID:
    """Ask; the answer is fetched with ``boards.sql.runs``. ``more``: tables of no facts, as SQL; ``prepare``: macros of a dialect.

    Raises:
        Forbidden: the actor may not ask in SQL anywhere.
        BadInput: the text may not run (see ``boards.sql.reading``), or a limit is out of bounds.
        Overloaded: too much is being asked at the moment.
    """  # fmt: skip
    read = checked(actor, text, more=more)
    _bounded(parameters, seconds, most_rows)
    allowed, values = rights.condition(actor, PERMISSION)
    values = {**values, "salt": making.salt()}
    named = sorted(read.tables & making.TABLES.keys())
    known = making.known() if named else {}
    orders = [_order(name, allowed, known) for name in named]
    orders += [
        {"name": name, "sql": sql, "files": [], "rows": 0} for name, sql in (more or {}).items() if name in read.tables
    ]
    return runs.launch(
        actor, read.text, orders, values, seconds=seconds, most_rows=most_rows, parameters=parameters, prepare=[*_PLACE, *prepare],
    )  # fmt: skip


def checked(actor: Actor, text: str, *, more: Mapping[str, str] | None = None) -> reading.Read:
    """What may run of a text; the same errors as ``start``, without running it."""
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "This token may not ask in SQL.", hint="It needs insight.sql.")
    return reading.read(text, frozenset((*making.TABLES, *(more or {}))), (CATALOG, SCHEMA))


def _order(name: str, allowed: str, known: Known) -> dict[str, Any]:
    files = facts.files()
    whole = "SELECT * FROM read_parquet($files, hive_partitioning = false)" if files else NOTHING
    made = making.made(making.TABLES[name], allowed, known)
    rows = FactFile.objects.filter(replaced_at__isnull=True).aggregate(n=Sum("rows"))["n"] or 0
    return {
        "name": name, "sql": f"WITH facts AS ({whole}) SELECT * FROM ({made})", "files": [str(each) for each in files], "rows": rows,
    }  # fmt: skip


def _bounded(parameters: Parameters, seconds: float, most_rows: int) -> None:
    if not 1 <= seconds <= SECONDS:
        raise BadInput("bad_limit", f"Choose 1 to {SECONDS} seconds.", where="seconds")
    if not 1 <= most_rows <= MOST_ROWS:
        raise BadInput("bad_limit", f"Choose 1 to {MOST_ROWS:,} rows.", where="rows")
    if parameters is not None and len(parameters) > MOST_PARAMETERS:
        raise BadInput("too_many", f"A question has at most {MOST_PARAMETERS} parameters.", where="parameters")
    values = parameters.values() if isinstance(parameters, Mapping) else parameters or ()
    if not all(each is None or isinstance(each, (str, int, float, bool)) for each in values):
        raise BadInput("bad_parameter", "A parameter is a text, a number, true, false or null.", where="parameters")
