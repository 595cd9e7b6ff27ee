"""The embedded PostgreSQL's configuration, written anew at each start so that an upgrade brings its settings along.

Tuned for one machine with 2-4 cores that also runs the web and worker processes. A ``local.conf`` beside it wins.
"""

from __future__ import annotations

import sys
from pathlib import Path

PORT = 5432  # only names the socket file: nothing listens on TCP

_SETTINGS: dict[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # Durability is the promise behind every 202 and every decision; said aloud so that nobody's default weakens it.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    # Few, wide checkpoints: each one makes every page's next change write the whole page.
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    # A forgotten transaction would hold back the ledger's sequencer and vacuum.
    "idle_in_transaction_session_timeout": "5min",
    # Queue tables are updated all day; vacuum them when 5 % changed, not 20 %.
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    # A fresh floor grows from nothing: plans made for empty tables must not outlive the first quarter of a minute.
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%a ",
    # Statements carry what people wrote, and so do the details of an error: neither goes into the log (local.conf may let them).
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
}


# After a crash every file is flushed before the log is replayed: by one call for all of them, where the system has it.
_FLUSH = {"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}


def render(socket_dir: Path) -> str:
    """The text of ``watchfloor.conf`` for a server whose socket is in ``socket_dir``."""
    # A list separated by commas, in which an entry between double quotes is taken as it is.
    settings = {"unix_socket_directories": f'"{socket_dir}"', **_SETTINGS, **_FLUSH}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    return "\n".join(["# Written by Watchfloor at each start; put changes into local.conf beside it.", *lines, ""])


def write(data: Path, socket_dir: Path) -> None:
    """Write ``watchfloor.conf`` and have the main file read it, then ``local.conf`` where there is one."""
    (data / "watchfloor.conf").write_text(render(socket_dir))
    main = data / "postgresql.conf"
    text = main.read_text()
    for line in ("include_if_exists = 'watchfloor.conf'", "include_if_exists = 'local.conf'"):
        if line not in text:
            text += f"\n{line}\n"
    main.write_text(text)
