"""The language and its functions as plain data: what an editor completes, a page shows and a language model reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchfloor.engines.sml import limits
from watchfloor.engines.sml.errorcodes import ERRORS, WARNINGS
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
_TYPES = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number; a whole one fits too",
    "bool": "True or False",
    "None": "nothing there",
    "Any": "whatever the event holds",
    "List[...]": "a list of one type; `list[...]` is the same",
    "Optional[...]": "a value that may be missing",
    "Union[..., ...]": "one type or another",
    "X | Y": "the same as Union",
    "Entity[str]": "a thing on the platform with a text as its id; stands for its id where a text is asked for",
    "Entity[int]": "the same with a whole number",
    "Secret[...]": "read from the event's secret part; no feature, never shown",
    "ExtractSecret[...]": "read from the secret part, or made of secrets, and shown as a feature",
    "ExtractLiteral[...]": "a literal that becomes a feature",
}
_VALUES = [
    {"form": "'text', \"text\", r'a\\b'", "means": "A text."},
    {"form": "f'{Name} wrote'", "means": "A text with values in it; only names may stand in the braces."},
    {"form": "12, 0.5, -3", "means": "A number."},
    {"form": "True, False, None", "means": "Yes, no, nothing."},
    {"form": "[A, B]", "means": "A list; all items of one type."},
    {"form": "Name", "means": "A value named before, here or in an imported file."},
    {"form": "Function(argument=value)", "means": "A call; arguments by name only."},
    {"form": "A < B", "means": "A comparison: == != < <= > >= in, not in; not chained."},
    {"form": "A and B, A or B, not A", "means": "Conditions joined."},
    {"form": "A + B", "means": "Arithmetic: + - * / // % ** << >> | ^ & and unary minus."},
]
_EXAMPLE = """User: Entity[str] = EntityJson(type='User', path='$.user.id')
Text: str = JsonData(path='$.post.text', required=False)
AgeDays: float = JsonData(path='$.user.age_days')

NewSeller = Rule(
  when_all=[AgeDays < 1.0, RegexMatch(target=Text, pattern=r'\\bcheap pills\\b')],
  description=f'{User} sells medicine on the first day',
)

WhenRules(
  rules_any=[NewSeller],
  then=[LabelAdd(entity=User, label='seller', expires_after=TimeDelta(days=7)), DeclareVerdict(verdict='reject')],
)
"""


def language_reference(functions: Mapping[str, Function]) -> dict[str, Any]:
    """Statements, types, operators, limits and functions; every value is JSON."""
    return {
        "language": "Watchfloor rules (SML)",
        "version": 1,
        "example": _EXAMPLE,
        "statements": _STATEMENTS,
        "values": _VALUES,
        "types": [{"type": name, "means": means} for name, means in _TYPES.items()],
        "operators": _OPERATORS,
        "limits": {name.lower(): value for name, value in vars(limits).items() if name.startswith("MAX_")},
        "functions": [_function(functions[name]) for name in sorted(functions)],
        "errors": [
            {"code": code, "means": means, "example": example} for code, (means, example) in sorted(ERRORS.items())
        ],
        "warnings": [{"code": code, "means": means} for code, means in sorted(WARNINGS.items())],
    }


def reference_text(document: Mapping[str, Any]) -> str:
    """The same as a page in Markdown: for people, for the documentation, and for models that read text."""
    parts = [f"# {document['language']}", "## An example", f"```python\n{document['example']}```"]
    for title, key in (("Statements", "statements"), ("Values", "values")):
        parts.append(f"## {title}")
        parts.append("\n".join(f"- `{entry['form']}`: {entry['means']}" for entry in document[key]))
    parts.append("## Types")
    parts.append("\n".join(f"- `{entry['type']}`: {entry['means']}" for entry in document["types"]))
    parts.append("## Operators")
    parts.append("\n".join(f"- `{' '.join(entry['operators'])}`: {entry['on']}" for entry in document["operators"]))
    parts.append("## Functions")
    for category in sorted({entry["category"] for entry in document["functions"]}):
        parts.append(f"### {category.capitalize()}")
        parts.extend(_function_text(entry) for entry in document["functions"] if entry["category"] == category)
    parts.append("## Errors")
    parts.append("\n".join(f"- `{entry['code']}`: {entry['means']}" for entry in document["errors"]))
    parts.append("## Warnings")
    parts.append("\n".join(f"- `{entry['code']}`: {entry['means']}" for entry in document["warnings"]))
    parts.append("## Limits")
    parts.append(
        "\n".join(
            f"- {name.removeprefix('max_').replace('_', ' ')}: {value:,}" for name, value in document["limits"].items()
        )
    )
    return "\n\n".join(parts)


def _function_text(entry: Mapping[str, Any]) -> str:
    lines = [f"`{entry['signature']}`  ", " ".join(entry["doc"].split())]
    said = [
        f"- `{argument['name']}`{' (written out)' if argument['constant'] else ''}: {argument['doc']}"
        for argument in entry["arguments"]
        if argument["doc"]
    ]
    return "\n".join(lines) + ("\n\n" + "\n".join(said) if said else "")


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
