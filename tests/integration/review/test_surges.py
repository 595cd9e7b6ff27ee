"""A surge does all its steps or none, is seen in the ledger, and puts everything back: by hand, or by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.support.floor import LEAD, REVIEWER, Floor, someone

from watchfloor.detection import models_in_force
from watchfloor.detection.hold import holding
from watchfloor.detection.modelling import measuring
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.identity.domain import Actor, system
from watchfloor.insight import live, surge_lines, surge_need
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, surge
from watchfloor.review.models import Boost, Job, Queue
from watchfloor.workforce import actions as workforce
from watchfloor.workforce.models import Reviewer

pytestmark = pytest.mark.django_db
BOSS = someone(LEAD | {"rule.enable"})
STEPS: list[dict[str, Any]] = [
    {"kind": "boost", "filters": {"policy": "scam"}, "points": 6},
    {"kind": "pause_queues", "queues": ["hate.en"]},
    {"kind": "open_queues", "queues": ["other"]},
    {"kind": "overflow", "filters": {"queue": "spam.en"}, "to_queue": "other", "most": 2},
    {"kind": "vendor_queues", "vendor": "acme", "queues": ["spam.en"]},
    {"kind": "hold_automation"},
]


@pytest.fixture
def ready(floor: Floor) -> Floor:
    """Three spam jobs, a closed overflow queue, a vendor with one reviewer who works hate only, and a playbook."""
    for _ in range(3):
        floor.report()
    with writing(system("test")) as w:
        actions.save_queue(w, key="other", paused=True)
        workforce.save_vendor(w, key="acme", name="Acme")
        workforce.save_reviewer(w, new_id(), vendor_key="acme", queues=["hate.en"])
        surge.save_playbook(w, key="spam-wave", name="A wave of spam", steps=STEPS, hours=2)
    return floor


def picture() -> dict[str, Any]:
    """Everything that a surge may change."""
    return {
        "queues": dict(Queue.objects.values_list("key", "paused")),
        "jobs": dict(Job.objects.values_list("pk", "queue_key")),
        "people": dict(Reviewer.objects.values_list("pk", "queues")),
        "held": holding() is not None,
        "boosts": Boost.objects.filter(ended_at__isnull=True).count(),
    }


def test_counted_first_done_and_put_back(ready: Floor) -> None:
    before = picture()
    said = {each.kind: each.count for each in surge.preview(BOSS, "spam-wave")}
    assert said == {
        "boost": 0,
        "pause_queues": 1,
        "open_queues": 1,
        "overflow": 2,
        "vendor_queues": 1,
        "hold_automation": 1,
    }
    assert picture() == before
    on = surge.start_surge(BOSS, "spam-wave", why="10,000 reports in an hour")
    during = picture()
    assert during["queues"]["hate.en"] and not during["queues"]["other"]
    assert list(during["jobs"].values()).count("other") == 2
    assert list(during["people"].values()) == [["hate.en", "spam.en"]]
    assert during["held"] and during["boosts"] == 1
    with pytest.raises(Conflict):
        surge.start_surge(BOSS, "spam-wave", why="again")
    surge.end_surge(someone(LEAD), on.pk, why="it is over")
    assert picture() == before
    types = list(Event.objects.filter(type__startswith="surge.").order_by("ordinal").values_list("type", flat=True))
    assert types == ["surge.started", "surge.prepared", "surge.ended"]
    while actions.sweep_boosts(grace=timedelta(0)):
        pass
    sequencer.catch_up()
    assert rebuild.check().differences == []  # every row that a surge touched can be told from the ledger alone
    with pytest.raises(Conflict):
        surge.end_surge(BOSS, on.pk)


def test_it_ends_by_itself(ready: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    before = picture()
    on = surge.start_surge(BOSS, "spam-wave", why="a wave", hours=1)
    assert surge.sweep_surges() == 0
    then = clock.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert (surge.sweep_surges(), surge.sweep_surges()) == (1, 0)
    after = picture()
    assert {**after, "held": before["held"]} == before
    on.refresh_from_db()
    assert on.ended_by == "system:surges"


def test_what_people_changed_meanwhile_stays(ready: Floor) -> None:
    on = surge.start_surge(BOSS, "spam-wave", why="a wave")
    with writing(system("test")) as w:
        actions.save_queue(w, key="hate.en", paused=False)  # somebody needed it after all
    ready.claim(BOSS, queue="other")
    surge.end_surge(BOSS, on.pk)
    assert not Queue.objects.get(key="hate.en").paused
    assert Job.objects.filter(queue_key="other", state="leased").count() == 1


def test_all_steps_or_none(ready: Floor) -> None:
    before = picture()
    with writing(system("test")) as w:
        actions.save_queue(w, key="other", archived_at=clock.now())
    with pytest.raises(BadInput) as error:
        surge.start_surge(BOSS, "spam-wave", why="a wave")
    assert error.value.where == "steps[3]"
    assert picture() == before
    assert any(each.problem for each in surge.preview(BOSS, "spam-wave"))


@pytest.mark.parametrize(
    "who", [someone(REVIEWER), someone(LEAD), someone(LEAD | {"rule.enable"}, queues=frozenset({"adult"}))]
)
def test_only_by_who_may_do_each_step(ready: Floor, who: Actor) -> None:
    with pytest.raises(Forbidden):
        surge.start_surge(who, "spam-wave", why="a wave")


def test_what_makes_no_sense_is_refused(ready: Floor) -> None:
    for steps, where in (
        ([], "steps"),
        ([{"kind": "dance"}], "steps[0].kind"),
        ([{"kind": "pause_queues", "queues": ["nowhere"]}], "steps[0].queues"),
        ([STEPS[0], {"kind": "boost", "filters": {}, "points": 1}], "steps[1].queue"),
    ):
        with pytest.raises(BadInput) as error, writing(system("test")) as w:
            surge.save_playbook(w, key="x", name="X", steps=steps)
        assert error.value.where == where
    for why, hours in ((" ", 1), ("x", 0), ("x", 10_000)):
        with pytest.raises(BadInput):
            surge.start_surge(BOSS, "spam-wave", why=why, hours=hours)
    with pytest.raises(NotFound):
        surge.start_surge(BOSS, "nothing", why="x")


def test_what_only_holds_while_it_is_on(ready: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    model = OnlineClassifier()
    for number in range(40):
        model.learn(f"buy cheap pills now {number}", True)
        model.learn(f"see you at lunch {number}", False)
    text = "buy cheap pills now"
    score = model.score(text)
    assert score > 0.5
    report = {"signal_at": 0.5}
    monkeypatch.setattr(measuring, "open_at", lambda policy, language: 0.5)
    TextModel.objects.create(
        policy_key="spam", version=1, blob=model.to_bytes(), made_at=clock.now(), live=True, report=report
    )
    models_in_force.forget()
    steps = surge_lines.read(f"need queue=spam.en people=12\nmodel policy=spam at={min(1.0, score + 1e-6)}")
    assert surge_lines.read("\n".join(map(surge_lines.write, steps))) != []
    with writing(system("test")) as w:
        surge.save_playbook(w, key="calm", name="Fewer cases", steps=steps, hours=1)
    with pytest.raises(BadInput):
        surge_lines.read("need queue=spam.en people=many")
    said = {each.kind: each.count for each in surge.preview(BOSS, "calm")}
    assert said == {"need": 12, "open_at": 0}
    assert [each.opens_case for each in models_in_force.look(text)] == [True]
    with pytest.raises(Forbidden):
        surge.start_surge(someone(LEAD), "calm", why="a wave")
    on = surge.start_surge(BOSS, "calm", why="a wave")
    assert surge_need.needs() == {"spam.en": 12}
    viewer = someone(LEAD | {"floor.view"})
    [row] = [each for each in live.floor(viewer, trends=False).queues if each.key == "spam.en"]
    assert row.needed == 12
    assert [each.opens_case for each in models_in_force.look(text)] == [False]
    surge.end_surge(BOSS, on.pk)
    assert surge_need.needs() == {}
    assert [each.opens_case for each in models_in_force.look(text)] == [True]
