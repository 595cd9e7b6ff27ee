"""Whether two forms are equally hard, and which cut on the second asks as much as the cut on the first: linear equating, random groups.

Source: Kolen and Brennan, Test Equating, Scaling, and Linking (2nd edition, 2004), chapters 2 and 7: ``l(x) = s_y / s_x (x - m_x) + m_y``,
with its standard error under normality. It holds for groups that chance made; people who chose their form are no such groups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from watchfloor.engines.exams.reliability import variance

ENOUGH = 30  # people on each form; Kolen and Brennan advise many more for a change of the cut


class Equated(msgspec.Struct, frozen=True, kw_only=True):
    """From points on the new form to points on the old one. Attributes:

    slope, intercept: of the line. cut: the lowest whole score on the new form that is worth the old cut. difference: how many points
    easier (above zero) the new form is at the cut; error: its standard error. note: too_few | same | easier | harder; it is
    ``same`` while the difference lies within two standard errors.
    """

    slope: float
    intercept: float
    cut: int
    difference: float
    error: float
    note: str


def equate(new: Sequence[float], old: Sequence[float], cut: float) -> Equated:
    """The line between two forms, by the scores of two random groups.

    Raises:
        ValueError: fewer than two people on a form, or all scores of one alike.
    """
    if len(new) < 2 or len(old) < 2:
        raise ValueError("two people or more on each form")
    return of_moments(_moments(new), _moments(old), cut)


def _moments(scores: Sequence[float]) -> tuple[float, float, int]:
    return math.fsum(scores) / len(scores), math.sqrt(variance(scores)), len(scores)


def of_moments(new: tuple[float, float, int], old: tuple[float, float, int], cut: float) -> Equated:
    """The same from (mean, standard deviation, people) of each form."""
    (mx, sx, nx), (my, sy, ny) = new, old
    if sx < 1e-12 or sy < 1e-12:
        raise ValueError("all scores of a form are alike")
    slope = sy / sx
    intercept = my - slope * mx
    at = (cut - intercept) / slope  # points on the new form that are worth the cut
    z = (at - mx) / sx
    # In points of the new form, so that it is the error of ``at``.
    error = sx * math.sqrt((1 / nx + 1 / ny) * (1 + z * z / 2))
    difference = at - cut
    if min(nx, ny) < ENOUGH:
        note = "too_few"
    elif abs(difference) <= 2 * error:
        note = "same"
    else:
        note = "easier" if difference > 0 else "harder"
    return Equated(
        slope=slope, intercept=intercept, cut=math.ceil(at - 1e-9), difference=difference, error=error, note=note
    )  # fmt: skip
