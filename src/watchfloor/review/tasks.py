"""Loops of the floor: leases that ran out go back, late jobs say so, remedied appeals are marked."""

from __future__ import annotations

from watchfloor.platform.loops import WORK, loop
from watchfloor.review import actions, routing_backtests, surge
from watchfloor.review.actions import push


@loop("review.leases", idle=1.0)
def leases() -> int:
    """Put jobs whose lease ran out back into their queues."""
    return actions.sweep_leases()


@loop("review.offers", idle=1.0)
def offers() -> int:
    """Offer the next job to those who want work offered and are available."""
    return push.offer_next()


@loop("review.breaches", idle=5.0)
def breaches() -> int:
    """Mark jobs whose due time has passed."""
    return actions.sweep_breaches()


@loop("review.remedies", idle=5.0)
def remedies() -> int:
    """Mark appeals whose remedies the platform has confirmed."""
    return actions.remedy_done()


@loop("review.routing_backtest", idle=1.0, place=WORK)
def routing_backtest() -> int:
    """Backtests of the routing draft that were asked for on its page."""
    return routing_backtests.work()


@loop("review.batches", idle=0.5, place=WORK)
def batches() -> int:
    """Work the next chunk of an order over many."""
    from watchfloor.review import bulk

    return bulk.work()


@loop("review.clusters", idle=20.0)
def clusters() -> int:
    """Put open cases that are one thing together as one job."""
    from watchfloor.review.clusters import gathering

    return gathering.gather()


@loop("review.warnings", idle=15.0)
def warnings() -> int:
    """Say which jobs will soon be due."""
    return actions.sweep_warnings()


@loop("review.service_plan", idle=5.0)
def service_plan() -> int:
    """Bring open jobs up to the live version of the service plan."""
    return actions.settle_plan()


@loop("review.boosts", idle=5.0)
def boosts() -> int:
    """End boosts that have run out, and give waiting jobs the points that are on."""
    return actions.sweep_boosts()


@loop("review.surges", idle=5.0)
def surges() -> int:
    """End surges whose time is up."""
    return surge.sweep_surges()
