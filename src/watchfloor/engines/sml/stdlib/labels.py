"""Functions that put labels on entities, take them off, and ask for them."""

from __future__ import annotations

from datetime import timedelta

from watchfloor.engines.sml.function import BadArgument, Context, Cost, LabelState, function
from watchfloor.engines.sml.outcome import Entity, LabelEffect, RuleState


def _effect(
    status: str,
    entity: Entity,
    label: str,
    delay: timedelta | None,
    apply_if: RuleState | None,
    expires: timedelta | None,
) -> LabelEffect:
    return LabelEffect(
        entity=entity,
        label=label,
        status=status,
        expires_after=expires,
        delay_action_by=delay,
        apply_if=apply_if.name if apply_if else None,
        applies=apply_if is None or apply_if.fired is True,
    )


@function(category="effects", total=True)
class LabelAdd:
    """Puts a label on an entity.

    Args:
        entity: what the label goes on.
        label: its name.
        delay_action_by: do it so much later.
        apply_if: only if this rule fires too; if it cannot be decided, nothing is done.
        expires_after: take it off again after so long.
    """

    def __init__(self, label: str) -> None:
        self._label = label

    def __call__(
        self,
        entity: Entity,
        delay_action_by: timedelta | None = None,
        apply_if: RuleState | None = None,
        expires_after: timedelta | None = None,
    ) -> LabelEffect:
        return _effect("added", entity, self._label, delay_action_by, apply_if, expires_after)


@function(category="effects", total=True)
class LabelRemove:
    """Takes a label off an entity.

    Args:
        entity: what the label is on.
        label: its name.
        delay_action_by: do it so much later.
        apply_if: only if this rule fires too; if it cannot be decided, nothing is done.
        expires_after: let it be so for so long.
    """

    def __init__(self, label: str) -> None:
        self._label = label

    def __call__(
        self,
        entity: Entity,
        delay_action_by: timedelta | None = None,
        apply_if: RuleState | None = None,
        expires_after: timedelta | None = None,
    ) -> LabelEffect:
        return _effect("removed", entity, self._label, delay_action_by, apply_if, expires_after)


@function(category="labels", cost=Cost.LOOKUP)
class HasLabel:
    """Whether an entity has a label now, that is at the time of the event, and it has not expired.

    Args:
        entity: which entity.
        label: the label's name.
        manual: True for labels set by a person only, False for labels set by rules only.
        status: 'added' or 'removed'.
        min_label_age: only if it has stood for longer than this.
        error_on_empty: fail, rather than say no, where the entity has no labels at all.
    """

    def __init__(self, label: str, status: str = "added") -> None:
        if status not in ("added", "removed"):
            raise BadArgument(
                "status", "`status` is 'added' or 'removed'.", "For labels set by a person, write `manual=True`."
            )
        self._label, self._status = label, status

    def __call__(
        self,
        ctx: Context,
        entity: Entity,
        manual: bool | None = None,
        min_label_age: timedelta | None = None,
        error_on_empty: bool = False,
    ) -> bool:
        labels = self._labels(ctx, entity)
        if error_on_empty and not labels:
            raise LookupError(f"{entity} has no labels at all")
        state = labels.get(self._label)
        now = ctx.event.timestamp
        if state is not None and state.expires is not None and state.expires <= now:
            state = None
        if state is None:
            return self._status == "removed" and manual is not True
        if min_label_age is not None and (state.since is None or now - state.since <= min_label_age):
            return False
        return state.status == self._status and manual in (None, state.manual)

    @staticmethod
    def _labels(ctx: Context, entity: Entity) -> dict[str, LabelState]:
        if ctx.labels is None:
            return {}
        key = ("labels", entity)
        if key not in ctx.memo:
            ctx.memo[key] = dict(ctx.labels(entity))
        found: dict[str, LabelState] = ctx.memo[key]
        return found
