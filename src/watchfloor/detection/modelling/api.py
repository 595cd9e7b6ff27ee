"""JSON: models, how right each is on what nobody reported, versions, samples, pauses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.detection.actions import set_model_live
from watchfloor.detection.modelling import actions, asked, queries
from watchfloor.detection.modelling.models import PolicyModel
from watchfloor.engines.textmodels.metrics import Interval, Threshold
from watchfloor.identity.guard import needs
from watchfloor.ledger.writer import writing

router = Router(tags=["models"])


class ModelShare(Schema):
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


class ModelThreshold(Schema):
    """Acting on every score from here on, by the sample. ``judged``: how many of it lie there."""

    score: float
    precision: ModelShare
    recall: ModelShare
    judged: int


class ModelScope(Schema):
    """A model in one language that has a plan, or (empty) in all others.

    ``opens``: from which score it opens cases; null: at none, and ``silent`` says why: learning, stopped, paused, unmeasured (nothing is
    drawn), few (too few of the drawn are judged) or below (the target is not reached). ``shut``: languages in which it stays silent.
    """

    language: str
    target: float
    per_day: int
    judged: int
    waiting: int
    prevalence: ModelShare
    signals: ModelThreshold
    opens: ModelThreshold | None
    silent: str
    shut: list[str]


class ModelOut(Schema):
    """A policy's model. ``state``: works, stopped, learning or paused. ``week``: unreported items it flagged in seven days."""

    policy: str
    state: str
    version: int | None
    learned: int
    week: int
    seen: int
    scopes: list[ModelScope]


class ModelVersionOut(Schema):
    """One version that can be put to work."""

    version: int
    made: datetime
    learned: int
    ready: bool
    live: bool


class ModelPreview(Schema):
    """What opening cases from a score on would have done to last week's unreported items."""

    cases: int
    at: ModelThreshold


class ModelWhole(ModelOut):
    """With its versions, the preview by thresholds, and what it goes by."""

    versions: list[ModelVersionOut]
    preview: list[ModelPreview]
    speaks_for: list[str]
    speaks_against: list[str]


class ModelLiveBody(Schema):
    """``version`` null stops the model."""

    version: int | None
    why: str


class ModelSampleBody(Schema):
    """``per_day`` 0 draws nothing; ``uniform``: the share drawn whatever the score; ``language`` empty: all without a plan."""

    per_day: int
    language: str = ""
    uniform: float = 0.5
    target: float = 0.95


class ModelResumeBody(Schema):
    """Why it may act again."""

    why: str


class PolicyModelOut(Schema):
    """A model of others that is asked, and how right its version was on decisions made before it was asked.

    ``violating``, ``clean``: of those it called so, the share that people had found so. Milliseconds; ``slow`` is the 95th percentile.
    """

    key: str
    policy: str
    language: str
    version: int
    mode: str
    asked: int
    answered: int
    judged: int
    violating: ModelShare
    clean: ModelShare
    median: float
    slow: float
    tokens: int
    cost: float


@router.get("/policy-models", response=list[PolicyModelOut], summary="List policy models", operation_id="policy_models")
def policy_models(request: HttpRequest) -> Any:
    """Needs ``rule.view``."""
    needs(request, "rule.view")
    found = [(row, asked.figures(row)) for row in PolicyModel.objects.order_by("key")]
    return [
        PolicyModelOut(
            key=row.key, policy=row.policy_key, language=row.language, version=row.version, mode=row.mode, asked=each.asked,
            answered=each.answered, judged=each.judged, violating=_share(each.violating), clean=_share(each.clean),
            median=each.median, slow=each.slow, tokens=each.tokens, cost=each.cost,
        )
        for row, each in found
    ]  # fmt: skip


@router.get("/models", response=list[ModelOut], summary="List models", operation_id="models")
def models(request: HttpRequest) -> Any:
    """Needs ``rule.view``."""
    needs(request, "rule.view")
    return [_out(each) for each in queries.standings()]


@router.get("/models/{policy}", response=ModelWhole, summary="Read a model", operation_id="model")
def model(request: HttpRequest, policy: str, language: str = "") -> Any:
    """``language``: whose thresholds the preview is of. Needs ``rule.view``."""
    needs(request, "rule.view")
    return _whole(policy, language)


@router.post("/models/{policy}/live", response=ModelWhole, summary="Put a version to work", operation_id="model_live")
def model_live(request: HttpRequest, policy: str, body: ModelLiveBody) -> Any:
    """Needs ``rule.enable``."""
    with writing(needs(request, "rule.enable")) as w:
        set_model_live(w, policy, body.version, why=body.why)
    return _whole(policy, "")


@router.put(
    "/models/{policy}/sample", response=ModelWhole, summary="Plan a model's sample", operation_id="model_sample"
)
def model_sample(request: HttpRequest, policy: str, body: ModelSampleBody) -> Any:
    """So many unreported items a day go into review. Needs ``rule.enable``."""
    with writing(needs(request, "rule.enable")) as w:
        actions.plan_sampling(
            w, policy, per_day=body.per_day, language=body.language, uniform=body.uniform, target=body.target
        )
    return _whole(policy, "")


@router.post(
    "/models/{policy}/resume", response=ModelWhole, summary="Let a paused model act", operation_id="model_resume"
)
def model_resume(request: HttpRequest, policy: str, body: ModelResumeBody) -> Any:
    """Needs ``rule.enable``."""
    with writing(needs(request, "rule.enable")) as w:
        actions.resume(w, policy, why=body.why)
    return _whole(policy, "")


def _whole(policy: str, language: str) -> ModelWhole:
    it = queries.standing(policy)
    speaks_for, against = queries.weighs(policy)
    scope = language if language in it.scopes else ""
    return ModelWhole(
        **_out(it).dict(),
        versions=[
            ModelVersionOut(version=row.version, made=row.made_at, learned=row.learned, live=row.live,
                            ready=bool(row.report.get("ready")))
            for row in queries.versions(policy)
        ],
        preview=[ModelPreview(cases=row.items, at=_threshold(row.measured)) for row in queries.thresholds(policy, scope)],
        speaks_for=[each.shown for each in speaks_for], speaks_against=[each.shown for each in against],
    )  # fmt: skip


def _out(it: queries.Standing) -> ModelOut:
    return ModelOut(
        policy=it.policy, state=it.state, version=it.live.version if it.live else None,
        learned=it.newest.learned if it.newest else 0, week=it.week, seen=it.seen,
        scopes=[
            ModelScope(
                language=key, target=row.target, per_day=row.per_day, judged=row.judged, waiting=row.waiting,
                prevalence=_share(row.prevalence), signals=_threshold(row.signal),
                opens=_threshold(row.open) if row.open and not row.silent else None, silent=row.silent, shut=list(row.shut),
            )
            for key, row in it.scopes.items()
        ],
    )  # fmt: skip


def _threshold(at: Threshold) -> ModelThreshold:
    return ModelThreshold(score=at.threshold, precision=_share(at.precision), recall=_share(at.recall), judged=at.above)


def _share(interval: Interval) -> ModelShare:
    return ModelShare(value=interval.value, low=interval.low, high=interval.high)
