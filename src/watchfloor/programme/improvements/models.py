"""What is kept of improvements: suggestions with where they were made, proposals with their sizing, decisions and measured benefit."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal
from watchfloor.programme.improvements.domain.story import Criterion, Story


class Proposal(Projected):
    """What is proposed: a story, what it would bring, what was decided, what came of it. ``number`` is how people name it (P-7)."""

    number = models.IntegerField(unique=True)
    vendor_key = models.CharField(max_length=40, blank=True)  # of the suggestion it began with; empty: the house's own
    queue_key = models.CharField(max_length=80, null=True)
    state = models.CharField(max_length=10)  # domain.states
    title = models.TextField()
    as_a = models.TextField(blank=True)
    i_want = models.TextField(blank=True)
    so_that = models.TextField(blank=True)
    criteria = models.JSONField(default=list)  # [[given, when, then, met]]
    effort = models.JSONField(default=list)  # weeks of one person: [low, likely, high]
    window = models.DateField(null=True)  # the day after which it is worth nothing more
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    initiative_id = models.UUIDField(null=True)
    action_id = models.UUIDField(null=True)
    delivered_at = models.DateTimeField(null=True)
    measure_on = models.DateField(null=True)
    measure_kind = models.CharField(max_length=20, blank=True)  # the quantity that is looked at again
    intervention_id = models.UUIDField(null=True)
    benefit = models.JSONField(default=dict)  # told, expected, value, low, high (a month), method, words
    measured_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "as_a", "i_want", "so_that", "criteria"})

    class Meta:
        db_table = "programme_proposal"

    @property
    def code(self) -> str:
        """How people name it."""
        return f"P-{self.number}"

    @property
    def story(self) -> Story:
        """Its story as one structure."""
        lines = tuple(Criterion(*row) for row in self.criteria)
        return Story(title=self.title, as_a=self.as_a, i_want=self.i_want, so_that=self.so_that, criteria=lines)


class Suggestion(Projected):
    """What somebody found slow or wrong and what would help, with where they were: names and ids only, never what a page showed.

    ``told_at``: when something last became of it; ``read_at``: when whoever made it last looked.
    """

    class Kind(models.TextChoices):
        IDEA = "idea"
        BUG = "bug"

    class State(models.TextChoices):
        NEW = "new"
        ASIDE = "aside"  # read, and nothing follows for now
        TAKEN = "taken"  # in a proposal

    number = models.IntegerField(unique=True)
    kind = models.CharField(max_length=4, choices=Kind)
    state = models.CharField(max_length=5, choices=State)
    wrong = models.TextField()
    wanted = models.TextField(blank=True)
    steps = models.TextField(blank=True)  # of a bug: how to see it again
    often = models.CharField(max_length=10, blank=True)
    page = models.CharField(max_length=60, blank=True)  # the name of an address, which holds nothing of what it showed
    queue_key = models.CharField(max_length=80, null=True)
    policy_key = models.CharField(max_length=60, blank=True)
    market = models.CharField(max_length=12, blank=True)
    case_id = models.UUIDField(null=True)
    version = models.CharField(max_length=20, blank=True)
    window_size = models.CharField(max_length=12, blank=True)
    about = models.CharField(max_length=120, blank=True)  # unit:…, clause:…, screen:…
    evidence = ArrayField(models.CharField(max_length=200), default=list)
    vendor_key = models.CharField(max_length=40, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    joined_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="joined")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="suggestions")
    moved_at = models.DateTimeField(null=True)  # joined, or set aside
    why = models.TextField(blank=True)  # it was set aside
    told_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, null=True, unique=True)  # digest of the sender's idempotency key
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"wrong", "wanted", "steps", "why"})
    untracked: ClassVar[frozenset[str]] = frozenset({"read_at"})

    class Meta:
        db_table = "programme_suggestion"
        indexes = [
            models.Index(fields=["made_by", "-told_at"], name="programme_suggestion_mine"),
            models.Index(fields=["state", "-made_at"], name="programme_suggestion_list"),
        ]

    @property
    def code(self) -> str:
        """How people name it."""
        return f"S-{self.number}"

    @property
    def unread(self) -> bool:
        """Whether something became of it that its maker has not seen."""
        return self.told_at is not None and (self.read_at is None or self.read_at < self.told_at)


class Quantity(Projected):
    """One quantity of a proposal, as it was read: the question, its answer for a month, the share a person gave, what follows."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="quantities")
    kind = models.CharField(max_length=20)  # domain.quantities
    filters = models.JSONField(default=dict)
    starts_on = models.DateField()
    ends_on = models.DateField()
    base = models.JSONField()  # [value, low, high] a month
    reach = models.FloatField(default=0.0)  # jobs a month it touches
    share = models.JSONField()  # [low, likely, high] of one
    each = models.JSONField(default=list)  # minutes each time
    result = models.JSONField()  # [value, low, high] a month
    currency = models.CharField(max_length=3, blank=True)
    facts = models.JSONField(default=list)  # [[metric, id of the frozen fact or "", value, low, high]]
    basis = models.TextField(blank=True)  # what the share rests on
    seed = models.IntegerField()
    read_by = models.CharField(max_length=120)
    read_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"basis"})

    class Meta:
        db_table = "programme_quantity"
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "kind"], name="programme_quantity_once", condition=models.Q(dropped_at=None)
            )
        ]


class Verdict(Projected):
    """One line of the decision log, with the scores as they stood."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="verdicts")
    outcome = models.CharField(max_length=10)
    why = models.TextField()
    scores = models.JSONField(default=dict)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "programme_verdict"


class WeightsRow(Projected):
    """What the house holds a breach, a wrongful decision and a minute of exposure to be worth; the newest counts."""

    breach = models.FloatField()
    wrongful = models.FloatField()
    exposure = models.FloatField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "programme_weights"
