"""Readers: who is on, which pages an actor may see, how heavy it was. Rows are filtered by market, severity and clearance."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.oncall.domain import load as loads
from watchfloor.oncall.domain import pay, rest
from watchfloor.oncall.domain import schedule as schedules
from watchfloor.oncall.domain.schedule import Shift
from watchfloor.oncall.models import Call, Matrix, Override, Page, Schedule, Swap

VIEW = "oncall.view"
AHEAD = timedelta(days=28)  # how far one looks for who is next


class OnNow(msgspec.Struct, frozen=True):
    """Who is on by a schedule, until when, and who comes next (None: nobody within four weeks)."""

    schedule: Schedule
    now: Shift | None
    next: Shift | None


def live_schedules() -> QuerySet[Schedule]:
    """Those in use."""
    return Schedule.objects.filter(archived_at__isnull=True).order_by("name")


def plan(row: Schedule) -> schedules.Schedule:
    """The row as the domain reads it."""
    return schedules.Schedule(zone=row.zone, layers=msgspec.convert(row.layers, tuple[schedules.Layer, ...]))


def overrides(row: Schedule, start: datetime, end: datetime) -> list[schedules.Override]:
    """Those that count between two moments, the newest last."""
    found = Override.objects.filter(schedule=row, removed_at__isnull=True, starts_at__lt=end, ends_at__gt=start)
    return [schedules.Override(each.user_id, each.starts_at, each.ends_at) for each in found.order_by("made_at", "pk")]


def final(row: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """Who is on between two moments."""
    return schedules.final(plan(row), overrides(row, start, end), start, end)


def on_now(row: Schedule, moment: datetime | None = None) -> Shift | None:
    """Who is on at a moment (now)."""
    moment = moment or clock.now()
    return schedules.on_at(plan(row), overrides(row, moment, moment + timedelta(minutes=1)), moment)


def everyone_on() -> list[OnNow]:
    """For each schedule who is on and who comes next."""
    now = clock.now()
    found = []
    for row in live_schedules():
        shifts = final(row, now, now + AHEAD)
        here = shifts[0] if shifts and shifts[0].start <= now else None
        later = next(
            (each for each in shifts if each.start > now and (here is None or each.person != here.person)), None
        )
        found.append(OnNow(row, here, later))
    return found


def visible_pages(actor: Actor) -> QuerySet[Page]:
    """The pages an actor may know of: within their limits, and every page they were called for."""
    allowed = access.rows(actor, VIEW, market="market", severity="severity", clearance="clearance")
    if not allowed:  # everything: an empty Q joined with another would be the other alone
        return Page.objects.all()
    return Page.objects.filter(allowed | Q(Exists(Call.objects.filter(page=OuterRef("pk"), user_id=_user(actor)))))


def page(actor: Actor, page_id: UUID) -> Page:
    """One page; ``NotFound`` where there is none that the actor may know of."""
    found = visible_pages(actor).filter(pk=page_id).first()
    if found is None:
        raise NotFound("unknown_page", "There is no such page.")
    return found


def may_answer(actor: Actor, row: Page) -> bool:
    """Whether an actor may acknowledge a page: who was called, and who may answer for others."""
    if actor.may("oncall.answer", market=row.market, severity=row.severity, clearance=row.clearance):
        return True
    return Call.objects.filter(page=row, user_id=_user(actor)).exists()


def may_read(actor: Actor, row: Page) -> bool:
    """Whether the page's policy and words may be shown: who is called for a restricted page without its clearance sees neither."""
    return not row.clearance or actor.may(VIEW, market=row.market, severity=row.severity, clearance=row.clearance)


def ringing(actor: Actor) -> QuerySet[Page]:
    """Pages that ring for this actor: they were called, and nobody has acknowledged."""
    called = Call.objects.filter(page=OuterRef("pk"), user_id=_user(actor), what="trigger")
    return Page.objects.filter(Exists(called), state=Page.State.RAISED).order_by("-severity", "raised_at")


