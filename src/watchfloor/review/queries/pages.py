"""Pages of long lists by keyset: the next page starts after the last row seen, so page 10,000 costs what page 1 does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Model, Q, QuerySet

from watchfloor.kernel.errors import BadInput

M = TypeVar("M", bound=Model)
MAX_LIMIT = 200


class Page(msgspec.Struct, Generic[M], frozen=True):
    """Rows, and the cursor of the next page (``""`` on the last one)."""

    rows: list[M]
    next: str


def page(rows: QuerySet[M], order: Sequence[str], *, after: str = "", limit: int = 50) -> Page[M]:
    """One page. ``order`` names columns without NULLs, ``-`` for descending, the last of them unique."""
    limit = max(1, min(limit, MAX_LIMIT))
    if after:
        rows = rows.filter(_beyond(rows.model, order, _decode(after, len(order))))
    found = list(rows.order_by(*order)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, _encode([getattr(found[-1], name.lstrip("-")) for name in order]) if more else "")


def _beyond(model: type[Model], order: Sequence[str], values: list[Any]) -> Q:
    result = Q()
    before = Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        typed = _typed(model, field, value)
        result |= before & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": typed})
        before &= Q(**{field: typed})
    # Said once more of the first column alone: an index can start there; it could not at an OR.
    first = order[0].lstrip("-")
    bound = Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": _typed(model, first, values[0])})
    return bound & result


def _typed(model: type[Model], field: str, value: Any) -> Any:
    try:
        return model._meta.get_field(field).to_python(value)  # type: ignore[union-attr]
    except Exception as error:
        raise _bad() from error


def _encode(values: list[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
             for value in values]  # fmt: skip
    return base64.urlsafe_b64encode(msgspec.json.encode(plain)).decode().rstrip("=")


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any])
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise _bad() from error
    if len(values) != length:
        raise _bad()
    return values


def _bad() -> BadInput:
    return BadInput("bad_cursor", "This is not a page of this list.", where="after", hint="Start from the first page.")
