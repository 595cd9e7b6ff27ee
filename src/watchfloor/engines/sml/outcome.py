"""What goes into the rules and what comes out: the event, the outcome, and the effects rules ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Something that happened on the platform, in the shape rules read.

    Attributes:
        action_id: a number that names this event; also the seed of the random functions.
        action_name: what happened (``"create_post"``).
        timestamp: when; must know its time zone.
        data: the event's own fields, as decoded JSON.
        secret: fields only values annotated ``Secret[...]`` may read; they never become features.
    """

    action_id: int
    action_name: str
    timestamp: datetime
    data: dict[str, Any]
    secret: dict[str, Any] = {}


class Entity(msgspec.Struct, frozen=True):
    """A thing on the platform that labels stick to: its type and its id."""

    type: str
    id: str | int

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


class RuleState(msgspec.Struct, frozen=True):
    """A rule as a function sees it; ``fired`` is None when the rule could not be decided."""

    name: str
    fired: bool | None


class Effect(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What a WhenRules asks for. ``rules`` names the rules that fired and so caused it.

    A family of effects of your own is a subclass with its own fields and ``tag="its_kind"``, and a function that
    returns it.
    """

    rules: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The word that tells effects apart, also in JSON."""
        return self.__struct_config__.tag  # type: ignore[return-value]  # ours are always texts


class VerdictEffect(Effect, frozen=True, tag="verdict"):
    """An answer for whoever waits for this event (``"reject"``)."""

    verdict: str


class LabelEffect(Effect, frozen=True, tag="label"):
    """A label to be put on or taken off.

    ``applies`` is False when ``apply_if`` named a rule that did not fire, or could not be decided: in doubt
    nothing is done.
    """

    entity: Entity
    label: str
    status: str
    expires_after: timedelta | None = None
    delay_action_by: timedelta | None = None
    apply_if: str | None = None
    applies: bool = True


class FiredRule(msgspec.Struct, frozen=True):
    """A rule that fired, with its description filled in."""

    name: str
    description: str


class EvaluationError(msgspec.Struct, frozen=True):
    """A value that could not be had, although nothing said it may be missing."""

    feature: str
    message: str
    file: str
    line: int


class AuditEntry(msgspec.Struct, frozen=True):
    """What one WhenRules met: which of its rules could be decided, which matched, what was emitted, what failed."""

    rules_evaluated: tuple[str, ...]
    rules_matched: tuple[str, ...] = ()
    rules_failed: tuple[str, ...] = ()
    effects_emitted: tuple[str, ...] = ()
    effects_failed: int = 0
    is_degraded: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """Everything one event gave.

    Attributes:
        features: every named value that is not file-local; None where it is missing or failed.
        fired: the rules that fired, in the order of the files.
        verdicts: the verdicts declared, in order.
        labels: the label changes to be made (those whose ``apply_if`` allows it).
        effects: all effects in order, labels and verdicts included.
        errors: values that failed unexpectedly; a failing rule costs only itself.
        audit: one entry for each WhenRules that was reached.
    """

    features: dict[str, Any]
    fired: tuple[FiredRule, ...]
    verdicts: tuple[str, ...]
    labels: tuple[LabelEffect, ...]
    effects: tuple[Effect, ...]
    errors: tuple[EvaluationError, ...]
    audit: tuple[AuditEntry, ...]
