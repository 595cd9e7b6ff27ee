"""Prevalence studies: drawn from the lake, labelled by people, estimated; rights, agreement, weeks; what became of decisions."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.support.floor import CLEAN, LEAD, SPAM, Floor, install, someone
from tests.support.lake import NOON, event, fresh

from watchfloor.detection import models_in_force
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import Actor, system
from watchfloor.insight.trends import studies, study_actions, verdicts
from watchfloor.insight.trends.models import Study, StudyLabel, StudyUnit
from watchfloor.insight.trends.pages import study as study_page
from watchfloor.intake import lake
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review.models import Case, Job
from watchfloor.workforce.models import Exposure

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MAKE = frozenset({"insight.view", "study.manage", "study.label", "case.view"})
ANN, BEN = someone(MAKE), someone(MAKE)


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Item]:
    """Forty messages, every fifth bad, seen by many or few; one of them belongs to a restricted case."""
    fresh(monkeypatch, tmp_path)
    install()
    floor, made, rows = Floor(), [], []
    for number in range(40):
        item, version = floor.item(
            ("bad " if number % 5 == 0 else "good ") + f"text {number}", id=f"m{number}", author=f"a{number}"
        )
        made.append(item)
        data = {"text": "x", "views": 900 if number % 5 == 0 else 100}
        row = event(number, data, minutes=number, item=item.external_id, market="DE" if number % 2 else "US")
        rows.append(
            type(row)(**{**{name: getattr(row, name) for name in row.__struct_fields__}, "item_version": version})
        )
    case = floor.report(made[39])
    Case.objects.filter(pk=case.pk).update(clearance="child_safety")
    Job.objects.filter(case=case).update(clearance="child_safety")
    lake.write(rows)
    return made


def begin(actor: Actor = ANN, **more: object) -> Study:
    asked = {
        "name": "All posts", "method": "simple", "unit": "item", "start": NOON - DAY, "end": NOON + DAY, "size": 40, "seed": "fixed",
        "double_share": 0.0,
    } | more  # fmt: skip
    return study_actions.begin(actor, **asked)  # type: ignore[arg-type]


def label_all(actor: Actor, study: Study) -> None:
    while (unit := studies.next_unit(actor, study)) is not None:
        bad = int(unit.item.external_id[1:]) % 5 == 0
        study_actions.label(actor, unit.pk, "violating" if bad else "clean", "spam" if bad else "")


def test_a_study_from_draw_to_result(items: list[Item]) -> None:
    study = begin()
    again = begin()
    order = [row.item.external_id for row in study.units.select_related("item").order_by("place")]
    assert order == [row.item.external_id for row in again.units.select_related("item").order_by("place")]
    assert (study.population, study.size, "m39" in order) == (40, 39, False)  # what is restricted is in no sample
    [one, _two] = Event.objects.filter(type="study.drawn").values_list("data", flat=True)
    assert one["seed"] == "fixed" and one["size"] == 39
    label_all(ANN, study)
    found = studies.result(study)
    assert (found.labelled, found.hits) == (39, 8) and found.low < 8 / 39 < found.high
    rows = studies.labelled(study)
    assert [(each.name, each.found.hits) for each in studies.slices(study, rows, "policy")] == [("spam", 8)]
    assert {each.name: each.found.labelled for each in studies.slices(study, rows, "market")} == {"US": 20, "DE": 19}
    done = study_actions.end(ANN, study.pk)
    assert done.state == "done"
    with pytest.raises(Conflict):
        study_actions.label(BEN, StudyUnit.objects.filter(study=study)[0].pk, "clean")


def test_views_count_what_is_seen_more(items: list[Item]) -> None:
    study = begin(method="views", views_field="item.data.views", size=100)
    label_all(ANN, study)
    found = studies.result(study)
    # 8 of 40 are bad and have 7,200 of 10,400 views; the restricted one is left out.
    assert found.labelled == pytest.approx(100, abs=2) and found.share == pytest.approx(7200 / 10300, abs=0.02)


def test_strata_recall_and_what_was_enforced_though_clean(items: list[Item]) -> None:
    floor, lea = Floor(), someone(LEAD)
    for item in (items[0], items[5], items[1]):
        floor.report(item)
        floor.decide(lea, SPAM)
    study = begin(method="stratified", by="market", size=40)
    label_all(ANN, study)
    rows = studies.labelled(study)
    assert {each.name for each in studies.slices(study, rows, "stratum")} == {"US", "DE"}
    caught, wrong = studies.recall(study, rows), studies.wrongly(study, rows)
    assert (caught.hits, caught.labelled) == (2, 8) and (wrong.hits, wrong.labelled) == (1, 3)
    start, end = clock.now() - DAY, clock.now() + DAY
    [line] = verdicts.lines(ANN, start, end, "policy")
    assert (line.name, line.by_person, line.person["sample"]) == ("spam", 3, verdicts.Held(3, 2))
    assert verdicts.clean_though_enforced(ANN, start, end) == verdicts.Held(3, 2)


def test_strata_by_what_a_model_thinks(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    model = OnlineClassifier()
    for _ in range(60):
        model.learn("bad text", True)
        model.learn("good text", False)
    live = models_in_force.Loaded(policy="spam", version=1, model=model, signal_at=2.0)
    monkeypatch.setattr(models_in_force, "_current", lambda: {"spam": live})
    study = begin(method="stratified", by="model:spam", size=16)
    sizes, drawn = dict(study.strata), Counter(study.units.values_list("stratum", flat=True))
    likely, unlikely = sizes["0.9-1"], sum(many for name, many in sizes.items() if name != "0.9-1")
    assert (likely, unlikely) == (8, 32)
    assert drawn["0.9-1"] == 8  # all of the few that matter ...
    label_all(ANN, study)
    found = studies.result(study)
    assert found.share == pytest.approx(8 / 40, abs=0.02)  # ... and yet they count as the fifth that they are
    for by in ("model:hate", "model:child-safety"):
        with pytest.raises(BadInput, match="No model of"):
            begin(method="stratified", by=by)


def test_what_was_shown_counts_once_and_for_who_saw_it(items: list[Item]) -> None:
    """The page says its sums with the label and once more as it goes; the second of two people has sums of their own."""
    study = begin(size=10, double_share=1.0)
    unit = studies.next_unit(ANN, study)
    assert unit is not None
    for person, page in ((ANN, "p1"), (BEN, "p1")):
        line = {"kind": "image", "severity": 3, "ms": 4000, "reveals": 1}
        said = json.dumps({"page": page, "worked_ms": 5000, "lines": [line]})
        study_actions.label(person, unit.pk, "clean")
        study_page._take(person, unit, said, labelled=True)
        with clock.at(clock.now() + timedelta(seconds=30)):
            study_page._take(person, unit, said)
        rows = Exposure.objects.filter(reviewer_id=person.id)
        assert (sum(row.ms for row in rows), sum(row.reveals for row in rows)) == (4000, 1)


def test_two_people_never_the_same_one(items: list[Item]) -> None:
    study = begin(size=10, double_share=1.0)
    label_all(ANN, study)
    assert studies.next_unit(ANN, study) is None
    unit = studies.next_unit(BEN, study)
    assert unit is not None
    study_actions.label(BEN, unit.pk, "unsure")
    label_all(BEN, study)
    seen = studies.progress(study)
    assert (seen.units, seen.done, seen.pairs) == (10, 10, 10) and seen.same == pytest.approx(0.9)
    assert studies.result(study).unsure == 0  # the first label counts
    with pytest.raises(Conflict):
        study_actions.label(ANN, unit.pk, "clean")
    assert StudyLabel.objects.filter(second=True).count() == 10


def test_rights_and_mistakes(items: list[Item]) -> None:
    german = someone(MAKE, markets=frozenset({"DE"}))
    with pytest.raises(Forbidden):
        begin(german)
    own, whole = begin(german, markets=["DE"]), begin()
    assert [row.pk for row in studies.studies(german)] == [own.pk]
    with pytest.raises(NotFound):
        studies.study(german, whole.pk)
    american = whole.units.filter(market="US").first()
    assert american is not None
    with pytest.raises(NotFound):
        study_actions.label(german, american.pk, "clean")
    for wrong in (
        {"size": 0},
        {"method": "lucky"},
        {"name": " "},
        {"end": NOON - 2 * DAY},
        {"markets": ["FR"]},
        {"views_field": "no.such"},
    ):
        with pytest.raises(BadInput):
            begin(**wrong)


def test_a_weekly_study_draws_its_next_and_ends_when_nothing_is_there(items: list[Item]) -> None:
    study = begin(weekly=True)
    label_all(ANN, study)
    week = 7 * 24 * 60
    lake.write([event(100 + n, {"text": "x"}, minutes=week + n, item=f"m{n}") for n in range(10)])
    with clock.at(NOON + 9 * DAY):
        assert study_actions.next_due() == 1 and study_actions.next_due() == 0
        [after] = Study.objects.filter(follows=study.pk)
        assert (after.size, after.start, after.weekly) == (10, study.start + 7 * DAY, True)
        assert (
            [each.pk for each in studies.line(study)]
            == [each.pk for each in studies.line(after)]
            == [study.pk, after.pk]
        )
    with clock.at(NOON + 16 * DAY):
        assert study_actions.next_due() == 0  # nothing was posted in that week
    after.refresh_from_db()
    assert not after.weekly


def test_what_became_of_decisions(items: list[Item]) -> None:
    floor, lea, max_ = Floor(), someone(LEAD), someone(LEAD)
    case = floor.report(items[2])
    decision = floor.decide(lea, SPAM)
    floor.report(items[3])
    floor.decide(lea, CLEAN)
    review.undo(max_, decision.pk, "it was fine")
    start, end = clock.now() - DAY, clock.now() + DAY
    [line] = [each for each in verdicts.lines(ANN, start, end, "policy") if each.name == case.policy_key]
    assert line.by_person == 2 and line.fell == 1 and line.by_rule == 0 and line.share == 0
    assert verdicts.people_affected(ANN, start, end) == 1
    assert verdicts.lines(someone(frozenset({"insight.view"})), start, end, "policy") == []


def test_programs_draw_read_and_label(items: list[Item]) -> None:
    def token(*permissions: str) -> dict[str, str]:
        with writing(system("test")) as w:
            _row, secret = create_token(w, system("test"), name="tool", permissions=list(permissions), source="tool")
        return {"authorization": f"Bearer {secret}"}

    web, maker, tool = Client(), token("study.manage"), token("study.label")
    asked = {
        "name": "Posts",
        "start": f"{NOON - DAY:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{NOON + DAY:%Y-%m-%dT%H:%M:%SZ}",
        "size": 40,
        "double_share": 0,
    }
    made = web.post("/v1/insight/studies", asked, "application/json", headers=maker)
    assert made.status_code == 201 and made.json()["size"] == 39  # not the restricted one
    address = f"/v1/insight/studies/{made.json()['id']}"
    assert web.post("/v1/insight/studies", asked | {"size": 0}, "application/json", headers=maker).status_code == 422
    assert web.get(f"{address}/next", headers=maker).status_code == 403
    while (unit := web.get(f"{address}/next", headers=tool).json()["unit"]) is not None:
        bad = int(unit["item_id"][1:]) % 5 == 0
        body = {"verdict": "violating", "policy": "spam"} if bad else {"verdict": "clean"}
        assert (
            web.post(f"/v1/insight/studies/units/{unit['id']}", body, "application/json", headers=tool).status_code
            == 201
        )
    again = web.post(
        f"/v1/insight/studies/units/{StudyUnit.objects.all()[0].pk}",
        {"verdict": "clean"},
        "application/json",
        headers=tool,
    )
    assert again.status_code == 409
    whole = web.get(address, headers=tool).json()
    study = Study.objects.get()
    assert whole["prevalence"]["share"] == studies.result(study).share == pytest.approx(8 / 39)
    assert whole["done"] == 39 and {(each["by"], each["value"]) for each in whole["parts"]} >= {
        ("policy", "spam"),
        ("market", "DE"),
    }
    assert [each["name"] for each in web.get("/v1/insight/studies", headers=tool).json()["studies"]] == ["Posts"]
    assert web.get("/v1/insight/topics", headers=tool).status_code == 403
