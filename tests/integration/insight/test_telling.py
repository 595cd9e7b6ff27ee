"""Topics and studies are told within the budget that spikes share, to those who may know of them, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.insight.test_topics import NOON, reported  # noqa: F401 - the fixture
from tests.support.floor import Floor

from watchfloor.identity import actions as identity
from watchfloor.identity import defaults
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.insight.spikes import telling
from watchfloor.insight.spikes.models import Notified
from watchfloor.insight.trends import news
from watchfloor.insight.trends.models import Study, TopicAlarm
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db


def person(email: str, **limits: list[str]) -> User:
    by = system("test")
    with writing(by) as w:
        defaults.install(w)
        user = identity.create_user(w, email=email, name=email.split("@")[0].title(), password=None)
        identity.grant(w, by, user, "program_manager", **limits)
    return user


def headlines(actor: Actor, **more: bool) -> list[str]:
    return [line.headline for line in telling.mine(actor, **more)]


def test_topics_and_studies_share_the_budget_of_alarms(reported: Floor) -> None:  # noqa: F811
    with clock.at(NOON):
        wide, spain = person("pilar@example.org"), person("sol@example.org", markets=["ES"])
        telling.save_budget(wide, 2)
        for alarm in TopicAlarm.objects.order_by("at"):
            news.topic_alarmed(alarm)
        actor = actor_for(wide)
        said = headlines(actor)
        assert len(said) == 2  # the note's topic and the item's: each once, though each alarmed twice
        assert any("harbour" in each for each in said)
        assert headlines(actor_for(spain)) == []  # nothing of Spain is in it
        study = Study.objects.create(
            name="Week 12", method="simple", unit="item", start=NOON - timedelta(days=7), end=NOON, size=0, seed="s", population=10,
            state=Study.State.DONE, made_by="x", made_at=NOON, ended_at=NOON,
        )  # fmt: skip
        news.study_ended(study, actor)
        assert headlines(actor, digest=True) == []  # whoever ended it knows
        news.study_ended(study, system("studies"))
        news.study_ended(study, system("studies"))
        [told] = headlines(actor, digest=True)  # beyond the budget
        assert "Week 12" in told
        assert Notified.objects.filter(person=str(actor)).count() == 3
    with clock.at(NOON + timedelta(days=1, hours=1)):
        assert headlines(actor) == []  # of yesterday
        alarm = TopicAlarm.objects.order_by("-at").first()
        assert alarm is not None
        news.topic_alarmed(alarm)  # caught up with late: no news
        assert headlines(actor) == []
