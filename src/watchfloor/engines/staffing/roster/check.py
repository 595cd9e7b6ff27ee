"""Checks a roster against its problem, hour by hour and person by person, from the files alone: it shares no code with what made it."""

from __future__ import annotations

from datetime import timedelta

from watchfloor.engines.staffing.roster.problem import Problem, Roster


def check(problem: Problem, roster: Roster, *, changed_day: int | None = None) -> list[str]:
    """One sentence for each rule that is broken; nothing where all hold.

    Args:
        changed_day: the day that was planned again: there overtime, absence and calling in are allowed within the contract.
    """
    wrong: list[str] = []
    contracts = {contract.name: contract for contract in problem.contracts}
    demands = {demand.name: demand for demand in problem.demands}
    people = {person.name: person for person in problem.people}
    weeks = {plan.name: sorted(plan.duties, key=lambda duty: duty.begin) for plan in roster.people}
    if set(weeks) != set(people) or len(weeks) != len(roster.people):
        wrong.append("The roster does not name everybody once.")
    done = {name: [0] * 168 for name in demands}
    for name, duties in weeks.items():
        person = people[name]
        contract = contracts[person.contract]
        usual = [duty for duty in duties if duty.begin // 24 != changed_day]
        if changed_day is None and len(duties) != contract.shifts:
            wrong.append(f"{name} works {len(duties)} shifts instead of {contract.shifts}.")
        if any(duty.hours != contract.hours for duty in usual):
            wrong.append(f"{name} has a shift that is not of {contract.hours} hours.")
        if any(duty.hours > contract.hours + contract.extra for duty in duties):
            wrong.append(f"{name} has more overtime than the contract allows.")
        if changed_day is not None and sum(duty.hours for duty in duties) > max(
            contract.most_hours, contract.hours * contract.shifts
        ):
            wrong.append(f"{name} works more than {contract.most_hours} hours in the week.")
        for duty in usual:
            if contract.starts and f"{duty.begin % 24:02}:00" not in contract.starts:
                wrong.append(f"{name} begins at an hour that is not in the contract.")
        free_from = -1000 if person.last_end is None else -person.last_end + contract.rest
        for duty in duties:
            if duty.begin < free_from:
                wrong.append(f"{name} rests too little before hour {duty.begin}.")
            free_from = duty.begin + duty.hours + contract.rest
            if not 0 <= duty.begin < 168:
                wrong.append(f"{name} has a shift outside the week.")
            if problem.start + timedelta(days=duty.begin // 24) in person.off:
                wrong.append(f"{name} works on a day off.")
        if changed_day is None and contract.days_off_together:
            free = [day for day in range(7) if all(duty.begin // 24 != day for duty in duties)]
            if len(free) > 1 and not any((day + 1) % 7 in free for day in free):
                wrong.append(f"{name} has no two days off together.")
        exposed = 0
        for duty in duties:
            if len(duty.work) != duty.hours:
                wrong.append(f"{name} has a shift whose hours are not all told.")
            for offset, work in enumerate(duty.work):
                if work is None:
                    continue
                demand = demands[work]
                if any(skill not in person.skills for skill in demand.skills) or (
                    demand.site and demand.site != person.site
                ):
                    wrong.append(f"{name} does {work} without being able to.")
                exposed += demand.exposes
                if duty.begin + offset < 168:
                    done[work][duty.begin + offset] += 1
                else:
                    wrong.append(f"{name} is counted after the end of the week.")
        if contract.most_exposed is not None and exposed > contract.most_exposed:
            wrong.append(f"{name} is exposed {exposed} hours of at most {contract.most_exposed}.")
    uncovered = 0
    for name, demand in demands.items():
        need = [demand.need[at % len(demand.need)] for at in range(168)]
        gaps = [max(0, need[at] - done[name][at]) for at in range(168)]
        if any(done[name][at] > need[at] for at in range(168)):
            wrong.append(f"More people do {name} than are needed.")
        if gaps != roster.uncovered_by[name]:
            wrong.append(f"What is told to be uncovered of {name} is not so.")
        uncovered += sum(gaps)
    if uncovered != roster.uncovered:
        wrong.append(f"{uncovered} hours are uncovered, not {roster.uncovered}.")
    return wrong
