"""What a decision restricted, in the words of the statement database: from our action classes to its four kinds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from watchfloor.enforcement.contracts import StatementAction

LAST_DAY: Final = date(2038, 1, 1)  # the database knows no later one
# Of several values where the database takes one, the heaviest is stated.
_WEIGHT: Final = (
    "DECISION_MONETARY_OTHER", "DECISION_MONETARY_SUSPENSION", "DECISION_MONETARY_TERMINATION",
    "DECISION_PROVISION_PARTIAL_SUSPENSION", "DECISION_PROVISION_PARTIAL_TERMINATION",
    "DECISION_PROVISION_TOTAL_SUSPENSION", "DECISION_PROVISION_TOTAL_TERMINATION",
    "DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED",
)  # fmt: skip


class _Effects(msgspec.Struct, frozen=True):
    none: list[str]
    visibility: dict[str, str]
    monetary: dict[str, str]
    provision: dict[str, str]
    account: dict[str, str]
    until: dict[str, str]


class Restrictions(msgspec.Struct, frozen=True, kw_only=True):
    """The four kinds, empty where there is none; an end is None where the kind is absent or ends not by itself."""

    visibility: tuple[str, ...] = ()
    visibility_other: str = ""
    monetary: str = ""
    provision: str = ""
    account: str = ""
    ends: dict[str, date] = {}  # kind -> its last day

    @property
    def any(self) -> bool:
        """Whether anything was restricted at all."""
        return bool(self.visibility or self.monetary or self.provision or self.account)

    @property
    def values(self) -> tuple[str, ...]:
        """All of them, as the database names them."""
        return (*self.visibility, *(value for value in (self.monetary, self.provision, self.account) if value))


@cache
def _effects() -> _Effects:
    text = (files("watchfloor.transparency.domain") / "data" / "effects.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Effects)


def of(actions: Iterable[StatementAction], ended: date | None = None) -> Restrictions:
    """What ``actions`` restrict; ``ended`` is the day on which all of it was taken back."""
    effects = _effects()
    values: dict[str, set[str]] = {"visibility": set(), "monetary": set(), "provision": set(), "account": set()}
    ends: dict[str, list[date | None]] = {}
    others: list[str] = []
    for action in actions:
        if action.does in effects.none:
            continue
        kind, value = _stated(effects, action)
        if value == "DECISION_VISIBILITY_OTHER":
            others.append(action.does.replace("_", " "))
        values[kind].add(value)
        ends.setdefault(kind, []).append(action.ends_at.date() if action.ends_at else None)
    return Restrictions(
        visibility=tuple(sorted(values["visibility"])),
        visibility_other=", ".join(sorted(set(others))),
        monetary=_heaviest(values["monetary"]),
        provision=_heaviest(values["provision"]),
        account=_heaviest(values["account"]),
        ends={kind: last for kind, days in ends.items() if (last := _last(days, ended)) is not None},
    )


def _stated(effects: _Effects, action: StatementAction) -> tuple[str, str]:
    for kind in ("visibility", "monetary", "provision", "account"):
        value = getattr(effects, kind).get(action.does)
        if value is not None:
            return kind, effects.until.get(action.does, value) if action.ends_at else value
    return "visibility", "DECISION_VISIBILITY_OTHER"


def _heaviest(values: set[str]) -> str:
    return max(values, key=_WEIGHT.index, default="")


def _last(days: list[date | None], ended: date | None) -> date | None:
    """The last day of what lasts as long as its longest part; None: it goes on."""
    if ended is not None:
        return min(ended, LAST_DAY)
    known = [day for day in days if day is not None]
    return None if len(known) < len(days) else min(max(known), LAST_DAY)
