"""A week's roster as it is edited: shifts by letter, one changed at a time, what it breaks in sentences by person."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from watchfloor.engines.staffing.roster import Duty, Plan, Problem, Roster, check, finished
from watchfloor.kernel.errors import BadInput

LETTERS: Final = {"E": 6, "D": 9, "L": 14, "N": 22}  # shifts by key: early, day, late, night; hours of the site's clock
OFF: Final = "X"


def monday(day: date) -> date:
    """Of the day's week."""
    return day - timedelta(days=day.weekday())


def letter(duty: Duty | None) -> str:
    """The key of a shift; its hour where it begins at another one."""
    if duty is None:
        return ""
    known = {hour: key for key, hour in LETTERS.items()}
    return known.get(duty.begin % 24, f"{duty.begin % 24:02}")


def on_day(plan: Plan, day: int) -> Duty | None:
    """The shift of a person that begins on a day (0 to 6)."""
    return next((duty for duty in plan.duties if duty.begin // 24 == day), None)


def edited(problem: Problem, roster: Roster, person: str, day: int, key: str) -> Roster:
    """The roster with one person's day changed: a letter, an hour ("06"), or ``X`` for off. Who does what each hour is worked out again.

    Raises:
        BadInput: nobody is called so, there is no such day or shift.
    """
    contracts = {each.name: each for each in problem.contracts}
    known = {each.name: contracts[each.contract] for each in problem.people}
    if person not in known:
        raise BadInput("unknown_person", "There is no such person on this roster.", where="person")
    if not 0 <= day < 7:
        raise BadInput("bad_day", "A week has seven days.", where="day")
    begin = _hour(key)
    duties = {each.name: list(each.duties) for each in roster.people}
    kept = [duty for duty in duties[person] if duty.begin // 24 != day]
    if begin is not None:
        kept.append(Duty(begin=day * 24 + begin, hours=known[person].hours, work=[]))
    duties[person] = sorted(kept, key=lambda duty: duty.begin)
    return anew(problem, roster, duties)


def moved(problem: Problem, roster: Roster, shift: tuple[str, int], to: tuple[str, int]) -> Roster:
    """Two cells exchanged, as dragging does."""
    duties = {each.name: list(each.duties) for each in roster.people}
    for name, day in (shift, to):
        if name not in duties or not 0 <= day < 7:
            raise BadInput("unknown_person", "There is no such cell on this roster.", where="person")
    cells = [next((duty for duty in duties[name] if duty.begin // 24 == day), None) for name, day in (shift, to)]
    contracts = {each.name: each for each in problem.contracts}
    hours = {each.name: contracts[each.contract].hours for each in problem.people}
    for (name, day), other in ((shift, cells[1]), (to, cells[0])):
        duties[name] = [duty for duty in duties[name] if duty.begin // 24 != day]
        if other is not None:
            duties[name].append(Duty(begin=day * 24 + other.begin % 24, hours=hours[name], work=[]))
        duties[name].sort(key=lambda duty: duty.begin)
    return anew(problem, roster, duties)


def exchanged(problem: Problem, roster: Roster, asker: str, begin: int, taker: str, given: int | None) -> Roster:
    """The asker's shift is the taker's; ``given``, where there is one, the other way round.

    Raises:
        BadInput: one of them does not have that shift (any more).
    """
    duties = {each.name: list(each.duties) for each in roster.people}
    contracts = {each.name: each for each in problem.contracts}
    hours = {each.name: contracts[each.contract].hours for each in problem.people}
    for name, other, at in ((asker, taker, begin), (taker, asker, given)):
        if at is None:
            continue
        if name not in duties or other not in duties or not any(duty.begin == at for duty in duties[name]):
            raise BadInput("no_shift", "That shift is not there any more.", where="begin")
        duties[name] = [duty for duty in duties[name] if duty.begin != at]
        duties[other].append(Duty(begin=at, hours=hours[other], work=[]))
    for name in (asker, taker):
        duties[name].sort(key=lambda duty: duty.begin)
        days = [duty.begin // 24 for duty in duties[name]]
        if len(set(days)) < len(days):
            raise BadInput("two_shifts", "Somebody would have two shifts on one day.", where="given")
    return anew(problem, roster, duties)


def reshaped(
    problem: Problem, roster: Roster, person: str, was: tuple[int, int] | None, now: tuple[int, int]
) -> Roster:
    """One person's shift (first hour of the week, hours) is another; without ``was`` they have one more.

    Raises:
        BadInput: the shift is not there any more, or the day has another one.
    """
    duties = {each.name: list(each.duties) for each in roster.people}
    if person not in duties or (was is not None and was not in [(each.begin, each.hours) for each in duties[person]]):
        raise BadInput("no_shift", "That shift is not there any more.", where="main")
    kept = [each for each in duties[person] if (each.begin, each.hours) != was]
    if any(each.begin // 24 == now[0] // 24 for each in kept):
        raise BadInput("two_shifts", "Somebody would have two shifts on one day.", where="main")
    duties[person] = sorted([*kept, Duty(begin=now[0], hours=now[1], work=[])], key=lambda each: each.begin)
    return anew(problem, roster, duties)


def broken_by(problem: Problem, before: Roster, after: Roster, person: str, day: int) -> list[str]:
    """What one changed day of a person breaks that was whole before; overtime and a call on that day are no such thing."""

    def of(roster: Roster) -> list[str]:
        return [each for each in check(problem, roster, changed_day=day) if each.startswith(f"{person} ")]

    was = of(before)
    return [each.removeprefix(f"{person} ") for each in of(after) if each not in was]


def anew(problem: Problem, roster: Roster, duties: dict[str, list[Duty]]) -> Roster:
    """A roster of these shifts; what no roster could leave fewer than stays known."""
    found = finished(problem, duties, roster.bound, {}, {each.name: each.cost for each in roster.people})
    return replace(found, optimal=False if found.uncovered > found.bound else roster.optimal)


def broken(problem: Problem, roster: Roster) -> dict[str, list[str]]:
    """Sentences by person, without the name; those of nobody under ``""``."""
    names = {each.name for each in problem.people}
    found: dict[str, list[str]] = defaultdict(list)
    for sentence in dict.fromkeys(check(problem, roster)):
        name, _, rest = sentence.partition(" ")
        if name in names:
            found[name].append(rest[:1].upper() + rest[1:])
        else:
            found[""].append(sentence)
    return dict(found)


def only_worse(problem: Problem, before: Roster, after: Roster, people: tuple[str, str]) -> list[str]:
    """What an exchange breaks that was whole before, of the two it is between."""
    was, now = broken(problem, before), broken(problem, after)
    return [sentence for name in people for sentence in now.get(name, []) if sentence not in was.get(name, [])]


def exposure_hours(problem: Problem, plan: Plan) -> int:
    """Hours of the week at work that exposes."""
    exposing = {each.name for each in problem.demands if each.exposes}
    return sum(work in exposing for duty in plan.duties for work in duty.work)


def there(roster: Roster) -> list[int]:
    """People on shift by hour of the week."""
    found = [0] * 168
    for plan in roster.people:
        for duty in plan.duties:
            for at in range(duty.begin, min(168, duty.begin + duty.hours)):
                found[at] += 1
    return found


def _hour(key: str) -> int | None:
    key = key.strip().upper()
    if key in ("", OFF):
        return None
    if key in LETTERS:
        return LETTERS[key]
    if key.isdecimal() and int(key) < 24:
        return int(key)
    raise BadInput(
        "bad_shift",
        f"{key[:10]!r} is no shift.",
        where="shift",
        hint="E early, D day, L late, N night, X off; or an hour.",
    )
