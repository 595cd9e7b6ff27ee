"""Text to syntax. CPython's parser reads it; every construct outside the language is refused with its own sentence."""

from __future__ import annotations

import ast
import warnings

from watchfloor.engines.sml import syntax
from watchfloor.engines.sml.errors import Problems, Span
from watchfloor.engines.sml.limits import MAX_DEPTH, MAX_FORMAT_NAMES, MAX_INT_BITS, MAX_LIST_ITEMS, MAX_SOURCE_CHARS

_BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
}
_COMPARE = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_CONDITION_HINT = "Put the condition in a rule: `Name = Rule(when_all=[...], description='...')`."
_LOOP_HINT = "Rules have no loops; functions that take lists, such as `RegexMatchMap`, look at every item."
_REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.If: ("There is no `if` in the rule language.", _CONDITION_HINT),
    ast.IfExp: ("There is no `... if ... else ...` in the rule language.", "Combine conditions with `and` and `or`."),
    ast.For: ("There is no `for` in the rule language.", _LOOP_HINT),
    ast.AsyncFor: ("There is no `for` in the rule language.", _LOOP_HINT),
    ast.While: ("There is no `while` in the rule language.", _LOOP_HINT),
    ast.FunctionDef: (
        "Functions cannot be defined in a rule file.",
        "Functions are added in Python, by the entry point `watchfloor.rule_functions`.",
    ),
    ast.AsyncFunctionDef: (
        "Functions cannot be defined in a rule file.",
        "Functions are added in Python, by the entry point `watchfloor.rule_functions`.",
    ),
    ast.ClassDef: ("Classes cannot be defined in a rule file.", ""),
    ast.Lambda: ("There is no `lambda` in the rule language.", ""),
    ast.Import: (
        "Python's `import` is not in the rule language.",
        "To use another rule file: `Import(rules=['models/base.sml'])`.",
    ),
    ast.ImportFrom: (
        "Python's `import` is not in the rule language.",
        "To use another rule file: `Import(rules=['models/base.sml'])`.",
    ),
    ast.Dict: ("There are no dictionaries in the rule language.", "Lists are written `[A, B]`."),
    ast.Set: ("There are no sets in the rule language.", "Write a list: `[A, B]`."),
    ast.Tuple: ("There are no tuples in the rule language.", "Write a list: `[A, B]`."),
    ast.ListComp: ("There are no comprehensions in the rule language.", _LOOP_HINT),
    ast.SetComp: ("There are no comprehensions in the rule language.", _LOOP_HINT),
    ast.DictComp: ("There are no comprehensions in the rule language.", _LOOP_HINT),
    ast.GeneratorExp: ("There are no comprehensions in the rule language.", _LOOP_HINT),
    ast.Subscript: (
        "Values cannot be indexed with `[...]`.",
        "Use `ListRead(list=X, index=0)`, or put the index in the path: `JsonData(path='$.items[0]')`.",
    ),
    ast.Attribute: ("Values have no attributes.", "Read each field by its path: `X: str = JsonData(path='$.a.b')`."),
    ast.AugAssign: ("A name is given its value once; there is no `+=` and its like.", "Assign to a new name."),
    ast.NamedExpr: ("There is no `:=` in the rule language.", "Assign on a line of its own: `Name = ...`."),
    ast.Starred: ("There is no `*` unpacking in the rule language.", ""),
    ast.Await: ("There is no `await` in the rule language.", ""),
    ast.Try: (
        "There is no `try` in the rule language.",
        "A value that fails costs only the rules that need it; nothing has to be caught.",
    ),
    ast.With: ("There is no `with` in the rule language.", ""),
    ast.Raise: ("There is no `raise` in the rule language.", ""),
    ast.Assert: ("There is no `assert` in the rule language.", "Put expectations in examples beside the rules."),
    ast.Delete: ("There is no `del` in the rule language.", ""),
    ast.Pass: ("There is no `pass` in the rule language.", "An empty file is fine."),
    ast.Return: ("There is no `return` in the rule language.", ""),
    ast.Global: (
        "There is no `global` in the rule language.",
        "Names without a leading `_` are shared by all files that import this one.",
    ),
    ast.Match: ("There is no `match` in the rule language.", _CONDITION_HINT),
}


