"""The places of an event's data, by the paths that rules write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchfloor.engines.sml.columns import path_text


def leaves(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every place that holds no object, by its path. Lists are one value."""
    todo: list[tuple[tuple[str, ...], Any]] = [((), data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*path, name), inner) for name, inner in value.items()]
        else:
            yield path_text(path), value
