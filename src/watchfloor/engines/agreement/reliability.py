"""How far a reporter's word has been right, drawn towards what reporters of the same channel and policy come to.

Of ``n`` reports that were decided ``k`` were upheld. Three of three says little, so each person is judged together with the others:
their shares of being right are taken to follow a beta distribution whose mean and spread come from the people themselves by the
method of moments (Kleinman 1973, "Proportions with extraneous variance"), and ``k`` of ``n`` moves that prior to the posterior
Beta(a + k, b + n - k). With few reports one stands near the mean of all; with many, at one's own share.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, lgamma, log, log1p, log2

import msgspec

FLAT = 2.0  # the weight of a prior that rests on too few people: as much as two reports
MIN_PEOPLE = 20
WEIGHT = (1.0, 500.0)
MOST_POINTS = 1.0  # a reporter's record hurries or slows a case by no more than a doubling


class Prior(msgspec.Struct, frozen=True):
    """Beta(a, b): what is known of a reporter before their first report is decided. ``people`` is how many it was learnt from."""

    a: float
    b: float
    people: int = 0

    @property
    def mean(self) -> float:
        """The share that is right among reporters of this kind."""
        return self.a / (self.a + self.b)


class Reliability(msgspec.Struct, frozen=True):
    """The share of a reporter's reports that is right: its expected value, and where it lies with 95 % probability."""

    value: float
    low: float
    high: float
    reports: int


UNKNOWN = Prior(FLAT / 2, FLAT / 2)


def fit(counts: Iterable[tuple[int, int]]) -> Prior:
    """The prior of a population of ``(upheld, decided)`` counts; of fewer than ``MIN_PEOPLE`` people only the mean is trusted.

    The mean is that of all reports; the weight ``a + b`` is what the spread between people, beyond what chance makes, leaves.
    """
    people = [(k, n) for k, n in counts if n > 0]
    if not people:
        return UNKNOWN
    total = sum(n for _, n in people)
    # Half a report on either side, so that a population in which all were right is not taken for infallible.
    mean = (sum(k for k, _ in people) + 0.5) / (total + 1)
    if len(people) < MIN_PEOPLE:
        return Prior(mean * FLAT, (1 - mean) * FLAT, len(people))
    spread = sum(n * (k / n - mean) ** 2 for k, n in people)
    # E[spread] = m (1 - m) [ (J - 1) (1 - rho) + rho (N - sum n^2 / N) ], with rho = 1 / (a + b + 1) and J people.
    effective = total - sum(n * n for _, n in people) / total
    chance = mean * (1 - mean)
    room = effective - (len(people) - 1)
    rho = (spread / chance - (len(people) - 1)) / room if room > 0 else 0.0
    weight = WEIGHT[1] if rho <= 0 else 1 / rho - 1
    weight = min(max(weight, WEIGHT[0]), WEIGHT[1])
    return Prior(mean * weight, (1 - mean) * weight, len(people))


def of(prior: Prior, upheld: int, decided: int) -> Reliability:
    """The posterior of one reporter, with the central 95 % of it."""
    a, b = prior.a + upheld, prior.b + decided - upheld
    return Reliability(a / (a + b), quantile(a, b, 0.025), quantile(a, b, 0.975), decided)


def points(prior: Prior, upheld: int, decided: int) -> float:
    """What a reporter's record adds to a case's priority: the base-2 logarithm of how much likelier than usual their word is.

    0 for a stranger; never more than ``MOST_POINTS`` up or down.
    """
    value = (prior.a + upheld) / (prior.a + prior.b + decided)
    return max(-MOST_POINTS, min(MOST_POINTS, log2(value / prior.mean)))


def quantile(a: float, b: float, share: float) -> float:
    """Where the beta distribution has this share below it."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if cumulative(a, b, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def cumulative(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF 8.17.22), Lentz's method."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # there the fraction of the other side converges quickly
        return 1 - cumulative(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    found = d
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 + term * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + term / c
            c = c if abs(c) > tiny else tiny
            found *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return front * found
