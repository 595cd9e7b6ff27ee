"""Puts the console's built scripts and styles into the package, so that ``pip install .`` needs neither Node nor a second step."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs ``frontend/build.py`` when the assets are missing or older than their sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files. A source archive carries the sources, not what is built of them."""
        script = Path(self.root) / "frontend" / "build.py"
        if self.target_name == "sdist" or not script.is_file():
            return
        spec = importlib.util.spec_from_file_location("watchfloor_frontend_build", script)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"cannot load {script}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()
