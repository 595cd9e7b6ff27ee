"""What is kept of an article."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Article(Projected):
    """A short answer under a policy. ``policy_version`` is the text it was last read against (0: the policy had none then).

    ``source``: what it came from, ``inquiry:ID`` or ``question:ID``; "" when written by hand.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    title = models.TextField()
    body = models.TextField()
    policy_key = models.CharField(max_length=60)
    policy_version = models.IntegerField(default=0)
    language = models.CharField(max_length=12, default="en")
    state = models.CharField(max_length=10, choices=State)
    source = models.CharField(max_length=80, blank=True)
    revision = models.IntegerField(default=1)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "body"})

    class Meta:
        db_table = "knowledge_article"
        indexes = [models.Index(fields=["policy_key", "state"], name="knowledge_by_policy")]
