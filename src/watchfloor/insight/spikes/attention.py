"""How much spikes may ask of people: whom they are told, mutes with an end, and what feedback makes of thresholds.

Feedback tunes by weights. A slice's p-value is divided by its weight before the day's discoveries are taken (Genovese, Roeder and
Wasserman 2006): each "noise" halves the weight of the metric in that slice, each "useful" raises it by half, "known" leaves it;
weights stay between 1/16 and 4, and feedback older than ninety days no longer counts. Budgets are in
``telling``; severe ones page whoever is on call and do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from watchfloor.identity.domain import Actor
from watchfloor.insight.spikes import queries, telling
from watchfloor.insight.spikes.domain.watching import Alarm
from watchfloor.insight.spikes.events import SpikeAnswered, SpikeEscalated, SpikeMuted, SpikeUnmuted
from watchfloor.insight.spikes.models import Feedback, Mute, Spike
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn

WEIGHTS = {"useful": 1.5, "noise": 0.5, "known": 1.0}
LOWEST, HIGHEST = 1 / 16, 4.0
MEMORY = timedelta(days=90)
LONGEST_MUTE = timedelta(days=90)


def mutes(at: datetime) -> list[Mute]:
    """Those in force at a moment."""
    return list(Mute.objects.filter(made_at__lte=clock.now(), until__gt=at, ended_at__isnull=True))


def covers(mute: Mute, metric: str, where: dict[str, str]) -> bool:
    """Whether a mute is about this slice: it names no other metric, and each of its values is the slice's."""
    return (not mute.metric or mute.metric == metric) and all(
        where.get(name) == value for name, value in mute.where.items()
    )


def mute(actor: Actor, metric: str, where: dict[str, str], until: datetime, why: str) -> Mute:
    """No alarms for a while, with an end and a reason."""
    now = clock.now()
    if not now < until <= now + LONGEST_MUTE:
        raise BadInput("bad_end", "A mute ends within ninety days.", where="until")
    if not why.strip():
        raise BadInput("no_reason", "Say why, for whoever wonders at the silence.", where="why")
    with writing(actor) as w:
        row = w.create(
            Mute, metric=metric[:80], where=where, until=until, why=why.strip()[:500], made_by=w.actor, made_at=now
        )
        w.event(SpikeMuted(metric=row.metric, where=where, until=until.isoformat(timespec="seconds")), row)
    return row


def unmute(actor: Actor, mute_id: UUID) -> None:
    """End a mute before its time."""
    with writing(actor) as w:
        row = Mute.objects.select_for_update().filter(pk=mute_id).first()
        if row is None:
            raise NotFound("unknown_mute", "There is no such mute.")
        if row.ended_at is None:
            w.update(row, ended_at=clock.now(), ended_by=w.actor)
            w.event(SpikeUnmuted(metric=row.metric, where=row.where), row)


def answer(actor: Actor, row: Spike, verdict: str) -> None:
    """What the alarm was worth to somebody; the newest answer of each person counts."""
    if verdict not in WEIGHTS:
        raise BadInput("bad_answer", "An alarm was useful, noise, or known already.", where="verdict")
    with writing(actor) as w:
        values = {"verdict": verdict, "metric": row.metric, "where": row.where, "at": clock.now()}
        known = Feedback.objects.select_for_update().filter(spike=row, person=w.actor).first()
        kept = w.update(known, **values) if known else w.create(Feedback, spike=row, person=w.actor, **values)
        w.event(SpikeAnswered(metric=row.metric, where=row.where, verdict=verdict), kept)


def weight_of(metric: str, where: dict[str, str], said: Sequence[tuple[str, dict[str, str], str]]) -> float:
    """The weight that answers ``(metric, slice, verdict)`` give to a slice: those about it, or about a slice within it."""
    weight = 1.0
    for about, place, verdict in said:
        if about == metric and all(place.get(name) == value for name, value in where.items()):
            weight *= WEIGHTS[verdict]
    return min(HIGHEST, max(LOWEST, weight))


def weights(alarms: Sequence[Alarm]) -> list[float]:
    """The weight of each slice that was looked at."""
    said = answers()
    if not said:
        return [1.0] * len(alarms)
    return [weight_of(alarm.metric, alarm.where, said) if alarm.where else 1.0 for alarm in alarms]


def answers() -> list[tuple[str, dict[str, str], str]]:
    """What was said lately."""
    rows = Feedback.objects.filter(at__gt=clock.now() - MEMORY)
    return [(metric, where, verdict) for metric, where, verdict in rows.values_list("metric", "where", "verdict")]


def severity(row: Spike) -> int:
    """1 to 5 by how much and how many: what on-call's matrix goes by."""
    times = row.value / row.expected if row.expected > 0 else 10.0
    gap = abs(row.value - row.expected)
    return 5 if times >= 10 and gap >= 500 else 4 if times >= 5 and gap >= 100 else 3 if times >= 2 and gap >= 20 else 2


def tell(w: Writer, row: Spike) -> None:
    """Tell those who watch, within their budgets; page on-call where its matrix has a line for such a spike."""
    news = telling.News(
        about="spike", subject=ids.encode("spk", row.pk), permission="spike.manage", sees=lambda actor: queries.may_see(actor, row)
    )  # fmt: skip
    telling.tell(news)
    if clock.now() - row.last_at < timedelta(hours=2):  # what is caught up with days later calls nobody out of bed
        page(w, row)


def read(actor: Actor, subject: str, _at: datetime) -> telling.Line | None:
    """A spike as news."""
    row = Spike.objects.filter(pk=ids.decode("spk", subject)).first()
    if row is None or not queries.may_see(actor, row):
        return None
    line = queries.line(row)
    return telling.Line(line.headline, line.since, line.url)


def page(w: Writer, row: Spike, words: str = "") -> bool:
    """Page whoever is on call, if a line of the matrix fits; whether somebody was."""
    name = ids.encode("spk", row.pk)
    asked = PageIn(
        key=f"spike:{name}", about="spike", severity=severity(row), policy=row.where.get("policy", ""),
        market=row.where.get("market", ""), words=words or queries.line(row).headline[:200],
    )  # fmt: skip
    paged = oncall.page(w, asked)
    if paged is not None and not row.paged:
        w.update(row, paged=True)
        w.event(SpikeEscalated(metric=row.metric, where=row.where, how="page"), row)
    return paged is not None


def address(row: Spike) -> str:
    """Where a spike is shown."""
    return reverse("spike", args=[ids.encode("spk", row.pk)])


telling.register("spike", read)
