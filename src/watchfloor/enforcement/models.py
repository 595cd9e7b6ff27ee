"""Actions, strikes, notices and the endpoints that are told."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class ActionKind(Projected):
    """An entry of the action catalogue: data over one of the action classes in enforcement/catalogue.py."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    help = models.TextField(blank=True)
    does = models.CharField(max_length=60)  # the action class
    inverse_key = models.CharField(max_length=60, blank=True)
    inverse_name = models.CharField(max_length=120, blank=True)
    phrases = models.JSONField(default=dict)  # {language: how a notice says it}
    params = models.JSONField(default=dict)  # fixed parameters for the platform
    target = models.CharField(max_length=10)  # "item" or "author"
    item_state = models.CharField(max_length=20, blank=True)  # what Item.state becomes
    duration_hours = models.IntegerField(null=True)
    delay_hours = models.IntegerField(null=True)  # it begins so long after the decision
    needs_approval = models.BooleanField(default=False)
    mass_limit = models.IntegerField(null=True)  # more than this at once are held; null: as Controls says
    enabled = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "enforcement_action_kind"


class LadderStep(Projected):
    """At this many active strike points the account gets this action as well."""

    points = models.IntegerField(unique=True)
    action_key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    enabled = models.BooleanField(default=True)

    class Meta:
        db_table = "enforcement_ladder_step"


class Action(Projected):
    """One effect of a decision on one item. ``id`` is the idempotency key the platform counts by."""

    class State(models.TextChoices):
        HELD = "held"
        SCHEDULED = "scheduled"
        REJECTED = "rejected"
        PENDING = "pending"
        SENT = "sent"
        CONFIRMED = "confirmed"
        FAILED = "failed"
        DEAD = "dead"
        REVERSED = "reversed"
        EXPIRED = "expired"

    decision_id = models.UUIDField(db_index=True)
    case_id = models.UUIDField(null=True, db_index=True)
    kind_key = models.CharField(max_length=60)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="actions")
    state = models.CharField(max_length=12, choices=State)
    inverse_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="inverses")
    from_ladder = models.BooleanField(default=False)
    step = models.IntegerField(null=True)  # the ladder step it stands on ...
    strikes = ArrayField(models.UUIDField(), default=list)  # ... and the strikes that added up to it
    params = models.JSONField(default=dict)
    slot = models.CharField(
        max_length=120, blank=True
    )  # actions of one slot on one item are one effect on the platform
    policy_key = models.CharField(max_length=60, blank=True)
    policy_version_id = models.UUIDField(null=True)
    violation_key = models.CharField(max_length=80, blank=True)
    severity = models.SmallIntegerField(default=0)
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    origin = models.CharField(max_length=12, blank=True)  # human | rule | appeal | undo | expiry
    queue_key = models.CharField(max_length=80, blank=True)  # where it was decided; "" for a rule's
    held_for = models.CharField(
        max_length=12, blank=True
    )  # kind | protected | mass | automation: why it was held first
    batch = models.CharField(max_length=40, blank=True)  # the order over many it belongs to
    job_id = models.UUIDField(null=True)
    previous_decision_id = models.UUIDField(null=True)
    requested_by = models.CharField(max_length=120, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True)  # of a scheduled one
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "enforcement_action"
        indexes = [
            models.Index(fields=["item", "created_at"], name="enforcement_action_item"),
            models.Index(
                fields=["expires_at"], name="enforcement_action_expiry", condition=models.Q(expires_at__isnull=False)
            ),
            models.Index(fields=["starts_at"], name="enforcement_action_start", condition=models.Q(state="scheduled")),
            models.Index(fields=["id"], name="enforcement_action_held", condition=models.Q(state="held")),
            models.Index(
                fields=["requested_by", "created_at"],
                name="enforcement_action_by_rule",
                condition=models.Q(origin="rule"),
            ),
            models.Index(fields=["batch"], name="enforcement_action_batch", condition=~models.Q(batch="")),
        ]


class Strike(Projected):
    """Points against an account, from one decision; expires, or is voided when the decision falls."""

    class State(models.TextChoices):
        ACTIVE = "active"
        EXPIRED = "expired"
        VOIDED = "voided"

    account = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="strikes")
    decision_id = models.UUIDField(db_index=True)
    points = models.SmallIntegerField()
    policy_key = models.CharField(max_length=60)
    severity = models.SmallIntegerField(default=0)
    market = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=10, choices=State)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    voided_by = models.UUIDField(null=True)  # the decision that voided it

    class Meta:
        db_table = "enforcement_strike"
        indexes = [models.Index(fields=["account", "state"], name="enforcement_strike_account")]


