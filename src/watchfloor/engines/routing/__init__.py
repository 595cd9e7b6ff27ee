"""Routing: ordered rules over what is known of a case decide its queue. The same table runs as a function and over columns.

    route = compile_rules(rules, otherwise="other")     # one plain function: Facts -> Route
    found = backtest(frame, before, after)              # what would another table have done with the past?

Pure: no database, no network; ``review`` keeps the versions and asks.
"""

from watchfloor.engines.routing.backtest import Moved, QueueChange, RoutingBacktest, backtest
from watchfloor.engines.routing.columns import routed
from watchfloor.engines.routing.facts import LISTS, NUMBERS, TEXT, Facts, Route
from watchfloor.engines.routing.rules import NO_RULE, asked, check_rules, compile_rules, explain
from watchfloor.engines.routing.zones import local, zone_of

__all__ = [
    "LISTS",
    "NO_RULE",
    "NUMBERS",
    "TEXT",
    "Facts",
    "Moved",
    "QueueChange",
    "Route",
    "RoutingBacktest",
    "asked",
    "backtest",
    "check_rules",
    "compile_rules",
    "explain",
    "local",
    "routed",
    "zone_of",
]
