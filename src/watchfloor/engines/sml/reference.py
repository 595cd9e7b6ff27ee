"""The language and its functions as plain data: what an editor completes, a page shows and a language model reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchfloor.engines.sml import limits
from watchfloor.engines.sml.function import Function

_OPERATORS = [
    {"operators": ["+", "-", "*", "/", "//", "%", "**"], "on": "numbers; + joins texts; division by zero gives 0"},
    {"operators": ["|", "^", "&", "<<", ">>"], "on": "whole numbers"},
    {"operators": ["<", "<=", ">", ">="], "on": "numbers and time spans (in seconds); false where a side is None"},
    {"operators": ["==", "!=", "in", "not in"], "on": "anything; a missing or failed value counts as None"},
    {"operators": ["and", "or"], "on": "conditions; a missing or failed one counts as false"},
    {"operators": ["not"], "on": "a condition; undefined if the condition failed"},
]
_STATEMENTS = [
    {
        "form": "Name = value",
        "means": "Names a value, once in the whole rule set; it becomes a feature of every event.",
    },
    {"form": "Name: type = value", "means": "The same, with its type; JsonData and EntityJson need one."},
    {"form": "_name = value", "means": "A name for this file only; must be used, is no feature."},
    {"form": "Import(rules=['a.sml'])", "means": "Makes the names of other files known here."},
    {"form": "Require(rule='a.sml', require_if=Condition)", "means": "Runs another file too."},
    {"form": "WhenRules(rules_any=[...], then=[...])", "means": "Binds rules to effects."},
]
_TYPES = [
    "str",
    "int",
    "float",
    "bool",
    "None",
    "Any",
    "List[...]",
    "Optional[...]",
    "Union[..., ...]",
    "X | Y",
    "Entity[str]",
    "Entity[int]",
    "Secret[...]",
    "ExtractSecret[...]",
    "ExtractLiteral[...]",
]


def language_reference(functions: Mapping[str, Function]) -> dict[str, Any]:
    """Statements, types, operators, limits and functions; every value is JSON."""
    return {
        "language": "Watchfloor rules (SML)",
        "version": 1,
        "statements": _STATEMENTS,
        "types": _TYPES,
        "operators": _OPERATORS,
        "limits": {name.lower(): value for name, value in vars(limits).items() if name.startswith("MAX_")},
        "functions": [_function(functions[name]) for name in sorted(functions)],
    }


def _function(function: Function) -> dict[str, Any]:
    return {
        "name": function.name,
        "signature": function.signature,
        "category": function.category,
        "doc": function.doc,
        "cost": function.cost.name.lower(),
        "result": str(function.result),
        "arguments": [
            {
                "name": param.name,
                "type": str(param.type),
                "constant": param.constant,
                "required": param.required,
                "default": None if param.required else param.default,
                "doc": param.doc,
            }
            for param in function.params
        ],
    }
