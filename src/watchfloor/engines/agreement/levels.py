"""How far apart two values are, by what kind of values they are: names, ranks, measures, or measures with a true zero.

The distances are Krippendorff's (Content Analysis, 2004, section 11.3.4); the weights of ordered categories for kappa and AC2 are the
linear and quadratic ones of Gwet (Handbook of inter-rater reliability, 2014, section 3.5). A weight is 1 for the same value and falls
to 0 for the values furthest apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.kernel.errors import BadInput

LEVELS = ("nominal", "ordinal", "interval", "ratio")
WEIGHTS = ("identity", "linear", "quadratic")

Matrix = list[list[float]]


def ordered(values: Sequence[str], level: str) -> list[str]:
    """The distinct values in their order: numbers by size, words by the alphabet.

    Raises:
        BadInput: an unknown level; values that must be numbers and are none, or that are below zero for ``ratio``.
    """
    if level not in LEVELS:
        raise BadInput("unknown_level", f"{level[:40]!r} is no level.", where="level", hint=", ".join(LEVELS))
    distinct = sorted(set(values))
    try:
        numbers = {value: float(value) for value in distinct}
    except ValueError as error:
        if level == "nominal":
            return distinct
        raise BadInput(
            "not_a_number", f"The level {level} needs numbers: {error}.", where="value",
            hint="Use --level nominal for names.",
        ) from error  # fmt: skip
    if level == "ratio" and min(numbers.values(), default=0.0) < 0:
        raise BadInput("below_zero", "The level ratio needs values of zero and more.", where="value")
    return sorted(distinct, key=lambda value: numbers[value])


def krippendorff(values: Sequence[str], totals: Sequence[float], level: str) -> Matrix:
    """Weights ``1 - distance / greatest distance`` between ordered values; ``totals`` is how often each was given."""
    many = len(values)
    numbers = [float(value) for value in values] if level in ("interval", "ratio") else []

    def apart(a: int, b: int) -> float:
        if a == b:
            return 0.0
        if level == "ordinal":
            low, high = min(a, b), max(a, b)
            return float((sum(totals[low : high + 1]) - (totals[a] + totals[b]) / 2) ** 2)
        if level == "interval":
            return (numbers[a] - numbers[b]) ** 2
        if level == "ratio":
            both = numbers[a] + numbers[b]
            return ((numbers[a] - numbers[b]) / both) ** 2 if both else 0.0
        return 1.0

    distances = [[apart(a, b) for b in range(many)] for a in range(many)]
    most = max((max(row) for row in distances), default=0.0) or 1.0
    return [[1 - each / most for each in row] for row in distances]


def by_rank(many: int, kind: str) -> Matrix:
    """Weights between ``many`` categories in their order: ``identity``, ``linear`` or ``quadratic``."""
    if kind not in WEIGHTS:
        raise BadInput("unknown_weights", f"{kind[:40]!r} is no kind of weights.", where="weights",
                       hint=", ".join(WEIGHTS))  # fmt: skip
    if kind == "identity" or many < 2:
        return [[float(a == b) for b in range(many)] for a in range(many)]
    power = 1 if kind == "linear" else 2
    return [[1 - (abs(a - b) / (many - 1)) ** power for b in range(many)] for a in range(many)]
