"""Form to rule text: the statements of one rule, in the shape the formatter gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from keyword import iskeyword
from unicodedata import normalize

from watchfloor.engines.sml.form import Action, Condition, Group, NewCounter, NewField, RuleForm
from watchfloor.engines.sml.format import format_text
from watchfloor.engines.sml.formwords import ACTIONS, OPERATORS, Given, Operator, Value
from watchfloor.engines.sml.limits import MAX_INT_BITS
from watchfloor.kernel.errors import BadInput

_NAME = re.compile(r"[^\W\d]\w*")
_BRACES = re.compile(r"\{([^\W\d]\w*)\}")


def check_form(form: RuleForm) -> None:
    """Raise ``BadInput`` (``where`` is the part of the form) for what could not be read back; names and types the compiler checks."""
    _check_name(form.name, "name")
    if not form.conditions:
        raise BadInput("no_conditions", "A rule needs at least one condition.", where="conditions")
    for place, part in enumerate(form.conditions):
        _check_part(part, f"conditions.{place}")
    for place, action in enumerate(form.actions):
        where = f"actions.{place}"
        if action.function not in ACTIONS:
            raise BadInput("unknown_action", f"The form knows no action {action.function!r}.", where=where)
        for name, value in action.given.items():
            kind = ACTIONS[action.function].get(name)
            if kind is None:
                raise BadInput("unknown_argument", f"{action.function} has no {name!r} in the form.", where=where)
            _check_literal(value, where)
            if kind == "entity":
                _check_name(str(value), where)
            if kind == "days" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                raise BadInput("bad_days", "Days are a whole number.", where=where)
    rest = _BRACES.sub("", form.description)
    if "{" in rest or "}" in rest:
        raise BadInput("bad_braces", "Braces stand around the name of a field: {Text}.", where="description")


def _check_part(part: Condition | Group, where: str) -> None:
    if isinstance(part, Group):
        if part.kind not in ("all", "any") or len(part.parts) < 2:
            raise BadInput("small_group", "A group holds two conditions or more.", where=where)
        for place, each in enumerate(part.parts):
            _check_part(each, f"{where}.{place}")
        return
    operator = OPERATORS.get(part.op)
    if operator is None:
        raise BadInput("unknown_operator", f"The form knows no operator {part.op!r}.", where=where)
    if not part.field:
        raise BadInput("no_field", "Choose the field this condition looks at.", where=where)
    _check_name(part.field, where)
    _check_value(operator, part.value, where)
    for value in part.given.values():
        _check_literal(value, where)
    if any(name not in operator.extras for name in part.given):
        raise BadInput("unknown_argument", "This operator takes no such setting.", where=where)


def _check_value(operator: Operator, value: Value, where: str) -> None:
    for each in value if isinstance(value, tuple) else (value,):
        _check_literal(each, where)
    if operator.value == "none":
        if value is not None:
            raise BadInput("no_value", "This operator takes no value.", where=where)
    elif operator.value == "many":
        if not isinstance(value, tuple) or not value:
            raise BadInput("no_values", "Give at least one value.", where=where)
    elif value is None or isinstance(value, tuple):
        raise BadInput("no_value", "Give a value to compare with.", where=where)
    elif operator.value == "text" and not isinstance(value, str):
        raise BadInput("bad_value", "This operator takes a text.", where=where)
    elif operator.value == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise BadInput("bad_value", "This operator takes a number.", where=where)


def _check_literal(value: object, where: str) -> None:
    """Numbers beyond what the language can write are refused."""
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput("bad_value", "This is no number that a rule can hold.", where=where)
    if isinstance(value, int) and value.bit_length() > MAX_INT_BITS:
        raise BadInput("bad_value", f"This number needs more than {MAX_INT_BITS} bits.", where=where)


def _check_name(name: str, where: str) -> None:
    plain = _NAME.fullmatch(name) and not iskeyword(name) and normalize("NFKC", name) == name
    if not plain or (where == "name" and name.startswith("_")):
        raise BadInput(
            "bad_name", f"{name[:60]!r} is no name.", where=where, hint="Letters, digits and _, such as PillShop."
        )


def write_rule(form: RuleForm) -> str:
    """The rule as text, in the shape the formatter gives it: its statement, and what happens when it fires.

    Raises:
        BadInput: the form is not filled in rightly; ``where`` says which part.
    """
    check_form(form)
    rule = statement(form)
    return f"{rule}\n{bound((form.name,), form.actions)}" if form.actions and not form.shared_with else rule


def statement(form: RuleForm) -> str:
    """The rule's own statement."""
    prefix = "f" if _BRACES.search(form.description) else ""
    conditions = "".join(f"    {_written(part, inside=False)},\n" for part in form.conditions)
    description = prefix + quoted(form.description)
    return format_text(f"{form.name} = Rule(\n  when_all=[\n{conditions}  ],\n  description={description},\n)\n")


