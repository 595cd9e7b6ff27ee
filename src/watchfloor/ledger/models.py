"""Tables of the ledger. Rows of ``Event``, ``Leaf``, ``Node`` and ``Checkpoint`` are never changed or deleted: triggers forbid it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id


class NextOrdinal(models.Func):
    """The next value of the ledger's sequence, taken by the database when the row is inserted."""

    template = "nextval('ledger_ordinal')"
    arity = 0
    output_field = models.BigIntegerField()


class Projected(models.Model):
    """A row whose every change is in the ledger, so that ``ledger rebuild --check`` can derive it again.

    Only a ``Writer`` changes such rows. Values of the fields named in ``private`` (free text, personal data) stay out of the
    ledger: it holds their HMAC under the row's ``seal``, so erasing value and seal leaves nothing to guess from. A model
    with private fields must have ``seal = Seal()``. Fields named in ``untracked`` are caches that anyone may recompute.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    private: ClassVar[frozenset[str]] = frozenset()
    untracked: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True


class Seal(models.BinaryField):  # type: ignore[type-arg]
    """Sixteen random bytes that make the digests of a row's private fields unguessable; filled by the writer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


class Event(models.Model):
    """One thing that happened: who, on whose behalf, why, to what, under which policy and item version.

    ``ordinal`` is given at insert, after the transaction holds its row locks: of two events that touch one row the later
    has the higher ordinal. ``changes`` is ``[[table, row id, {column: value}], ...]``, what the event did to projected rows.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ordinal = models.BigIntegerField(editable=False, db_default=NextOrdinal())
    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    on_behalf = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=120)
    case_id = models.UUIDField(null=True)
    policy_version = models.UUIDField(null=True)
    item_version = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    changes = models.JSONField(default=list)

    class Meta:
        db_table = "ledger_event"
        indexes = [
            models.Index(fields=["subject", "ordinal"], name="ledger_event_subject"),
            models.Index(
                fields=["case_id", "ordinal"], name="ledger_event_case", condition=models.Q(case_id__isnull=False)
            ),
            models.Index(fields=["ordinal"], name="ledger_event_ordinal"),
            models.Index(fields=["type", "at"], name="ledger_event_type_at"),
        ]


class Pending(models.Model):
    """Committed events the sequencer has not yet put into the tree; filled by a trigger in the event's own transaction."""

    event_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "ledger_pending"


class Leaf(models.Model):
    """The place of an event in the Merkle log: leaf number and RFC 6962 leaf hash."""

    number = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf", db_constraint=False)
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_leaf"


class Node(models.Model):
    """The hash over a complete subtree of 2^level leaves, written once when it becomes complete; level 0 is ``Leaf``."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_node"


class Checkpoint(models.Model):
    """A signed statement of size and root (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    root = models.BinaryField()
    note = models.TextField()

    class Meta:
        db_table = "ledger_checkpoint"


class Outbox(models.Model):
    """What the outside must hear of, written in the transaction that decided it; sent by ``enforcement.delivery``.

    ``key`` is the idempotency key the receiver counts by; ``lane`` orders: messages of one lane go out one after another.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        FAILED = "failed"  # will be tried again at ``next_at``
        DEAD = "dead"  # gave up; may be replayed

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    topic = models.CharField(max_length=60)
    lane = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField()
    subject = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    trace = models.CharField(max_length=55, null=True)  # the traceparent it was written under

    class Meta:
        db_table = "ledger_outbox"
        indexes = [
            models.Index(
                fields=["next_at"], name="ledger_outbox_due", condition=models.Q(state__in=["pending", "failed"])
            ),
            models.Index(
                fields=["lane", "id"], name="ledger_outbox_lane", condition=models.Q(state__in=["pending", "failed"])
            ),
            models.Index(  # what nobody has looked at yet
                fields=["id"], name="ledger_outbox_new", condition=models.Q(state="pending", sent_at__isnull=True)
            ),
        ]
