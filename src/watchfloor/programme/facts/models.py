"""What is kept of facts. A fact is never changed: a claim that rests on it rests on what it said then."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class Fact(Projected):
    """One number (or table, or line) with its question, the moment it was read, and whose rights it was read with.

    Facts are aggregates without restricted work and name no person, so nothing of them is anybody's to have erased.
    """

    title = models.CharField(max_length=200, blank=True)
    about = models.CharField(max_length=120, blank=True)  # "launch:…", "improvement:…": whoever rests on it
    metric = models.CharField(max_length=80, blank=True)
    question = models.JSONField(default=dict)  # contracts.Question
    answer = models.JSONField(default=dict)  # contracts.Answer
    unit = models.CharField(max_length=10, blank=True)
    direction = models.CharField(max_length=10, blank=True)
    formula = models.TextField(blank=True)  # the definition in words, as it was
    version = models.IntegerField(default=0)  # of a team's own metric
    digest = models.CharField(max_length=64)  # of the whole definition
    groups = models.CharField(max_length=64, blank=True)  # digest of the teams' own dimensions it uses
    rights = models.JSONField(default=list)  # domain of what could be seen: rights.Reach
    read_by = models.CharField(max_length=120)
    read_at = models.DateTimeField()
    leaf = models.BigIntegerField(default=0)  # facts of the lake below this were counted
    rolled_up_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_fact"
        indexes = [
            models.Index(fields=["about", "-read_at"], name="programme_fact_about"),
            models.Index(fields=["-read_at"], name="programme_fact_read"),
        ]
