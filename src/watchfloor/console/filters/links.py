"""Addresses that keep what the reader chose: every list can be shared by its URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict


def link_with(query: Mapping[str, Any] | None, **changes: Any) -> str:
    """``?...`` of the present query with some parts changed; None or an empty string takes a part out."""
    kept = query.copy() if isinstance(query, QueryDict) else QueryDict(mutable=True)
    if query is not None and not isinstance(query, QueryDict):
        kept.update(query)
    for name, value in changes.items():
        if value is None or value == "":
            kept.pop(name, None)
        else:
            kept[name] = str(value)
    return f"?{kept.urlencode()}"
