"""Numbers of imported history, by the definitions of our own: incoming, solved, reopened, reassigned, AAS, kept targets."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from watchfloor.interop.models import HistorySource
from watchfloor.kernel.errors import BadInput

BY: Final = ("", "day", "week", "month", "group", "priority", "channel", "category")
# A case is solved in a period when its last solving lies in it; AAS is the mean time from its opening to that.
_SQL = """
WITH solving AS (
    SELECT DISTINCT ON (s.case) s.* FROM interop_history_step s
    WHERE s.source_id = %(source)s AND s.kind = 'solved' ORDER BY s.case, s.at DESC),
missed AS (SELECT DISTINCT m.case FROM interop_history_step m WHERE m.source_id = %(source)s AND m.kind = 'sla_missed'),
parts AS (
    SELECT {slice} AS slice, 1 AS incoming, 0 AS solved, 0 AS reopened, 0 AS reassigned, 0::numeric AS seconds, 0 AS kept
    FROM interop_history_step x WHERE x.source_id = %(source)s AND x.kind = 'opened' AND {within}
    UNION ALL
    SELECT {slice}, 0, 0, (x.kind = 'reopened')::int, (x.kind = 'reassigned')::int, 0, 0
    FROM interop_history_step x WHERE x.source_id = %(source)s AND x.kind IN ('reopened', 'reassigned') AND {within}
    UNION ALL
    SELECT {slice}, 0, 1, 0, 0, x.seconds, (missed.case IS NULL)::int
    FROM solving x LEFT JOIN missed ON missed.case = x.case WHERE {within})
SELECT slice, sum(incoming), sum(solved), sum(reopened), sum(reassigned), sum(seconds) / nullif(sum(solved), 0),
       sum(kept)::float / nullif(sum(solved), 0)
FROM parts GROUP BY slice ORDER BY slice
"""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """``aas_seconds``: the mean age of what was solved, at its solving; ``sla``: the share of it whose target was kept."""

    slice: str
    incoming: int
    solved: int
    reopened: int
    reassigned: int
    aas_seconds: float | None
    sla: float | None


def figures(
    source: HistorySource, *, by: str = "", since: datetime | None = None, until: datetime | None = None
) -> list[Figures]:
    """The numbers, whole or by a slice; days and weeks are UTC's."""
    if by not in BY:
        raise BadInput(
            "unknown_slice", f"There is no slice {by[:20]!r}.", where="by", hint=", ".join(name for name in BY if name)
        )
    column = "''"
    if by in ("day", "week", "month"):
        column = f"to_char(date_trunc('{by}', x.at AT TIME ZONE 'UTC'), 'YYYY-MM-DD')"
    elif by:
        column = f'x."{by}"'
    within = ["true"]
    if since is not None:
        within.append("x.at >= %(since)s")
    if until is not None:
        within.append("x.at < %(until)s")
    asked: dict[str, Any] = {"source": source.pk, "since": since, "until": until}
    statement = _SQL.replace("{slice}", column).replace("{within}", " AND ".join(within))
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
    return [
        Figures(
            slice=row[0], incoming=int(row[1]), solved=int(row[2]), reopened=int(row[3]), reassigned=int(row[4]),
            aas_seconds=None if row[5] is None else float(row[5]), sla=None if row[6] is None else float(row[6]),
        )
        for row in rows
    ]  # fmt: skip
