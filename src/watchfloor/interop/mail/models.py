"""Which addresses take mail, whose mail is believed, what links mean; every mail as it came, sealed, until its time is over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class MailAddress(Projected):
    """An address that takes complaints, and what a report that comes to it is taken to be unless it says otherwise."""

    address = models.CharField(max_length=200, unique=True)
    reporter_kind = models.CharField(max_length=20, default="user")
    reason_key = models.CharField(max_length=80)
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    answers = models.BooleanField(default=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_mail_address"


class TrustedSender(Projected):
    """A body whose mail has standing once its sender is proved: an address, or a whole domain written ``@example.org``."""

    who = models.CharField(max_length=254)
    name = models.CharField(max_length=120)
    reporter_kind = models.CharField(max_length=20)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"who", "name"})

    class Meta:
        db_table = "interop_mail_sender"


class MailPattern(Projected):
    """Where the platform shows items of a type: a link in a mail that fits is a report on that item."""

    pattern = models.CharField(max_length=300)
    type_key = models.CharField(max_length=40)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_mail_pattern"


class MailMessage(models.Model):
    """One mail, byte for byte and sealed, from before it was acknowledged. Not a projection: what it causes is in the ledger."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        QUARANTINED = "quarantined"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    received_at = models.DateTimeField()
    how = models.CharField(max_length=8)  # smtp | api | command
    relayed = models.BooleanField(default=False)  # handed in by a server (or a token) whose word on the sender counts
    digest = models.BinaryField(max_length=32, unique=True)  # of mail and envelope: sent again, it is the same
    bytes = models.IntegerField()
    envelope = models.BinaryField(null=True)  # sealed: from, to, peer
    raw = models.BinaryField(null=True)  # sealed
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    begun = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    # What was understood of it.
    kind = models.CharField(max_length=10, blank=True, default="")  # plain | arf | xarf | reply | not_spam
    address = models.CharField(max_length=200, blank=True, default="")
    clearance = models.CharField(max_length=60, blank=True, default="")
    reporter = models.CharField(max_length=250, blank=True, default="", db_index=True)
    reporter_kind = models.CharField(max_length=20, blank=True, default="")
    proof = models.CharField(max_length=10, blank=True, default="")  # proved | failed | unknown
    proof_how = models.CharField(max_length=200, blank=True, default="")
    silent = models.CharField(max_length=20, blank=True, default="")  # why it is not answered
    own_id = models.BinaryField(max_length=32, null=True)  # HMAC of its Message-ID
    case_id = models.UUIDField(null=True, db_index=True)  # the case a reply joined
    shown = models.BinaryField(null=True)  # sealed: headers that matter, text, attachments described

    class Meta:
        db_table = "interop_mail_message"
        indexes = [
            models.Index(fields=["received_at"], name="interop_mail_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["-received_at"], name="interop_mail_list"),
            models.Index(fields=["own_id"], name="interop_mail_own", condition=models.Q(own_id__isnull=False)),
        ]


class MailReceipt(models.Model):
    """A report that a mail became."""

    report = models.UUIDField(primary_key=True)
    message = models.ForeignKey(MailMessage, on_delete=models.CASCADE, related_name="receipts")

    class Meta:
        db_table = "interop_mail_receipt"


class MailLetter(models.Model):
    """A notice on its way to somebody who wrote to us. Its words and the address are read when it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        SILENT = "silent"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    notice = models.UUIDField()
    reporter = models.CharField(max_length=250, db_index=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True, default="")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_mail_letter"
        indexes = [models.Index(fields=["next_at"], name="interop_mail_due", condition=models.Q(state="waiting"))]
