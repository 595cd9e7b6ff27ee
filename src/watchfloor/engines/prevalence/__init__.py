"""Prevalence: how much of a platform's content, or of its views, violates, estimated from a random sample that people labelled."""

from watchfloor.engines.prevalence.draw import METHODS, Drawn, Unit, draw, seeded
from watchfloor.engines.prevalence.estimate import Estimate, Seen, agreement, estimate
from watchfloor.engines.prevalence.size import needed

__all__ = ["METHODS", "Drawn", "Estimate", "Seen", "Unit", "agreement", "draw", "estimate", "needed", "seeded"]
