"""How many machines a platform of a given size needs, from measured costs of one unit of each kind of work. Pure; no server is asked."""

from __future__ import annotations

from watchfloor.engines.sizing.demand import Demand
from watchfloor.engines.sizing.plan import Need, Plan, Wall, plan
from watchfloor.engines.sizing.rates import Rate, rates

__all__ = ["Demand", "Need", "Plan", "Rate", "Wall", "plan", "rates"]
