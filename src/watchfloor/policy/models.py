"""Policies, their versions, violation types and report reasons. Shipped as data (policy/defaults), edited by a team."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected


class Policy(Projected):
    """A rule of the platform. ``harm_group`` is what cases are opened under; ``severity`` 0 (nuisance) to 5 (threat to life)."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict)  # {"es": ..., "ja": ...}: for notices; English is ``name``
    harm_group = models.SlugField(max_length=40)
    severity = models.SmallIntegerField(default=2)
    clearance = models.CharField(max_length=40, blank=True)  # e.g. "child_safety": only for those who are cleared
    target_hours = models.FloatField(default=24)  # service target: from first report to decision
    dsa_category = models.CharField(max_length=80, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "policy_policy"


class PolicyVersion(Projected):
    """The text in force for a time; decisions name the version they were made under."""

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        SCHEDULED = "scheduled"
        IN_FORCE = "in_force"
        SUPERSEDED = "superseded"
        ENDED = "ended"  # its end date came
        WITHDRAWN = "withdrawn"  # it never was in force

    policy_key = models.CharField(max_length=60, db_index=True)
    number = models.IntegerField()
    state = models.CharField(max_length=12, choices=State)
    summary = models.TextField()
    text = models.TextField()  # the clauses as plain paragraphs (domain.flat)
    clauses = models.JSONField(default=list)  # see domain.document; none: kept as plain text only, read by domain.flat
    # Violation types as this version has them (domain.document.Kind). Null: they stay as they are. While a version is in force the
    # table of violation types is what holds; a version that is succeeded keeps what it was then.
    violations = models.JSONField(null=True)
    questions = models.JSONField(default=list)  # how to tell, in order: [{"ask", "yes", "no"}]
    overlays = models.JSONField(default=dict)  # {market: what is different there}
    decision_tree = models.JSONField(
        null=True
    )  # see policy.tree; null: made from the questions, else from the violation types
    in_force_from = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(
        null=True
    )  # for an event that passes: it ends by itself, and the text before comes back
    warned_at = models.DateTimeField(null=True)  # it was said that it ends soon
    superseded_at = models.DateTimeField(null=True)  # or ended
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=120, blank=True)
    why = models.TextField(blank=True)  # what it is for, in a sentence or two
    restores = models.IntegerField(null=True)  # the number of the earlier version whose text it brings back

    class Meta:
        db_table = "policy_version"
        constraints = [
            models.UniqueConstraint(fields=["policy_key", "number"], name="policy_version_number"),
            models.UniqueConstraint(
                fields=["policy_key"], name="policy_version_one_in_force", condition=models.Q(state="in_force")
            ),
        ]


class ViolationType(Projected):
    """What a reviewer picks: a clause of a policy, with severity, default actions and strike points."""

    key = models.SlugField(max_length=80, unique=True)
    policy_key = models.CharField(max_length=60, db_index=True)
    clause = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    help = models.TextField(blank=True)
    severity = models.SmallIntegerField()
    points = models.SmallIntegerField(default=1)
    actions = ArrayField(models.CharField(max_length=60), default=list)
    markets = ArrayField(models.CharField(max_length=12), null=True)  # null = everywhere; else only there (overlay)
    position = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "policy_violation_type"


class Reason(Projected):
    """What a reporter may say; leads to the policy a case is opened under, and maps to outside vocabularies."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    policy_key = models.CharField(max_length=60)
    atproto = ArrayField(models.CharField(max_length=120), default=list)
    dsa_category = models.CharField(max_length=80, blank=True)
    position = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)  # no longer offered; reports that give it are still understood

    class Meta:
        db_table = "policy_reason"


class Translation(Projected):
    """A policy's words in another language. ``parts``: part -> {"text", "of": digest of the words it was made from}."""

    policy_key = models.CharField(max_length=60)
    language = models.CharField(max_length=20)
    parts = models.JSONField(default=dict)
    version = models.IntegerField()  # the number of the version it was last worked on against
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "policy_translation"
        constraints = [models.UniqueConstraint(fields=["policy_key", "language"], name="policy_translation_of")]


class RulingPlace(Projected):
    """The clause a question or ruling belongs to; what is asked and ruled is kept by whoever registered it (``precedents``)."""

    ruling_id = models.UUIDField(unique=True)
    policy_key = models.CharField(max_length=60)
    clause_key = models.CharField(max_length=60, blank=True)  # empty: taken off again
    placed_by = models.CharField(max_length=120)
    placed_at = models.DateTimeField()

    class Meta:
        db_table = "policy_ruling_place"
        indexes = [models.Index(fields=["policy_key", "clause_key"], name="policy_ruling_place_of")]


from watchfloor.policy.models_claims import Claim, ClaimMatch, ClaimSearch  # noqa: E402  Django looks for tables here

__all__ = [
    "Claim",
    "ClaimMatch",
    "ClaimSearch",
    "Policy",
    "PolicyVersion",
    "Reason",
    "RulingPlace",
    "Translation",
    "ViolationType",
]
