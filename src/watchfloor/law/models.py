"""Versions of the clock table and of the retention rules, running clocks, orders, registers, requests, holds and erasures."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class Document(Projected):
    """A version of something a second person must approve: the clock table (``clocks``) or the retention rules (``retention``)."""

    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        FORMER = "former"
        DROPPED = "dropped"

    kind = models.CharField(max_length=12)  # clocks | retention
    number = models.IntegerField()
    document = models.JSONField()
    state = models.CharField(max_length=8, choices=State)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "law_document"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="law_document_number"),
            models.UniqueConstraint(fields=["kind"], condition=Q(state="live"), name="law_document_one_live"),
            models.UniqueConstraint(fields=["kind"], condition=Q(state="draft"), name="law_document_one_draft"),
        ]


class Clock(Projected):
    """A legal period that runs: one row for each rule and thing, whatever dies and starts again.

    It goes by version ``table_number`` of the table, whatever is edited since. ``pauses`` are ``[[from, to, why], ...]``, those
    that are over. ``missed_at`` is set when its end passes; a clock that is stopped after that stays missed.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        MISSED = "missed"
        ENDED = "ended"  # what it was about is void: nothing was owed in the end

    rule_key = models.CharField(max_length=60)
    table_number = models.IntegerField()
    about = models.CharField(max_length=20)  # order | report | appeal | decision | request | manual ...
    about_id = models.UUIDField()
    case_id = models.UUIDField(null=True)
    item_id = models.UUIDField(null=True)
    market = models.CharField(max_length=12, blank=True)
    policy_key = models.CharField(max_length=60, blank=True)
    clearance = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State)
    round = models.IntegerField(default=1)  # counted up when the notice is given again
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    paused_at = models.DateTimeField(null=True)
    paused_for = models.CharField(max_length=20, blank=True)
    warned_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=20, blank=True)  # one of the rule's ``stops``
    proof = models.CharField(max_length=120, blank=True)  # what shows it: "action:…", "decision:…", "notice:…"
    paged = models.BooleanField(default=False)

    class Meta:
        db_table = "law_clock"
        constraints = [models.UniqueConstraint(fields=["rule_key", "about", "about_id"], name="law_clock_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="law_clock_running", condition=Q(state="running")),
            models.Index(
                fields=["warn_at"], name="law_clock_warn", condition=Q(state="running", warned_at__isnull=True)
            ),
            models.Index(
                fields=["case_id"], name="law_clock_case", condition=Q(state__in=["running", "paused", "missed"])
            ),
            models.Index(fields=["about", "about_id"], name="law_clock_about"),
            models.Index(fields=["-started_at", "id"], name="law_clock_started"),
        ]


class Followed(models.Model):
    """One row: the next ledger leaf that the clocks have not looked at. Moves in the transaction of what it caused."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    leaf = models.BigIntegerField(default=0)

    class Meta:
        db_table = "law_followed"


class Authority(Projected):
    """A court, agency or regulator that may order something, and how it is reached."""

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20)  # court | government | law_enforcement | regulator
    country = models.CharField(max_length=2)
    contact = models.TextField(blank=True)
    email = models.CharField(max_length=200, blank=True)
    verified_at = models.DateTimeField(null=True)  # somebody made sure that it is whom it says it is
    verified_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"contact", "email"})

    class Meta:
        db_table = "law_authority"
        constraints = [models.UniqueConstraint(fields=["name", "country"], name="law_authority_name")]


class Order(Projected):
    """What an authority orders: to act against content, or to give information."""

    class State(models.TextChoices):
        INCOMPLETE = "incomplete"  # something is missing: clarification was asked for
        WORKING = "working"
        REFUSED = "refused"
        CHALLENGED = "challenged"
        ANSWERED = "answered"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=120)
    legal_basis = models.TextField(blank=True)
    text = models.TextField()
    locations = models.JSONField(default=list)  # [{"type", "id"}]: items as the platform names them
    reason_key = models.CharField(max_length=80)
    territory = ArrayField(models.CharField(max_length=12), default=list)  # markets; empty: everywhere
    confidential = models.BooleanField(default=False)
    channel = models.CharField(max_length=12)  # page | api
    received_at = models.DateTimeField()
    valid_at = models.DateTimeField(null=True)
    missing = ArrayField(models.CharField(max_length=20), default=list)
    state = models.CharField(max_length=12, choices=State)
    why = models.TextField(blank=True)  # refused or challenged
    effect = models.CharField(max_length=12, blank=True)  # done | partly | none
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    cases = ArrayField(models.UUIDField(), default=list)
    taken_by = models.CharField(max_length=120)
    key = models.CharField(max_length=64, null=True, unique=True)  # digest of the sender's idempotency key
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"reference", "legal_basis", "text", "locations", "why", "answer"})

    class Meta:
        db_table = "law_order"
        indexes = [models.Index(fields=["-received_at", "id"], name="law_order_received")]


class Flagger(Projected):
    """A trusted flagger (Regulation (EU) 2022/2065, article 22): who awarded the status, for what, and under which ids it reports."""

    class State(models.TextChoices):
        AWARDED = "awarded"
        SUSPENDED = "suspended"
        ENDED = "ended"

    name = models.CharField(max_length=160, unique=True)
    coordinator = models.CharField(max_length=160)
    country = models.CharField(max_length=2)
    area = models.TextField(blank=True)
    contact = models.TextField(blank=True)
    reporters = models.JSONField(default=list)  # the ids its reports come under
    tokens = ArrayField(models.UUIDField(), default=list)
    state = models.CharField(max_length=10, choices=State)
    awarded_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"contact", "reporters", "why"})

    class Meta:
        db_table = "law_flagger"


class Request(Projected):
    """A person asks about their own data: access, erasure, rectification, objection."""

    class State(models.TextChoices):
        IDENTITY = "identity"  # nobody has made sure yet who asks
        WORKING = "working"
        ANSWERED = "answered"
        REFUSED = "refused"

    kind = models.CharField(max_length=14)  # access | erasure | rectification | objection
    account_type = models.CharField(max_length=40)
    account_id = models.CharField(max_length=250)  # the platform's own id of the person
    name = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State)
    received_at = models.DateTimeField()
    taken_by = models.CharField(max_length=120)
    identity_how = models.CharField(max_length=20, blank=True)  # platform | document | known
    identity_at = models.DateTimeField(null=True)
    identity_by = models.CharField(max_length=120, blank=True)
    extended_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    erasure_id = models.UUIDField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"account_id", "name", "contact", "text", "answer"})

    class Meta:
        db_table = "law_request"
        indexes = [models.Index(fields=["-received_at", "id"], name="law_request_received")]


class Hold(Projected):
    """Something that must be kept, whatever retention or a request for erasure say. In force until ``until``, or until it is lifted."""

    about = models.CharField(max_length=8)  # item | account | case
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="legal_holds")
    case_id = models.UUIDField(null=True)
    basis = models.CharField(max_length=20)  # litigation | tco | cybertip | order | investigation
    why = models.TextField(blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    placed_by = models.CharField(max_length=120)
    source = models.CharField(max_length=80, blank=True)  # what asked for it: "order:…", "report:…"
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "law_hold"
        indexes = [
            models.Index(fields=["item"], name="law_hold_item", condition=Q(lifted_at__isnull=True)),
            models.Index(fields=["case_id"], name="law_hold_case", condition=Q(lifted_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "item"], name="law_hold_source", condition=~Q(source="") & Q(lifted_at__isnull=True)
            )
        ]


class Erasure(Projected):
    """The erasing of a person, and its proof: how many rows of which tables, under which digests, and what is left."""

    class State(models.TextChoices):
        ASKED = "asked"  # a second person must agree
        REFUSED = "refused"
        RUNNING = "running"
        ERASED = "erased"  # no table, index or file gives it out any more
        SCRUBBED = "scrubbed"  # nor do the disk's blocks

    account = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=8, choices=State)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    scrubbed_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)  # {table or place: rows}
    digests = models.JSONField(default=dict)  # {table: sha256 over the ids of its erased rows}
    held = models.IntegerField(default=0)  # items that a hold kept
    left = models.JSONField(default=dict)  # {place: how often a name of theirs still stands there}
    request_id = models.UUIDField(null=True)

    class Meta:
        db_table = "law_erasure"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], name="law_erasure_one", condition=Q(state__in=["asked", "running"])
            )
        ]


class RetentionRun(Projected):
    """One pass of the retention rules: what it erased (or, as a preview, what it would)."""

    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    number = models.IntegerField()  # of the rules
    preview = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    digests = models.JSONField(default=dict)
    held = models.JSONField(default=dict)

    class Meta:
        db_table = "law_retention_run"
        indexes = [models.Index(fields=["-at"], name="law_retention_at")]
