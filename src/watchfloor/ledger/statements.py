"""Events that a single statement writes together with the rows it changes: for the one place where a second round trip costs too much.

A claim finds, locks and leases a job and says so, in one statement: a common table expression changes the row, another inserts the
event from what was returned. The database draws the event's ``ordinal`` when it inserts, after the row is locked, just as for a
``Writer``; the trigger that has committed events wait for the sequencer is the same one, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchfloor.ledger.schema import LedgerEvent

Expressions = Mapping[str, str]
"""Names, and for each the SQL that makes its value."""


def insert_event(
    event: type[LedgerEvent],
    source: str,
    *,
    id: str,
    at: str,
    actor: str,
    subject: str,
    data: Expressions,
    table: str,
    row: str,
    changes: Expressions,
    case_id: str = "NULL::uuid",
) -> str:
    """``INSERT INTO ledger_event ... SELECT`` of one event per row of ``source`` (a CTE's name).

    All other arguments are SQL expressions. ``data`` must name exactly the fields of the typed event, ``changes`` the tracked columns
    of ``table`` that the statement has changed, as the ledger keeps them (identifiers as text, times as text in UTC).
    """
    wanted = set(event.__struct_fields__)
    if set(data) != wanted:
        raise AssertionError(f"{event.__name__}: {', '.join(sorted(wanted ^ set(data)))} is missing, or too much")
    return f"""
INSERT INTO ledger_event (id, type, at, actor, on_behalf, reason, subject, case_id, policy_version, item_version, data, changes)
SELECT {id}, '{event.__struct_config__.tag}', {at}, {actor}, '', '', {subject}, {case_id}, NULL, '', {_object(data)},
  jsonb_build_array(jsonb_build_array('{table}', {row}::text, {_object(changes)}))
FROM {source}"""


def _object(values: Expressions) -> str:
    return f"jsonb_build_object({', '.join(f'{name!r}, {sql}' for name, sql in values.items())})"