class _RefusedError(Exception):
    """One statement cannot be read; carries the problem to report."""

    def __init__(self, code: str, message: str, span: Span, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.span, self.hint = code, message, span, hint


def parse_file(path: str, text: str, problems: Problems) -> syntax.File:
    """Read one rule file; what cannot be read is recorded in ``problems``, one problem for each statement."""
    file = syntax.File(path)
    if len(text) > MAX_SOURCE_CHARS:
        problems.add(
            "too_large",
            f"This file is longer than {MAX_SOURCE_CHARS:,} characters.",
            Span(path, 1, 0),
            "Split it into several files.",
        )
        file.unreadable = True
        return file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as an invalid escape: Python's own advice, not ours
            module = ast.parse(text)
    except SyntaxError as error:
        problems.add("syntax", _syntax_message(error), _syntax_span(path, text, error), "")
        file.unreadable = True
        return file
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        reason = (
            "contains a null character" if "null" in str(error) else "is nested too deeply or holds too large a number"
        )
        problems.add("syntax", f"This file cannot be read: it {reason}.", Span(path, 1, 0))
        file.unreadable = True
        return file
    reader = _Reader(path, text)
    for statement in module.body:
        try:
            file.statements.append(reader.statement(statement))
        except _RefusedError as refused:
            problems.add(refused.code, refused.message, refused.span, refused.hint)
            for node in ast.walk(statement):
                if isinstance(node, ast.Name):
                    (file.broken if isinstance(node.ctx, ast.Store) else file.mentioned).add(node.id)
    return file


def _syntax_message(error: SyntaxError) -> str:
    text = (error.msg or "invalid syntax").rstrip(".")
    if "too many nested" in text or "Exceeds the limit" in text:
        return "This is nested too deeply or holds too large a number."
    return f"This cannot be read: {text[0].lower()}{text[1:]}."


def _syntax_span(path: str, text: str, error: SyntaxError) -> Span:
    line = min(error.lineno or 1, max(1, len(text.splitlines())))
    column = max((error.offset or 1) - 1, 0)
    return Span(path, line, column, line, column + 1)


class _Reader:
    """Turns CPython's nodes into ours."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = [line.encode() for line in text.split("\n")]
        self._depth = 0

    def statement(self, node: ast.stmt) -> syntax.Assign | syntax.Call:
        self._depth = 0
        span = self._span(node)
        if isinstance(node, ast.Assign):
            if len(node.targets) != 1:
                raise _RefusedError(
                    "syntax", "One assignment gives a value to one name.", span, "Write one line for each name."
                )
            return syntax.Assign(span, self._target(node.targets[0]), self._expression(node.value))
        if isinstance(node, ast.AnnAssign):
            target = self._target(node.target)
            if node.value is None:
                raise _RefusedError(
                    "syntax", f"`{target.id}` has a type but no value.", span, f"Write `{target.id}: ... = ...`."
                )
            return syntax.Assign(span, target, self._expression(node.value), self._annotation(node.annotation))
        if isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Call):
                return self._call(node.value)
            raise _RefusedError("no_effect", "This value is not used.", span, "Give it a name: `Name = ...`.")
        self._refuse(node)
        raise AssertionError("unreachable")

    def _target(self, node: ast.expr) -> syntax.Name:
        if not isinstance(node, ast.Name):
            raise _RefusedError("syntax", "Only a name can be given a value.", self._span(node), "Write `Name = ...`.")
        return syntax.Name(self._span(node), node.id)

    def _expression(self, node: ast.expr) -> syntax.Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _RefusedError(
                "too_deep",
                f"This expression is nested more than {MAX_DEPTH} deep.",
                self._span(node),
                "Give parts of it names of their own.",
            )
        try:
            return self._expression_inner(node)
        finally:
            self._depth -= 1

    def _expression_inner(self, node: ast.expr) -> syntax.Node:
        span = self._span(node)
        if isinstance(node, ast.Name):
            return syntax.Name(span, node.id)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.List):
            if len(node.elts) > MAX_LIST_ITEMS:
                raise _RefusedError(
                    "too_large",
                    f"This list has more than {MAX_LIST_ITEMS:,} items.",
                    span,
                    "Keep it in a list outside the rules.",
                )
            return syntax.ListLiteral(span, tuple(self._expression(item) for item in node.elts))
        if isinstance(node, ast.JoinedStr):
            return self._format(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            left, right = self._expression(node.left), self._expression(node.right)
            return syntax.Binary(span, _BINARY[type(node.op)], left, right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            return syntax.Unary(span, "not" if isinstance(node.op, ast.Not) else "-", self._expression(node.operand))
        if isinstance(node, ast.BoolOp):
            op = "and" if isinstance(node.op, ast.And) else "or"
            return syntax.BoolOp(span, op, tuple(self._expression(value) for value in node.values))
        if isinstance(node, ast.Compare):
            return self._compare(node)
        self._refuse(node)
        raise AssertionError("unreachable")

    def _constant(self, node: ast.Constant) -> syntax.Constant:
        span, value = self._span(node), node.value
        if isinstance(value, int) and value.bit_length() > MAX_INT_BITS:
            raise _RefusedError("too_large", f"This number needs more than {MAX_INT_BITS} bits.", span)
        if value is None or isinstance(value, str | int | float | bool):
            return syntax.Constant(span, value)
        word = {bytes: "bytes", complex: "complex numbers"}.get(type(value), "`...`")
        raise _RefusedError(
            "not_in_language",
            f"There are no {word} in the rule language.",
            span,
            "Values are texts, numbers, True, False, None and lists.",
        )

    def _compare(self, node: ast.Compare) -> syntax.Compare:
        span = self._span(node)
        if len(node.ops) != 1:
            raise _RefusedError(
                "chained", "Comparisons cannot be chained.", span, "Write `A < B and B < C` instead of `A < B < C`."
            )
        op = _COMPARE.get(type(node.ops[0]))
        if op is None:
            raise _RefusedError(
                "not_in_language", "There is no `is` in the rule language.", span, "Write `X == None` or `X != None`."
            )
        return syntax.Compare(span, op, self._expression(node.left), self._expression(node.comparators[0]))

    def _call(self, node: ast.Call) -> syntax.Call:
        span = self._span(node)
        if not isinstance(node.func, ast.Name):
            raise _RefusedError(
                "not_in_language",
                "Only a function's plain name can be called.",
                self._span(node.func),
                "Write `Function(argument=...)`.",
            )
        arguments = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise _RefusedError(
                    "not_in_language", "There is no `**` unpacking in the rule language.", self._span(keyword.value)
                )
            arguments.append(syntax.Argument(self._span(keyword), keyword.arg, self._expression(keyword.value)))
        return syntax.Call(span, node.func.id, self._span(node.func), tuple(arguments), len(node.args))

    def _format(self, node: ast.JoinedStr) -> syntax.Format:
        parts: list[str | syntax.Name] = []
        span = self._span(node)
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(str(value.value))
                continue
            if not isinstance(value, ast.FormattedValue) or not isinstance(value.value, ast.Name):
                raise _RefusedError(
                    "bad_fstring",
                    "Only names can stand in `{...}`.",
                    span,
                    "Give the value a name first, then write `{Name}`.",
                )
            if value.conversion != -1 or value.format_spec is not None:
                raise _RefusedError("bad_fstring", "`{...}` takes no format.", span, f"Write `{{{value.value.id}}}`.")
            # Python 3.11 places names inside an f-string only roughly, so the whole string is the place.
            parts.append(syntax.Name(span, value.value.id))
        if len(parts) > 2 * MAX_FORMAT_NAMES:
            raise _RefusedError("too_large", f"This f-string holds more than {MAX_FORMAT_NAMES} names.", span)
        return syntax.Format(span, tuple(parts))

    def _annotation(self, node: ast.expr) -> syntax.Annotation:
        span = self._span(node)
        if isinstance(node, ast.Name):
            return syntax.Annotation(span, node.id)
        if isinstance(node, ast.Constant) and node.value is None:
            return syntax.Annotation(span, "None")
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return syntax.Annotation(span, node.value.id, tuple(self._annotation(item) for item in inner))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise _RefusedError("too_deep", "This type is nested too deeply.", span)
            left, right = self._annotation(node.left), self._annotation(node.right)
            return syntax.Annotation(span, "Union", (left, right))
        raise _RefusedError(
            "bad_type",
            "This is not a type.",
            span,
            "Types are written `str`, `List[str]`, `Optional[int]`, `Entity[str]`.",
        )

    def _refuse(self, node: ast.AST) -> None:
        message, hint = _REFUSED.get(
            type(node),
            (
                "This is not in the rule language.",
                "It is a small part of Python: assignments, function calls, operators and lists.",
            ),
        )
        raise _RefusedError("not_in_language", message, self._span(node), hint)

    def _span(self, node: ast.AST) -> Span:
        line, end_line = getattr(node, "lineno", 1), getattr(node, "end_lineno", None) or 0
        return Span(
            self._path,
            line,
            self._characters(line, getattr(node, "col_offset", 0)),
            end_line,
            self._characters(end_line, getattr(node, "end_col_offset", 0) or 0),
        )

    def _characters(self, line: int, column: int) -> int:
        """CPython counts columns in UTF-8 bytes; people count characters."""
        if not 1 <= line <= len(self._lines):
            return column
        return len(self._lines[line - 1][:column].decode(errors="ignore"))
