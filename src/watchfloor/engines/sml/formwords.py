"""The operators and actions the rule form knows, as data: the form is read, written and drawn from these tables."""

from __future__ import annotations

import msgspec

Given = str | int | float | bool
Value = str | int | float | bool | tuple[str | int | float, ...] | None


class Operator(msgspec.Struct, frozen=True):
    """How one operator is written in a rule.

    ``Field sign value`` with a ``sign`` alone; ``function(argument=value, field=Field)`` with a ``function`` and ``argument``;
    ``function(field=Field) sign value`` with both but no argument. ``negated`` puts ``not`` before it.

    Attributes:
        types: the types of fields it suits; ``""`` any.
        value: what it asks for: none, any, text, number or many.
        extras: further arguments, plain values, by name with what they are: truth, number or text.
        choices: where the values come from: ``list``, ``bank``, ``label``, or ``""``.
    """

    types: tuple[str, ...] = ("",)
    value: str = "none"
    sign: str = ""
    function: str = ""
    field: str = ""
    argument: str = ""
    negated: bool = False
    extras: dict[str, str] = {}
    choices: str = ""


_TEXT = ("str",)
_NUMBER = ("int", "float", "TimeDelta")
_LIST = ("List",)

OPERATORS: dict[str, Operator] = {
    "is": Operator(("bool", "Rule")),
    "is_not": Operator(("bool", "Rule"), negated=True),
    "missing": Operator(value="none", sign="=="),
    "present": Operator(value="none", sign="!="),
    "equals": Operator(("str", "int", "float", "bool", "Entity"), "any", sign="=="),
    "differs": Operator(("str", "int", "float", "bool", "Entity"), "any", sign="!="),
    "below": Operator(_NUMBER, "number", sign="<"),
    "at_most": Operator(_NUMBER, "number", sign="<="),
    "above": Operator(_NUMBER, "number", sign=">"),
    "at_least": Operator(_NUMBER, "number", sign=">="),
    "one_of": Operator(("str", "int", "float", "Entity"), "many", sign="in"),
    "none_of": Operator(("str", "int", "float", "Entity"), "many", sign="not in"),
    "contains": Operator(
        _TEXT, "text", function="TextContains", field="text", argument="phrase", extras={"case_sensitive": "truth"}
    ),
    "contains_not": Operator(
        _TEXT, "text", function="TextContains", field="text", argument="phrase", negated=True,
        extras={"case_sensitive": "truth"},
    ),
    "matches": Operator(
        _TEXT, "text", function="RegexMatch", field="target", argument="pattern", extras={"case_insensitive": "truth"}
    ),
    "matches_not": Operator(
        _TEXT, "text", function="RegexMatch", field="target", argument="pattern", negated=True,
        extras={"case_insensitive": "truth"},
    ),
    "starts": Operator(_TEXT, "text", function="StringStartsWith", field="s", argument="start"),
    "ends": Operator(_TEXT, "text", function="StringEndsWith", field="s", argument="end"),
    "longer": Operator(_TEXT, "number", sign=">", function="StringLength", field="s"),
    "shorter": Operator(_TEXT, "number", sign="<", function="StringLength", field="s"),
    "more_items": Operator(_LIST, "number", sign=">", function="ListLength", field="list"),
    "in_list": Operator(("str", "int", "Entity", "List"), "text", function="InList", field="value", argument="list", choices="list"),
    "not_in_list": Operator(
        ("str", "int", "Entity", "List"), "text", function="InList", field="value", argument="list", negated=True, choices="list"
    ),
    "in_bank": Operator(
        _TEXT, "text", function="InBank", field="text", argument="bank", extras={"distance": "number"}, choices="bank"
    ),
    "has_label": Operator(("Entity",), "text", function="HasLabel", field="entity", argument="label", choices="label"),
    "lacks_label": Operator(
        ("Entity",), "text", function="HasLabel", field="entity", argument="label", negated=True, choices="label"
    ),
}  # fmt: skip

ACTIONS: dict[str, dict[str, str]] = {
    "SendToReview": {"policy": "text", "severity": "text", "queue": "text"},
    "TakeAction": {"action": "text", "policy": "text", "entity": "entity"},
    "LabelAdd": {"entity": "entity", "label": "text", "expires_after": "days"},
    "LabelRemove": {"entity": "entity", "label": "text"},
    "DeclareVerdict": {"verdict": "text"},
    "SignalAdd": {"policy": "text", "score": "number", "reason": "text"},
}
"""Arguments of each action the form can hold: text, number, entity (the name of one) or days (a time span)."""
