"""What belongs to the workbench: ready texts, questions to specialists, marks on a timeline, the way a reviewer took through the tree."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal
from watchfloor.review.models import Case, Decision


class Macro(Projected):
    """A ready text for notes, with placeholders (``review.domain.macros``). ``owner`` null: shared with everyone it fits."""

    owner = models.UUIDField(null=True)
    name = models.CharField(max_length=80)
    text = models.TextField()
    policy_key = models.CharField(max_length=60, blank=True)  # only for cases of this policy
    queue_key = models.CharField(max_length=80, blank=True)  # only in this queue
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "text"})

    class Meta:
        db_table = "review_macro"
        indexes = [models.Index(fields=["owner"], name="review_macro_owner", condition=models.Q(archived_at=None))]


class Inquiry(Projected):
    """A question about a case to somebody who knows. ``to``: ``role:KEY``, ``user:ID`` or "" (anyone who may answer)."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        WITHDRAWN = "withdrawn"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="inquiries")
    job_id = models.UUIDField()
    from_queue = models.CharField(max_length=80)
    waits = models.BooleanField()  # the job waits in the queue "ask" until there is an answer
    to = models.CharField(max_length=60, blank=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    precedent = models.BooleanField(default=False)  # shown with other cases of the policy
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text", "answer"})

    class Meta:
        db_table = "review_inquiry"
        indexes = [
            models.Index(fields=["asked_at"], name="review_inquiry_open", condition=models.Q(state="open")),
            models.Index(fields=["asked_by", "asked_at"], name="review_inquiry_by"),
            models.Index(fields=["case"], name="review_inquiry_precedent", condition=models.Q(precedent=True)),
        ]


class DecisionPath(Projected):
    """The answers a reviewer gave in the decision tree: ``steps = [[question key, answer number from 0], ...]``.

    ``ends`` is where they led; ``followed`` whether the decision says the same, so that one sees where people part from the tree.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="path")
    steps = models.JSONField()
    ends = models.CharField(max_length=80)
    followed = models.BooleanField()

    class Meta:
        db_table = "review_decision_path"
