"""How right a model is on what nobody reported, by policy and language, and from which score it may open cases by itself.

Only the random sample counts here (``drawing``): each item that was drawn, what the model had said before anybody decided, and what a
person found. What reporters bring is mostly violating and would make any model look right. A model whose version somebody chose by
hand is measured on that version's draws alone; one that follows its newest version, on those of the versions before as well: each
differs from the last by a few dozen decisions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.db.models import OuterRef, Subquery

from watchfloor.detection.judged import BY_PEOPLE, FINAL
from watchfloor.detection.modelling.domain.silence import Figures, why_silent
from watchfloor.detection.modelling.models import Draw, Pause
from watchfloor.detection.modelling.plans import plans, scope_of, target_of
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels.metrics import Interval, Threshold
from watchfloor.engines.textmodels.sampled import Drawn, at_threshold, needed, share, sure_threshold
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.review.models import Decision

WINDOW = timedelta(days=60)
MOST = 5000  # draws that are looked at, the newest
FEW = 20  # of one language: fewer judged say nothing against it
SIGNAL_AT = 0.5


class Judged(msgspec.Struct, frozen=True):
    """A drawn item that a person has judged."""

    drawn: Drawn
    language: str


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A model in one scope (a language with its own plan, or all the others).

    Attributes:
        judged, waiting: drawn items with and without a person's word. needed: how many right ones in a row would do.
        prevalence: the share of violating among what nobody reported.
        signal: precision and recall where it gives signals (.5). open: where it opens cases; None: at no score.
        silent: why it opens none (``domain.silence``); empty: it does.
        shut: languages of the scope in which it is surely below its target.
    """

    language: str
    target: float
    per_day: int
    judged: int
    waiting: int
    needed: int
    prevalence: Interval
    signal: Threshold
    open: Threshold | None
    silent: str
    shut: tuple[str, ...] = ()


def open_at(policy: str, language: str) -> float | None:
    """The score from which the policy's model opens a case for a text of this language; None: it is silent."""
    found = standing(policy).get(scope_of(policy, language))
    if found is None or found.silent or found.open is None or language in found.shut:
        return None
    return found.open.threshold


def _read(policy: str) -> dict[str, Measured]:
    rows = list(TextModel.objects.filter(policy_key=policy).defer("blob").order_by("-version"))
    live = next((row for row in rows if row.live), None)
    paused = Pause.objects.filter(policy_key=policy, lifted_at__isnull=True).exists()
    chosen = live.version if live is not None and live.version != rows[0].version else None
    judged, waiting = _draws(policy, chosen)
    scopes = {"", *(language for key, language in plans() if key == policy)}
    found = {}
    for scope in sorted(scopes):
        mine = [row for row in judged if scope_of(policy, row.language) == scope]
        plan, target = plans().get((policy, scope)), target_of(policy, scope)
        drawn = [row.drawn for row in mine]
        per_day = plan.per_day if plan is not None else 0
        best = sure_threshold(drawn, target) if live is not None else None
        need = needed(target)
        figures = Figures(
            live=live is not None, ready=any(row.report.get("ready") for row in rows[:1]), paused=paused, per_day=per_day,
            judged=len(drawn), likely=sum(each.score >= SIGNAL_AT for each in drawn), needed=need, reached=best is not None,
        )  # fmt: skip
        found[scope] = Measured(
            language=scope, target=target, per_day=per_day, judged=len(drawn),
            waiting=sum(scope_of(policy, language) == scope for language in waiting), needed=need,
            prevalence=share([1 / each.chance for each in drawn], [each.label for each in drawn]),
            signal=at_threshold(drawn, SIGNAL_AT), open=best, silent=why_silent(figures),
            shut=_shut(mine, best, target) if best is not None else (),
        )  # fmt: skip
    return found


standing: RememberedBy[str, dict[str, Measured]] = RememberedBy(_read, seconds=15.0)
"""By policy: scope -> how its model does there."""


def judged(policy: str, scope: str, version: int | None = None) -> list[Drawn]:
    """The judged part of the sample, for a curve."""
    return [row.drawn for row in _draws(policy, version)[0] if scope_of(policy, row.language) == scope]


def by_language(policy: str) -> list[tuple[str, int, Threshold]]:
    """Each language with judged draws: how many, and precision and recall where signals are given."""
    found: dict[str, list[Drawn]] = {}
    for row in _draws(policy, None)[0]:
        found.setdefault(row.language, []).append(row.drawn)
    return [(language, len(rows), at_threshold(rows, SIGNAL_AT)) for language, rows in sorted(found.items())]


def _draws(policy: str, version: int | None) -> tuple[list[Judged], list[str]]:
    word = Decision.objects.filter(
        case=OuterRef("case"), origin__in=BY_PEOPLE, verdict__in=FINAL, superseded_at__isnull=True
    ).order_by("-at", "-pk")
    rows: Any = Draw.objects.filter(policy_key=policy, at__gte=clock.now() - WINDOW, score__isnull=False)
    if version is not None:
        rows = rows.filter(model_version=version)
    rows = rows.annotate(word=Subquery(word.values("verdict")[:1])).order_by("-at", "-pk")
    found, waiting = [], []
    for score, chance, language, verdict in rows.values_list("score", "chance", "language", "word")[:MOST]:
        if verdict is None:
            waiting.append(language)
        else:
            found.append(Judged(Drawn(score, verdict == "violating", chance), language))
    return found, waiting


def _shut(rows: list[Judged], best: Threshold, target: float) -> tuple[str, ...]:
    """Languages in which what it would open is surely below the target, whatever the rest of the scope says."""
    by: dict[str, list[Drawn]] = {}
    for row in rows:
        if row.drawn.score >= best.threshold:
            by.setdefault(row.language, []).append(row.drawn)
    shut = []
    for language, drawn in sorted(by.items()):
        reached = share([1 / each.chance for each in drawn], [each.label for each in drawn])
        if len(drawn) >= FEW and reached.high < target:
            shut.append(language)
    return tuple(shut)


def forget() -> None:
    """Something changed that must count at once."""
    standing.forget()
