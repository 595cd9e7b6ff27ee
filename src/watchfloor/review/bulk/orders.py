"""What can be ordered for many at once, and what each order must say."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.policy import queries as policies
from watchfloor.review import plan
from watchfloor.review.domain import findings

PERMISSION = "case.bulk"
VERBS = ("decide", "close", "duplicate", "transfer", "escalate", "tag", "untag")
TAG = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,39}")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order. Fields that the verb does not use stay empty.

    Attributes:
        verb: one of ``VERBS``.
        verdict, violation, actions: for ``decide``; ``actions`` None means the violation type's own.
        policy: for items without a case: under which policy one is opened to be decided; "" leaves them out.
        into: for ``duplicate``: the case the others go into.
        queue: for ``transfer``, and for ``escalate`` where the routing table should not choose.
        tag: for ``tag`` and ``untag``.
        with_protected: decide protected and verified accounts' items, too.
    """

    verb: str
    verdict: str = ""
    violation: str = ""
    actions: tuple[str, ...] | None = None
    policy: str = ""
    into: UUID | None = None
    queue: str = ""
    tag: str = ""
    with_protected: bool = False


def check(actor: Actor, order: Order, *, permission: str = PERMISSION) -> None:
    """Raise unless the order is complete and the actor may give such orders at all."""
    if not actor.has(permission):
        raise Forbidden("no_permission", "Your roles do not include orders over many cases.")
    if order.verb not in VERBS:
        raise BadInput(
            "unknown_verb", f"{order.verb[:40]!r} is no order.", where="verb", hint=f"One of: {', '.join(VERBS)}."
        )
    if order.verb == "decide":
        if order.verdict == "unsure":
            raise BadInput("must_rule", "A decision for many is violating or clean.", where="verdict")
        findings.check(order.verdict, order.violation)
        clearance = policies.policy(policies.violation(order.violation).policy_key).clearance if order.violation else ""
        if clearance:
            raise Forbidden("restricted", "What needs a clearance is decided one by one.", where="violation_key")
    if order.verb == "duplicate" and order.into is None:
        raise BadInput("no_target", "Say into which case they go.", where="into")
    if order.verb == "transfer" or (order.verb == "escalate" and order.queue):
        queue = plan.queue(order.queue)
        kind = "escalation" if order.verb == "escalate" else "review"
        if queue is None or queue.archived or queue.kind != kind:
            raise NotFound("unknown_queue", f"There is no such queue: {order.queue[:80]!r}.", where="queue")
        needed = "review.reassign"
        if not actor.may(needed, queue=order.queue):
            raise Forbidden("no_permission", "You may not move jobs into this queue.", where="queue")
    if order.verb in ("tag", "untag"):
        tag(order.tag)


def tag(text: str) -> str:
    """The tag, if it is one."""
    if not TAG.fullmatch(text):
        raise BadInput(
            "bad_tag",
            f"{text[:60]!r} is no tag.",
            where="tag",
            hint="Small letters, digits and _ . : - ; like `spam-wave`.",
        )
    return text


def stored(order: Order) -> dict[str, Any]:
    """The order as a batch keeps it."""
    plain: dict[str, Any] = msgspec.to_builtins(order)
    return {name: value for name, value in plain.items() if value not in ("", None, False) and name != "verb"}


def loaded(verb: str, params: dict[str, Any]) -> Order:
    """The order of a batch."""
    return msgspec.convert({"verb": verb, **params}, Order)


def case_id(text: str) -> UUID:
    """A case's id as people give it."""
    return ids.decode("case", text.strip())
