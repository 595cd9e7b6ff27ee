"""Rules as a team keeps them, and trained models; lists are in ``models_lists``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.detection.models_lists import DueLabel, ListEntry, NamedList
from watchfloor.items.models import Item
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal

__all__ = [
    "DueLabel",
    "ListEntry",
    "NamedList",
    "Rule",
    "RuleFile",
    "RuleHits",
    "RuleSample",
    "TextModel",
]


class RuleFile(Projected):
    """A source file of the rule set, in the rule language (engines/sml)."""

    path = models.CharField(max_length=200, unique=True)
    text = models.TextField()
    revision = models.IntegerField(default=1)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_rule_file"


class RuleRevision(models.Model):
    """A text a rule file once had: for the diff, for going back, and for rules whose former text stays in force.

    Not a projection: the ledger's file events carry the same texts.
    """

    path = models.CharField(max_length=200)
    number = models.IntegerField()
    text = models.TextField()
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "detection_rule_revision"
        constraints = [models.UniqueConstraint(fields=["path", "number"], name="detection_revision_number")]


class Rule(Projected):
    """The life of one named rule of the set.

    ``meaning`` is the fingerprint of the text that is in force (see detection.meaning). A rule that acts keeps it when the files
    change: ``pin`` then names the revisions it is read from (path -> number), and ``next_meaning`` the text that waits.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        BACKTESTED = "backtested"
        SHADOW = "shadow"
        PARTIAL = "partial"
        ON = "on"
        PAUSED = "paused"
        RETIRED = "retired"

    name = models.CharField(max_length=120, unique=True)
    path = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    policy_key = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=State)
    percent = models.SmallIntegerField(default=100)
    owner = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    why = models.CharField(max_length=200, blank=True)
    meaning = models.CharField(max_length=64, blank=True)
    text_by = models.CharField(max_length=120, blank=True)  # who wrote the newest text, waiting or not
    pin = models.JSONField(null=True)
    next_meaning = models.CharField(max_length=64, blank=True)
    next_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_rule"


class Evidence(Projected):
    """What was known of one text of a rule at a moment; never changed.

    ``kind``: backtest (``data`` is ``detection.contracts.BacktestFacts``), approval (a second person), attested (shipped with a
    reason in ``words`` why it needs neither).
    """

    class Kind(models.TextChoices):
        BACKTEST = "backtest"
        APPROVAL = "approval"
        ATTESTED = "attested"

    rule = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    meaning = models.CharField(max_length=64)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    words = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "detection_evidence"
        indexes = [models.Index(fields=["rule", "-made_at"], name="detection_evidence_rule")]


class RuleExample(Projected):
    """A test of a rule: an event on which it must fire, or must not."""

    rule = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    fires = models.BooleanField()
    event = models.TextField()  # JSON as it was given
    added_by = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"event", "name"})

    class Meta:
        db_table = "detection_rule_example"
        indexes = [models.Index(fields=["rule", "added_at"], name="detection_example_rule")]


class BacktestRun(models.Model):
    """A backtest someone asked for, on its way; what it found is ``Evidence``."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    rule = models.CharField(max_length=120)
    days = models.SmallIntegerField()
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State)
    seen_at = models.DateTimeField(null=True)  # the worker's last sign of life
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    evidence_id = models.UUIDField(null=True)

    class Meta:
        db_table = "detection_backtest"
        indexes = [models.Index(fields=["rule", "-asked_at"], name="detection_backtest_rule")]


class Hold(Projected):
    """While one holds, no rule acts by itself: what it would do becomes a case in a queue."""

    why = models.CharField(max_length=200)
    put_by = models.CharField(max_length=120)
    since = models.DateTimeField()
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "detection_hold"


class TextModel(models.Model):
    """A trained text classifier: versions are kept so that one can go back."""

    id = models.BigAutoField(primary_key=True)
    policy_key = models.CharField(max_length=60)
    version = models.IntegerField()
    blob = models.BinaryField()
    learned = models.IntegerField(default=0)  # decisions learned from
    next_leaf = models.BigIntegerField(default=0)  # the first leaf of the ledger it has not read
    report = models.JSONField(default=dict)  # what was measured on decisions before they were learned
    live = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "detection_text_model"
        constraints = [models.UniqueConstraint(fields=["policy_key", "version"], name="detection_model_version")]


class RuleHits(models.Model):
    """How often a rule fired in one hour: with effects, without (shadow, or outside its share), or could not be decided."""

    pk = models.CompositePrimaryKey("rule", "hour")
    rule = models.CharField(max_length=120)
    hour = models.DateTimeField()
    acted = models.IntegerField(default=0)
    shadow = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)

    class Meta:
        db_table = "detection_rule_hits"
        indexes = [models.Index(fields=["hour"], name="detection_hits_hour")]


class RuleSample(models.Model):
    """One of the newest things a rule fired on, so that its author can read what it does. A couple of hundred are kept."""

    id = models.BigAutoField(primary_key=True)
    rule = models.CharField(max_length=120)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    acted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "detection_rule_sample"
        indexes = [models.Index(fields=["rule", "-id"], name="detection_sample_rule")]


class CounterState(models.Model):
    """One key of one version of a counter (``detection.counting``). The key itself is not kept, only what names it."""

    address = models.UUIDField(primary_key=True)
    counter = models.CharField(max_length=220)
    state = models.BinaryField()
    late = models.IntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "detection_counter_state"
        indexes = [models.Index(fields=["expires_at"], name="detection_counter_expiry")]


class CountedEvent(models.Model):
    """An event that counters have counted, so that one delivered again is not counted twice. Kept for some days."""

    pk = models.CompositePrimaryKey("number", "at")
    number = models.BigIntegerField()
    at = models.BigIntegerField()  # microseconds since 1970
    counters = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "detection_counted_event"
        indexes = [models.Index(fields=["counted_at"], name="detection_counted_at")]


from watchfloor.detection.models_investigate import LabelBatch, SavedQuery  # noqa: E402

__all__ = ["LabelBatch", "Rule", "RuleFile", "RuleHits", "RuleSample", "SavedQuery", "TextModel"]
