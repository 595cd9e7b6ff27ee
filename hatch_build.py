"""Puts the built scripts, styles and catalogues into the package, so that ``pip install .`` needs neither Node nor a second step."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs ``frontend/build.py`` when the assets are missing or older than their sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files. A source archive carries the sources, not what is built of them."""
        if self.target_name == "sdist":
            return
        self._compile_words()
        script = Path(self.root) / "frontend" / "build.py"
        if not script.is_file():
            return
        spec = importlib.util.spec_from_file_location("watchfloor_frontend_build", script)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"cannot load {script}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()

    def _compile_words(self) -> None:
        """The console's catalogues, as gettext reads them."""
        sys.path.insert(0, self.root)
        try:
            from i18n_tools import catalogues
        except ImportError:  # a source archive of another make
            return
        finally:
            sys.path.remove(self.root)
        catalogues.compile_all()
