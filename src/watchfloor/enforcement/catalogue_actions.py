"""The writers of the action catalogue and the ladder."""

from __future__ import annotations

from typing import Any

from watchfloor.enforcement import catalogue, events, queries
from watchfloor.enforcement.models import ActionKind, LadderStep
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer


def save_kind(w: Writer, *, key: str, does: str, **values: Any) -> ActionKind:
    """Make or change a catalogue entry over the action class ``does``; what is not given follows the class.

    Values: name, help, phrases, inverse_key, inverse_name, duration_hours, needs_approval, enabled, params, position.
    """
    effect = catalogue.effect(does)
    hours = values.get("duration_hours")
    if hours is not None and not 0 < hours <= 24 * 366 * 5:
        raise BadInput("bad_duration", "An action lasts from one hour to five years.", where=f"{key}.duration_hours")
    values = {
        "inverse_key": effect.inverse,
        "target": effect.target,
        "item_state": effect.item_state,
        "needs_approval": effect.needs_approval,
        **values,
        "does": does,
    }
    row = ActionKind.objects.filter(key=key).first()
    row = w.create(ActionKind, key=key, **values) if row is None else w.update(row, **values)
    w.event(events.CatalogueSaved(kind=key, enabled=row.enabled), row)
    queries.forget()
    return row


def save_step(w: Writer, *, points: int, action: str, name: str) -> LadderStep:
    """Make or change the step at ``points``; its action must be one on the author."""
    kind = queries.kind(action)
    if kind.target != "author":
        raise BadInput("bad_step", f"A ladder step acts on the account; {action!r} acts on an item.", where="ladder")
    if points < 1:
        raise BadInput("bad_step", "A ladder step needs at least one point.", where="ladder")
    row = LadderStep.objects.filter(points=points).first()
    if row is None:
        row = w.create(LadderStep, points=points, action_key=action, name=name)
    else:
        w.update(row, action_key=action, name=name)
    w.event(events.LadderSaved(points=points, kind=action), row)
    queries.forget()
    return row
