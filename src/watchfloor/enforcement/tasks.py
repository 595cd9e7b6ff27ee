"""Background loops of enforcement: deliver, end what is temporary, forget old attempts."""

from __future__ import annotations

from watchfloor.enforcement import actions, delivery
from watchfloor.platform.loops import loop


@loop("enforcement.deliver", idle=0.5)
def deliver() -> int:
    """Send what is due in the outbox."""
    return delivery.deliver_due()


@loop("enforcement.expire", idle=5)
def expire() -> int:
    """End temporary actions and strikes."""
    return actions.expire_due()


@loop("enforcement.prune", idle=3600)
def prune() -> int:
    """Forget delivery attempts older than a month."""
    delivery.prune_attempts()
    return 0
