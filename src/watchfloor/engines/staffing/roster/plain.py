"""A roster without a solver: each person in turn the week that covers most of what is still uncovered. Keeps every rule, proves nothing."""

from __future__ import annotations

from watchfloor.engines.staffing.roster.plan import finished
from watchfloor.engines.staffing.roster.problem import HOURS, Duty, Problem, Roster, checked, needs
from watchfloor.engines.staffing.roster.tours import classes, dislike


def plain(problem: Problem) -> Roster:
    """The roster; its ``bound`` is nought, as nothing is proved.

    Raises:
        BadInput: a mistake in the problem, or somebody cannot work any week.
    """
    groups = classes(problem, checked(problem))
    left = [needs(demand) for demand in problem.demands]
    duties: dict[str, list[Duty]] = {}
    costs: dict[str, int] = {}
    turn = [(len(group.serves), number, person) for number, group in enumerate(groups) for person in group.people]
    for _, number, person in sorted(turn, key=lambda each: (each[0], each[1], each[2].name)):
        group = groups[number]
        open_ = [max((left[place][at] for place in group.serves), default=0) for at in range(HOURS)]
        best = group.tours[0]
        most = (-1, -1, -1)
        for tour in group.tours:
            covers = [open_[at] for at in tour.covers()]
            worth = (sum(each > 0 for each in covers), sum(covers), -dislike(person, tour, problem.start.weekday()))
            if worth > most:
                best, most = tour, worth
        for at in best.covers():
            place = max(group.serves, key=lambda one: left[one][at], default=None)
            if place is not None and left[place][at] > 0:
                left[place][at] -= 1
        duties[person.name] = [Duty(begin=day * 24 + best.start, hours=best.hours, work=[]) for day in best.days]
        costs[person.name] = dislike(person, best, problem.start.weekday())
    return finished(problem, duties, 0, {}, costs)
