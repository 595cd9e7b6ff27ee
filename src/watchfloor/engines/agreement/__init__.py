"""Statistics of human judgement: what a sample proves, how far somebody's word has been right, how good an exam's questions are."""

from watchfloor.engines.agreement.bounds import most_wrong, most_wrong_binomial, sample_size
from watchfloor.engines.agreement.items import ItemFigures, analyse, difficulty, kr20, point_biserial
from watchfloor.engines.agreement.reliability import Prior, Reliability, fit, of, points

__all__ = [
    "ItemFigures",
    "Prior",
    "Reliability",
    "analyse",
    "difficulty",
    "fit",
    "kr20",
    "most_wrong",
    "most_wrong_binomial",
    "of",
    "point_biserial",
    "points",
    "sample_size",
]
