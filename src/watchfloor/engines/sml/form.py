"""A rule as a form that people fill in who write no code: conditions, groups, actions. It reads and writes the rule text itself.

    found = read_rule(text, "MedicineOffer")       # a RuleForm, or Beyond with the reason why the form cannot hold it
    text = put_rule(text, form)                    # the file with the rule written anew, the rest untouched

The text stays the one truth. What the form can hold it writes so that reading gives the same form again, and what it reads keeps its
meaning: ``and``, ``or`` and the list of a rule differ where a value is missing, so none is turned into another.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from watchfloor.engines.sml.formwords import Given, Value


class Condition(msgspec.Struct, frozen=True, tag="condition", forbid_unknown_fields=True):
    """One condition: a key of ``OPERATORS``, the field it looks at, and what the operator asks for besides."""

    op: str
    field: str
    value: Value = None
    given: Mapping[str, Given] = {}


class Group(msgspec.Struct, frozen=True, tag="group", forbid_unknown_fields=True):
    """Two or more conditions of which ``all`` or ``any`` must hold."""

    kind: str
    parts: tuple[Condition | Group, ...]


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An effect: a function of ``ACTIONS`` and its arguments. ``days`` stands for a time span."""

    function: str
    given: Mapping[str, Given] = {}


class NewField(msgspec.Struct, frozen=True, tag_field="kind", tag="field", forbid_unknown_fields=True):
    """A field that the rule needs and no file names yet: read at ``path`` of the event."""

    name: str
    type: str
    path: str


class NewCounter(msgspec.Struct, frozen=True, tag_field="kind", tag="counter", forbid_unknown_fields=True):
    """A counter that the rule needs: ``Count``, ``CountUnique`` (of ``of``) or ``RateLimited`` (more than ``max`` in the span), by the
    named fields, over a span such as ``"1h"``."""

    name: str
    function: str
    by: tuple[str, ...]
    span: str
    of: str = ""
    max: int = 0


class RuleForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule. ``{Name}`` in the description is filled in. ``shared_with``: rules that have the same actions bound to them in one
    statement; such actions are shown, and stay as they are unless ``shared_with`` is emptied."""

    name: str
    description: str
    conditions: tuple[Condition | Group, ...]
    actions: tuple[Action, ...] = ()
    shared_with: tuple[str, ...] = ()


class Beyond(msgspec.Struct, frozen=True):
    """The form cannot hold this rule; ``reason`` is a sentence for its author, ``line`` where it lies (from 1)."""

    reason: str
    line: int = 0
