"""The rules of sessions: read (remembered for seconds), written by who may set the house's settings."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from watchfloor.identity.models import Role
from watchfloor.identity.queries import live_grants
from watchfloor.identity.signon.domain.policy import Asked, Rule, asked
from watchfloor.identity.signon.events import SessionRuleSaved
from watchfloor.identity.signon.models import SessionRule
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer
from watchfloor.platform import addresses


def _read() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            role=row.role_key, lifetime_hours=row.lifetime_hours, idle_minutes=row.idle_minutes, at_once=row.at_once,
            networks=tuple(row.networks), second_factor=row.second_factor, passwords=row.passwords, fresh_minutes=row.fresh_minutes,
        )
        for row in SessionRule.objects.order_by("role_key")
    )  # fmt: skip


rules = Remembered(_read)


def of_person(user_id: uuid.UUID) -> Asked:
    """What holds for somebody now; their roles are only asked for where some role has a rule."""
    every = rules()
    if not any(rule.role for rule in every):
        return asked(every, ())
    return asked(every, live_grants().filter(user_id=user_id).values_list("role_key", flat=True))


def save(
    w: Writer,
    *,
    role_key: str = "",
    lifetime_hours: int | None = None,
    idle_minutes: int | None = None,
    at_once: int | None = None,
    networks: Sequence[str] = (),
    second_factor: bool = False,
    passwords: bool = True,
    fresh_minutes: int | None = None,
) -> SessionRule:
    """What is asked of everyone, or more of who holds a role; it counts from each person's next click."""
    if role_key and not Role.objects.filter(key=role_key).exists():
        raise BadInput("unknown_role", f"There is no role {role_key[:40]!r}.", where="role")
    for name, value, most in (
        ("lifetime_hours", lifetime_hours, 24 * 366), ("idle_minutes", idle_minutes, 7 * 1440), ("at_once", at_once, 100),
        ("fresh_minutes", fresh_minutes, 1440),
    ):  # fmt: skip
        if value is not None and not 1 <= value <= most:
            raise BadInput("bad_number", f"This is a number from 1 to {most:,}, or empty.", where=name)
    row = SessionRule.objects.select_for_update().filter(role_key=role_key).first()
    values = {
        "lifetime_hours": lifetime_hours, "idle_minutes": idle_minutes, "at_once": at_once, "networks": addresses.checked(networks),
        "second_factor": second_factor, "passwords": passwords, "fresh_minutes": None if role_key else fresh_minutes,
    }  # fmt: skip
    row = w.create(SessionRule, role_key=role_key, **values) if row is None else w.update(row, **values)
    w.event(SessionRuleSaved(role=role_key), row)
    rules.forget()
    return row


def clear(w: Writer, role_key: str) -> None:
    """Ask nothing more of who holds a role."""
    if role_key and SessionRule.objects.filter(role_key=role_key).exists():
        save(w, role_key=role_key, passwords=False)
