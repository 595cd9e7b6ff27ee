"""Rule text to form: what the form can hold of it, and what to tell the author where it cannot."""

from __future__ import annotations

from watchfloor.engines.sml import syntax
from watchfloor.engines.sml.errors import Problems, Span
from watchfloor.engines.sml.form import Action, Beyond, Condition, Group, RuleForm
from watchfloor.engines.sml.formwords import ACTIONS, OPERATORS, Given, Operator, Value
from watchfloor.engines.sml.lexing import tokens
from watchfloor.engines.sml.parse import parse_file


class _BeyondError(Exception):
    def __init__(self, reason: str, node: syntax.Node | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, node.span.line if node is not None else 0


def rules_in(text: str) -> tuple[str, ...]:
    """The names of the rules a text holds, in order; none where it cannot be read."""
    file = parsed(text)
    return tuple(each.target.id for each in rules_of(file)) if file is not None else ()


def read_rule(text: str, name: str) -> RuleForm | Beyond:
    """One rule of a file as a form, or why that cannot be."""
    file = parsed(text)
    if file is None:
        return Beyond("The text cannot be read yet: mend what is marked in it first.")
    rule = next((each for each in rules_of(file) if each.target.id == name), None)
    if rule is None:
        return Beyond(f"There is no rule called {name} in this text.")
    try:
        _no_comments(text, rule.span)
        given = arguments_of(rule.value)
        when = when_of(file, name)
        actions: tuple[Action, ...] = ()
        shared: tuple[str, ...] = ()
        if when is not None:
            _no_comments(text, when.span)
            named = names_in(arguments_of(when)["rules_any"])
            shared = tuple(each for each in named if each != name)
            actions = tuple(_action(item) for item in _items(arguments_of(when)["then"]))
        return RuleForm(
            name,
            _description(given["description"]),
            tuple(_part(item) for item in _items(given["when_all"])),
            actions,
            shared,
        )
    except _BeyondError as beyond:
        return Beyond(beyond.reason, beyond.line or rule.span.line)
    except KeyError as missing:
        return Beyond(f"It lacks {missing}.", rule.span.line)


def parsed(text: str) -> syntax.File | None:
    """The syntax of a text, or None where anything in it cannot be read."""
    problems = Problems({"form.sml": text})
    file = parse_file("form.sml", text, problems)
    return None if problems.found else file


def rules_of(file: syntax.File) -> list[syntax.Assign]:
    """The statements that name rules."""
    return [
        each
        for each in file.statements
        if isinstance(each, syntax.Assign) and isinstance(each.value, syntax.Call) and each.value.function == "Rule"
    ]


def when_of(file: syntax.File, name: str) -> syntax.Call | None:
    """The one statement that binds the rule to effects."""
    found = []
    for each in file.statements:
        if isinstance(each, syntax.Call) and each.function == "WhenRules":
            given = arguments_of(each)
            if any(isinstance(item, syntax.Name) and item.id == name for item in _items(given["rules_any"])):
                found.append(each)
    if len(found) > 1:
        raise _BeyondError("Its actions stand in several places.", found[1])
    return found[0] if found else None


def _part(node: syntax.Node) -> Condition | Group:
    if isinstance(node, syntax.BoolOp):
        return Group("all" if node.op == "and" else "any", tuple(_part(each) for each in node.values))
    for key, operator in OPERATORS.items():
        found = _matched(key, operator, node)
        if found is not None:
            return found
    raise _BeyondError("One of its conditions is more than a field, an operator and a value.", node)


def _matched(key: str, operator: Operator, node: syntax.Node) -> Condition | None:
    """The condition, if the node is this operator's; operators differ in their shape, so at most one matches."""
    if operator.negated:
        if not isinstance(node, syntax.Unary) or node.op != "not":
            return None
        node = node.operand
    value: Value = None
    if operator.sign:
        if not isinstance(node, syntax.Compare) or node.op != operator.sign:
            return None
        known, value = _literal(node.right, many=operator.value == "many")
        if not known or (value is None) != (operator.value == "none"):
            return None
        node = node.left
    if not operator.function:
        return Condition(key, node.id, value) if isinstance(node, syntax.Name) else None
    if not isinstance(node, syntax.Call) or node.function != operator.function or node.positional:
        return None
    given: dict[str, Given] = {}
    field = ""
    for argument in node.arguments:
        if argument.name == operator.field and isinstance(argument.value, syntax.Name):
            field = argument.value.id
            continue
        known, plain = _literal(argument.value)
        if not known or isinstance(plain, tuple) or plain is None:
            return None
        if argument.name == operator.argument:
            value = plain
        elif argument.name in operator.extras:
            given[argument.name] = plain
        else:
            return None
    complete = bool(field) and (not operator.argument or value is not None)
    return Condition(key, field, value, given) if complete else None


def _action(node: syntax.Node) -> Action:
    if not isinstance(node, syntax.Call) or node.function not in ACTIONS or node.positional:
        raise _BeyondError("One of its actions is none that the form knows.", node)
    allowed = ACTIONS[node.function]
    given: dict[str, Given] = {}
    for argument in node.arguments:
        kind = allowed.get(argument.name)
        known, plain = _literal(argument.value)
        if kind == "entity" and isinstance(argument.value, syntax.Name):
            given[argument.name] = argument.value.id
        elif kind == "days" and (days := _days(argument.value)) is not None:
            given[argument.name] = days
        elif kind in ("text", "number") and known and not isinstance(plain, tuple) and plain is not None:
            given[argument.name] = plain
        else:
            raise _BeyondError(f"`{argument.name}` of {node.function} is more than a plain value.", argument)
    return Action(node.function, given)


def _days(node: syntax.Node) -> int | None:
    if not isinstance(node, syntax.Call) or node.function != "TimeDelta" or len(node.arguments) != 1:
        return None
    only = node.arguments[0]
    value = only.value.value if isinstance(only.value, syntax.Constant) else None
    return value if only.name == "days" and isinstance(value, int) and not isinstance(value, bool) else None


def _literal(node: syntax.Node, *, many: bool = False) -> tuple[bool, Value]:
    """Whether a node is a plain value, and which. A list only where ``many``."""
    if isinstance(node, syntax.ListLiteral):
        if not many:
            return False, None
        found = [_literal(item) for item in node.items]
        plain = tuple(value for known, value in found if known and isinstance(value, str | int | float))
        return len(plain) == len(found), plain
    if many:
        return False, None
    if isinstance(node, syntax.Unary) and node.op == "-" and isinstance(node.operand, syntax.Constant):
        value = node.operand.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return True, -value
        return False, None
    return (True, node.value) if isinstance(node, syntax.Constant) else (False, None)


def _description(node: syntax.Node) -> str:
    if isinstance(node, syntax.Constant) and isinstance(node.value, str):
        if "{" in node.value or "}" in node.value:
            raise _BeyondError("Its description holds braces that are no names.", node)
        return node.value
    if not isinstance(node, syntax.Format):
        raise _BeyondError("Its description is no plain text.", node)
    if any("{" in part or "}" in part for part in node.parts if isinstance(part, str)):
        raise _BeyondError("Its description holds braces that are no names.", node)
    if not any(isinstance(part, syntax.Name) for part in node.parts):
        raise _BeyondError("Its description is an f-string without names.", node)
    return "".join(part if isinstance(part, str) else f"{{{part.id}}}" for part in node.parts)


def arguments_of(node: syntax.Node) -> dict[str, syntax.Node]:
    """The arguments of a call by name."""
    if not isinstance(node, syntax.Call) or node.positional:
        raise _BeyondError("Its arguments are not given by name.", node)
    return {argument.name: argument.value for argument in node.arguments}


def _items(node: syntax.Node) -> tuple[syntax.Node, ...]:
    if not isinstance(node, syntax.ListLiteral):
        raise _BeyondError("It is not written as a list.", node)
    return node.items


def names_in(node: syntax.Node) -> list[str]:
    """The names a list is made of."""
    found = [item.id for item in _items(node) if isinstance(item, syntax.Name)]
    if len(found) != len(_items(node)):
        raise _BeyondError("Its actions are bound to more than names of rules.", node)
    return found


def _no_comments(text: str, span: Span) -> None:
    start, end = offsets(text, span)
    if any(each.kind == "comment" and start <= each.start < end for each in tokens(text)):
        raise _BeyondError("It has comments inside, which the form would lose.")


def offsets(text: str, span: Span) -> tuple[int, int]:
    """Where a span begins and ends, in characters from the beginning of the text."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts[span.line - 1] + span.column, starts[span.end_line - 1] + span.end_column
