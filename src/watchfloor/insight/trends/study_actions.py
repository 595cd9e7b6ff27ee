"""Prevalence studies are drawn, labelled and ended; a weekly one draws its next by itself."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from watchfloor.engines.prevalence import METHODS, draw, seeded
from watchfloor.identity.domain import Actor, system
from watchfloor.insight.trends import news, population, studies
from watchfloor.insight.trends.events import StudyDrawn, StudyEnded, StudyLabelled, StudyRepeats
from watchfloor.insight.trends.models import Study, StudyLabel, StudyUnit
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review.models import Decision

MANAGE, LABEL = "study.manage", "study.label"
MOST = 5_000
WEEK = timedelta(days=7)
VERDICTS = ("violating", "clean", "unsure")


def begin(
    actor: Actor, *, name: str, method: str, unit: str, start: datetime, end: datetime, size: int, names: Sequence[str] = (),
    item_types: Sequence[str] = (), markets: Sequence[str] = (), languages: Sequence[str] = (), by: str = "", views_field: str = "",
    double_share: float = 0.1, weekly: bool = False, seed: str = "", follows: UUID | None = None,
) -> Study:  # fmt: skip
    """Draw a study's sample from the lake. The seed is in the ledger, so that anyone can draw it again; tests give their own.

    Raises:
        BadInput: what is asked does not make a study.
    """
    _may(actor, MANAGE, markets)
    name = " ".join(name.split())[:120]
    if not name:
        raise BadInput("no_name", "Give the study a name.", where="name")
    if method not in METHODS:
        raise BadInput("unknown_method", f"{method[:40]!r} is no way to draw.", where="method", hint=", ".join(METHODS))
    if unit not in population.UNITS:
        raise BadInput(
            "unknown_unit", f"{unit[:40]!r} cannot be drawn.", where="unit", hint=", ".join(population.UNITS)
        )
    if not timedelta(0) < end - start <= population.LONGEST:
        raise BadInput("bad_span", "The population's span is 31 days at most, and ends after it begins.", where="start")
    if not 1 <= size <= MOST:
        raise BadInput("bad_size", f"A sample has 1 to {MOST:,} units.", where="size")
    if not 0 <= double_share <= 1:
        raise BadInput("bad_share", "The share labelled twice lies between 0 and 1.", where="double_share")
    if method == "stratified" and not by:
        raise BadInput("no_strata", "Say by what the strata are formed.", where="by")
    found = population.read(
        unit=unit, start=start, end=end, names=names, item_types=item_types, markets=markets, languages=languages,
        by=by if method == "stratified" else "", views_field=views_field,
    )  # fmt: skip
    seed = seed or secrets.token_hex(16)
    drawn = draw(population.units(found), size, method=method, seed=seed)
    rows = {row.id: row for row in found}
    items = population.items_of([rows[each.id] for each in drawn])
    kept = [(each, rows[each.id]) for each in drawn if (rows[each.id].item_type, rows[each.id].item_id) in items]
    if not kept:
        raise BadInput(
            "no_population", "None of the drawn items is known here, or all are restricted.", where="population"
        )
    digest = hashlib.sha256("\n".join(each.id for each, _ in kept).encode()).hexdigest()
    violating = set(
        Decision.objects.filter(case__item__in=[item.pk for item in items.values()], verdict="violating", superseded_at__isnull=True)
        .values_list("case__item_id", flat=True)
    )  # fmt: skip
    with writing(actor, reason=name) as w:
        study = w.create(
            Study, id=new_id(), name=name, method=method, by=by if method == "stratified" else "", unit=unit, names=list(names),
            item_types=list(item_types), markets=list(markets), languages=list(languages), start=start, end=end, views_field=views_field,
            size=len(kept), double_share=double_share, seed=seed, population=len(found), views=sum(row.views for row in found),
            strata=dict(Counter(row.stratum for row in found)), state=Study.State.LABELLING, made_by=str(actor), made_at=clock.now(),
            weekly=weekly, follows=follows,
        )  # fmt: skip
        StudyUnit.objects.bulk_create(
            StudyUnit(
                study=study, place=place, item=items[row.item_type, row.item_id], item_version=row.item_version, market=row.market,
                language=row.language, stratum=each.stratum, probability=each.probability, times=each.times,
                double=seeded(seed, f"twice {each.id}") < double_share, enforced=items[row.item_type, row.item_id].pk in violating,
            )
            for place, (each, row) in enumerate(kept)
        )  # fmt: skip
        w.event(StudyDrawn(method=method, population=len(found), size=len(kept), seed=seed, digest=digest), study)
    return study


def label(actor: Actor, unit_id: UUID, verdict: str, policy_key: str = "") -> StudyLabel:
    """One person's finding on one unit; the first counts, a second on a unit for two measures agreement.

    Raises:
        BadInput: no such finding, or a violating one without its policy.
        Conflict: it is labelled already.
    """
    unit = studies.unit(actor, unit_id)
    if verdict not in VERDICTS:
        raise BadInput("unknown_verdict", f"{verdict[:20]!r} is no finding.", where="verdict", hint=", ".join(VERDICTS))
    if verdict == "violating":
        policies.policy(policy_key)  # one that is known
    if unit.study.state != Study.State.LABELLING:
        raise Conflict("study_ended", "This study has ended.")
    try:
        with transaction.atomic(), writing(actor) as w:
            first = StudyLabel.objects.filter(unit_id=unit.pk).exists()
            if first and not unit.double:
                raise Conflict("labelled", "Somebody has labelled it meanwhile.")
            made = w.create(
                StudyLabel, unit_id=unit.pk, study_id=unit.study_id, labeller=str(actor), verdict=verdict,
                policy_key=policy_key if verdict == "violating" else "", second=first, at=clock.now(),
            )  # fmt: skip
            w.event(
                StudyLabelled(study=str(unit.study_id), verdict=verdict, labelled_policy=made.policy_key, second=first),
                made,
            )
    except IntegrityError:
        raise Conflict("labelled", "It is labelled already.") from None
    return made


def take_back(actor: Actor, study_id: UUID) -> StudyUnit | None:
    """The unit one labelled last, to label it again: not offered once a second person has seen it. None: there is none."""
    mine = StudyLabel.objects.filter(study_id=study_id, labeller=str(actor)).order_by("-at", "-pk").first()
    return StudyUnit.objects.filter(pk=mine.unit_id).first() if mine else None


def end(actor: Actor, study_id: UUID, *, drop: bool = False) -> Study:
    """Finish a study: what is labelled is what it says. ``drop``: it says nothing."""
    _may(actor, MANAGE, ())
    study = studies.study(actor, study_id)
    if study.state != Study.State.LABELLING:
        raise Conflict("study_ended", "This study has ended.")
    found = studies.result(study)
    with writing(actor) as w:
        w.update(study, state=Study.State.DROPPED if drop else Study.State.DONE, ended_at=clock.now())
        share, low, high = (0.0, 0.0, 1.0) if drop else (found.share, found.low, found.high)
        w.event(
            StudyEnded(how=study.state, labelled=0 if drop else found.labelled, share=share, low=low, high=high), study
        )
        if not drop:
            news.study_ended(study, actor)
    return study


def repeat(actor: Actor, study_id: UUID, weekly: bool) -> Study:
    """Let a study draw the same sample design a week later, or no more."""
    _may(actor, MANAGE, ())
    study = studies.study(actor, study_id)
    with writing(actor, reason="weekly" if weekly else "no longer weekly") as w:
        w.update(study, weekly=weekly)
        w.event(StudyRepeats(weekly=weekly), study)
    return study


def next_due() -> int:
    """Draw the next of weekly studies whose week is over; how many."""
    followed = Study.objects.filter(follows__isnull=False).values("follows")
    done = 0
    for study in (
        Study.objects.filter(weekly=True, end__lte=clock.now() - WEEK)
        .exclude(state=Study.State.DROPPED)
        .exclude(pk__in=followed)
    ):
        again: dict[str, Any] = {
            name: getattr(study, name)
            for name in (
                "name",
                "method",
                "unit",
                "size",
                "names",
                "item_types",
                "markets",
                "languages",
                "by",
                "views_field",
                "double_share",
            )
        }
        try:
            begin(
                system("studies"),
                **again,
                start=study.start + WEEK,
                end=study.end + WEEK,
                weekly=True,
                follows=study.pk,
            )
            done += 1
        except BadInput:  # nothing happened that week: the series ends rather than be tried for ever
            with writing(system("studies"), reason="nothing to draw from") as w:
                w.update(study, weekly=False)
                w.event(StudyRepeats(weekly=False), study)
    return done


def _may(actor: Actor, permission: str, markets: Sequence[str]) -> None:
    """Who is limited to markets studies those, and says so."""
    if not actor.has(permission):
        raise Forbidden("no_permission", "Your roles do not include prevalence studies.")
    wanted = list(markets) or [""]
    if any(not actor.may(permission, market=market) for market in wanted):
        raise Forbidden(
            "other_market", "Name the markets of your role.", hint="A study without markets looks at all of them."
        )
