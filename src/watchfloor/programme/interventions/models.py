"""What is kept of interventions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Intervention(Projected):
    """Something that was done, and what it should do to a metric. Title, metric, change and day of measuring are fixed beforehand.

    ``filters`` and ``controls`` are of dimensions of facts; ``about`` names what it belongs to (``spike:<id>``, ``improvement:<id>``,
    ``launch:<id>``). ``result`` is a ``domain.Measured``, recomputed at will; what the ledger keeps of it is in the events.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # its day has not come
        MEASURED = "measured"
        WITHDRAWN = "withdrawn"  # it was not done after all

    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    metric = models.CharField(max_length=80)
    filters = models.JSONField(default=dict)  # {"market": ["DE"]}
    controls = models.JSONField(default=dict)  # {"by": "market", "values": []}; {}: its own past alone
    expected_change = models.FloatField()  # -0.3: thirty per cent less than without
    step = models.CharField(max_length=4)  # day | hour
    happened_at = models.DateTimeField()
    measure_on = models.DateTimeField()
    about = models.CharField(max_length=120, blank=True)
    owner = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State)
    outcome = models.CharField(max_length=12, blank=True)  # reversed | partly | not_reversed | unknown
    result = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "note"})
    untracked: ClassVar[frozenset[str]] = frozenset({"result"})

    class Meta:
        db_table = "programme_intervention"
        indexes = [
            models.Index(fields=["measure_on"], name="programme_intervention_due", condition=models.Q(state="waiting")),
            models.Index(fields=["about"], name="programme_intervention_about"),
        ]
