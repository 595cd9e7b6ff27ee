"""What restrictions say of an event: before it is published, and when it happened."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from watchfloor.detection.beside import Happening, Held
from watchfloor.detection.reputation import accounts, hits, in_force, seeing
from watchfloor.detection.reputation.domain import effects
from watchfloor.detection.reputation.domain.matching import Row
from watchfloor.detection.reputation.domain.traits import Traits
from watchfloor.detection.reputation.models import Hit
from watchfloor.items import queries as items
from watchfloor.items.models import Item

log = logging.getLogger(__name__)


class Restrictions:
    """What ``detection.beside`` asks."""

    def before(self, what: Happening) -> Sequence[Held]:
        """Nothing is counted; a rate is told as it would be with this event. Hits are written by another thread."""
        try:
            found = self._found(what, asked=True)
        except Exception:  # rules go on without
            log.exception("the restrictions could not be asked")
            return ()
        account = _name(what)
        for _, hit in found:
            hits.later(hit, account)
        return [held for held, _ in found]

    def look(self) -> None:
        """At most a second old, whoever asks."""
        in_force.look()

    def after(self, what: Happening) -> Sequence[Held]:
        """In the transaction at hand: hits and what a rate counts are written with what happened, or not at all."""
        found = self._found(what, asked=False)
        if found:
            account = items.account_of(what.item)
            for _, hit in found:
                hit.account, hit.item = account, what.item
            hits.write([hit for _, hit in found])
        return [held for held, _ in found]

    def band(self, account_type: str, account_id: str) -> str:
        """Of ``domain.standing``."""
        return accounts.known((account_type, account_id)).band

    def _found(self, what: Happening, *, asked: bool) -> list[tuple[Held, Hit]]:
        matcher = in_force.kept() if asked else in_force.matcher()
        if not matcher.size:
            return []
        traits = seeing.traits_of(what)
        matched = matcher.match(traits, what.at)
        if not matched:
            return []
        exempt = any(row.effect == effects.ALLOW for row in matched)
        return [_one(row, traits, what, asked=asked, exempt=exempt and row.effect != effects.ALLOW) for row in matched]


def _one(row: Row, traits: Traits, what: Happening, *, asked: bool, exempt: bool) -> tuple[Held, Hit]:
    action = sorted(traits.actions & row.actions, key=effects.ACTIONS.index)[0]
    named = "\x1f".join(traits.account) if traits.account is not None and row.per == "account" else row.value
    who = seeing.who_is(row.id, row.per, named)
    wait = 0
    applied = not exempt and row.effect != effects.ALLOW
    if applied and row.effect == effects.SLOW:
        many, first = hits.used(row.id, who, row.window, what.at)
        applied = many >= row.limit
        if applied and first is not None:
            wait = max(1, int((first + timedelta(seconds=row.window) - what.at).total_seconds()) + 1)
    held = Held(
        key=key_of(row.id), effect=row.effect, action=action, verdict=effects.VERDICTS.get(row.effect, "") if applied else "",
        retry_after=wait, policy=row.policy, reason=f"{row.subject} is restricted",
    )  # fmt: skip
    return held, Hit(restriction_id=UUID(row.id), at=what.at, asked=asked, applied=applied, action=action, who=who)


def key_of(pk: str) -> str:
    """The short name that answers and pages use."""
    return "rs_" + pk.replace("-", "")[-12:]


def _name(what: Happening) -> tuple[str, str] | None:
    account: Item | None = items.account_of(what.item)
    return (account.type_key, account.external_id) if account is not None else None


ANSWERS = Restrictions()

__all__ = ["ANSWERS", "Restrictions", "key_of"]
