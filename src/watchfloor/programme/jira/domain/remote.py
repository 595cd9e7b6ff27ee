"""What Jira says of an issue, a comment, a change, in our words; read from its JSON without trusting any of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from watchfloor.programme.jira.domain import adf

FIELDS: Final = ("summary", "description", "duedate", "status", "labels", "updated")
MARK: Final = "watchfloor"  # the property under which what we made says so
_STAMP = re.compile(r"([+-]\d\d)(\d\d)$")


class Status(msgspec.Struct, frozen=True):
    """A status by its name; ``category`` is new | indeterminate | done."""

    name: str
    category: str = ""


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue. ``text``: the description in the one spelling; ``whole``: nothing of it is beyond text."""

    id: str
    key: str
    title: str
    text: str
    whole: bool
    due: str
    status: Status
    labels: tuple[str, ...] = ()
    updated: str = ""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A comment. ``mark``: our own name for it, where it was ours."""

    id: str
    text: str
    author: str
    at: datetime | None
    mark: str = ""


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one entry of the changelog: what it became, by whom and when."""

    number: int
    field: str
    was: str
    now: str
    author: str
    account: str
    at: datetime | None


def issue(data: Any) -> Issue:
    """One issue of the answer to a question for ``FIELDS``."""
    fields = _dict(_dict(data).get("fields"))
    read = adf.to_text(fields.get("description"))
    labels = fields.get("labels")
    return Issue(
        id=_text(_dict(data).get("id")), key=_text(_dict(data).get("key")), title=_text(fields.get("summary")), text=read.text,
        whole=read.whole, due=_day(fields.get("duedate")), status=status(fields.get("status")),
        labels=tuple(str(each) for each in labels) if isinstance(labels, list) else (), updated=_text(fields.get("updated")),
    )  # fmt: skip


def status(data: Any) -> Status:
    """A status."""
    found = _dict(data)
    return Status(_text(found.get("name")), _text(_dict(found.get("statusCategory")).get("key")))


def said(data: Any) -> Said:
    """A comment."""
    found = _dict(data)
    marks = found.get("properties")
    mark = ""
    for each in marks if isinstance(marks, list) else []:
        if _dict(each).get("key") == MARK:
            mark = _text(_dict(_dict(each).get("value")).get("id"))
    return Said(
        id=_text(found.get("id")), text=adf.to_text(found.get("body")).text, author=_name(found.get("author")),
        at=moment(found.get("created")), mark=mark,
    )  # fmt: skip


def changes(history: Iterable[Any]) -> list[Changed]:
    """The changelog's entries, one for each field, oldest first."""
    made = []
    for entry in history:
        found = _dict(entry)
        number = _text(found.get("id"))
        items = found.get("items")
        for item in items if isinstance(items, list) else []:
            each = _dict(item)
            name = _text(each.get("fieldId")) or _text(each.get("field"))
            made.append(
                Changed(
                    number=int(number) if number.isdecimal() else 0, field=name, was=_text(each.get("fromString")),
                    now=_text(each.get("toString")), author=_name(found.get("author")),
                    account=_text(_dict(found.get("author")).get("accountId")), at=moment(found.get("created")),
                )
            )  # fmt: skip
    return sorted(made, key=lambda each: each.number)


def moment(text: Any) -> datetime | None:
    """``2026-11-02T09:00:00.000+0000``; its zone has no colon."""
    try:
        found = datetime.fromisoformat(_STAMP.sub(r"\1:\2", _text(text)))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(_text(value)[:10]).isoformat()
    except ValueError:
        return ""


def _name(person: Any) -> str:
    return _text(_dict(person).get("displayName"))[:120]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
