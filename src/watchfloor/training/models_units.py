"""What is kept of training units: one source per policy and language, its versions, and the files that were made from each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class TrainingUnit(Projected):
    """The training of one policy in one language. The one in ``original`` language is what translations are made from.

    ``owner`` is who keeps it right; ``review_on`` when it is read again though nothing has changed.
    """

    policy_key = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    original = models.BooleanField(default=True)
    owner = models.TextField()
    review_on = models.DateField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    article_id = models.UUIDField(null=True)  # of knowledge: each publishing writes it anew
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"owner"})

    class Meta:
        db_table = "training_unit"
        constraints = [
            models.UniqueConstraint(fields=["policy_key", "language"], name="training_unit_once"),
            models.UniqueConstraint(
                fields=["policy_key"], name="training_unit_one_original", condition=models.Q(original=True)
            ),
        ]


class UnitVersion(Projected):
    """One version of a unit's source, stamped with the policy text it was written for (or was last seen to be right for).

    ``of_number``: of a translation, the version of the original that it says in another language; 0 for an original.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"

    unit = models.ForeignKey(TrainingUnit, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=State)
    title = models.TextField()
    source = models.TextField()
    digest = models.CharField(max_length=64)  # of the source
    revision = models.IntegerField(default=1)  # of a draft: each saving
    policy_version = models.IntegerField()
    text_digest = models.CharField(max_length=64)  # of the policy text; see domain.stamps
    of_number = models.IntegerField(default=0)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "source"})

    class Meta:
        db_table = "training_unit_version"
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="training_unit_version_number"),
            models.UniqueConstraint(
                fields=["unit"], name="training_unit_one_published", condition=models.Q(state="published")
            ),
            models.UniqueConstraint(
                fields=["unit"], name="training_unit_one_open", condition=models.Q(state__in=["draft", "approved"])
            ),
        ]


class UnitProduct(Projected):
    """One thing made from a version: a file that is kept by its digest (``article`` and ``items`` live in other tables: no file)."""

    version = models.ForeignKey(UnitVersion, on_delete=models.PROTECT, related_name="products")
    kind = models.CharField(max_length=12)  # making.FILES and IN_TABLES
    digest = models.CharField(max_length=64, blank=True)
    size = models.IntegerField(default=0)
    count = models.IntegerField(default=0)  # of slides, items ...; 0: not counted
    made_at = models.DateTimeField()

    class Meta:
        db_table = "training_product"
        constraints = [models.UniqueConstraint(fields=["version", "kind"], name="training_product_once")]


class UnitBuild(models.Model):
    """The making of a version's products, on its way: asked for, taken by a worker, done. Not in the ledger; what it makes is."""

    id = models.UUIDField(primary_key=True, default=new_id)
    version = models.ForeignKey(UnitVersion, on_delete=models.CASCADE, related_name="builds")
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")  # waiting | running | done | failed
    seen_at = models.DateTimeField(null=True)  # the worker's last sign of life
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    problems = models.JSONField(default=list)  # [[kind, sentence]]: what could not be made, and what to do

    class Meta:
        db_table = "training_build"
        indexes = [models.Index(fields=["version", "-asked_at"], name="training_build_of")]