def bound(rules: Iterable[str], actions: Iterable[Action]) -> str:
    """The statement that binds rules to actions."""
    then = "".join(f"    {_effect(action)},\n" for action in actions)
    return format_text(f"WhenRules(\n  rules_any=[{', '.join(rules)}],\n  then=[\n{then}  ],\n)\n")


def _written(part: Condition | Group, *, inside: bool) -> str:
    if isinstance(part, Group):
        word = " and " if part.kind == "all" else " or "
        text = word.join(_written(each, inside=True) for each in part.parts)
        return f"({text})" if inside else text
    operator = OPERATORS[part.op]
    text = part.field
    if operator.function:
        arguments = []
        if operator.argument:
            raw = operator.function.startswith("Regex")
            arguments.append(f"{operator.argument}={_value(part.value, raw=raw)}")
        arguments.append(f"{operator.field}={part.field}")
        arguments += [f"{name}={_value(value)}" for name, value in part.given.items()]
        text = f"{operator.function}({', '.join(arguments)})"
    if operator.sign:
        return f"{text} {operator.sign} {_value(part.value)}"
    return f"not {text}" if operator.negated else text


def _effect(action: Action) -> str:
    kinds = ACTIONS[action.function]
    parts = []
    for name, value in action.given.items():
        written = str(value) if kinds[name] == "entity" else _value(value)
        parts.append(f"{name}=TimeDelta(days={value})" if kinds[name] == "days" else f"{name}={written}")
    return f"{action.function}({', '.join(parts)})"


def _value(value: Value | Given, *, raw: bool = False) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return quoted(value, raw=raw) if isinstance(value, str) else repr(value)


def quoted(text: str, *, raw: bool = False) -> str:
    """A text in quotes; ``raw`` writes a pattern's backslashes as they are where that is possible."""
    if raw and "\\" in text and "'" not in text and not text.endswith("\\") and text.isprintable():
        return f"r'{text}'"
    return repr(text)


def declared(field: NewField | NewCounter) -> str:
    """The statement that names a field or a counter."""
    _check_name(field.name, "fields")
    if isinstance(field, NewCounter):
        return _counter(field)
    if field.type not in ("str", "int", "float", "bool", "List[str]", "List[int]"):
        raise BadInput("bad_type", f"The form cannot read a {field.type!r}.", where="fields")
    return f"{field.name}: {field.type} = JsonData(path={quoted(field.path)}, required=False)\n"


def _counter(counter: NewCounter) -> str:
    for name in (*counter.by, *([counter.of] if counter.of else [])):
        _check_name(name, "fields")
    by, span = f"by=[{', '.join(counter.by)}]", quoted(counter.span)
    match counter.function:
        case "Count":
            arguments = f"{by}, span={span}"
        case "CountUnique" if counter.of:
            arguments = f"of={counter.of}, {by}, span={span}"
        case "RateLimited" if counter.max > 0:
            arguments = f"{by}, max={counter.max}, every={span}"
        case _:
            raise BadInput("bad_counter", "This counter lacks something to count.", where="fields")
    return f"{counter.name} = {counter.function}({arguments})\n"
