"""Readers of models: how each does and why it is silent, what another threshold would have done, what it goes by."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from watchfloor.detection import models_in_force
from watchfloor.detection.modelling import measuring, plans, watch
from watchfloor.detection.modelling.models import BINS, Pause
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import Contribution
from watchfloor.engines.textmodels.metrics import Threshold
from watchfloor.engines.textmodels.sampled import at_threshold
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound

WEEK = timedelta(days=7)
STEPS = tuple(place / BINS for place in range(BINS // 2, BINS))  # .50, .55 ... .95: where bins begin


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's model. ``live``, ``newest``: versions; ``state``: works, stopped, learning or paused; ``week``: unreported items to
    which it gave .5 or more in the last seven complete days; ``seen``: all of them."""

    policy: str
    live: TextModel | None
    newest: TextModel | None
    state: str
    scopes: dict[str, measuring.Measured]
    pause: Pause | None
    seen: int
    week: int

    @property
    def main(self) -> measuring.Measured:
        """The scope of all languages without a plan of their own."""
        return self.scopes[""]


class AtThreshold(msgspec.Struct, frozen=True):
    """What opening cases from a score on would have done to last week's unreported items, and how right by the sample."""

    score: float
    items: int
    measured: Threshold
    now: bool = False


def standings() -> list[Standing]:
    """Every policy that has a model or a plan, by key."""
    keys = set(TextModel.objects.values_list("policy_key", flat=True)) | {policy for policy, _ in plans.plans()}
    return [standing(key) for key in sorted(keys)]


def standing(policy: str) -> Standing:
    """One of them.

    Raises:
        NotFound: the policy has neither model nor plan.
    """
    rows = versions(policy)
    if not rows and not any(key == policy for key, _ in plans.plans()):
        raise NotFound("no_model", f"No model for {policy[:60]!r} has learned yet, and no sample is planned for it.")
    live = next((row for row in rows if row.live), None)
    pause = Pause.objects.filter(policy_key=policy, lifted_at__isnull=True).first()
    ready = bool(rows) and bool(rows[0].report.get("ready"))
    state = "paused" if live and pause else "works" if live else "stopped" if ready else "learning"
    week = _week(policy, None)
    return Standing(
        policy=policy, live=live, newest=rows[0] if rows else None, state=state, scopes=measuring.standing(policy),
        pause=pause, seen=sum(week.values()), week=sum(items for place, items in week.items() if place >= BINS // 2),
    )  # fmt: skip


def versions(policy: str) -> list[TextModel]:
    """The newest first, without what they know."""
    return list(TextModel.objects.filter(policy_key=policy).defer("blob").order_by("-version"))


def thresholds(policy: str, scope: str) -> list[AtThreshold]:
    """What it would have done last week at scores from .5 on; counted in bins, so between their borders it is not known."""
    drawn, week = measuring.judged(policy, scope), _week(policy, scope)
    now = measuring.standing(policy)[scope].open
    found = []
    for score in STEPS:
        items = sum(count for place, count in week.items() if place >= round(score * BINS))
        here = now is not None and score <= now.threshold < score + 1 / BINS
        found.append(AtThreshold(score, items, at_threshold(drawn, score), here))
    return found


def weighs(policy: str) -> tuple[list[Contribution], list[Contribution]]:
    """What speaks most for a violation and against one, by the live model."""
    found = models_in_force.model_of(policy)
    return found[1].strongest() if found is not None else ([], [])


def drifts(policy: str) -> tuple[watch.Scores, watch.Labels | None]:
    """How unlike the last day is, and how right its foretelling was lately."""
    live = TextModel.objects.filter(policy_key=policy, live=True).defer("blob").first()
    return watch.scores_of(policy), watch.labels_of(live) if live is not None else None


def _week(policy: str, scope: str | None) -> dict[int, int]:
    """Bins of the seven last complete days; ``scope`` None: of all languages."""
    end = clock.now().date() - timedelta(days=1)
    scopes = (
        [scope]
        if scope is not None
        else ["", *(language for key, language in plans.plans() if key == policy and language)]
    )
    found: dict[int, int] = {}
    for each in scopes:
        for bins in plans.counts(policy, each, end - WEEK + timedelta(days=1), end).values():
            for place, items in bins.items():
                found[place] = found.get(place, 0) + items
    return found
