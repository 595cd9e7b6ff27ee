"""Our four states and a site's statuses, as a table people keep; what the table does not name goes by the status's category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from watchfloor.programme.jira.domain.remote import Status

STATES: Final = ("open", "doing", "done", "dropped")
_BY_CATEGORY: Final = {"new": "open", "indeterminate": "doing", "done": "done"}
_CATEGORY_OF: Final = {"open": "new", "doing": "indeterminate", "done": "done", "dropped": "done"}
_DROPPED: Final = ("won't", "wont", "cancel", "reject", "drop", "declin")


def state_of(status: Status, table: Mapping[str, str]) -> str:
    """What a status is to us. ``table``: our state -> the status we move an issue to."""
    for state, name in table.items():
        if name and name.casefold() == status.name.casefold():
            return state
    return _BY_CATEGORY.get(status.category, "open")


def step_to(state: str, steps: list[tuple[str, Status]], table: Mapping[str, str]) -> str:
    """The step that leads there: to the status of the table, else to the first one of the state's category; empty where there is none."""
    wanted = table.get(state, "")
    for step, to in steps:
        if wanted and to.name.casefold() == wanted.casefold():
            return step
    if wanted:
        return ""
    return next((step for step, to in steps if to.category == _CATEGORY_OF[state]), "")


def guess(statuses: list[Status]) -> dict[str, str]:
    """A table for a site nobody has filled in one for: the first status of each category; dropped where a name sounds like it."""
    made = {}
    for state in STATES:
        fits = [each.name for each in statuses if each.category == _CATEGORY_OF[state]]
        dropped = [
            name
            for name in fits
            if any(word in name.casefold() for word in ("won't", "wont", "cancel", "reject", "drop", "declin"))
        ]
        kept = [name for name in fits if name not in dropped]
        made[state] = next(iter(dropped if state == "dropped" else kept), "")
    return made
