"""What the house asks of a session: the strictest of the rules for everyone and for each role a person holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

USUAL_FRESH: Final = 15  # minutes that proof given again counts


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule; ``role`` empty is everyone. None asks nothing."""

    role: str = ""
    lifetime_hours: int | None = None
    idle_minutes: int | None = None
    at_once: int | None = None
    networks: tuple[str, ...] = ()
    second_factor: bool = False
    passwords: bool = True
    fresh_minutes: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one person. ``networks``: each group must contain the address. ``fresh_always``: also of who has no second factor."""

    lifetime_hours: int | None = None
    idle_minutes: int | None = None
    at_once: int | None = None
    networks: tuple[tuple[str, ...], ...] = ()
    second_factor: bool = False
    passwords: bool = True
    fresh_minutes: int = USUAL_FRESH
    fresh_always: bool = False


def asked(rules: Iterable[Rule], roles: Iterable[str]) -> Asked:
    """What the rules ask of who holds these roles. A role's ``passwords`` is an exception to everyone's: it allows, never forbids."""
    held = set(roles)
    mine = [rule for rule in rules if not rule.role or rule.role in held]
    everyone = next((rule for rule in mine if not rule.role), Rule())
    return Asked(
        lifetime_hours=_least(rule.lifetime_hours for rule in mine), idle_minutes=_least(rule.idle_minutes for rule in mine),
        at_once=_least(rule.at_once for rule in mine), networks=tuple(rule.networks for rule in mine if rule.networks),
        second_factor=any(rule.second_factor for rule in mine),
        passwords=everyone.passwords or any(rule.passwords for rule in mine if rule.role),
        fresh_minutes=everyone.fresh_minutes or USUAL_FRESH, fresh_always=everyone.fresh_minutes is not None,
    )  # fmt: skip


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)
