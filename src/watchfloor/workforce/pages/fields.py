"""Budgets as forms have them: a field for each severity and span, what is wrong said at its field."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput
from watchfloor.workforce.domain import budgets
from watchfloor.workforce.domain.budgets import LEVELS, Budget

SPANS = ("day", "week")
MINUTES = ("reserve", "severe_break", "work_break", "break_minutes", "day_units")


def budget(post: Mapping[str, str], *, whole: bool = True) -> Budget:
    """The budget that was typed; with ``whole`` false only minutes and the schedule (a person's own).

    Raises:
        BadInput: something is no number or makes no sense; ``where`` is the field.
    """
    minutes = {span: {level: _number(post, f"{span}_{level}") for level in LEVELS} for span in SPANS}
    day, week = ({level: found for level, found in minutes[span].items() if found is not None} for span in SPANS)
    schedule = tuple(post.get("schedule", "").replace(",", " ").split())
    if not whole:
        return budgets.check(Budget(day=day, week=week, reserve=0, schedule=schedule))
    more = {name: _number(post, name) or 0 for name in MINUTES}
    return budgets.check(Budget(day=day, week=week, schedule=schedule, **more))


def values(found: Budget) -> dict[str, str]:
    """A budget as the form's fields show it."""
    shown = {f"{span}_{level}": str(getattr(found, span).get(level, "")) for span in SPANS for level in LEVELS}
    return {
        **shown, **{name: str(getattr(found, name)) for name in MINUTES}, "schedule": ", ".join(found.schedule),
    }  # fmt: skip


def _number(post: Mapping[str, str], name: str) -> int | None:
    text = post.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 5:
        raise BadInput("no_number", _("This is a whole number of minutes, or empty."), where=name)
    return int(text)
