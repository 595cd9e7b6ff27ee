"""Checks function calls: arguments by name and type, constants bound, and the words of the language itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from watchfloor.engines.sml import syntax, tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.counters.calls import is_counter
from watchfloor.engines.sml.errors import did_you_mean
from watchfloor.engines.sml.experiment_when import all_of, check_experiment_when
from watchfloor.engines.sml.function import BadArgument, Function, Site
from watchfloor.engines.sml.paths import PathError, parse_path

if TYPE_CHECKING:
    from watchfloor.engines.sml.expressions import Expressions, Target

_BRACES = re.compile(r"\{([^\W\d]\w*)\}")
_STATEMENTS = ("Import", "Require", "WhenRules")


def check_call(e: Expressions, call: syntax.Call, target: Target | None) -> tree.Expr:
    """The typed form of a call that stands as a value."""
    function = find_function(e, call)
    if function is None:
        for argument in call.arguments:
            e.check(argument.value)
        return e.anything(call.span)
    if function.result == t.NOTHING and function.special and function.name in _STATEMENTS:
        e.problems.add(
            "no_value",
            f"`{function.name}` has no value.",
            call.span,
            "It stands on a line of its own, at the beginning of the line.",
        )
        return e.anything(call.span)
    if function.special and function.name == "ExperimentWhen":
        return check_experiment_when(e, call, function)
    arguments = by_name(e, call, function)
    if arguments is None:
        return e.anything(call.span)
    match function.name if function.special else "":
        case "JsonData" | "EntityJson":
            return _extract(e, call, function, arguments, target)
        case "Rule":
            return _rule(e, call, arguments, target)
        case "ResolveOptional":
            return _resolve(e, call, arguments)
        case _:
            if target is None and is_counter(function.target):
                e.problems.add(
                    "counter_name",
                    f"A counter needs a name: `{function.name}` cannot stand inside another expression.",
                    call.span,
                    f"Write `SomeName = {function.name}(...)` on a line of its own, and use SomeName here.",
                )
            return _apply(e, call, function, arguments)


def find_function(e: Expressions, call: syntax.Call) -> Function | None:
    """The function called, or None once its absence is recorded."""
    function = e.functions.get(call.function)
    if function is None:
        hint = did_you_mean(call.function, e.functions)
        e.problems.add("unknown_function", f"There is no function `{call.function}`.", call.name_span, hint)
    return function


def by_name(e: Expressions, call: syntax.Call, function: Function) -> dict[str, syntax.Node] | None:
    """The arguments by name, or None where they do not suit the function."""
    fine = True
    if call.positional:
        names = ", ".join(f"{p.name}=..." for p in function.params) or ""
        e.problems.add("positional", "Arguments are given by name.", call.span, f"Write `{function.name}({names})`.")
        return None
    known = {param.name for param in function.params}
    found: dict[str, syntax.Node] = {}
    for argument in call.arguments:
        if argument.name in found:
            e.problems.add("twice", f"`{argument.name}` is given twice.", argument.span)
            fine = False
        elif argument.name not in known:
            hint = did_you_mean(argument.name, known) or f"It takes: `{function.signature}`."
            e.problems.add(
                "unknown_argument", f"`{function.name}` has no argument `{argument.name}`.", argument.span, hint
            )
            fine = False
        found[argument.name] = argument.value
    missing = [param.name for param in function.params if param.required and param.name not in found]
    if missing and fine:
        listed = " and ".join(f"`{name}`" for name in missing)
        e.problems.add(
            "missing_argument", f"`{function.name}` needs {listed}.", call.span, f"It takes: `{function.signature}`."
        )
        fine = False
    return found if fine else None


def constant(e: Expressions, function: Function, name: str, node: syntax.Node, expected: t.Type) -> tuple[bool, Any]:
    """An argument that must be known when rules are loaded."""
    before = len(e.problems.found)
    value = e.expect(node, expected, f"`{name}` of {function.name}")
    if isinstance(value, tree.Const) and value.type != t.ANY:
        return True, float(value.value) if expected == t.FLOAT and isinstance(value.value, int) else value.value
    if len(e.problems.found) == before and not isinstance(value, tree.Const):
        e.problems.add(
            "not_constant",
            f"`{name}` of {function.name} must be written out here: it cannot depend on the event.",
            value.span,
        )
    return False, None


def _apply(e: Expressions, call: syntax.Call, function: Function, given: dict[str, syntax.Node]) -> tree.Expr:
    site = Site(e.feature, call.span.file, call.span.line)
    constants: dict[str, Any] = {}
    args: list[tree.Expr] = []
    names: list[str] = []
    spare: list[bool] = []
    fine = True
    for param in function.params:
        node = given.get(param.name)
        if param.constant:
            value = param.default
            if node is not None:
                known, value = constant(e, function, param.name, node, param.type)
                fine = fine and known
            constants[param.name] = value
            continue
        names.append(param.name)
        spare.append(t.NONE in t.members(param.type))
        if node is None:
            args.append(
                tree.Const(
                    t.NONE if param.default is None else t.type_of_constant(param.default), call.span, param.default
                )
            )
        elif t.RULE in t.members(param.type):
            args.append(_rule_argument(e, function, param.name, node))
        else:
            args.append(e.expect(node, param.type, f"`{param.name}` of {function.name}"))
    if fine and "label" in constants and e.known_labels is not None and constants["label"] not in e.known_labels:
        e.problems.add(
            "unknown_label",
            f"There is no label `{constants['label']}`.",
            given["label"].span,
            did_you_mean(constants["label"], e.known_labels),
        )
    try:
        bound = function.bind(constants, site) if fine else function.target
    except BadArgument as bad:
        place = given.get(bad.argument)
        e.problems.add("bad_argument", bad.message, place.span if place is not None else call.span, bad.hint)
        bound = function.target
    except Exception as error:  # other people's functions: whatever they raise, the author needs to hear of it
        message = f"`{function.name}` does not take these arguments: {error}"
        e.problems.add("bad_argument", message[:500].rstrip(".") + ".", call.span)
        bound = function.target
    for warning in getattr(bound, "warnings", ()) if fine else ():
        e.problems.warn("regex_dialect", warning.message, given[warning.argument].span, warning.hint)
    result = function.result
    if function.name == "Entity" and args:
        result = t.entity_of(args[0].type)
    return tree.Apply(
        result,
        call.span,
        function.name,
        bound,
        tuple(args),
        tuple(names),
        tuple(spare),
        function.wants_context,
        function.total,
        int(function.cost),
        e.feature,
        function.result,
        tuple((name, value) for name, value in constants.items() if name in given),
    )


def _rule_argument(e: Expressions, function: Function, name: str, node: syntax.Node) -> tree.Expr:
    value = e.check(node)
    variable = rule_variable(value)
    if variable is not None:
        return tree.RuleArg(t.RULE, node.span, variable)
    if value.type == t.NONE or value.type == t.ANY:
        return value
    e.problems.add(
        "wrong_type", f"`{name}` of {function.name} must be the name of a rule, but this is `{value.type}`.", node.span
    )
    return e.anything(node.span)


def rule_variable(value: tree.Expr) -> tree.Variable | None:
    """The rule an expression names, through other names for it."""
    while isinstance(value, tree.Var):
        if isinstance(value.variable.value, tree.RuleExpr):
            return value.variable
        value = value.variable.value
    return None


def _extract(
    e: Expressions, call: syntax.Call, function: Function, given: dict[str, syntax.Node], target: Target | None
) -> tree.Expr:
    entity = function.name == "EntityJson"
    options: dict[str, Any] = {"required": True, "coerce_type": True, "type": None, "path": "$"}
    fine = True
    for param in function.params:
        if param.name in given:
            known, options[param.name] = constant(e, function, param.name, given[param.name], param.type)
            fine = fine and known
    if not fine:
        return e.anything(call.span)
    if target is None or target.declared is None:
        name = target.name if target else "Name"
        shape = "Entity[str]" if entity else "str"
        e.problems.add(
            "needs_type",
            f"The type that {function.name} should give must be said.",
            call.span,
            f"Write `{name}: {shape} = {function.name}(...)`.",
        )
        return e.anything(call.span)
    wanted = target.declared
    if wanted == t.ANY and entity:
        return e.anything(call.span)  # the annotation was bad, and has been reported
    if entity and wanted.name != "Entity":
        e.problems.add(
            "wrong_type",
            f"EntityJson gives an entity, but `{target.name}` is declared `{wanted}`.",
            call.span,
            f"Write `{target.name}: Entity[str] = ...`.",
        )
        return e.anything(call.span)
    if not entity and any(member.name == "Entity" for member in t.members(wanted)):
        e.problems.add(
            "wrong_type",
            f"JsonData gives plain values, but `{target.name}` is declared `{wanted}`.",
            call.span,
            "Use EntityJson(type='...', path='...').",
        )
        return e.anything(call.span)
    try:
        path = parse_path(options["path"])
    except PathError as error:
        message = str(error)
        e.problems.add("bad_path", f"{message[0].upper()}{message[1:]}.", given["path"].span)
        return e.anything(call.span)
    item = wanted.args[0] if entity else wanted
    return tree.Extract(
        wanted,
        call.span,
        path,
        options["path"],
        item,
        options["required"],
        options["coerce_type"],
        options["type"] if entity else None,
        target.secret,
        e.feature,
    )


def _rule(e: Expressions, call: syntax.Call, given: dict[str, syntax.Node], target: Target | None) -> tree.Expr:
    if target is None:
        e.problems.add("rule_name", "A rule needs a name.", call.span, "Write `SomeRule = Rule(...)`.")
        return e.anything(call.span)
    if target.local:
        e.problems.add(
            "rule_name",
            f"A rule cannot have the file-local name `{target.name}`.",
            target.span,
            f"Call it `{target.name.lstrip('_') or 'SomeRule'}`.",
        )
    when_all = given["when_all"]
    conditions: tuple[tree.Expr, ...]
    if not isinstance(when_all, syntax.ListLiteral):
        conditions = (all_of(e.expect(when_all, t.list_of(t.BOOL), "`when_all` of Rule"), e.feature),)
    else:
        conditions = e.conditions(when_all.items, "each condition of a rule", "and")
    description = given["description"]
    parts: tuple[str | tree.Expr, ...] = ("",)
    if isinstance(description, syntax.Format):
        parts = e.format_parts(description)
    elif isinstance(description, syntax.Constant) and isinstance(description.value, str):
        parts = (description.value,)
        names = [name for name in _BRACES.findall(description.value) if name in e.scope.known]
        if names:
            e.problems.add(
                "missing_f",
                f"`{{{names[0]}}}` is not filled in, because this text has no `f` before it.",
                description.span,
                "Write f'...'.",
            )
    else:
        e.problems.add(
            "wrong_type",
            "The description of a rule is a text, written out.",
            description.span,
            "Write description='...' or description=f'... {Name}'.",
        )
    return tree.RuleExpr(t.RULE, call.span, target.name, conditions, parts)


def _resolve(e: Expressions, call: syntax.Call, given: dict[str, syntax.Node]) -> tree.Expr:
    value = e.check(given["optional_value"])
    inner = t.without_none(value.type)
    node = given.get("default_value")
    default = e.check(node) if node is not None else tree.Const(t.NONE, call.span, None)
    if default.type != t.NONE:
        plain = t.without_none(default.type)
        if t.fit(plain, inner) is t.Fit.NO and t.fit(inner, plain) is t.Fit.NO:
            e.problems.add(
                "wrong_type", f"The default is `{default.type}`, but the value is `{value.type}`.", default.span
            )
        elif t.fit(plain, inner) is t.Fit.UNWRAPPED:
            default = e.unwrapped(default)
        elif t.fit(inner, plain) is t.Fit.UNWRAPPED:
            value, inner = e.unwrapped(value), plain
    if inner == t.NONE:
        inner = t.without_none(default.type)
    report = False
    if "should_report_error" in given:
        _, report = constant(
            e, e.functions["ResolveOptional"], "should_report_error", given["should_report_error"], t.BOOL
        )
    return tree.Resolve(inner, call.span, value, default, bool(report), e.feature)
