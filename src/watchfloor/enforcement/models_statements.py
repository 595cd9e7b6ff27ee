"""Statements of reasons (DSA, Article 17(3)), each version a row, and what ground each violation type stands on."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class StatementGround(Projected):
    """What a finding of one violation type means in law: its category, keywords, and whether law or terms forbid it."""

    violation_key = models.SlugField(max_length=80, unique=True)
    dsa_category = models.CharField(max_length=80)
    dsa_keywords = ArrayField(models.CharField(max_length=80), default=list)
    ground = models.CharField(max_length=8, default="terms")  # illegal | terms
    legal_ground = models.CharField(max_length=500, blank=True)  # the law, where it is
    also_illegal = models.BooleanField(null=True)  # what breaks the terms is against the law, too
    exempt = models.BooleanField(
        default=False
    )  # deceptive high-volume commercial content: no statement is owed (Art. 17(2))

    class Meta:
        db_table = "enforcement_statement_ground"


class StatementOfReasons(Projected):
    """One version of what a decision's author is owed: what was restricted, on which facts and ground.

    Versions of a decision count from 1; the newest says how it stands. Number 0 waits for a second person's yes and is seen by
    nobody. A row changes once at most: when what it states has run out (``ended_at``).
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MADE = "made"
        CORRECTED = "corrected"
        WITHDRAWN = "withdrawn"

    decision_id = models.UUIDField()
    case_id = models.UUIDField(null=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="statements")
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=State)
    item_type = models.CharField(max_length=40)
    content_kinds = ArrayField(models.CharField(max_length=10), default=list)
    account_type = models.CharField(max_length=10, blank=True)
    policy_key = models.CharField(max_length=60)
    policy_version_id = models.UUIDField(null=True)
    clause = models.CharField(max_length=20, blank=True)
    violation_key = models.CharField(max_length=80, blank=True)
    dsa_category = models.CharField(max_length=80)
    dsa_keywords = ArrayField(models.CharField(max_length=80), default=list)
    ground = models.CharField(max_length=8)
    legal_ground = models.CharField(max_length=500, blank=True)
    explanation = models.TextField(blank=True)
    also_illegal = models.BooleanField(null=True)
    facts = models.TextField()
    actions = models.JSONField(default=list)
    territory = ArrayField(models.CharField(max_length=12), default=list)
    source = models.CharField(max_length=20)
    source_identity = models.CharField(max_length=250, blank=True)
    detected_automatically = models.BooleanField()
    decided = models.CharField(max_length=14)
    market = models.CharField(max_length=12, blank=True)
    content_language = models.CharField(max_length=12, blank=True)
    content_date = models.DateField(null=True)
    applied_at = models.DateTimeField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=12, blank=True)  # expired | appeal | undo | ladder | person ...
    seal = Seal()

    # Free text, and whoever gave notice: the ledger keeps their digest.
    private: ClassVar[frozenset[str]] = frozenset({"facts", "explanation", "source_identity"})

    class Meta:
        db_table = "enforcement_statement"
        constraints = [models.UniqueConstraint(fields=["decision_id", "number"], name="enforcement_statement_version")]
        indexes = [models.Index(fields=["made_at", "id"], name="enforcement_statement_made")]
