"""The site work is shared with, the actions that are issues there, values that only a person can settle, comments that crossed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from watchfloor.ledger.models import Projected, Seal


class Site(Projected):
    """One row. The address of Jira, the account we are there, what our states are called, which side owns which field."""

    url = models.CharField(max_length=200)
    project = models.CharField(max_length=40)
    email = models.TextField()
    token = models.BinaryField()  # sealed, as is the secret of the webhook
    secret = models.BinaryField(null=True)
    kind = models.CharField(max_length=40, blank=True)  # the type of new issues, by its id there
    kinds = models.JSONField(default=dict)  # id -> name, as Jira told them last
    statuses = models.JSONField(default=list)  # names, as Jira told them last
    table = models.JSONField(default=dict)  # our state -> the status an issue is moved to
    owners = models.JSONField(default=dict)  # field -> both | ours | theirs
    zone = models.CharField(max_length=60, default="UTC")  # whose days Jira's due dates are
    on = models.BooleanField(default=False)
    account = models.CharField(max_length=128, blank=True)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    seal = Seal()
    # Of the asking process: telemetry, not history.
    poll_at = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    private: ClassVar[frozenset[str]] = frozenset({"email", "token", "secret"})
    untracked: ClassVar[frozenset[str]] = frozenset({"poll_at", "polled_at", "failing_since", "last_error"})

    class Meta:
        db_table = "programme_jira_site"


class Link(Projected):
    """An action that is an issue. ``title`` and ``text`` were typed for Jira (or came from there): nothing else of the action crosses."""

    class State(models.TextChoices):
        MAKING = "making"  # asked for, not made yet
        LINKED = "linked"
        REFUSED = "refused"  # Jira will not; ``why`` says it in its words
        GONE = "gone"  # deleted there, or no longer ours to see
        ENDED = "ended"  # let go by a person

    action = models.ForeignKey("programme_tracking.Action", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    key = models.CharField(max_length=60, blank=True)
    remote_id = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    title = models.TextField()
    text = models.TextField(blank=True)
    agreed = models.JSONField(default=dict)  # field -> the value both sides had last
    status = models.CharField(max_length=80, blank=True)  # as Jira calls it
    why = models.TextField(blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seal = Seal()
    # Of the asking process: telemetry, not history.
    touched = models.JSONField(default=dict)  # field -> [who, when], of the last change on our side
    heard_to = models.BigIntegerField(default=0)  # the newest entry of the changelog that was read
    pull_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    synced_at = models.DateTimeField(null=True)

    private: ClassVar[frozenset[str]] = frozenset({"title", "text", "agreed", "why"})
    untracked: ClassVar[frozenset[str]] = frozenset(
        {"touched", "heard_to", "pull_at", "busy_until", "tries", "synced_at"}
    )

    class Meta:
        db_table = "programme_jira_link"
        constraints = [
            models.UniqueConstraint(fields=["action"], name="programme_jira_one", condition=Q(ended_at=None)),
            models.UniqueConstraint(
                fields=["remote_id"], name="programme_jira_once", condition=Q(ended_at=None) & ~Q(remote_id="")
            ),
        ]
        indexes = [models.Index(fields=["pull_at"], name="programme_jira_due", condition=Q(pull_at__isnull=False))]


class Conflict(Projected):
    """One field that both sides changed: both values, who and when. Nothing is written over either until a person picks."""

    class State(models.TextChoices):
        OPEN = "open"
        OURS = "ours"
        THEIRS = "theirs"
        AGREED = "agreed"  # the sides became equal by themselves

    class Kind(models.TextChoices):
        BOTH = "both"
        RICHER = "richer"  # what Jira has says more than text can; ours would make it poorer
        OVERWRITTEN = "overwritten"  # somebody wrote there in the moment we did
        OWNED = "owned"  # the side that owns the field has its way

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="conflicts")
    field = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, choices=Kind)
    agreed = models.TextField(null=True)
    ours = models.TextField()
    theirs = models.TextField()
    ours_by = models.CharField(max_length=120, blank=True)
    ours_at = models.DateTimeField(null=True)
    theirs_by = models.TextField(blank=True)  # a name, as Jira shows it
    theirs_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State)
    since = models.DateTimeField()
    settled_by = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)
    rich = models.BooleanField(default=False, db_default=False)  # what Jira had says more than text can
    undo_at = models.DateTimeField(null=True)  # somebody takes it back; the next comparison puts both sides back
    undo_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    undo_why = models.CharField(max_length=20, blank=True, default="", db_default="")  # why it could not be
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"agreed", "ours", "theirs", "theirs_by"})

    class Meta:
        db_table = "programme_jira_conflict"
        constraints = [
            models.UniqueConstraint(
                fields=["link", "field"], name="programme_jira_conflict_one",
                condition=Q(state="open", kind__in=["both", "richer"]),
            )
        ]  # fmt: skip


class Remark(Projected):
    """A comment that is on both sides, or will be: written here for Jira, or there."""

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="remarks")
    comment = models.OneToOneField("programme_tracking.Comment", on_delete=models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=40, blank=True)
    theirs = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "programme_jira_remark"
        constraints = [
            models.UniqueConstraint(
                fields=["link", "remote_id"], name="programme_jira_remark_once", condition=~Q(remote_id="")
            )
        ]
