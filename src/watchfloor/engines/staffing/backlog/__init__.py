"""Work that may wait for hours: what a number of agents by the hour leaves undone and late, and how many are needed."""

from watchfloor.engines.staffing.backlog.attainment import ClassResult, Result, evaluate
from watchfloor.engines.staffing.backlog.problem import Problem, WorkClass
from watchfloor.engines.staffing.backlog.requirement import Requirement, required

__all__ = ["ClassResult", "Problem", "Requirement", "Result", "WorkClass", "evaluate", "required"]
