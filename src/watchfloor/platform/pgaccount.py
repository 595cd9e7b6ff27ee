"""Who PostgreSQL runs as: it refuses to run as root, so when we are root its programs are lowered to something less.

Three cases, decided by what the machine allows:

* we are not root: nothing to do;
* we are root and the data folder can be entered by an ordinary account (``watchfloor``, ``postgres`` or ``nobody``, the
  first that exists): its programs run as that account, which owns the data;
* we are root and a folder above is closed to others (``/root``, a private temporary folder): opening it up would be
  rude, so the programs run in a user namespace in which root is seen as that account (``user_namespaces(7)``). The
  files stay root's, and the programs hold no capability.

Once data exist, their owner decides, so that a second start always makes the same choice as the first.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchfloor.kernel.errors import BadInput

_ACCOUNTS = ("watchfloor", "postgres", "nobody")
_LOWER = Path(__file__).with_name("pglower.py")


@dataclass(frozen=True)
class Account:
    """The identity PostgreSQL's programs get. ``uid``/``gid`` are None when they are simply ours."""

    uid: int | None = None
    gid: int | None = None
    namespace: bool = False

    def argv(self, argv: list[str]) -> list[str]:
        """The command to run, wrapped where a namespace has to be entered first."""
        if not self.namespace:
            return argv
        return [sys.executable, "-I", "-S", str(_LOWER), str(self.uid), str(self.gid), *argv]

    def options(self) -> dict[str, Any]:
        """Keyword arguments for ``subprocess``."""
        if self.uid is None or self.namespace:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hand a file or folder to the account."""
        if self.uid is not None and self.gid is not None and not self.namespace:
            os.chown(path, self.uid, self.gid)


def choose(home: Path, data: Path, bin_dir: Path) -> Account:
    """The account for the database in ``data`` (which may not exist yet) under ``home`` (which must).

    Raises:
        BadInput: the data belong to someone else, or nothing this machine allows can run the programs.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise BadInput(
                "database_owner",
                f"The database in {data} belongs to user {owner}, and this process runs as user {os.geteuid()}.",
                hint="Run as the user who made it, or hand the folder over with chown -R.",
            )
        return Account()
    entry = _entry(owner)
    dropped, inside = Account(entry.pw_uid, entry.pw_gid), Account(entry.pw_uid, entry.pw_gid, namespace=True)
    candidates = [dropped, inside] if owner is None else [inside] if owner == 0 else [dropped]
    for account in candidates:
        if _works(account, home, bin_dir):
            return account
    raise BadInput(
        "database_account",
        f"PostgreSQL does not run as root, and the account {entry.pw_name!r} can enter {home} or {bin_dir} "
        "neither directly nor in a user namespace.",
        hint="Run as an ordinary user, use a data folder outside private ones, or set DATABASE_URL.",
    )


def _entry(owner: int | None) -> pwd.struct_passwd:
    """The password entry to run as; PostgreSQL's initdb wants the account to have a name."""
    if owner:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            raise BadInput(
                "database_owner", f"The database belongs to user {owner}, who has no account here."
            ) from None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry
    raise BadInput(
        "database_account",
        "PostgreSQL does not run as root, and there is no ordinary account to run it as.",
        hint="Make one: useradd --system watchfloor",
    )


def _works(account: Account, home: Path, bin_dir: Path) -> bool:
    """Try it for real: permissions, access lists and container limits are too many to reason about."""
    script = 'test -x "$1" && exec "$2" --version'
    argv = ["/bin/sh", "-c", script, "sh", str(home), str(bin_dir / "postgres")]
    try:
        done = subprocess.run(  # noqa: S603
            account.argv(argv), capture_output=True, stdin=subprocess.DEVNULL, cwd="/", timeout=30, **account.options()
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
