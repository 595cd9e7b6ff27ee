"""``watchfloor upgrade --check``: what the waiting migrations would do to a floor that goes on, before any of them runs.

``--wait`` is for processes of a new version that an orchestrator starts beside the one that brings the schema up.
"""

from __future__ import annotations

import sys
import threading

import msgspec

from watchfloor.cli.output import emit
from watchfloor.console import prepare


def check(*, as_json: bool) -> None:
    """Say what waits and what it would hold up; exit 1 when something must not simply run."""
    prepare.django()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from watchfloor.platform import migration_lint

    executor = MigrationExecutor(connection)
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    applied = list(executor.loader.applied_migrations)
    state = executor.loader.project_state([key for key in applied if key in executor.loader.graph.nodes])
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, greatest(reltuples, 0)::bigint FROM pg_class WHERE relkind IN ('r', 'p')")
        rows = dict(cursor.fetchall())
    found = migration_lint.with_rows(migration_lint.judge(plan, state), rows)
    stops = [each for each in found if each.stops]
    lines = [f"{len(plan)} migrations wait."] if plan else ["Nothing waits: the schema is the newest."]
    for each in found:
        mark = "STOP" if each.stops else "look" if each.effect == migration_lint.LOOK else "ok  "
        where = f"{each.table} ({each.rows:,} rows)" if each.table else "code"
        lines.append(f"{mark}  {each.migration}: {each.operation} - {where} - {each.why}")
        lines.append(f"      {each.reviewed or each.mend}")
    if plan and not stops:
        lines.append("A floor may go on while they run: bring the schema up first, then restart the processes in turn.")
    elif stops:
        lines.append("Stop the floor for this upgrade, or bring in the version between first.")
    document = {
        "waiting": [f"{each.app_label}.{each.name}" for each in plan],
        "found": [msgspec.to_builtins(each) | {"stops": each.stops} for each in found],
        "rolling": not stops,
    }
    emit(document, as_json=as_json, text="\n".join(lines))
    sys.exit(1 if stops else 0)


def wait(seconds: int, *, as_json: bool) -> None:
    """Return when the schema is as new as this version; exit 1 when it still is not after so many seconds."""
    prepare.django()
    from watchfloor.platform import health

    why = health.unready()
    for _ in range(seconds):
        if not why:
            break
        threading.Event().wait(1.1)  # a little longer than an answer is kept
        why = health.unready()
    text = f"Not ready after {seconds} s: {why}." if why else "The schema is the newest."
    emit({"ready": not why, "why": why}, as_json=as_json, text=text)
    sys.exit(1 if why else 0)
