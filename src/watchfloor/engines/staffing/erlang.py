"""Erlang B, C and A: what a number of agents does to work that cannot wait, right also where they are too few.

Sources: A. K. Erlang (1917) for B and C; C. Palm (1946) and A. Mandelbaum, S. Zeltyn, "The Palm/Erlang-A Queue, with Applications to
Call Centers" (2005) for A. All sums are of positive terms scaled by their largest, so nothing overflows up to 10,000 agents and more.
Rates are items an hour, times are seconds, shares are between 0 and 1.
"""

from __future__ import annotations

import math

import msgspec

from watchfloor.kernel.errors import BadInput

HOUR = 3600.0
MOST_AGENTS = 1_000_000  # a search for more than that is a mistake in the input
_TINY = 1e-18


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue in its steady state looks like.

    ``served_within`` counts all items that came, those that left unserved among the missed; ``None`` where no time was asked for.
    """

    model: str
    agents: int
    load: float
    occupancy: float
    waits: float
    mean_wait: float
    mean_waiting: float
    abandoned: float
    served_within: float | None


def erlang_b(agents: int, load: float) -> float:
    """The share of items that find all ``agents`` busy where nothing waits; ``load`` in erlangs (arrivals times handle time)."""
    _check(agents, load)
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """The share of items that wait, where all wait until they are served.

    Raises:
        BadInput: ``no_steady_state``, as the queue grows without end unless there are more agents than erlangs.
    """
    _check(agents, load)
    if load == 0:
        return 0.0
    if agents <= load:
        raise BadInput(
            "no_steady_state",
            f"{agents:,} agents cannot work off {load:,.2f} erlangs: the queue grows without end, so no share can be given.",
            hint=f"Ask for {math.floor(load) + 1:,} agents or more, give a patience, or use the backlog model.",
        )
    blocked = erlang_b(agents, load)
    return blocked / (1 - load / agents * (1 - blocked))


def figures(
    *, rate: float, handle: float, agents: int, within: float | None = None, patience: float | None = None
) -> Figures:
    """The queue with so many agents: Erlang C, or Erlang A where items leave after ``patience`` seconds on average.

    Raises:
        BadInput: a number that makes no sense; ``no_steady_state`` without patience and with too few agents.
    """
    _check_times(rate, handle, within, patience)
    load = rate * handle / HOUR
    if patience is not None:
        return _with_patience(rate / HOUR, handle, agents, within, patience)
    waits = erlang_c(agents, load)
    mean_wait = waits * handle / (agents - load)
    return Figures(
        model="Erlang C", agents=agents, load=load, occupancy=load / agents, waits=waits, mean_wait=mean_wait,
        mean_waiting=rate / HOUR * mean_wait, abandoned=0.0,
        served_within=None if within is None else 1 - waits * math.exp(-(agents - load) * within / handle),
    )  # fmt: skip


def required(
    *,
    rate: float,
    handle: float,
    share: float,
    within: float,
    patience: float | None = None,
    most_abandoned: float = 1.0,
    most_occupied: float = 1.0,
) -> Figures:
    """The fewest agents that serve ``share`` of the items ``within`` so many seconds, and what the queue is like with them.

    Raises:
        BadInput: a number that makes no sense, or a target that no number of agents meets.
    """
    _check_times(rate, handle, within, patience)
    if not 0 < share < 1:
        raise BadInput(
            "bad_share", f"A target of {share:g} is no share between 0 and 1.", hint="Write 0.8, or 80% at the command."
        )
    if not 0 < most_occupied <= 1 or not 0 < most_abandoned <= 1:
        raise BadInput("bad_share", "A limit is a share above 0 and at most 1.")
    load = rate * handle / HOUR

    def enough(agents: int) -> Figures | None:
        if patience is None and agents <= load:
            return None
        found = figures(rate=rate, handle=handle, agents=agents, within=within, patience=patience)
        served = found.served_within or 0.0
        meets = served >= share and found.abandoned <= most_abandoned and found.occupancy <= most_occupied
        return found if meets else None

    low, high = 0, max(1, math.floor(load) + 1)
    while (best := enough(high)) is None:
        low, high = high, high * 2
        if high > MOST_AGENTS:
            raise BadInput("no_number_meets_it", f"Not even {MOST_AGENTS:,} agents meet this target.")
    while high - low > 1:
        middle = (low + high) // 2
        found = enough(middle)
        if found is None:
            low = middle
        else:
            high, best = middle, found
    return best


def _with_patience(rate: float, handle: float, agents: int, within: float | None, patience: float) -> Figures:
    """Erlang A (M/M/n+M), summed over how many wait.

    With j waiting, items leave the line at n/handle + j/patience. Who comes to j waiting is served after a time V for which
    exp(-V/patience) has the beta distribution with n*patience/handle and j+1; being served asks for V below the own patience too.
    """
    load = rate * handle
    _check(agents, load)
    if load == 0:
        return Figures(
            model="Erlang A", agents=agents, load=0.0, occupancy=0.0, waits=0.0, mean_wait=0.0, mean_waiting=0.0, abandoned=0.0,
            served_within=None if within is None else 1.0,
        )  # fmt: skip
    if agents == 0:  # nobody serves: all leave
        return Figures(
            model="Erlang A", agents=0, load=load, occupancy=0.0, waits=1.0, mean_wait=patience,
            mean_waiting=rate * patience, abandoned=1.0, served_within=None if within is None else 0.0,
        )  # fmt: skip
    weights = _weights(rate, agents / handle, 1 / patience)
    none_free = math.fsum(weights)  # weight of "all busy" where "all busy, none waits" weighs ``weights[0]``
    blocked = erlang_b(agents, load)
    # B = p(n) / (p(0) + ... + p(n)), so all states below n weigh (1 - B) / B times state n.
    free = weights[0] * (1 - blocked) / blocked if blocked > 0 else math.inf
    whole = none_free + free
    waiting = math.fsum(number * weight for number, weight in enumerate(weights)) / whole
    waits = none_free / whole
    abandoned = waiting / patience / rate
    served = None
    if within is not None:
        late = _served_late(weights, agents * patience / handle, within / patience) / whole
        served = max(0.0, 1 - abandoned - late)
    return Figures(
        model="Erlang A", agents=agents, load=load, occupancy=load * (1 - abandoned) / agents, waits=waits,
        mean_wait=waiting / rate, mean_waiting=waiting, abandoned=abandoned, served_within=served,
    )  # fmt: skip


def _weights(arriving: float, served: float, leaving: float) -> list[float]:
    """Relative odds of 0, 1, 2 ... items waiting, the largest near 1; those too small to count are left out at the far end."""
    peak = max(0, math.floor((arriving - served) / leaving))
    above = []
    weight, number = 1.0, peak
    while weight > _TINY:
        above.append(weight)
        number += 1
        weight *= arriving / (served + number * leaving)
    below = []
    weight, number = 1.0, peak
    while number > 0:
        weight *= (served + number * leaving) / arriving
        below.append(weight)
        number -= 1
    return [*reversed(below), *above]


def _served_late(weights: list[float], servers: float, time: float) -> float:
    """The weight of those who are served, but after ``time`` (in units of patience); ``servers`` is c of the beta distribution.

    E[u; V > t] = c/(c+j+1) * I_x(c+1, j+1) with x = exp(-t), and I_x(c+1, j+1) is the chance that a negative binomial count is at most j.
    """
    if time == 0:
        return math.fsum(weight * servers / (servers + number + 1) for number, weight in enumerate(weights))
    log_x, log_rest = -time, math.log(-math.expm1(-time))
    total, term_log, chance = [], (servers + 1) * log_x, 0.0
    for number, weight in enumerate(weights):
        if number:
            term_log += log_rest + math.log((servers + number) / number)
        chance += math.exp(term_log)
        total.append(weight * servers / (servers + number + 1) * min(1.0, chance))
    return math.fsum(total)


def _check(agents: int, load: float) -> None:
    if agents < 0:
        raise BadInput("bad_agents", f"{agents:,} agents make no sense.", hint="Give 0 or more.")
    if not (0 <= load < math.inf):
        raise BadInput("bad_load", f"A load of {load:g} erlangs makes no sense.", hint="Give 0 or more.")


def _check_times(rate: float, handle: float, within: float | None, patience: float | None) -> None:
    if not (0 <= rate < math.inf):
        raise BadInput("bad_rate", f"A rate of {rate:g} items an hour makes no sense.", hint="Give 0 or more.")
    if not (0 < handle < math.inf):
        raise BadInput(
            "bad_handle_time", f"A handle time of {handle:g} seconds makes no sense.", hint="Give more than 0."
        )
    if within is not None and not (0 <= within < math.inf):
        raise BadInput("bad_time", f"A target time of {within:g} seconds makes no sense.", hint="Give 0 or more.")
    if patience is not None and not (0 < patience < math.inf):
        raise BadInput("bad_patience", f"A patience of {patience:g} seconds makes no sense.", hint="Give more than 0.")
