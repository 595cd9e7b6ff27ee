"""A big floor for benchmarks, made by INSERT ... SELECT: the shipped data, then as many cases, jobs and decisions as asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SEQUENCE = "('{kind}' || lpad(to_hex(n), 12, '0'))::uuid"
ITEM, CASE, JOB, DECISION = (f"0190000{digit}-0000-7000-8000-" for digit in "1234")


@contextmanager
def database() -> Iterator[None]:
    """An embedded PostgreSQL in a temporary folder, migrated, with the shipped floor."""
    home = Path(tempfile.mkdtemp(prefix="watchfloor-bench-"))
    os.environ.update(WATCHFLOOR_HOME=str(home), DJANGO_SETTINGS_MODULE="watchfloor.platform.settings")
    os.environ.pop("DATABASE_URL", None)
    from watchfloor.platform.postgres import Embedded

    server = Embedded(home)
    server.start()
    try:
        from django.core.management import call_command

        from watchfloor.platform.setup import setup

        setup()
        call_command("migrate", verbosity=0)
        from tests.support.floor import install

        install()
        yield
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def fill(cases: int, waiting: int, *, queues: int = 1, policies: Sequence[str] = ("spam",)) -> None:
    """``cases`` cases of one author in ten thousand; the last ``waiting`` of them have a ready job, the others are decided.

    With several policies each queue holds jobs of two of them: its own number's and the next one's (see ``policies_of``).
    """
    from django.db import connection

    from watchfloor.items.models import Item
    from watchfloor.review.models import Case, Decision, Job, Queue

    keys = list(Queue.objects.filter(kind="review", clearance="").order_by("position").values_list("key", flat=True))
    keys = ["spam.en"] if queues == 1 else keys[:queues]
    queue = f"(ARRAY[{', '.join(repr(key) for key in keys)}])[1 + n % {len(keys)}]"
    named = f"ARRAY[{', '.join(repr(key) for key in policies)}]"
    policy = f"({named})[1 + (n % {len(keys)} + n / {len(keys)} % 2) % {len(policies)}]"
    closed = f"n <= {cases - waiting}"
    opened = f"now() - (({cases} - n) * interval '{30 * 86400 / cases:.6f} seconds')"
    item, case, job, decision = (id_of(kind) for kind in (ITEM, CASE, JOB, DECISION))
    shared = {"market": "'US'", "language": "'en'", "policy_key": policy, "severity": "(n % 4)", "channel": "'user'"}
    with connection.cursor() as cursor:
        put(cursor, Item, cases, {
            "id": item, "type_key": "'message'", "external_id": "'b' || n", "kind": "'content'", "state": "'active'",
            "current_version": "md5(n::text)", "first_seen_at": opened,
        })  # fmt: skip
        put(cursor, Case, cases, {
            **shared, "id": case, "item_id": item, "harm_group": "'spam'", "opened_at": opened, "report_count": "1",
            "state": f"CASE WHEN {closed} THEN 'closed' ELSE 'open' END", "due_at": f"{opened} + interval '24 hours'",
            "closed_at": f"CASE WHEN {closed} THEN {opened} + interval '3 hours' END",
        })  # fmt: skip
        put(cursor, Job, cases, {
            **shared, "id": job, "case_id": case, "queue_key": queue, "kind": "'review'", "cause": "'new'",
            "state": f"CASE WHEN {closed} THEN 'decided' ELSE 'ready' END", "opened_at": opened, "ready_at": opened,
            "due_at": f"{opened} + interval '24 hours'", "priority": "(hashint8(n) % 100000) / 1000.0", "active_ms": "30000",
            "decided_at": f"CASE WHEN {closed} THEN {opened} + interval '3 hours' END",
        })  # fmt: skip
        put(cursor, Decision, cases - waiting, {
            "id": decision, "case_id": case, "job_id": job, "item_version": "md5(n::text)", "policy_key": "'spam'",
            "violation_key": "'spam.bulk'", "verdict": "'violating'", "origin": "'human'",
            "decider": "'user:' || md5((n % 500)::text)::uuid", "at": f"{opened} + interval '3 hours'",
        })  # fmt: skip
        cursor.execute("UPDATE items_item SET author_id = %s WHERE external_id LIKE 'b%%99'", [ITEM + "000000000001"])
        cursor.execute("VACUUM ANALYZE items_item, review_case, review_job, review_decision")


def policies_of(queue: int, policies: Sequence[str]) -> tuple[str, str]:
    """The policies whose jobs wait in the queue with this number (from 0)."""
    return policies[queue % len(policies)], policies[(queue + 1) % len(policies)]


def id_of(kind: str) -> str:
    """The SQL of the n-th id of a kind."""
    return SEQUENCE.format(kind=kind)


def put(cursor: Any, model: Any, count: int, values: dict[str, str]) -> None:
    """Rows 1 to ``count``: the SQL given per column, a plain empty value for the others."""
    empty = {"CharField": "''", "TextField": "''", "JSONField": "'{}'", "ArrayField": "'{}'", "BooleanField": "false"}
    columns = {}
    for field in model._meta.concrete_fields:
        blank = "NULL" if field.null else empty.get(field.get_internal_type(), "0")
        if field.name == "counted":
            blank = "true"
        columns[f'"{field.column}"'] = values.get(field.column, blank)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        f"SELECT {', '.join(columns.values())} FROM generate_series(1::bigint, {count}) AS n"
    )


def percentile(times: list[float], share: float) -> float:
    """The value below which this share of the times lies."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]
