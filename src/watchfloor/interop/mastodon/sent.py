"""What a server of Mastodon tells by its webhooks, as rows of ours. Pure.

``report.created`` is a report of each status in it, or of the account; a report that changed, accounts and statuses are events. The names
of item types and the reason are given by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from watchfloor.interop.plain import text_of
from watchfloor.kernel.errors import BadInput

REPORT_MADE: Final = "report.created"
EVENTS: Final = (
    "report.updated", "account.approved", "account.created", "account.updated", "status.created", "status.updated",
)  # fmt: skip
MOST_STATUSES: Final = 100
Row = dict[str, Any]


class Names(msgspec.Struct, frozen=True):
    """Item types that stand for accounts and statuses here."""

    account: str
    status: str


def reports(given: Mapping[str, Any], names: Names, reason: str) -> list[Row]:
    """The reports in a ``report.created``, one for each status; of the account where it names none."""
    report = _object(given)
    target = _record(report, "target_account")
    reporter = report.get("account")
    who = _text(reporter.get("id")) if isinstance(reporter, Mapping) else ""
    common: Row = {"reason": reason, "channel": "platform", "note": text_of(_text(report.get("comment"))),
                   "reporter": {"kind": "user", "id": who} if who else {"kind": "platform"}}  # fmt: skip
    if report.get("created_at"):
        common["reported_at"] = report["created_at"]
    found = _records(report, "statuses")
    if not found:
        return [{"item": account(target, names), **common}]
    if len(found) > MOST_STATUSES:
        raise BadInput("too_many", f"At most {MOST_STATUSES} statuses at once.", where="object.statuses")
    rows = []
    for each in found:
        row = {"item": status({**each, "account": each.get("account") or target}, names), **common}
        if isinstance(each.get("language"), str) and each["language"]:
            row["language"] = each["language"]
        rows.append(row)
    return rows


def event(given: Mapping[str, Any], names: Names) -> Row:
    """Anything else that a server tells, as an event about its account or status."""
    name, found = str(given.get("event")), _object(given)
    made: Row = {"name": f"mastodon.{name}"}
    if isinstance(given.get("created_at"), str):
        made["at"] = given["created_at"]
    if name.startswith("status."):
        language = (
            {"language": found["language"]} if isinstance(found.get("language"), str) and found["language"] else {}
        )
        return {**made, "item": status(found, names), **language}
    if name.startswith("report."):
        data = {
            "report": _text(found.get("id")),
            "action_taken": found.get("action_taken") is True,
            "category": _text(found.get("category")),
        }
        return {**made, "item": account(_record(found, "target_account"), names), "data": data}
    return {**made, "item": account(found, names)}


def account(found: Mapping[str, Any], names: Names) -> Row:
    """An account: the entity, or moderators' entity around it."""
    inner = found.get("account")
    inside: Mapping[str, Any] = inner if isinstance(inner, Mapping) else found
    data: Row = {
        "display_name": _text(inside.get("display_name")), "handle": _text(inside.get("acct") or inside.get("username")),
        "bio": text_of(_text(inside.get("note"))),
    }  # fmt: skip
    if isinstance(inside.get("followers_count"), int):
        data["followers"] = inside["followers_count"]
    if isinstance(inside.get("created_at"), str):
        data["created_at"] = inside["created_at"]
    return {"type": names.account, "id": _id(found), "data": {key: value for key, value in data.items() if value != ""}}


def status(found: Mapping[str, Any], names: Names) -> Row:
    """A status with its author."""
    author = _id(_record(found, "account"))
    data: Row = {"text": text_of(_text(found.get("content"))), "author_id": author}
    if found.get("spoiler_text"):
        data["title"] = text_of(_text(found["spoiler_text"]))
    if isinstance(found.get("created_at"), str):
        data["created_at"] = found["created_at"]
    links = [each.get("url") for each in _records(found, "media_attachments")]
    shown = [link for link in links if isinstance(link, str) and link][:20]
    return {"type": names.status, "id": _id(found), "author": {"type": names.account, "id": author},
            "data": {**data, **({"links": shown} if shown else {})}}  # fmt: skip


def _object(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return _record(given, "object")


def _record(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = given.get(name)
    if not isinstance(found, Mapping):
        raise BadInput("missing_field", f"{name!r} must be an object.", where=name)
    return found


def _records(given: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = given.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _id(found: Mapping[str, Any]) -> str:
    name = found.get("id")
    if not isinstance(name, (str, int)) or isinstance(name, bool) or name == "":
        raise BadInput("missing_field", "An object without an id cannot be named.", where="id")
    return str(name)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
