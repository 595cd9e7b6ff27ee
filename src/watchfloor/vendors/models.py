"""What is kept of vendors: contracts by version, check-ins, actions, questions, announcements, invoices, visits."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Party(Projected):
    """How a vendor is reached, and whose public holidays it keeps."""

    vendor_key = models.CharField(max_length=40, unique=True)
    addresses = models.TextField(blank=True)  # e-mail, one a line
    country = models.CharField(max_length=2, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"addresses"})

    class Meta:
        db_table = "vendors_party"


class Contract(Projected):
    """One version of a vendor's contract; it holds from ``starts_on`` until a later version does. ``terms`` is ``domain.terms.Terms``."""

    vendor_key = models.CharField(max_length=40)
    number = models.IntegerField()
    starts_on = models.DateField()
    terms = models.JSONField()
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"terms", "note"})

    class Meta:
        db_table = "vendors_contract"
        constraints = [models.UniqueConstraint(fields=["vendor_key", "number"], name="vendors_contract_number")]


class CheckIn(Projected):
    """A meeting with a vendor over the figures of ``starts_on`` to ``ends_on``. ``agenda`` is kept as it was when it was sent."""

    class State(models.TextChoices):
        PLANNED = "planned"
        SENT = "sent"  # minutes are closed; mail goes out, or went

    vendor_key = models.CharField(max_length=40)
    number = models.IntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    agenda = models.JSONField(default=dict)
    minutes = models.TextField(blank=True)
    attendees = models.TextField(blank=True)
    sent_by = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    mail_next_at = models.DateTimeField(null=True)
    mail_attempts = models.IntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)
    mailed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"agenda", "minutes", "attendees"})
    untracked: ClassVar[frozenset[str]] = frozenset({"mail_next_at", "mail_attempts", "mail_error", "mailed_at"})

    class Meta:
        db_table = "vendors_check_in"
        constraints = [models.UniqueConstraint(fields=["vendor_key", "number"], name="vendors_check_in_number")]
        indexes = [
            models.Index(fields=["mail_next_at"], name="vendors_mail", condition=models.Q(mail_next_at__isnull=False))
        ]


class Visit(Projected):
    """A visit to a site: the day, what is looked at, what was found (its findings are actions)."""

    vendor_key = models.CharField(max_length=40)
    site = models.CharField(max_length=80)
    on = models.DateField()
    who = models.TextField()
    checks = models.JSONField(default=list)  # [[key, "" | good | not, note]]
    done_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=120)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"who", "checks"})

    class Meta:
        db_table = "vendors_visit"
        indexes = [models.Index(fields=["vendor_key", "-on"], name="vendors_visits")]


class Task(Projected):
    """Something one side does until a day. It came from a check-in or a visit; what is not done is carried to the next check-in."""

    vendor_key = models.CharField(max_length=40)
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, null=True, related_name="tasks")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="tasks")
    side = models.CharField(max_length=6)  # house | vendor
    owner = models.TextField()
    text = models.TextField()
    grade = models.CharField(max_length=10, blank=True)  # of a finding: minor | major
    due_on = models.DateField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=120, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"owner", "text"})

    class Meta:
        db_table = "vendors_task"
        indexes = [models.Index(fields=["vendor_key", "done_at"], name="vendors_tasks")]


class Question(Projected):
    """What a vendor asks the house, with the clock of its contract."""

    vendor_key = models.CharField(max_length=40)
    policy_key = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    article_id = models.UUIDField(null=True)  # the draft its answer became
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text", "answer"})

    class Meta:
        db_table = "vendors_question"
        indexes = [
            models.Index(fields=["vendor_key", "-asked_at"], name="vendors_questions"),
            models.Index(fields=["due_at"], name="vendors_unanswered", condition=models.Q(answered_at=None)),
        ]


class Announcement(Projected):
    """Something the house tells vendors; with a policy it is an update that each person acknowledges. ``vendors`` None: all."""

    title = models.TextField()
    text = models.TextField()
    vendors = ArrayField(models.CharField(max_length=40), null=True)
    policy_key = models.CharField(max_length=60, blank=True)
    policy_version = models.IntegerField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "text"})

    class Meta:
        db_table = "vendors_announcement"


class Receipt(Projected):
    """That somebody opened an announcement, and that they said they have understood it. ``site`` as it was then."""

    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="receipts")
    person = models.UUIDField()
    vendor_key = models.CharField(max_length=40)
    site = models.CharField(max_length=80, blank=True)
    read_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vendors_receipt"
        constraints = [models.UniqueConstraint(fields=["announcement", "person"], name="vendors_receipt_once")]


class Invoice(Projected):
    """What a vendor asks for a period. ``lines`` are ``domain.invoices.Line``; ``paid`` and ``credit`` are fixed when it is settled."""

    class State(models.TextChoices):
        RECEIVED = "received"
        DISPUTED = "disputed"
        ACCEPTED = "accepted"

    vendor_key = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    lines = models.JSONField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=10, choices=State)
    why = models.TextField(blank=True)
    paid = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    credit = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    taken_in_by = models.CharField(max_length=120)
    taken_in_at = models.DateTimeField()
    settled_by = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"reference", "lines", "why", "total", "paid", "credit"})

    class Meta:
        db_table = "vendors_invoice"
        constraints = [models.UniqueConstraint(fields=["vendor_key", "reference"], name="vendors_invoice_once")]
