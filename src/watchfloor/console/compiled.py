"""Templates compiled once for an installation, not once by each process: the first view of a page costs a tenth of a second less.

Jinja2 keeps what it compiles under the name and the text of each template, so what changes is compiled anew. The folder is in the
data folder, which belongs to its owner alone; where it cannot be written, every process compiles for itself.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from jinja2 import BytecodeCache, FileSystemBytecodeCache

from watchfloor import __version__
from watchfloor.platform import config


def cache(*of: Path) -> BytecodeCache | None:
    """The folder's cache; ``of``: files by which compiling goes, beside the templates themselves."""
    told = hashlib.sha256(__version__.encode())
    for file in of:
        told.update(file.read_bytes())
    root = os.environ.get("WATCHFLOOR_TEMPLATE_CACHE")
    folder = (Path(root) if root else config.home() / "cache" / "templates") / told.hexdigest()[:12]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None
