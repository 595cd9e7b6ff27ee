"""What the gallery shows."""

from __future__ import annotations

from typing import Any


def context() -> dict[str, Any]:
    return {}
