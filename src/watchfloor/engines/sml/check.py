"""Checks a whole rule set: names across files, the order files run in, and each statement."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from watchfloor.engines.sml import syntax, tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.annotations import Declared, declared
from watchfloor.engines.sml.calls import by_name, check_call, find_function, rule_variable
from watchfloor.engines.sml.errors import Problems, Span, did_you_mean
from watchfloor.engines.sml.expressions import Expressions, Scope, Target
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.order import run_order
from watchfloor.engines.sml.stdlib import BEYOND

ENTRY = "main.sml"


def check_program(
    files: Mapping[str, syntax.File],
    functions: Mapping[str, Function],
    problems: Problems,
    known_labels: frozenset[str] | None = None,
) -> tree.Program:
    """The typed tree of parsed files; everything wrong is recorded in ``problems``."""
    return _Checker(files, functions, problems, known_labels).run()


class _Checker:
    def __init__(
        self,
        files: Mapping[str, syntax.File],
        functions: Mapping[str, Function],
        problems: Problems,
        known_labels: frozenset[str] | None,
    ) -> None:
        self.files, self.functions, self.problems, self.known_labels = files, functions, problems, known_labels
        self.checked: dict[str, tree.File] = {}
        self.names: dict[str, dict[str, tree.Variable]] = {}
        """Shared names of each checked file."""
        self.variables: dict[str, tree.Variable] = {}
        self.home: dict[str, Span] = {}
        self.broken: set[str] = {name for file in files.values() for name in file.broken}
        self.count = 0

    def run(self) -> tree.Program:
        self._find_names()
        for path in self._import_order():
            self._check_file(self.files[path])
        order, always = run_order(self.checked, ENTRY, self.problems)
        for path in self.checked:
            if path not in order:
                self.problems.warn(
                    "never_runs", f"{path} never runs.", Span(path, 1, 0), "Import or Require it from a file that runs."
                )
        return tree.Program(self.checked, order, always, self.variables)

    # --- names and files ---

    def _find_names(self) -> None:
        """Where each shared name is assigned; assigning one twice is an error wherever it happens."""
        for file in self.files.values():
            own: dict[str, Span] = {}
            for statement in file.statements:
                if not isinstance(statement, syntax.Assign):
                    continue
                name, span = statement.target.id, statement.target.span
                first = own.get(name) if name.startswith("_") else self.home.get(name)
                if first is not None:
                    self.problems.add(
                        "assigned_twice",
                        f"`{name}` is given a value twice.",
                        span,
                        f"First in {first.file}, line {first.line}. "
                        "Each name has one value in the whole rule set; choose another.",
                    )
                    continue
                own[name] = span
                if not name.startswith("_"):
                    self.home[name] = span

    def _imports(self, file: syntax.File) -> list[tuple[str, Span]]:
        found = []
        for statement in file.statements:
            if isinstance(statement, syntax.Call) and statement.function == "Import":
                for argument in statement.arguments:
                    if argument.name == "rules" and isinstance(argument.value, syntax.ListLiteral):
                        for item in argument.value.items:
                            if isinstance(item, syntax.Constant) and isinstance(item.value, str):
                                found.append((item.value, item.span))
        return found

    def _import_order(self) -> list[str]:
        """All files, each after those it imports. A circle is reported where it closes."""
        order: list[str] = []
        state: dict[str, str] = {}
        for start in self.files:
            # Depth first with a list of our own: a chain of imports may be longer than Python's stack.
            stack: list[tuple[str, list[tuple[str, Span]]]] = []
            if start not in state:
                state[start] = "open"
                stack.append((start, self._imports(self.files[start])))
            while stack:
                path, waiting = stack[-1]
                if not waiting:
                    state[path] = "done"
                    order.append(path)
                    stack.pop()
                    continue
                imported, span = waiting.pop(0)
                if state.get(imported) == "open":
                    chain = [entry for entry, _ in stack]
                    circle = " -> ".join([*chain[chain.index(imported) :], imported])
                    self.problems.add(
                        "import_circle",
                        f"These files import each other in a circle: {circle}.",
                        span,
                        "Move what they share into a file that both import.",
                    )
                elif imported in self.files and imported not in state:
                    state[imported] = "open"
                    stack.append((imported, self._imports(self.files[imported])))
        return order

    # --- statements ---

    def _check_file(self, file: syntax.File) -> None:
        result = tree.File(file.path)
        self.checked[file.path] = result
        self.names[file.path] = {}
        scope = Scope(file.path, {}, {name: span.file for name, span in self.home.items()}, self.broken)
        e = Expressions(scope, self.functions, self.problems, self.known_labels)
        mentioned = set(file.mentioned)
        for statement in file.statements:
            before = len(self.problems.found)
            if isinstance(statement, syntax.Assign):
                self._assign(e, result, statement)
            else:
                self._call(e, result, statement)
            if len(self.problems.found) > before:  # what is wrong here need not be said again elsewhere
                mentioned |= syntax.names_in(statement)
                if isinstance(statement, syntax.Assign):
                    mentioned.add(statement.target.id)
        mentioned |= scope.suggested
        for variable in scope.known.values():
            if variable.local and variable.uses == 0 and variable.name not in mentioned:
                self.problems.add(
                    "unused",
                    f"`{variable.name}` is never used.",
                    variable.span,
                    "Delete it; or drop the `_` if it is meant to be a feature.",
                )

    def _assign(self, e: Expressions, file: tree.File, statement: syntax.Assign) -> None:
        name, span = statement.target.id, statement.target.span
        if name in e.scope.known and e.scope.known[name].file == file.path:
            return  # assigned twice: reported already
        if name in self.functions and name not in BEYOND:
            self.problems.add(
                "function_name", f"`{name}` is a function and cannot be given a value.", span, "Choose another name."
            )
            return
        before = len(self.problems.found)
        local = name.startswith("_")
        said = declared(statement.annotation, self.problems) if statement.annotation else None
        e.feature = name
        target = Target(name, span, local, said.type if said else None, said.secret if said else False)
        if isinstance(statement.value, syntax.ListLiteral) and said is not None:
            value = e.expect(statement.value, said.type, f"`{name}`")
        elif isinstance(statement.value, syntax.Call):
            value = check_call(e, statement.value, target)
        else:
            value = e.check(statement.value)
        if said is not None and not isinstance(value, tree.Extract):
            value = e.fitted(value, said.type, f"`{name}`")
        elif isinstance(value, tree.Const) and value.value == [] and said is None:
            self.problems.add(
                "needs_type", "An empty list needs a type.", statement.span, f"Write `{name}: List[str] = []`."
            )
        literal = _is_literal(statement.value) or isinstance(statement.value, syntax.Format)
        if said is not None and said.shown and not said.secret and not literal:
            self.problems.add(
                "wrong_type",
                "`ExtractLiteral[...]` is for literals, but this is worked out.",
                statement.value.span,
                "Every other value is a feature without it.",
            )
        hidden = _secret_shown(value) if len(self.problems.found) == before else ""
        if hidden and not (said is not None and said.secret):
            self.problems.add(
                "secret",
                f"`{hidden}` is secret, and `{name}` would show it.",
                span,
                f"Write `{name}: Secret[...] = ...`; or `ExtractSecret[...]` if this much of it may be seen.",
            )
        failed = len(self.problems.found) > before
        variable = tree.Variable(
            self.count,
            name,
            file.path,
            span,
            t.ANY if failed else said.type if said else value.type,
            value,
            local,
            extracted=self._extracted(statement, local, said),
            secret=said is not None and said.hidden,
        )
        self.count += 1
        if failed:
            self.broken.add(name)
        if not local and self.home.get(name) == span:
            self.names[file.path][name] = variable
            self.variables[name] = variable
        e.scope.known[name] = variable
        file.statements.append(tree.Assign(variable))

    @staticmethod
    def _extracted(statement: syntax.Assign, local: bool, said: Declared | None) -> bool:
        """Whether a name becomes a feature: not if local, secret, or a literal."""
        if said is not None and said.shown:
            return True
        if local or (said is not None and said.hidden):
            return False
        return not _is_literal(statement.value)

    def _call(self, e: Expressions, file: tree.File, call: syntax.Call) -> None:
        e.feature = call.function
        function = find_function(e, call)
        if function is None:
            return
        if function.result != t.NOTHING:
            self.problems.add(
                "no_effect",
                f"The value of `{function.name}` is not used.",
                call.span,
                f"Give it a name: `Name = {function.name}(...)`; effects belong into `WhenRules(then=[...])`.",
            )
            return
        given = by_name(e, call, function)
        if given is None:
            return
        match function.name:
            case "Import":
                self._import(e, file, given["rules"])
            case "Require":
                self._require(e, file, call, given)
            case "WhenRules":
                self._when(e, file, call, given)

    def _import(self, e: Expressions, file: tree.File, rules: syntax.Node) -> None:
        if not isinstance(rules, syntax.ListLiteral):
            self.problems.add(
                "wrong_type",
                "`rules` is a list of paths, written out.",
                rules.span,
                "Write `Import(rules=['models/base.sml'])`.",
            )
            return
        for item in rules.items:
            if not isinstance(item, syntax.Constant) or not isinstance(item.value, str):
                self.problems.add("wrong_type", "Each rule file to import is a path in quotes.", item.span)
            elif item.value not in self.files:
                self.problems.add(
                    "no_such_file",
                    f"There is no rule file `{item.value}`.",
                    item.span,
                    did_you_mean(item.value, self.files),
                )
            elif item.value in file.imports:
                self.problems.add("twice", f"`{item.value}` is imported twice.", item.span)
            else:
                file.imports = (*file.imports, item.value)
                for name, variable in self.names.get(item.value, {}).items():
                    e.scope.known.setdefault(name, variable)

    def _require(self, e: Expressions, file: tree.File, call: syntax.Call, given: dict[str, syntax.Node]) -> None:
        rule = given["rule"]
        condition = e.expect(given["require_if"], t.BOOL, "`require_if` of Require") if "require_if" in given else None
        if isinstance(condition, tree.Const):
            if condition.value is False:
                return
            condition = None
        if isinstance(rule, syntax.Constant) and isinstance(rule.value, str):
            if rule.value not in self.files:
                self.problems.add(
                    "no_such_file",
                    f"There is no rule file `{rule.value}`.",
                    rule.span,
                    did_you_mean(rule.value, self.files),
                )
                return
            file.statements.append(tree.Require((rule.value,), condition, None, call.span))
        elif isinstance(rule, syntax.Format):
            name = e.check(rule)
            pattern = "".join("*" if isinstance(part, syntax.Name) else _escaped(part) for part in rule.parts)
            found = tuple(path for path in self.files if fnmatchcase(path, pattern) and path != file.path)
            if not found:
                self.problems.add("no_such_file", f"No rule file matches `{pattern}`.", rule.span)
                return
            file.statements.append(tree.Require(found, condition, name, call.span))
        else:
            self.problems.add(
                "wrong_type",
                "The rule file to require is a text, written out.",
                rule.span,
                "Write rule='a.sml' or rule=f'actions/{ActionName}.sml'.",
            )

    def _when(self, e: Expressions, file: tree.File, call: syntax.Call, given: dict[str, syntax.Node]) -> None:
        rules: list[tree.Variable] = []
        then: list[tree.Expr] = []
        rules_any, effects = given["rules_any"], given["then"]
        for name, node in (("rules_any", rules_any), ("then", effects)):
            if not isinstance(node, syntax.ListLiteral):
                self.problems.add(
                    "wrong_type", f"`{name}` is a list, written out.", node.span, f"Write `{name}=[...]`."
                )
        if isinstance(rules_any, syntax.ListLiteral):
            for item in rules_any.items:
                value = e.check(item)
                variable = rule_variable(value)
                if variable is not None:
                    rules.append(variable)
                elif value.type != t.ANY:
                    self.problems.add(
                        "wrong_type",
                        f"Each item of `rules_any` is the name of a rule, but this is `{value.type}`.",
                        item.span,
                        "Write `SomeRule = Rule(when_all=[...], description='...')` first.",
                    )
        if isinstance(effects, syntax.ListLiteral):
            then.extend(e.expect(item, t.EFFECT, "each item of `then`") for item in effects.items)
        file.statements.append(tree.When(tuple(rules), tuple(then), call.span))


def _secret_shown(expr: tree.Expr) -> str:
    """The secret name whose content a value would carry on; comparisons and conditions give only yes or no."""
    if isinstance(expr, tree.Var):
        return expr.variable.name if expr.variable.secret else ""
    if isinstance(expr, tree.Compare | tree.BoolOp | tree.RuleExpr) or expr.type == t.BOOL:
        return ""
    return next((name for part in tree.children(expr) if (name := _secret_shown(part))), "")


def _is_literal(node: syntax.Node) -> bool:
    if isinstance(node, syntax.ListLiteral):
        return all(_is_literal(item) for item in node.items)
    return isinstance(node, syntax.Constant)


def _escaped(text: str | syntax.Node) -> str:
    assert isinstance(text, str)
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)
