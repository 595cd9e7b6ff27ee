"""What topics and studies tell people of, within the same budgets as spikes: an alarm of a topic, what a study found."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.spikes import telling
from watchfloor.insight.trends import access, studies, topics
from watchfloor.insight.trends.models import Study, TopicAlarm
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound

DAY = timedelta(days=1)
STUDIES = "study.manage"


def topic_alarmed(alarm: TopicAlarm) -> None:
    """Tell of a topic that is new or grows, once a day however many of its slices do; what is caught up with later is no news."""
    if clock.now() - alarm.at < DAY:
        news = telling.News(
            about="topic", subject=alarm.topic.key, permission=access.MANAGE, again=DAY,
            sees=lambda actor: _alarm(actor, alarm.topic.key, alarm.at) is not None and topics.known(actor, alarm.topic.key),
        )  # fmt: skip
        telling.tell(news)


def study_ended(study: Study, by: Actor) -> None:
    """Tell of what a study found; whoever ended it knows."""
    news = telling.News(
        about="study", subject=str(study.pk), permission=STUDIES, besides=str(by), sees=lambda actor: studies.knows(actor, study)
    )  # fmt: skip
    telling.tell(news)


def read_topic(actor: Actor, key: str, at: datetime) -> telling.Line | None:
    """An alarm of a topic, as far as the reader may hear of it."""
    alarm = _alarm(actor, key, at)
    try:
        line = topics.one(actor, key) if alarm is not None else None
    except NotFound:  # joined to another one meanwhile, or nothing in it is for this reader any more
        return None
    if alarm is None or line is None:
        return None
    called = line.name or " · ".join(line.words) or _("Topic %(key)s") % {"key": key}
    kind = _("New topic") if alarm.kind == "new" else _("Growing topic")
    return telling.Line(f"{kind}: {called}", alarm.at, reverse("insight-topic", args=[key]))


def read_study(actor: Actor, subject: str, _at: datetime) -> telling.Line | None:
    """A study's finding with its interval."""
    row = Study.objects.filter(pk=UUID(subject), state=Study.State.DONE).first()
    if row is None or not studies.knows(actor, row) or row.ended_at is None:
        return None
    found = studies.result(row)
    numbers = f"{found.share:.2%} [{found.low:.2%}–{found.high:.2%}]".replace("%", " %")
    return telling.Line(f"{_('Prevalence')}: {row.name}: {numbers}", row.ended_at, reverse("study", args=[row.pk]))


def _alarm(actor: Actor, key: str, at: datetime) -> TopicAlarm | None:
    """The newest alarm of a topic that the actor may hear of, of the day before it was told."""
    return next((alarm for alarm in topics.alarms_of(actor, key) if alarm.at > at - DAY), None)


telling.register("topic", read_topic)
telling.register("study", read_study)
