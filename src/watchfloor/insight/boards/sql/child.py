"""A program of its own: makes the tables that somebody may see, shuts every door, runs their SELECT, writes down the answer.

Reads one JSON object from its standard input and writes ``progress.json`` and ``answer.json`` into the folder named there. It
imports nothing of ours: killed at any moment it leaves nothing behind but its folder.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from datetime import date, datetime
from typing import Any

CELL = 2_000  # characters of a text value that are given back


def main() -> None:
    """Do what standard input says."""
    order = json.load(sys.stdin)
    _limits(order)
    import duckdb

    os.chdir(order["folder"])
    started = time.monotonic()
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
    watch = _Watch(connection, started, order["seconds"])
    watch.start()
    try:
        columns, rows, more, read = _answer(connection, order, watch)
        told: dict[str, Any] = {"columns": columns, "rows": rows, "more": more, "read": read}
    except duckdb.InterruptException:
        told = {"error": f"It took more than {order['seconds']} s and was stopped.", "code": "too_slow"}
    except MemoryError:
        told = {"error": "It needed more memory than a question may have.", "code": "too_big"}
    except duckdb.Error as problem:
        code = "too_big" if isinstance(problem, duckdb.OutOfMemoryException) else "bad_sql"
        told = {"error": str(problem).strip().splitlines()[0][:400], "code": code}
    watch.over = True
    told["took_ms"] = int((time.monotonic() - started) * 1000)
    _write("answer.json", told)


def _limits(order: dict[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # not on Windows: there DuckDB's own limits hold alone
        return
    resource.setrlimit(resource.RLIMIT_AS, (order["address_space"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(order["seconds"]) * 4 + 10,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(
    connection: Any, order: dict[str, Any], watch: _Watch
) -> tuple[list[list[str]], list[list[Any]], bool, int]:
    run = connection.execute
    run(f"SET memory_limit = '{int(order['memory_mb'])}MB'")
    for setting in (
        "threads = 2", "TimeZone = 'UTC'", "temp_directory = ''", "autoinstall_known_extensions = false",
        "autoload_known_extensions = false", "enable_progress_bar = true", "enable_progress_bar_print = false",
    ):  # fmt: skip
        run(f"SET {setting}")
    for statement in order.get("prepare", ()):  # ours: where tables are, and functions that others' dialects have
        run(statement)
    watch.doing = "reading"
    read = 0
    for table in order["tables"]:
        made = table["sql"]
        values = {name: value for name, value in order["values"].items() if f"${name}" in made}
        if table["files"]:
            values["files"] = table["files"]
        run(f"CREATE TABLE {table['name']} AS {made}", values)
        read += table["rows"]
    for setting in (
        "disabled_filesystems = 'LocalFileSystem'",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        run(f"SET {setting}")
    watch.doing = "asking"
    given = order.get("parameters")
    cursor = run(order["text"], given) if given else run(order["text"])
    columns = [[str(name), str(kind)] for name, kind, *_ in cursor.description]
    rows: list[list[Any]] = []
    while len(rows) <= order["most_rows"] and (some := cursor.fetchmany(2_000)):
        rows += [[_plain(value) for value in row] for row in some]
    return columns, rows[: order["most_rows"]], len(rows) > order["most_rows"], read


class _Watch(threading.Thread):
    """Writes down how far it is, and stops it when its time is over."""

    def __init__(self, connection: Any, started: float, seconds: float) -> None:
        super().__init__(daemon=True)
        self.connection, self.started, self.seconds = connection, started, seconds
        self.doing, self.over = "starting", False

    def run(self) -> None:
        while not self.over:
            gone = time.monotonic() - self.started
            if gone > self.seconds:
                self.connection.interrupt()
            try:
                share = float(self.connection.query_progress())
            except Exception:  # there is none between two statements
                share = -1.0
            _write("progress.json", {"doing": self.doing, "share": share, "ms": int(gone * 1000)})
            time.sleep(0.2)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value if not isinstance(value, int) or abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)[:CELL]


def _write(name: str, what: dict[str, Any]) -> None:
    with open(f"{name}.tmp", "w", encoding="utf-8") as file:
        json.dump(what, file)
    os.replace(f"{name}.tmp", name)


if __name__ == "__main__":
    main()
