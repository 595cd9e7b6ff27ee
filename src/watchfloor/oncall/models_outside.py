"""What on-call shares with the outside: keys by which others page us, and the check that paging itself works."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class RoutingKey(Projected):
    """Who holds the key may page by an escalation policy. The key itself is not kept: its SHA-256 is."""

    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    ends_in = models.CharField(max_length=4)
    escalation_policy = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oncall_routing_key"


class PagerCheck(Projected):
    """The dead-man check, one row: every so often a page that the outside must answer in time, or it is said that paging is dead."""

    class State(models.TextChoices):
        OFF = "off"
        RESTING = "resting"  # the last one was answered, or none was asked yet
        WAITING = "waiting"
        SILENT = "silent"

    escalation_policy = models.CharField(max_length=60, blank=True)
    every_minutes = models.IntegerField(default=60)
    answer_minutes = models.IntegerField(default=10)
    state = models.CharField(max_length=8, choices=State)
    page_id = models.UUIDField(null=True)  # that is waited for
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # the last time somebody did
    silent_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # the next one is asked, or the answer is due

    class Meta:
        db_table = "oncall_pager_check"
