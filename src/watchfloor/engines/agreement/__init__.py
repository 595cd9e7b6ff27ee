"""Statistics of human judgement: what a sample of decisions proves, and how far somebody's word has been right."""

from watchfloor.engines.agreement.bounds import most_wrong, most_wrong_binomial, sample_size
from watchfloor.engines.agreement.reliability import Prior, Reliability, fit, of, points

__all__ = [
    "Prior",
    "Reliability",
    "fit",
    "most_wrong",
    "most_wrong_binomial",
    "of",
    "points",
    "sample_size",
]