def breaches(row: Schedule, start: datetime, end: datetime) -> list[rest.Breach]:
    """Which rules of a schedule its plan does not keep. Rest is rest: what its people do by other schedules counts too."""
    rules = rest.read(row.rules)
    own = final(row, start, end)
    people = {each.person for each in own}
    others = [
        each
        for other in live_schedules().exclude(pk=row.pk)
        for each in final(other, start, end)
        if each.person in people
    ]
    mine = msgspec.structs.replace(rules, spread=0)
    fair = rest.Rules(spread=rules.spread)
    return sorted(rest.breaches(mine, [*own, *others]) + rest.breaches(fair, own), key=lambda each: each.at)


def swaps(row: Schedule, user: UUID) -> list[Swap]:
    """Swaps of a schedule that still wait for an answer, of this person, the soonest first."""
    waiting = Swap.objects.filter(schedule=row, state=Swap.State.ASKED, gives_start__gt=clock.now())
    return list(waiting.filter(Q(asker_id=user) | Q(other_id=user)).order_by("gives_start", "pk"))


def asked_of(actor: Actor) -> list[Swap]:
    """Swaps this actor is asked for."""
    waiting = Swap.objects.filter(state=Swap.State.ASKED, gives_start__gt=clock.now(), other_id=_user(actor))
    return list(waiting.select_related("schedule").order_by("gives_start", "pk"))


def hours(people: Iterable[UUID], start: datetime, end: datetime) -> list[pay.Hours]:
    """What these people's time on call was made of, by name of the kind of hour; in the order given."""
    wanted = list(dict.fromkeys(people))
    shifts = [shift for row in live_schedules() for shift in final(row, start, end)]
    zones = dict(User.objects.filter(pk__in=wanted).values_list("pk", "time_zone"))
    called = Counter(
        Call.objects.filter(user_id__in=wanted, what="trigger", pager="console", made_at__gte=start, made_at__lt=end)
        .values_list("user_id", flat=True)
    )  # fmt: skip
    return [pay.hours(each, zones.get(each) or "UTC", shifts, pages=called[each]) for each in wanted]


def substitutes(since: datetime) -> list[UUID]:
    """Whom an override put on, that ended after a moment."""
    rows = Override.objects.filter(removed_at__isnull=True, ends_at__gt=since, schedule__archived_at__isnull=True)
    return list(rows.order_by("user_id").values_list("user_id", flat=True).distinct())


def history(actor: Actor, row: Schedule, start: datetime, end: datetime, most: int = 50) -> list[Page]:
    """The pages of a time span that went by this schedule, as far as the actor may know of them; the newest first."""
    by = visible_pages(actor).filter(raised_at__gte=start, raised_at__lt=end)
    target = f"schedule:{row.key}"
    found = (each for each in by.order_by("-raised_at", "-pk") if any(target in step["targets"] for step in each.steps))
    return list(itertools.islice(found, most))


def matrix_lines() -> list[dict[str, object]]:
    """The matrix as it is."""
    row = Matrix.objects.first()
    return list(row.lines) if row else []


def load(people: Iterable[UUID], start: datetime, end: datetime) -> list[loads.Load]:
    """How heavy on-call was for these people, the heaviest first."""
    wanted = list(dict.fromkeys(people))
    shifts = [shift for row in live_schedules() for shift in final(row, start, end)]
    zones = dict(User.objects.filter(pk__in=wanted).values_list("pk", "time_zone"))
    paged: dict[UUID, list[datetime]] = {each: [] for each in wanted}
    calls = Call.objects.filter(
        user_id__in=wanted, what="trigger", pager="console", made_at__gte=start, made_at__lt=end
    )
    for user, made in calls.values_list("user_id", "made_at"):
        if user is not None:
            paged[user].append(made)
    found = [loads.load(each, zones.get(each) or "UTC", shifts, paged[each]) for each in wanted]
    return sorted(found, key=lambda each: (-each.pages, -each.hours, str(each.person)))


def people_of(row: Schedule) -> list[UUID]:
    """Everybody who takes turns in a schedule."""
    return list(dict.fromkeys(person for layer in plan(row).layers for person in layer.people))


def _user(actor: Actor) -> UUID:
    return UUID(actor.id) if actor.kind == "user" and actor.id != "anonymous" else UUID(int=0)
