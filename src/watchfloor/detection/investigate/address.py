"""A question as an address: the page's query string says all of it, so that it can be saved, shared and gone back to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.http import QueryDict

from watchfloor.detection.investigate.asking import Asked, Question
from watchfloor.detection.investigate.panels import fields
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields

SPANS = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
DEFAULT_SPAN = "24h"
MOST_COLUMNS = 8
# What a person most likely wants to see first, where the lake has it.
TOPS = ("market", "action_name", "$.item.data.client_app", "$.author.id", "$.item.data.client_ip", "language")
COLUMNS = ("$.item.data.text", "$.author.id", "market")
_SPAN = re.compile(r"(\d{1,4})(m|h|d)")
_UNIT = {"m": "minutes", "h": "hours", "d": "days"}


class Address(msgspec.Struct, frozen=True):
    """What stands in the address. ``top`` and ``columns`` are None when it names none."""

    text: str
    span: str  # "" when the moments are given
    start: datetime
    end: datetime
    top: list[str] | None
    columns: list[str] | None
    after: str

    @property
    def question(self) -> Question:
        """What is asked."""
        return Question(self.text, self.start, self.end)

    def with_(self, **changes: Any) -> str:
        """The address with some parts changed (``q``, ``span``, ``from``, ``to``, ``top``, ``col``, ``after``; None takes one off)."""
        parts: dict[str, Any] = {"q": self.text}
        parts |= {"span": self.span} if self.span else {"from": stamp(self.start), "to": stamp(self.end)}
        parts |= {"top": self.top, "col": self.columns}
        parts |= changes
        if changes.get("from"):
            parts.pop("span", None)
        return urlencode({key: value for key, value in parts.items() if value}, doseq=True)


def read(query: QueryDict | Mapping[str, Any]) -> Address:
    """The question in a query string.

    Raises:
        BadInput: a span or moment that cannot be read.
    """
    many = query.getlist if isinstance(query, QueryDict) else lambda name: list(query.get(name) or [])
    now = clock.now().astimezone(UTC)
    span = ""
    if query.get("from") or query.get("to"):
        start, end = moment(str(query.get("from") or ""), "from"), moment(str(query.get("to") or ""), "to", now)
    else:
        span = str(query.get("span") or DEFAULT_SPAN)
        # A page that is looked at again within the minute asks the same question.
        end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        start = end - length(span)
    return Address(
        str(query.get("q") or "").strip().replace("\r\n", "\n"), span, start, end,
        many("top")[:MOST_COLUMNS] or None, many("col")[:MOST_COLUMNS] or None, str(query.get("after") or ""),
    )  # fmt: skip


def length(span: str) -> timedelta:
    """``90m``, ``24h``, ``7d`` as a time span."""
    found = _SPAN.fullmatch(span)
    if found is None or not int(found[1]):
        raise BadInput("bad_span", f"{span[:20]!r} is no span.", where="span", hint="Like 90m, 24h or 7d.")
    return timedelta(**{_UNIT[found[2]]: int(found[1])})


def moment(text: str, where: str, default: datetime | None = None) -> datetime:
    """A moment of an address; without a zone it is UTC."""
    if not text and default is not None:
        return default
    try:
        return datefields.moment(text, where).astimezone(UTC)
    except BadInput:
        raise BadInput(
            "bad_time", f"{text[:40]!r} is no moment.", where=where, hint="Like 2026-11-22T09:30Z."
        ) from None


def stamp(when: datetime) -> str:
    """A moment as an address writes it."""
    text = when.astimezone(UTC).isoformat(timespec="seconds" if when.microsecond == 0 else "microseconds")
    return text.removesuffix("+00:00") + "Z"


def chosen(asked: Asked, named: Sequence[str] | None, liked: Sequence[str], count: int) -> list[str]:
    """The columns named, or those most people like of what the span has."""
    if named:
        return list(dict.fromkeys(named))
    known = set(fields(asked))
    return [name for name in liked if name in known][:count]


def narrowed(text: str, name: str, value: Any, *, no: bool = False) -> str:
    """The query with one condition more: that a column has this value (``no``: that it has not). "" where rules have no name for it."""
    name = NAMES.get(name, name)
    if name == "source":
        return ""
    condition = f"{name} {'!=' if no else '=='} {value!r}"
    if isinstance(value, bool):
        condition = f"{name} == {value is not no!r}"
    return f"{text.rstrip().rstrip(',')},\n{condition}" if text.strip() else condition


def listed(text: str, name: str, value: Any, *, no: bool = False) -> str:
    """As ``narrowed`` for a column of lists: that the value is one of them."""
    condition = f"{value!r} {'not in' if no else 'in'} {name}"
    return f"{text.rstrip().rstrip(',')},\n{condition}" if text.strip() else condition


# Dimensions of the lake, as rules find them in the event.
NAMES = {
    "market": "$.item.market", "language": "$.item.language", "item_type": "$.item.type", "item_id": "$.item.id",
    "action_name": "GetActionName()",
}  # fmt: skip
