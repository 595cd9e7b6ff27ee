"""Vendors, teams and reviewers (first cut; staffing and exposure deepen it)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected
from watchfloor.workforce.models_certificates import Certificate as Certificate
from watchfloor.workforce.models_files import PeopleFile as PeopleFile


class Vendor(Projected):
    """A company that supplies reviewers; ``inhouse`` is one too, so that every reviewer has one."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    site = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")

    class Meta:
        db_table = "workforce_vendor"


class Reviewer(Projected):
    """What routing needs to know of a user who reviews. ``id`` is the user's id."""

    vendor_key = models.CharField(max_length=40)
    team = models.CharField(max_length=60, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    markets = ArrayField(models.CharField(max_length=12), null=True)
    skills = ArrayField(models.CharField(max_length=60), default=list)  # policy keys one is certified for
    queues = ArrayField(models.CharField(max_length=80), default=list)  # queues one works
    extras = ArrayField(models.CharField(max_length=60), default=list)  # extra skills: "graphic", "live", "vip" ...
    hours = models.JSONField(default=list)  # working hours, see ``domain.matching.Shift``; none: always
    push = models.BooleanField(default=False)  # is offered the next job when available, instead of taking it
    started_on = models.DateField(null=True)
    share = models.FloatField(default=1.0)  # of a full day's work, see ``domain.capacity``
    ramp_days = models.IntegerField(default=0)  # from ``started_on``; 0: the whole share at once
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "workforce_reviewer"


class Presence(models.Model):
    """Who is on the floor now (heartbeats; not ledgered: it is telemetry, aggregated into facts)."""

    reviewer_id = models.UUIDField(primary_key=True)
    state = models.CharField(max_length=20)  # available | working | break | stepped_back | away
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "workforce_presence"


# The tables of well-being stand in a file of their own; Django looks for them here.
from watchfloor.workforce.wellbeing_models import (  # noqa: E402
    BudgetRow,
    Choices,
    Exposure,
    Pace,
    PublishedWeek,
    Rest,
    Touch,
    WeekCell,
)

__all__ = [
    "BudgetRow", "Choices", "Exposure", "Pace", "Presence", "PublishedWeek", "Rest", "Reviewer", "Touch", "Vendor", "WeekCell",
]  # fmt: skip
