"""A floor for tests: shipped data, one message type, people made of scopes, and verbs that read like a story."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from tests.support.seed import once

from watchfloor.enforcement import defaults as enforcement_defaults
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.policy import defaults as policy_defaults
from watchfloor.review import actions, defaults
from watchfloor.review.contracts import DecisionIn, LeaseOut, ReportIn
from watchfloor.review.models import Case

SPAM = DecisionIn(verdict="violating", violation_key="spam.bulk", active_ms=20_000)
SCAM = DecisionIn(verdict="violating", violation_key="scam.phishing", active_ms=20_000)
CLEAN = DecisionIn(verdict="clean", active_ms=10_000)
UNSURE = DecisionIn(verdict="unsure", active_ms=30_000)

REVIEWER = frozenset({"review.work", "case.view", "policy.view"})
SENIOR = REVIEWER | {"review.appeal"}
LEAD = SENIOR | {"review.escalation", "review.undo", "review.reassign"}


@once
def install() -> None:
    """The shipped policies, actions, queues and routing; item types for messages and accounts."""
    with writing(system("test")) as w:
        items.save_type(w, key="account", name="Account", kind="account", fields=[])
        items.save_type(
            w, key="message", name="Message", kind="content",
            fields=[{"name": "text", "role": "text"}, {"name": "author", "role": "creatorId"}],
        )  # fmt: skip
        policy_defaults.install(w)
        enforcement_defaults.install(w)
        defaults.install(w)


def someone(permissions: frozenset[str] = REVIEWER, **limits: Any) -> Actor:
    """A person with one scope."""
    return Actor(kind="user", id=str(uuid.uuid4()), scopes=(Scope(role="test", permissions=permissions, **limits),))


PLATFORM = Actor(
    kind="token", id=str(uuid.UUID(int=7)), scopes=(Scope(role="token", permissions=frozenset({"appeal.submit"})),)
)


class Floor:
    """Verbs for tests; every one goes through the public functions."""

    def __init__(self) -> None:
        self.count = 0

    def item(
        self, text: str = "", *, id: str = "", author: str = "mallory", at: datetime | None = None
    ) -> tuple[Item, str]:
        """Show the floor a message (the same id again with other text is a new version)."""
        self.count += 1
        seen = ItemSeen(
            type="message", id=id or f"m{self.count}", data={"text": text or f"text {self.count}", "author": author},
            seen_at=at or clock.now(), market="US", language="en",
        )  # fmt: skip
        with writing(system("test")) as w:
            return items.see(w, seen)

    def report(self, item: Item | None = None, version: str = "", *, reason: str = "spam", **more: Any) -> Case:
        """Report an item (a new one by default)."""
        if item is None:
            item, version = self.item()
        values: dict[str, Any] = {
            "source": "test", "channel": "user", "reporter_kind": "user", "received_at": clock.now(),
            "reporter": f"reporter-{uuid.uuid4()}",
        }  # fmt: skip
        values.update(more)
        report = ReportIn(
            id=values.pop("id", None) or new_id(), item=item.pk, item_version=version or item.current_version,
            reason_key=reason, **values,
        )  # fmt: skip
        with writing(system("intake")) as w:
            return actions.receive_report(w, report)

    def claim(self, actor: Actor, **more: Any) -> LeaseOut:
        """Claim, and insist on getting something."""
        lease = actions.claim(actor, **more)
        assert lease is not None
        return lease

    def decide(self, actor: Actor, finding: DecisionIn = SPAM, **more: Any) -> Any:
        """Claim and decide."""
        lease = self.claim(actor, **more)
        return actions.decide(actor, lease.job_id, lease.token, finding)
