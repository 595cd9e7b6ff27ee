"""Background loops of enforcement: deliver, answer many, begin and end what is timed, try what is off, hold, compare, forget."""

from __future__ import annotations

from watchfloor.enforcement import actions, answering, delivery, health, reconciling, withholding
from watchfloor.platform.loops import WORK, loop


@loop("enforcement.deliver", idle=0.5, place=WORK)
def deliver() -> int:
    """Send what is due to endpoints that answer."""
    return delivery.deliver_due(ailing=False)


@loop("enforcement.deliver_ailing", idle=1, place=WORK)
def deliver_ailing() -> int:
    """Send what is due to endpoints that failed last: a loop of their own, so that they hold up nobody."""
    return delivery.deliver_due(ailing=True)


@loop("enforcement.probe", idle=20)
def probe() -> int:
    """Try endpoints that were turned off by themselves."""
    health.probe_due()
    return 0


@loop("enforcement.expire", idle=5)
def expire() -> int:
    """Begin scheduled actions, end temporary actions and strikes."""
    return actions.expire_due()


@loop("enforcement.answers", idle=0.5, place=WORK)
def answers() -> int:
    """Carry out the next of one answer to many held actions."""
    return answering.work()


@loop("enforcement.withhold", idle=1)
def withhold() -> int:
    """While automatic actions are stopped: hold what has not arrived."""
    return withholding.withhold_due()


@loop("enforcement.reconcile", idle=30)
def reconcile() -> int:
    """Ask platforms what is in force when it is time."""
    return reconciling.pull_due()


@loop("enforcement.prune", idle=3600)
def prune() -> int:
    """Forget delivery attempts older than a month."""
    delivery.prune()
    return 0
