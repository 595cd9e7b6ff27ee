"""Topics of report text, prevalence studies and their labels. No text of a person is kept here: rows name reports and items."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.items.models import Item
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal
from watchfloor.review.models import Case, Report

NOTE, ITEM = "note", "item"


class TrendState(models.Model):
    """One row: up to where reports are read, when topics were last judged, and which split and join the worker must have seen."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    generation = models.IntegerField(default=0)  # counted up when people join or split topics
    read_to = models.DateTimeField(null=True)  # the newest report that was read
    judged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_trend_state"


class TopicText(models.Model):
    """That a report's note (``note``) or what it reports (``item``) belongs to a topic; ``topic`` is empty for a text without words.

    Derived: it can be made again from the reports. Texts are read from the report or the item version whenever they are shown.
    """

    source = models.CharField(max_length=4)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    topic = models.CharField(max_length=12)
    at = models.DateTimeField()
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    policy_key = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "insight_topic_text"
        constraints = [models.UniqueConstraint(fields=["report", "source"], name="insight_topic_text_one")]
        indexes = [
            models.Index(fields=["topic", "at"], name="insight_topic_text_topic"),
            models.Index(fields=["at"], name="insight_topic_text_at"),
        ]


class Topic(Projected):
    """A topic that alarmed or that somebody said something of. ``key`` is ``n12`` (report text) or ``i12`` (reported text)."""

    key = models.CharField(max_length=12, unique=True)
    source = models.CharField(max_length=4)
    name = models.CharField(max_length=120, blank=True)  # given by a person
    first_seen = models.DateTimeField()
    found_at = models.DateTimeField()
    muted_until = models.DateTimeField(null=True)
    muted_by = models.CharField(max_length=120, blank=True)
    joined_to = models.CharField(max_length=12, blank=True)  # the topic it became part of
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name"})

    class Meta:
        db_table = "insight_topic"


class TopicAlarm(Projected):
    """A topic was new, or grew, in all or in one market, language or policy."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=8)  # new | growing
    dimension = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=60, blank=True)
    count = models.IntegerField()  # voices in the day before ``at``
    expected = models.FloatField()
    p = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "insight_topic_alarm"
        indexes = [models.Index(fields=["-at"], name="insight_topic_alarm_at")]


class Study(Projected):
    """A prevalence study: its population, how the sample is drawn, and what is known of the population."""

    class State(models.TextChoices):
        LABELLING = "labelling"
        DONE = "done"
        DROPPED = "dropped"

    name = models.CharField(max_length=120)
    method = models.CharField(max_length=12)  # simple | stratified | views
    by = models.CharField(
        max_length=80, blank=True
    )  # what the strata are: market | language | item_type | views | model:POLICY
    unit = models.CharField(max_length=8)  # event | item
    names = ArrayField(models.CharField(max_length=60), default=list)  # of events; none: all
    item_types = ArrayField(models.CharField(max_length=40), default=list)
    markets = ArrayField(models.CharField(max_length=12), default=list)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    start = models.DateTimeField()
    end = models.DateTimeField()
    views_field = models.CharField(
        max_length=60, blank=True
    )  # whose number is a row's views; none: each event is a view
    size = models.IntegerField()
    double_share = models.FloatField(default=0.1)  # labelled by two people
    seed = models.CharField(max_length=64)
    population = models.IntegerField()
    views = models.FloatField(default=0)
    strata = models.JSONField(default=dict)  # stratum -> units in the population
    state = models.CharField(max_length=10, choices=State)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    weekly = models.BooleanField(default=False)
    follows = models.UUIDField(null=True)  # the study a week earlier
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_study"
        indexes = [models.Index(fields=["-made_at"], name="insight_study_made")]


class StudyUnit(models.Model):
    """One drawn unit, in the order of the draw. Derived from the study's seed; the labels are apart."""

    id = models.UUIDField(primary_key=True, default=new_id)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="units")
    place = models.IntegerField()
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    stratum = models.CharField(max_length=60, blank=True)
    probability = models.FloatField()
    times = models.IntegerField(default=1)
    double = models.BooleanField(default=False)
    enforced = models.BooleanField(
        default=False
    )  # a violating decision stood, or an action was taken, when it was drawn

    class Meta:
        db_table = "insight_study_unit"
        constraints = [models.UniqueConstraint(fields=["study", "place"], name="insight_study_unit_place")]


class StudyLabel(Projected):
    """What one person found: violating (under which policy), clean, unsure. The first label counts, the second measures agreement."""

    unit_id = models.UUIDField()
    study_id = models.UUIDField()
    labeller = models.CharField(max_length=120)
    verdict = models.CharField(max_length=12)
    policy_key = models.CharField(max_length=60, blank=True)
    second = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "insight_study_label"
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "labeller"], name="insight_study_label_once"),
            models.UniqueConstraint(fields=["unit_id", "second"], name="insight_study_label_two"),
        ]
