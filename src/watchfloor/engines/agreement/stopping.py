"""When to stop looking: a test that is asked after each verdict and costs the fewest looks for the errors it may make.

Wald, Sequential tests of statistical hypotheses (1945): the logarithm of how much better "too often wrong" explains what was found than
"fine" does is added up; it ends when it passes either bound. Its expected number of looks is the least of any test with these errors
(Wald and Wolfowitz 1948), and it may be asked as often as one likes, which a fixed interval may not.
"""

from __future__ import annotations

import math

import msgspec

from watchfloor.kernel.errors import BadInput


class Rule(msgspec.Struct, frozen=True):
    """Fine is a share of ``fine`` wrong, not fine one of ``poor``. ``alarm``: how often somebody fine is called not fine; ``miss``: how
    often somebody poor is called fine."""

    fine: float = 0.03
    poor: float = 0.10
    alarm: float = 0.05
    miss: float = 0.10

    def __post_init__(self) -> None:
        if not 0 < self.fine < self.poor < 1 or not 0 < self.alarm < 0.5 or not 0 < self.miss < 0.5:
            raise BadInput("bad_rule", "A rule to stop needs 0 < fine < poor < 1, and errors between 0 and one half.",
                           where="rule")  # fmt: skip

    @property
    def bounds(self) -> tuple[float, float]:
        """Below the first: fine. Above the second: not fine."""
        return math.log(self.miss / (1 - self.alarm)), math.log((1 - self.miss) / self.alarm)

    @property
    def steps(self) -> tuple[float, float]:
        """What a right and a wrong verdict add."""
        return math.log((1 - self.poor) / (1 - self.fine)), math.log(self.poor / self.fine)


class Answer(msgspec.Struct, frozen=True):
    """``says``: ``fine``, ``poor`` or ``go on``; ``right_left``: how many right verdicts in a row would end it as fine."""

    says: str
    score: float
    right_left: int


def ask(rule: Rule, wrong: int, read: int) -> Answer:
    """What so many wrong of so many read say. Once it has answered, further looks are not needed and do not belong to the test."""
    if not 0 <= wrong <= read:
        raise BadInput("bad_counts", f"{wrong} wrong of {read} read cannot be.", where="wrong")
    right_step, wrong_step = rule.steps
    low, high = rule.bounds
    score = wrong * wrong_step + (read - wrong) * right_step
    if score <= low:
        return Answer("fine", score, 0)
    if score >= high:
        return Answer("poor", score, 0)
    return Answer("go on", score, math.ceil((low - score) / right_step))


def expected(rule: Rule, share: float) -> float:
    """How many looks it takes on average where this share is wrong (Wald's approximation)."""
    right_step, wrong_step = rule.steps
    low, high = rule.bounds
    drift = share * wrong_step + (1 - share) * right_step
    if abs(drift) < 1e-9:
        return -low * high / (share * wrong_step**2 + (1 - share) * right_step**2)
    tilt = _tilt(share, right_step, wrong_step, drift)
    above = (1 - math.exp(tilt * low)) / (math.exp(tilt * high) - math.exp(tilt * low))
    return (above * high + (1 - above) * low) / drift


def _tilt(share: float, right_step: float, wrong_step: float, drift: float) -> float:
    """The other root of ``share exp(t wrong) + (1 - share) exp(t right) = 1`` beside zero."""

    def of(t: float) -> float:
        return share * math.exp(t * wrong_step) + (1 - share) * math.exp(t * right_step) - 1

    near, far = (-1e-6, -1.0) if drift > 0 else (1e-6, 1.0)
    while of(far) < 0:
        far *= 2
    for _ in range(100):
        middle = (near + far) / 2
        if of(middle) < 0:
            near = middle
        else:
            far = middle
    return (near + far) / 2
