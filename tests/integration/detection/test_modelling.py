"""A model acts on what nobody reported only as far as a random sample of it shows that it is right there; drift stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from watchfloor.detection import models_in_force, training
from watchfloor.detection.modelling import actions, counted, measuring, plans, watch
from watchfloor.detection.modelling.models import BINS, Draw, Pause, ScoreCount
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from tests.support.rules import Rules


@pytest.fixture
def taught(rules: Rules) -> Rules:
    """A model of spam at work that calls pills spam; nothing was measured."""
    model = OnlineClassifier()
    for number in range(40):
        model.learn(f"cheap pills order {number} now", True)
        model.learn(f"lunch at noon in room {number}", False)
    TextModel.objects.create(
        policy_key="spam", version=1, blob=model.to_bytes(), live=True, made_at=clock.now(),
        report={"ready": True, "signal_at": 0.5, "scored": []},
    )  # fmt: skip
    models_in_force.forget()
    plans.forget()
    return rules


def plan(per_day: int = 10_000, target: float = 0.8, **more: Any) -> None:
    with writing(system("test")) as w:
        actions.plan_sampling(w, "spam", per_day=per_day, target=target, **more)


def judge(rules: Rules, count: int, *, violating: bool, text: str = "cheap pills order now", start: int = 0) -> None:
    """So many items nobody reported are seen, drawn and decided."""
    from tests.support.floor import CLEAN, SPAM, someone

    person = someone()
    for number in range(start, start + count):
        rules.show(f"{text} {number}")
        rules.decide(person, SPAM if violating else CLEAN)
    measuring.forget()


def test_nothing_is_opened_and_nothing_drawn_while_nothing_is_measured(taught: Rules) -> None:
    _, found = taught.show("order cheap pills now")
    assert found.signals == 1 and found.cases == ()
    assert not Case.objects.exists() and not Draw.objects.exists()
    assert measuring.standing("spam")[""].silent == "unmeasured"
    # What reporters bring teaches it, and says nothing of what nobody reported.
    from tests.support.floor import SPAM, someone

    for number in range(30):
        taught.report(*taught.item(f"cheap pills order {number} now"))
        taught.decide(someone(), SPAM)
    sequencer.catch_up()
    assert training.train(["spam"], at_least=1) == 30
    assert taught.show("order cheap pills now or never")[1].cases == ()
    assert models_in_force.open_at("spam") is None


def test_drawn_items_are_reviewed_without_the_models_word_and_let_it_act_once_they_show_it_is_right(
    taught: Rules,
) -> None:
    plan()
    item, found = taught.show("order cheap pills now")
    drawn = Draw.objects.get()
    assert (drawn.item, drawn.stratum, drawn.chance, drawn.model_version) == (item, "uniform", 1.0, 1)
    assert drawn.score is not None and drawn.score > 0.5
    assert [row.source for row in Signal.objects.filter(case=drawn.case)] == ["sample:spam"]
    assert Event.objects.get(type="model.item_drawn").data["stratum"] == "uniform"
    from tests.support.floor import SPAM, someone

    taught.decide(someone(), SPAM)
    measuring.forget()
    assert measuring.standing("spam")[""].silent == "few"
    judge(taught, 20, violating=True)
    measured = measuring.standing("spam")[""]
    assert measured.silent == "" and measured.open is not None and measured.open.precision.low >= 0.8
    plan(per_day=0)
    item, found = taught.show("cheap pills order 7 now")
    assert len(found.cases) == 1
    opened = Draw.objects.get(item=item)
    assert (opened.stratum, opened.chance) == ("opened", 1.0)
    assert Signal.objects.get(case=opened.case).source == "model:spam"
    assert taught.show("lunch at noon")[1].cases == ()
    taught.show("cheap pills order 7 now", item=item)  # seen again: drawn once
    assert Draw.objects.filter(item=item).count() == 1


def test_a_model_that_is_wrong_where_nobody_reports_stays_silent_whatever_reports_say(taught: Rules) -> None:
    plan()
    judge(taught, 20, violating=False)
    measured = measuring.standing("spam")[""]
    assert (measured.silent, measured.open, measured.judged) == ("below", None, 20)
    assert measured.signal.precision.value == 0.0


def test_a_language_with_a_plan_of_its_own_is_measured_by_itself(taught: Rules) -> None:
    plan()
    plan(language="hi", per_day=5, target=0.9)
    judge(taught, 25, violating=True)
    assert models_in_force.open_at("spam", "en") is not None
    assert models_in_force.open_at("spam", "hi") is None
    assert measuring.standing("spam")["hi"].silent == "few"


def test_what_was_reported_or_is_decided_by_a_rule_is_not_drawn(taught: Rules) -> None:
    from tests.support.rules import REMOVE

    plan()
    item, version = taught.item("cheap pills order now")
    taught.report(item, version)
    taught.show("cheap pills order now", item=item)
    taught.add("Bad", REMOVE)
    taught.show("bad")
    assert not Draw.objects.exists()


def test_the_budget_holds_and_numbers_out_of_range_are_refused(taught: Rules) -> None:
    ScoreCount.objects.create(
        policy_key="spam", day=clock.now().date() - timedelta(days=1), language="en", bin=0, items=2
    )
    plan(per_day=2, uniform=1.0)
    for number in range(8):
        taught.show(f"hello {number}")
    assert Draw.objects.count() == 4  # twice the budget at most, though all were taken for two a day
    for wrong in ({"per_day": -1}, {"per_day": 1, "uniform": 0.0}, {"per_day": 1, "target": 1.0}):
        with pytest.raises(BadInput):
            plan(**wrong)


def test_drift_of_scores_pauses_and_a_person_lets_it_act_again(taught: Rules) -> None:
    today = clock.now().date()

    def day(before: int, low: int, high: int) -> None:
        for place, items in ((1, low), (BINS - 2, high)):
            ScoreCount.objects.create(
                policy_key="spam", day=today - timedelta(days=before), language="en", bin=place, items=items
            )

    for number in range(2, 12):
        day(number, 900 + number, 50 + number)
    assert watch.watch() == []
    day(1, 600, 400)
    assert watch.watch() == ["spam"]
    assert watch.watch() == []
    assert measuring.standing("spam")[""].silent == "paused"
    row = Pause.objects.get()
    assert row.kind == "scores" and row.facts["p"] < 0.0005
    with pytest.raises(BadInput), writing(system("test")) as w:
        actions.resume(w, "spam", why=" ")
    with writing(system("test")) as w:
        actions.resume(w, "spam", why="a new market began")
    assert watch.watch() == []  # compared anew
    assert measuring.standing("spam")[""].silent == "unmeasured"
    with pytest.raises(NotFound), writing(system("test")) as w:
        actions.resume(w, "spam", why="twice")


def test_more_wrong_words_than_before_pause_it(taught: Rules) -> None:
    row = TextModel.objects.get()
    told = [[0.9, True, f"a{number}"] for number in range(400)]
    row.report["scored"] = told + [[0.9, number % 5 > 0, f"b{number}"] for number in range(200)]
    row.save()
    assert watch.watch() == ["spam"]
    assert Pause.objects.get().kind == "labels"


def test_scores_are_counted_by_day_and_language(taught: Rules, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        taught.show("order cheap pills now")
        taught.show("lunch at noon")
    counted.flush()
    assert sorted(ScoreCount.objects.values_list("language", "items")) == [("en", 1), ("en", 1)]
    assert ScoreCount.objects.filter(bin__gte=BINS // 2).count() == 1


def test_pages_say_why_it_is_silent_and_choose_its_version(taught: Rules, sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    page = text(client.get("/models"))
    assert "Nobody knows how right it is" in page
    page = text(client.get("/models/spam"))
    assert "words that begin with" in page or "pills" in page
    form = {"per_day": "20", "uniform": "50", "target": "80", "language": ""}
    assert sign_in("rule.view").post("/models/spam/sample", form).status_code == 403
    assert "is no number" in text(client.post("/models/spam/sample", {**form, "per_day": "many"}), 422)
    assert client.post("/models/spam/sample", form).status_code == 302
    assert "Too few of the drawn items" in text(client.get("/models/spam"))
    assert "Say why" in text(client.post("/models/spam/live", {"version": "", "why": ""}), 422)
    assert client.post("/models/spam/live", {"version": "", "why": "flags thanks"}).status_code == 302
    page = text(client.get("/models/spam"))
    assert "Stopped" in page and "flags thanks" in page
    assert client.post("/models/spam/live", {"version": "1", "why": "again"}).status_code == 302
    with writing(system("test")) as w:
        actions.pause(w, "spam", "labels", {"lately": [0.7, 0.6, 0.8], "before": [0.9, 0.8, 0.95], "of": 200})
    assert "70 % were right" in text(client.get("/models/spam"))
    assert client.post("/models/spam/resume", {"why": "looked at it"}).status_code == 302
    assert "policy,version,state" in b"".join(client.get("/models.csv").streaming_content).decode()
    assert text(client.get("/models/scam")) and client.get("/models/nothing").status_code in (400, 404, 422)
    said = by_token().get("/v1/models/spam").json()
    assert (said["state"], said["scopes"][0]["silent"], said["scopes"][0]["per_day"]) == ("works", "few", 20)
    assert len(said["preview"]) == 10 and said["speaks_for"]


def by_token() -> Client:
    """A program that may read models."""
    from django.test import Client
    from tests.support.intake import FloorMade

    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import token_digest

    with writing(system("test")) as w:
        row = w.create(
            ApiToken, name="reader", prefix="wf-models", digest=token_digest("wf-models"), source="s",
            permissions=["rule.view"], created_at=clock.now(),
        )  # fmt: skip
        w.event(FloorMade(), row)
    return Client(headers={"authorization": "Bearer wf-models"})


def text(response: Any, status: int = 200) -> str:
    """The page's text, its status checked."""
    assert response.status_code == status, response.status_code
    return str(response.content.decode())
