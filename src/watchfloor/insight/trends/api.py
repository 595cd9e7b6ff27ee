"""The JSON API of topics and of prevalence studies: to read them, to draw a study, to label its sample with a tool of one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.engines.prevalence import Estimate
from watchfloor.identity.guard import needs
from watchfloor.insight.trends import studies, study_actions, topics
from watchfloor.insight.trends.models import Study, StudyUnit, TopicAlarm
from watchfloor.kernel import ids

router = Router(tags=["insight"])


class TopicAlarmOut(Schema):
    """It was new or grew: ``count`` voices in a day where ``expected`` were usual; ``dimension`` empty: everywhere."""

    kind: str
    dimension: str
    value: str
    count: int
    expected: float
    p: float
    at: datetime


class TopicOut(Schema):
    """A topic. ``source``: note (what reporters wrote) or item (what was reported); ``day``: voices in the last one, ``before``: a day's
    mean in the week before it, ``days``: texts on each of the last 28."""

    key: str
    source: str
    name: str
    words: list[str]
    example: str
    day: int
    before: float
    total: int
    first_seen: datetime
    last_seen: datetime
    days: list[int]
    alarm: TopicAlarmOut | None
    muted_until: datetime | None


class TopicsOut(Schema):
    """Alarms first, then by the voices of the last day."""

    topics: list[TopicOut]


class TopicPart(Schema):
    """A market's, language's or policy's part of a topic."""

    by: str
    value: str
    day: int
    before: float
    total: int


class TopicTextOut(Schema):
    """A text that stands for a topic, of a case the caller may open."""

    text: str
    at: datetime
    case: str
    market: str
    language: str


class TopicWhole(TopicOut):
    """With its parts, its alarms and texts that say most of it."""

    parts: list[TopicPart]
    alarms: list[TopicAlarmOut]
    texts: list[TopicTextOut]


class PrevalenceOut(Schema):
    """A share of the whole with its 95 % interval; ``low_if`` and ``high_if``: if none, or all, of the unsure counted."""

    share: float
    low: float
    high: float
    labelled: int
    hits: int
    unsure: int
    effective: float
    low_if: float
    high_if: float


class StudyOut(Schema):
    """A prevalence study and what is known so far. ``population``: units it was drawn from; ``size``: drawn."""

    id: UUID
    name: str
    state: str
    method: str
    by: str
    unit: str
    names: list[str]
    item_types: list[str]
    markets: list[str]
    languages: list[str]
    start: datetime
    end: datetime
    size: int
    population: int
    seed: str
    weekly: bool
    prevalence: PrevalenceOut


class StudiesOut(Schema):
    """The newest first."""

    studies: list[StudyOut]


class StudyPart(PrevalenceOut):
    """The share within a market, language or stratum, or of a policy."""

    by: str
    value: str


class StudyWhole(StudyOut):
    """With its parts. ``recall``: of what violates, the share enforcement had found; ``wrongly``: of what it had found, the clean share.
    ``same``: how often two people agree over ``pairs``; ``kappa``: beyond chance."""

    parts: list[StudyPart]
    recall: PrevalenceOut
    wrongly: PrevalenceOut
    done: int
    pairs: int
    same: float
    kappa: float | None


class StudyIn(Schema):
    """A study to draw. ``method``: simple, stratified (``by`` says what the strata are) or views (``views_field`` holds how often)."""

    name: str = Field(max_length=120)
    method: str = "simple"
    unit: str = "item"
    start: datetime
    end: datetime
    size: int
    names: list[str] = []
    item_types: list[str] = []
    markets: list[str] = []
    languages: list[str] = []
    by: str = ""
    views_field: str = ""
    double_share: float = 0.1
    weekly: bool = False


class StudyUnitOut(Schema):
    """A drawn unit: the item by the platform's name, as it was in ``item_version``. Nothing of its content."""

    id: UUID
    place: int
    item_type: str
    item_id: str
    item_version: str
    market: str
    language: str
    stratum: str


class NextUnitOut(Schema):
    """What the caller labels next; null when nothing is left."""

    unit: StudyUnitOut | None


class StudyLabelIn(Schema):
    """``verdict``: violating (with its policy), clean or unsure."""

    verdict: str
    policy: str = ""


class StudyLabelOut(Schema):
    """What was kept. ``second``: another person had labelled it, this one measures agreement."""

    unit: UUID
    verdict: str
    policy: str
    second: bool