class Notice(Projected):
    """What an affected user or a reporter is told, bound to a decision and a template version."""

    decision_id = models.UUIDField(null=True, db_index=True)  # none: a receipt, a warning
    case_id = models.UUIDField(null=True, db_index=True)
    to = models.CharField(max_length=10)  # author | reporter
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="notices")
    recipient = models.CharField(max_length=250)  # the platform's own id of the person; never an address
    template = models.CharField(max_length=60)
    template_version = models.IntegerField(default=1)
    language = models.CharField(max_length=12)
    subject = models.TextField()
    body = models.TextField()
    values = models.JSONField(default=dict)  # of its fields: an example for whoever writes templates
    policy_key = models.CharField(max_length=60, blank=True)
    market = models.CharField(max_length=12, blank=True)
    severity = models.SmallIntegerField(default=0)
    queue_key = models.CharField(max_length=80, blank=True)
    appeal_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    resent = models.IntegerField(default=0)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"recipient", "subject", "body", "values"})

    class Meta:
        db_table = "enforcement_notice"
        indexes = [
            models.Index(fields=["created_at", "id"], name="enforcement_notice_at"),
            models.Index(fields=["item", "created_at"], name="enforcement_notice_item"),
        ]


class NoticeTemplate(Projected):
    """The words of a notice, per language; ``{{fields}}`` are typed (see enforcement/notice_fields.py)."""

    key = models.SlugField(max_length=60)
    language = models.CharField(max_length=12)
    version = models.IntegerField(default=1)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made_from = models.IntegerField(default=0)  # the English version this one follows
    written_by = models.CharField(max_length=120, blank=True)
    written_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "enforcement_notice_template"
        constraints = [
            models.UniqueConstraint(fields=["key", "language", "version"], name="enforcement_template_version")
        ]


class Endpoint(Projected):
    """A URL of the platform that is told of actions and notices by signed webhook (Standard Webhooks)."""

    name = models.CharField(max_length=80)
    url = models.URLField(max_length=400)
    topics = ArrayField(models.CharField(max_length=60), default=list)  # empty = all
    secrets = ArrayField(models.CharField(max_length=120), default=list)  # newest first; two live during rotation
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    disabled_by = models.CharField(max_length=8, blank=True)  # person | machine | gone (it answered 410)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)  # of an unbroken row of failures
    failures = models.IntegerField(default=0)
    probed_at = models.DateTimeField(null=True)  # while it is off by itself: when it was last tried
    inventory_url = models.CharField(max_length=400, blank=True)  # where the platform says what is in force
    inventory_token = models.CharField(max_length=200, blank=True)  # a bearer token for it
    inventory_hours = models.IntegerField(null=True)  # asked so often; null: only when somebody asks
    inventory_at = models.DateTimeField(null=True)  # asked last

    private: ClassVar[frozenset[str]] = frozenset()
    untracked: ClassVar[frozenset[str]] = frozenset(
        {"secrets", "failing_since", "failures", "probed_at", "inventory_token", "inventory_at"}
    )

    class Meta:
        db_table = "enforcement_endpoint"


class Attempt(models.Model):
    """One try to deliver one outbox row to one endpoint: telemetry, not history; old ones may be dropped."""

    outbox_id = models.UUIDField(db_index=True)
    key = models.CharField(max_length=120)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    ok = models.BooleanField()
    status = models.IntegerField(null=True)
    milliseconds = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "enforcement_attempt"
        indexes = [models.Index(fields=["endpoint", "-at"], name="enforcement_attempt_recent")]


# Django looks for models here; those of the other files stand on the ones above.
from watchfloor.enforcement.models_answers import HeldOrder, HeldOrderRow  # noqa: E402
from watchfloor.enforcement.models_delivery import AutomationStop, Controls, Delivery  # noqa: E402
from watchfloor.enforcement.models_drift import Drift, Reconciliation, Said  # noqa: E402
from watchfloor.enforcement.models_statements import StatementGround, StatementOfReasons  # noqa: E402

__all__ = [
    "Action", "ActionKind", "Attempt", "AutomationStop", "Controls", "Delivery", "Drift", "Endpoint", "HeldOrder", "HeldOrderRow",
    "LadderStep", "Notice", "NoticeTemplate", "Reconciliation", "Said", "StatementGround", "StatementOfReasons", "Strike",
]  # fmt: skip
