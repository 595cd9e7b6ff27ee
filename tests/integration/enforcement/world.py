"""A small world for enforcement: the shipped catalogue and policies, one author with posts, and shorthand for decisions."""

from __future__ import annotations

from uuid import UUID

from tests.support.seed import once

from watchfloor.enforcement import actions, defaults
from watchfloor.enforcement.contracts import Enforce, Enforced, Reverse
from watchfloor.identity.domain import system
from watchfloor.items import actions as item_actions
from watchfloor.items import queries as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.policy import defaults as policy_defaults
from watchfloor.policy import queries as policies


@once
def install() -> None:
    """The shipped catalogue and policies, accounts and posts."""
    with writing(system("test")) as w:
        policy_defaults.install(w)
        defaults.install(w)
        item_actions.save_type(w, key="account", name="Account", kind="account", fields=[])
        item_actions.save_type(
            w, key="post", name="Post", kind="content",
            fields=[{"name": "text", "role": "text"}, {"name": "by", "role": "creatorId"}],
        )  # fmt: skip


class World:
    """What the tests act on."""

    def __init__(self) -> None:
        install()

    def post(self, name: str = "p1", author: str = "ann") -> Item:
        """A post of an author."""
        seen = ItemSeen(type="post", id=name, data={"text": "hello", "by": author}, seen_at=clock.now())
        with writing(system("test")) as w:
            return item_actions.see(w, seen)[0]

    def account(self, name: str = "ann") -> Item:
        """An author's account."""
        found = items.find("account", name)
        assert found is not None
        return found

    def decide(
        self,
        item: Item,
        violation: str = "spam.bulk",
        keys: tuple[str, ...] | None = None,
        *,
        actor: str = "user:rita",
        origin: str = "human",
        reporters: tuple[str, ...] = (),
        language: str = "en",
        market: str = "DE",
        asked_by: str = "",
        batch: tuple[str, int] = ("", 0),
    ) -> tuple[UUID, Enforced]:
        """A violating decision; returns its id and what followed."""
        kind = policies.violation(violation)
        version = policies.version_in_force(kind.policy_key)
        decision_id = new_id()
        given = Enforce(
            decision_id=decision_id, case_id=new_id(), item=item.pk, item_version="", policy_key=kind.policy_key,
            policy_version=version.id if version else None, violation_key=violation,
            action_keys=kind.actions if keys is None else keys, origin=origin, reporters=reporters, market=market,
            language=language, job_id=new_id(), asked_by=asked_by, batch=batch[0], batch_size=batch[1],
        )  # fmt: skip
        with writing(actor) as w:
            return decision_id, actions.enforce(w, given)

    def reverse(self, decision_id: UUID, why: str = "appeal", reporters: tuple[str, ...] = ()) -> Enforced:
        """The decision falls."""
        with writing("user:otto") as w:
            fallen = Reverse(
                decision_id=decision_id, by_decision_id=new_id(), case_id=new_id(), why=why, reporters=reporters
            )
            return actions.reverse(w, fallen)
