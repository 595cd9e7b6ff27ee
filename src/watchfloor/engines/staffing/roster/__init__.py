"""Rosters of a week: tours chosen for coverage, handed to people by preference; a day planned again; a checker apart from it all."""

from watchfloor.engines.staffing.roster.check import check
from watchfloor.engines.staffing.roster.plain import plain
from watchfloor.engines.staffing.roster.plan import finished, plan
from watchfloor.engines.staffing.roster.problem import Contract, Demand, Duty, Person, Plan, Problem, Roster
from watchfloor.engines.staffing.roster.replan import Change, Day, Replan, replan

__all__ = [
    "Change",
    "Contract",
    "Day",
    "Demand",
    "Duty",
    "Person",
    "Plan",
    "Problem",
    "Replan",
    "Roster",
    "check",
    "finished",
    "plain",
    "plan",
    "replan",
]
