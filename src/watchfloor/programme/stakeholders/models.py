"""What is kept of the people around the work: the map, RACI, sign-offs, audiences and updates, questions, objectives, letters."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from watchfloor.ledger.models import Projected, Seal


class Stakeholder(Projected):
    """A person or a group with a say or a stake, inside the house or outside. ``user``: who they are here, if they sign in."""

    kind = models.CharField(max_length=8)  # person | group
    name = models.TextField()
    organisation = models.TextField(blank=True)
    user = models.UUIDField(null=True)
    inside = models.BooleanField(default=True)
    interest = models.SmallIntegerField(default=2)  # 1 low, 2 some, 3 high
    influence = models.SmallIntegerField(default=2)
    zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=12, blank=True)
    hears = models.CharField(max_length=8, default="mail")  # mail | here | meeting | none
    address = models.TextField(blank=True)
    note = models.TextField(blank=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "organisation", "address", "note"})

    class Meta:
        db_table = "programme_stakeholder"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                name="programme_stakeholder_user",
                condition=Q(user__isnull=False, ended_at__isnull=True),
            )
        ]


class Answering(Projected):
    """Who answers for what in an initiative: R does it, A answers for it (one), C is asked before, I is told after."""

    initiative = models.UUIDField()
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.PROTECT, related_name="answering")
    letter = models.CharField(max_length=1, blank=True)  # R | A | C | I; "" taken away

    class Meta:
        db_table = "programme_answering"
        constraints = [
            models.UniqueConstraint(fields=["initiative", "stakeholder"], name="programme_answering_once"),
            models.UniqueConstraint(fields=["initiative"], name="programme_answering_one", condition=Q(letter="A")),
        ]


class SignOff(Projected):
    """That a person was asked to agree to something as it was (``digest``), and what they said."""

    about = models.CharField(max_length=120)
    digest = models.CharField(max_length=80)
    person = models.UUIDField()
    why = models.TextField(blank=True)
    state = models.CharField(max_length=8, default="asked")  # asked | given | refused
    reason = models.TextField(blank=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why", "reason"})

    class Meta:
        db_table = "programme_sign_off"
        constraints = [models.UniqueConstraint(fields=["about", "digest", "person"], name="programme_sign_off_once")]
        indexes = [models.Index(fields=["person", "state"], name="programme_sign_offs")]


class Audience(Projected):
    """Who is told together: the members' updates are theirs alone."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.TextField()
    members = ArrayField(models.UUIDField(), default=list)  # stakeholders
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name"})

    class Meta:
        db_table = "programme_audience"


class Update(Projected):
    """Something one audience is told: a draft until it is sent."""

    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="updates")
    about = models.CharField(max_length=120, blank=True)
    title = models.TextField()
    text = models.TextField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    sent_by = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    told = models.IntegerField(default=0)
    members = ArrayField(models.UUIDField(), default=list)  # who was in the audience when it was sent
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "text"})

    class Meta:
        db_table = "programme_update"
        indexes = [models.Index(fields=["audience", "-made_at"], name="programme_updates")]


class Question(Projected):
    """What one person asks another, until when; the answer may become knowledge."""

    about = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    asked_by = models.CharField(max_length=120)
    asked_of = models.UUIDField()
    asked_at = models.DateTimeField()
    due = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    article_id = models.UUIDField(null=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text", "answer"})

    class Meta:
        db_table = "programme_question"
        indexes = [models.Index(fields=["asked_of", "due"], name="programme_questions")]


class Objective(Projected):
    """Something to reach, as a metric of the catalogue: from ``start`` to ``target`` by a day. ``filters``: dimension -> values."""

    title = models.TextField()
    metric = models.CharField(max_length=80)
    filters = models.JSONField(default=dict)
    days = models.IntegerField(default=28)  # the figure is that of so many days
    start = models.FloatField(null=True)
    target = models.FloatField()
    begins_on = models.DateField()
    by = models.DateField()
    owner = models.UUIDField(null=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title"})

    class Meta:
        db_table = "programme_objective"


class Letter(Projected):
    """One mail to one person or address: made in the transaction that owes it, unique by ``key``, so it is owed once."""

    key = models.CharField(max_length=160, unique=True)
    person = models.UUIDField(null=True)
    address = models.TextField(blank=True)
    subject = models.TextField()
    text = models.TextField()
    path = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    try_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"address", "subject", "text"})
    untracked: ClassVar[frozenset[str]] = frozenset({"try_at", "tries", "sent_at", "problem"})

    class Meta:
        db_table = "programme_letter"
        indexes = [
            models.Index(fields=["try_at"], name="programme_letter_due", condition=Q(try_at__isnull=False)),
            models.Index(fields=["person", "-made_at"], name="programme_letters"),
        ]
