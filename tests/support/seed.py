"""What every test begins with, made once: the rows a set-up leaves are kept, and copied back for the next test.

The shipped policies, queues and actions take a third of a second to install through their own verbs; copying the same rows
takes a few milliseconds. The first test of a process does the real thing, and so does any test that stands at another time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps

from django.db import connection
from django.db.backends.utils import CursorWrapper

from watchfloor.kernel import clock
from watchfloor.kernel.remembered import forget_all

Rows = dict[str, bytes]
BY_TRIGGER = {"ledger_pending"}  # filled again when its events are copied back


def once(install: Callable[[], None]) -> Callable[[], None]:
    """The set-up, which puts back what its first run left when the tables it fills are empty."""
    kept: Rows = {}

    @wraps(install)
    def again() -> None:
        _forget()
        if clock.stands():
            install()
            return
        with connection.cursor() as cursor:
            if kept and _empty(cursor, kept):
                _put(kept)
                _forget()
                return
            before = _counts(cursor)
        install()
        with connection.cursor() as cursor:
            after = _counts(cursor)
            if not kept and all(after[table] == count for table, count in before.items()):
                kept.update(_take(cursor, after.keys() - before.keys() - BY_TRIGGER))

    return again


def _empty(cursor: CursorWrapper, tables: Iterable[str]) -> bool:
    """Whether none of the tables has a row; asked before each test, so not of all the tables there are."""
    cursor.execute("SELECT " + " OR ".join(f'EXISTS (SELECT FROM "{each}")' for each in tables))
    return not cursor.fetchone()[0]


def _counts(cursor: CursorWrapper) -> dict[str, int]:
    """How many rows each table has that has any."""
    tables = connection.introspection.table_names(cursor)
    cursor.execute(" UNION ALL ".join(f"SELECT '{each}', (SELECT count(*) FROM \"{each}\")" for each in tables))
    return {table: count for table, count in cursor.fetchall() if count}


def _take(cursor: CursorWrapper, tables: set[str]) -> Rows:
    found: Rows = {}
    for table in sorted(tables):
        with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as out:
            found[table] = b"".join(bytes(part) for part in out)
    return found


def _put(rows: Rows) -> None:
    # Foreign keys are checked at the end of a transaction, so the tables' order does not matter.
    with connection.cursor() as cursor:
        for table, data in rows.items():
            with cursor.cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                into.write(data)


def _forget() -> None:
    from watchfloor.enforcement import queries as enforcement
    from watchfloor.items import queries as items
    from watchfloor.policy import queries as policies
    from watchfloor.review.queries import summary

    forget_all()
    for forget in (enforcement.forget, policies.forget, items.forget_types, summary.forget):
        forget()