@router.get("/insight/topics", response=TopicsOut)
def list_topics(
    request: HttpRequest,
    show: str = "",
    source: str = "",
    market: str = "",
    language: str = "",
    policy: str = "",
    q: str = "",
) -> Any:
    """Topics of report text that alarmed lately; ``show``: all or muted. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    wanted = {"show": show, "source": source, "market": market, "language": language, "policy": policy, "q": q[:200]}
    return {"topics": [_topic(line) for line in topics.listed(actor, wanted)]}


@router.get("/insight/topics/{key}", response=TopicWhole)
def one_topic(request: HttpRequest, key: str) -> Any:
    """One topic. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    line = topics.one(actor, key[:12])
    parts = [
        {"by": by, "value": each.value, "day": each.day, "before": each.before, "total": each.total}
        for by, many in topics.splits(actor, line.key).items()
        for each in many
    ]
    texts = [
        {
            "text": each.text,
            "at": each.at,
            "case": ids.encode("case", each.case),
            "market": each.market,
            "language": each.language,
        }
        for each in topics.examples(actor, line.key)
    ]
    alarms = [_alarm(each) for each in topics.alarms_of(actor, line.key)]
    return {**_topic(line), "parts": parts, "alarms": alarms, "texts": texts}


@router.get("/insight/studies", response=StudiesOut)
def list_studies(request: HttpRequest) -> Any:
    """Prevalence studies with their estimates. Needs ``insight.view`` or ``study.label``."""
    actor = needs(request, "insight.view", "study.label")
    return {"studies": [_study(row, studies.result(row)) for row in studies.studies(actor)]}


@router.post("/insight/studies", response={201: StudyOut})
def draw_study(request: HttpRequest, asked: StudyIn) -> Any:
    """Draw the sample of a new study; its seed is kept, so that anyone can draw it again. Needs ``study.manage``."""
    row = study_actions.begin(needs(request, "study.manage"), **asked.dict())
    return 201, _study(row, studies.result(row))


@router.get("/insight/studies/{uuid:study_id}", response=StudyWhole)
def one_study(request: HttpRequest, study_id: UUID) -> Any:
    """One study with its parts. Needs ``insight.view`` or ``study.label``."""
    row = studies.study(needs(request, "insight.view", "study.label"), study_id)
    rows = studies.labelled(row)
    by = ("policy", "market", "language", *(("stratum",) if row.method == "stratified" else ()))
    parts = [
        {"by": name, "value": each.name, **_share(each.found)}
        for name in by
        for each in studies.slices(row, rows, name)
    ]
    far = studies.progress(row)
    return {
        **_study(row, studies.result(row, rows)), "parts": parts, "recall": _share(studies.recall(row, rows)),
        "wrongly": _share(studies.wrongly(row, rows)), "done": far.done, "pairs": far.pairs, "same": far.same, "kappa": far.kappa,
    }  # fmt: skip


@router.get("/insight/studies/{uuid:study_id}/next", response=NextUnitOut)
def next_study_unit(request: HttpRequest, study_id: UUID) -> Any:
    """What the caller labels next. Needs ``study.label``."""
    actor = needs(request, "study.label")
    found = studies.next_unit(actor, studies.study(actor, study_id))
    return {"unit": _unit(found) if found is not None else None}


@router.post("/insight/studies/units/{uuid:unit_id}", response={201: StudyLabelOut})
def label_study_unit(request: HttpRequest, unit_id: UUID, asked: StudyLabelIn) -> Any:
    """Label one unit. Needs ``study.label``."""
    made = study_actions.label(needs(request, "study.label"), unit_id, asked.verdict, asked.policy)
    return 201, {"unit": made.unit_id, "verdict": made.verdict, "policy": made.policy_key, "second": made.second}


def _topic(line: topics.Line) -> dict[str, Any]:
    given = {name: getattr(line, name) for name in TopicOut.model_fields if name != "alarm"}
    return {**given, "alarm": _alarm(line.alarm) if line.alarm is not None else None}


def _alarm(row: TopicAlarm) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TopicAlarmOut.model_fields}


def _study(row: Study, found: Estimate) -> dict[str, Any]:
    given = {name: getattr(row, name) for name in StudyOut.model_fields if name != "prevalence"}
    return {**given, "prevalence": _share(found)}


def _share(found: Estimate) -> dict[str, Any]:
    """As JSON has it: a whole population labelled knows as much as an endless sample, which is no number there."""
    plain: dict[str, Any] = msgspec.structs.asdict(found)
    return {**plain, "effective": min(found.effective, 1e12)}


def _unit(row: StudyUnit) -> dict[str, Any]:
    return {
        "id": row.pk, "place": row.place + 1, "item_type": row.item.type_key, "item_id": row.item.external_id,
        "item_version": row.item_version, "market": row.market, "language": row.language, "stratum": row.stratum,
    }  # fmt: skip
