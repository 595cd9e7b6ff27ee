"""Exams as measurements: how good the questions are, where to cut, which form comes next, how sure a pass is. Pure, no numpy needed."""

from watchfloor.engines.exams.analysis import Analysis, Choice, Item, analyse
from watchfloor.engines.exams.assembly import Candidate, Cell, Drawn, assemble, draw
from watchfloor.engines.exams.consistency import Consistency, consistency
from watchfloor.engines.exams.cuts import Angoff, Cut, Judged, angoff, borderline_group, borderline_regression
from watchfloor.engines.exams.equating import Equated, equate
from watchfloor.engines.exams.reliability import Reliability, alpha, reliability

__all__ = [
    "Analysis",
    "Angoff",
    "Candidate",
    "Cell",
    "Choice",
    "Consistency",
    "Cut",
    "Drawn",
    "Equated",
    "Item",
    "Judged",
    "Reliability",
    "alpha",
    "analyse",
    "angoff",
    "assemble",
    "borderline_group",
    "borderline_regression",
    "consistency",
    "draw",
    "equate",
    "reliability",
]
