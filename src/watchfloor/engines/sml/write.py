"""The typed tree back to the text of the language: for explanations, and for tools that show rules."""

from __future__ import annotations

from watchfloor.engines.sml import tree

_MAX_LIST = 6


def written(expr: tree.Expr) -> str:
    """An expression as its author might write it; long lists are cut."""
    match expr:
        case tree.Const():
            return _constant(expr.value)
        case tree.Var():
            return expr.variable.name
        case tree.RuleArg():
            return expr.variable.name
        case tree.Unwrap():
            return written(expr.inner)
        case tree.Unary():
            return f"{expr.op}{' ' if expr.op == 'not' else ''}{_inner(expr.operand)}"
        case tree.Binary() | tree.Compare():
            return f"{_inner(expr.left)} {expr.op} {_inner(expr.right)}"
        case tree.BoolOp():
            return f" {expr.op} ".join(_inner(value) for value in expr.values)
        case tree.ListOf():
            return f"[{', '.join(written(item) for item in expr.items)}]"
        case tree.Format():
            return "f" + repr("".join(part if isinstance(part, str) else f"{{{written(part)}}}" for part in expr.parts))
        case tree.Apply():
            shown = [
                f"{name}={written(arg)}"
                for name, arg in zip(expr.names, expr.args, strict=True)
                if not (isinstance(arg, tree.Const) and arg.value is None)
            ]
            return f"{expr.function}({', '.join([*shown, *_constants(expr)])})"
        case tree.Extract():
            kind = f"type={expr.wrap!r}, " if expr.wrap is not None else ""
            return f"{'EntityJson' if expr.wrap is not None else 'JsonData'}({kind}path={expr.text!r})"
        case tree.Resolve():
            return f"ResolveOptional(optional_value={written(expr.value)}, default_value={written(expr.default)})"
        case tree.RuleExpr():
            return f"Rule(when_all=[{', '.join(written(condition) for condition in expr.conditions)}])"
        case _:
            raise AssertionError(f"no such expression: {expr!r}")


def _constants(expr: tree.Apply) -> list[str]:
    return [f"{name}={_constant(value)}" for name, value in expr.constants]


def _constant(value: object) -> str:
    if isinstance(value, list) and len(value) > _MAX_LIST:
        return f"[{', '.join(map(repr, value[:_MAX_LIST]))}, … {len(value) - _MAX_LIST} more]"
    return repr(value)


def _inner(expr: tree.Expr) -> str:
    text = written(expr)
    return f"({text})" if isinstance(expr, tree.Binary | tree.Compare | tree.BoolOp) else text
