"""What enforcement did on a case, in words: the sentences of ``words`` for actions, strikes and notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchfloor.enforcement import queries as enforcement

Data = dict[str, Any]
_NOTICES = {
    "author_violating": "told the author what was done and why, and how to object",
    "author_reversed": "told the author that the decision was taken back",
    "reporter_violating": "told a reporter that it was acted on",
    "reporter_clean": "told a reporter that no rule was broken",
}


def _name(data: Data) -> str:
    return f"“{enforcement.kind_name(data['kind'])}”"


def _taken(data: Data) -> str:
    by = ", by the ladder" if data["from_ladder"] else ""
    held = ", once a second person agrees" if data["held"] else ""
    return f"{_name(data)} on the {data['target']}{by}{held}"


def _points(data: Data) -> str:
    return "1 point" if data["points"] == 1 else f"{data['points']} points"


SENTENCES: dict[str, Callable[[Data], str]] = {
    "action.taken": _taken,
    "action.approved": lambda d: f"agreed to {_name(d)}",
    "action.rejected": lambda d: f"{_name(d)} will not be done",
    "action.reversed": lambda d: f"undid {_name(d)}",
    "action.expired": lambda d: f"{_name(d)} ended by itself",
    "action.inverse": lambda d: f"asked the platform for {_name(d)}",
    "action.confirmed": lambda d: f"the platform has done {_name(d)}",
    "action.failed": lambda d: f"the platform did not take {_name(d)}: {d['error']}; it is tried again",
    "action.dead": lambda d: f"gave up telling the platform of {_name(d)}: {d['error']}",
    "action.replayed": lambda d: f"told the platform of {_name(d)} again",
    "strike.given": lambda d: f"a strike for the author: {_points(d)}, {d['total']} in all",
    "strike.voided": lambda d: f"the strike was voided: {_points(d)} off, {d['total']} left",
    "strike.expired": lambda d: f"the strike expired: {_points(d)} off, {d['total']} left",
    "notice.written": lambda d: _NOTICES.get(d["template"], f"wrote to the {d['to']}"),
}
