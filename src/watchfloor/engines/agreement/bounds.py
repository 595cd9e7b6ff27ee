"""What reading a sample proves of the whole: an exact upper bound on the share that is wrong, and how many must be read for one.

A cluster of ``total`` items is decided alike after ``read`` of them, drawn at random without putting back, were read and ``wrong``
of these would have been decided otherwise. The number of wrong items found follows the hypergeometric distribution, so the bound
needs no approximation: it is the largest number of wrong items in the whole under which finding so few would still not be a rare
event (probability above ``1 - confidence``). For an endless whole it becomes the bound of Clopper and Pearson (1934).
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

from watchfloor.kernel.errors import BadInput


def most_wrong(total: int, read: int, wrong: int, confidence: float = 0.95) -> int:
    """The largest number of wrong items in the whole that the sample does not rule out (one-sided, exact).

    Args:
        total: items in the whole; read: items of it drawn and read; wrong: of these, found wrong.
        confidence: how sure; 0.95 means that in at most 1 of 20 samples the truth lies above the bound.

    Raises:
        BadInput: the counts do not fit each other, or the confidence is not between 0 and 1.
    """
    _check(total, read, wrong, confidence)
    low, high = wrong, total - (read - wrong)  # never fewer than seen, never more than all that was not seen right
    while low < high:  # the probability falls as the number grows
        middle = (low + high + 1) // 2
        if at_most(total, middle, read, wrong) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def most_wrong_binomial(read: int, wrong: int, confidence: float = 0.95) -> float:
    """The bound for an endless whole, as a share: Clopper and Pearson's, one-sided. ``wrong`` 0 gives ``1 - (1-c)^(1/read)``."""
    _check(max(read, 1), read, wrong, confidence)
    if read == 0 or wrong == read:
        return 1.0
    if wrong == 0:
        return float(1 - (1 - confidence) ** (1 / read))
    low, high = wrong / read, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _binomial_at_most(read, middle, wrong) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def sample_size(total: int, share: float, confidence: float = 0.95, wrong: int = 0) -> int:
    """How many must be read so that, with ``wrong`` found among them, the bound is at most ``share`` of the whole.

    The whole itself when nothing less proves it. ``share`` is more than 0 and less than 1.
    """
    _check(total, 0, 0, confidence)
    if not 0 < share < 1:
        raise BadInput("bad_share", "The share that may be wrong lies between 0 and 1.", where="share")
    low, high = min(wrong, total), total
    while low < high:
        middle = (low + high) // 2
        if most_wrong(total, middle, min(wrong, middle), confidence) <= share * total:
            high = middle
        else:
            low = middle + 1
    return low


def at_most(total: int, bad: int, read: int, wrong: int) -> float:
    """The probability of at most ``wrong`` bad ones among ``read`` drawn from ``total`` of which ``bad`` are."""
    whole = _choose(total, read)
    least = max(0, read - (total - bad))
    found = 0.0
    for count in range(least, min(wrong, bad, read) + 1):
        found += exp(_choose(bad, count) + _choose(total - bad, read - count) - whole)
    return min(1.0, found)


def _binomial_at_most(read: int, share: float, wrong: int) -> float:
    found = 0.0
    for count in range(wrong + 1):
        found += exp(_choose(read, count) + count * log(share) + (read - count) * log1p(-share)) if share < 1 else 0.0
    return min(1.0, found)


def _choose(of: int, some: int) -> float:
    """The logarithm of a binomial coefficient."""
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def _check(total: int, read: int, wrong: int, confidence: float) -> None:
    if not 0 <= wrong <= read <= total or total < 1:
        raise BadInput(
            "bad_counts", f"{wrong} wrong of {read} read of {total} cannot be.", where="wrong",
            hint="0 <= wrong <= read <= total, and a total of at least 1.",
        )  # fmt: skip
    if not 0 < confidence < 1:
        raise BadInput("bad_confidence", "The confidence lies between 0 and 1, such as 0.95.", where="confidence")
