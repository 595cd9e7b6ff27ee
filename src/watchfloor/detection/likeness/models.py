"""What is kept: the register of protected names, which accounts look like them, and checks of who somebody is with their evidence."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.items.models import Item, Media
from watchfloor.ledger.models import Projected, Seal


class ProtectedName(Projected):
    """A name that others must not pass for. In force until ``ended_at`` or ``expires_at``."""

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"
        STAFF = "staff"  # this platform's own

    name = models.CharField(max_length=120)
    handles = ArrayField(models.CharField(max_length=120), default=list)  # as they are written on platforms
    kind = models.CharField(max_length=14, choices=Kind)
    account = models.ForeignKey(
        Item, null=True, on_delete=models.PROTECT, related_name="+"
    )  # the real one here, if it has one
    avatar = models.BinaryField(max_length=32, null=True)  # PDQ of its picture
    owner = models.CharField(max_length=120)
    evidence = models.CharField(max_length=1_000)  # why it is protected and how that was verified
    verified = models.BooleanField(default=False)
    since = models.DateTimeField()
    changed_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "handles", "evidence"})
    untracked: ClassVar[frozenset[str]] = frozenset({"avatar"})

    class Meta:
        db_table = "detection_protected_name"


class Likeness(models.Model):
    """An account looked like a protected name: by its name, its picture, or both. Found once for each account and name."""

    account = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    protected = models.ForeignKey(ProtectedName, on_delete=models.CASCADE, related_name="likenesses")
    how = models.CharField(max_length=10)  # same | decorated | near; "" where only the picture is alike
    distance = models.SmallIntegerField(default=0)  # letters that differ
    bits = models.SmallIntegerField(null=True)  # bits by which the pictures differ; None: not alike, or nobody looked
    score = models.FloatField()
    case = models.UUIDField(null=True)
    found_at = models.DateTimeField()

    class Meta:
        db_table = "detection_likeness"
        constraints = [models.UniqueConstraint(fields=["account", "protected"], name="detection_likeness_once")]
        indexes = [models.Index(fields=["-found_at"], name="detection_likeness_newest")]


class IdentityCheck(Projected):
    """Somebody is asked to show who they are. Its evidence goes ``forget_after`` days after it was decided."""

    class State(models.TextChoices):
        ASKED = "asked"
        ANSWERED = "answered"  # there is something to look at
        VERIFIED = "verified"
        REFUSED = "refused"  # what was shown does not prove it, or nothing came
        IMPOSTOR = "impostor"

    account = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    protected = models.ForeignKey(ProtectedName, null=True, on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=State)
    wanted = models.CharField(max_length=500)  # what is asked for, as the person reads it
    note = models.CharField(max_length=1_000, blank=True)  # what they wrote
    why = models.CharField(max_length=500, blank=True)  # of the decision
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    due_at = models.DateTimeField()  # until when evidence is taken
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    forget_after = models.IntegerField()  # days
    turn = models.IntegerField(default=1)  # of the secret link
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"wanted", "note", "why"})

    class Meta:
        db_table = "detection_identity_check"
        indexes = [models.Index(fields=["state", "due_at"], name="detection_identity_due")]


class Evidence(Projected):
    """A file that was handed in. ``forgotten_at``: its bytes are gone; that it was there stays."""

    check_of = models.ForeignKey(IdentityCheck, on_delete=models.PROTECT, related_name="evidence")
    media = models.ForeignKey(Media, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_identity_evidence"
