"""The writers of the action catalogue and the ladder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from watchfloor.enforcement import catalogue, events, queries
from watchfloor.enforcement.domain import Step
from watchfloor.enforcement.models import ActionKind, LadderStep
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer

LONGEST_HOURS = 24 * 366 * 5
LONGEST_DELAY = 24 * 90
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


def save_kind(w: Writer, *, key: str, does: str, **values: Any) -> ActionKind:
    """Make or change a catalogue entry over the action class ``does``; what is not given follows the class.

    Values: name, help, phrases, inverse_key, inverse_name, duration_hours, delay_hours, needs_approval, mass_limit, enabled, params,
    position.
    """
    effect = catalogue.effect(does)
    _checked(key, values)
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


def enable(w: Writer, kind: ActionKind, *, on: bool) -> None:
    """Offer an entry (again), or archive it: nobody can choose it any more; what was done with it stays as it is."""
    if not on and LadderStep.objects.filter(action_key=kind.key, enabled=True).exists():
        raise Conflict("in_ladder", "A step of the ladder takes this action.", hint="Change the ladder first.")
    w.update(kind, enabled=on)
    w.event(events.CatalogueSaved(kind=kind.key, enabled=on), kind)
    queries.forget()


def save_step(w: Writer, *, points: int, action: str, name: str) -> LadderStep:
    """Make or change the step at ``points``; its action must be one on the author."""
    kind = queries.kind(action)
    if kind.target != "author":
        raise BadInput("bad_step", f"A ladder step acts on the account; {action!r} acts on an item.", where="ladder")
    if points < 1:
        raise BadInput("bad_step", "A ladder step needs at least one point.", where="ladder")
    if not kind.enabled:
        raise BadInput("bad_step", f"{kind.name} is archived.", where="ladder", hint="Offer it again first.")
    row = LadderStep.objects.filter(points=points).first()
    if row is None:
        row = w.create(LadderStep, points=points, action_key=action, name=name)
    else:
        w.update(row, action_key=action, name=name, enabled=True)
    w.event(events.LadderSaved(points=points, kind=action), row)
    queries.forget()
    return row


def save_ladder(w: Writer, steps: Sequence[Step]) -> None:
    """These are the steps from now on; those that are not named are gone. What earlier steps did stays as it is."""
    points = [step.points for step in steps]
    if len(set(points)) != len(points):
        raise BadInput("bad_step", "Two steps cannot stand at the same number of points.", where="ladder")
    for step in steps:
        save_step(w, points=step.points, action=step.action_key, name=step.name)
    for row in LadderStep.objects.filter(enabled=True).exclude(points__in=points):
        w.update(row, enabled=False)
        w.event(events.LadderStepRemoved(points=row.points), row)
    queries.forget()


def _checked(key: str, values: Mapping[str, Any]) -> None:
    if not _KEY.fullmatch(key):
        raise BadInput(
            "bad_key", "A key has 1 to 60 small letters, digits and underscores, a letter first.", where="key"
        )
    for name, most, what in (
        ("duration_hours", LONGEST_HOURS, "An action lasts from one hour to five years."),
        ("delay_hours", LONGEST_DELAY, "An action begins within 90 days of its decision."),
        ("mass_limit", 1_000_000, "Give a number from 1 to 1,000,000."),
    ):
        given = values.get(name)
        if given is not None and not 0 < given <= most:
            raise BadInput("bad_number", what, where=name)
    if "name" in values and not 1 <= len(values["name"]) <= 120:
        raise BadInput("bad_name", "A name has 1 to 120 characters.", where="name")
