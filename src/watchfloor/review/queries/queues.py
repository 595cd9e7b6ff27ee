"""Whether a queue may have what someone wants to send there."""

from __future__ import annotations

from watchfloor.policy import queries as policies
from watchfloor.review import plan


def why_not_queue(key: str, policy: str) -> str:
    """A sentence why ordinary jobs under a policy cannot go to a queue; "" when they can."""
    queue = plan.queue(key)
    if queue is None or queue.archived:
        return f"There is no queue {key[:80]!r}; routing decides instead."
    if queue.kind != "review":
        return f"The queue {key} takes {queue.kind} jobs only; routing decides instead."
    if not queue.takes(policies.policy(policy).clearance):
        return f"Cases under {policy} need a clearance that the queue {key} does not ask for; routing decides instead."
    return ""
