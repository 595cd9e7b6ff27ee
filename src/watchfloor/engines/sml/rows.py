"""The fast back end: the typed tree as one Python function for whole outcomes, and one for the names of fired rules.

Both are written from the checked tree (see ``fragments``). Values become local variables, JSON paths with a common
beginning
are walked once, conditions that cannot fail are tried cheapest first, and what a rule does not need is not worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from watchfloor.engines.sml import tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.counters.calls import counted, counter_of
from watchfloor.engines.sml.fragments import Fragment, Fragments, Namespace, searches, shown
from watchfloor.engines.sml.function import Context, Function, Site
from watchfloor.engines.sml.interpret import audit_entry, import_closure, outcome_of
from watchfloor.engines.sml.limits import MAX_DESCRIPTION
from watchfloor.engines.sml.outcome import AuditEntry, Effect, Entity, FiredRule, Outcome
from watchfloor.engines.sml.patterns import Pattern
from watchfloor.engines.sml.runtime import UNDEFINED, Reader
from watchfloor.engines.sml.scan import scanner

Full = Callable[..., Outcome]
"""``(event, labels, counters, lists, findings)``: an event and who answers what is not in it."""

Fired = Callable[..., "tuple[str, ...]"]

_SCAN_FROM = 4
"""From so many patterns on one text, one pass for all is cheaper than a needle test for each."""

_EXACT = {t.STR: "str", t.INT: "int", t.BOOL: "bool", t.FLOAT: "float"}


def compile_rows(program: tree.Program, functions: Mapping[str, Function]) -> tuple[Full, Fired]:
    """The two functions of a checked rule set."""
    return _Writer(program, functions, full=True).build(), _Writer(program, functions, full=False).build()


def _fire(
    names: tuple[str, ...],
    states: tuple[Any, ...],
    made: tuple[Any, ...],
    effects: list[Effect],
    audit: list[AuditEntry],
) -> None:
    """Emit what one WhenRules asks for, and note what it met."""
    if UNDEFINED in states or UNDEFINED in made:
        entry = audit_entry(list(zip(names, states, strict=True)), list(made))
    else:
        matched = tuple([name for name, state in zip(names, states, strict=True) if state])
        entry = AuditEntry(names, matched, (), tuple([effect.kind for effect in made]) if matched else ())
    audit.append(entry)
    for effect in made:
        if effect is not UNDEFINED and effect is not None:
            effects.append(replace(effect, rules=entry.rules_matched))


class _Writer:
    """Writes one function."""

    def __init__(self, program: tree.Program, functions: Mapping[str, Function], *, full: bool) -> None:
        self.program, self.full = program, full
        self.ns = Namespace()
        self._standard = _standard_check(functions)
        self.fragments = Fragments(self.ns, self._standard)
        self.lines: list[str] = []
        self.indent = 1
        self.paths: dict[tuple[bool, tuple[str | int, ...]], str] = {}
        """JSON places already walked to, in the block at hand or one around it."""
        self.pending: list[tree.Variable] = []
        self.waiting: list[tuple[tree.Variable, tree.Apply]] = []
        """Counters met whose values nothing has asked for yet: those that can be are counted in one go."""
        self.features_begun = False
        self.searches: dict[int, list[Pattern]] = {}
        self.needed: set[int] | None = None if full else self._needed()
        self.read_rules: set[int] = set()
        """Rules whose state something else reads, so that it must be kept."""
        for path in program.order:
            for statement in program.files[path].statements:
                for expr in _expressions(statement):
                    searches(expr, self.searches, self._standard)
                    self._find_read_rules(expr)

    def build(self) -> Callable[..., Any]:
        """The compiled function."""
        self.ns.names.update(
            Context=Context, FiredRule=FiredRule, Entity=Entity, fire=_fire, finish=outcome_of, tuple=tuple, set=set,
            counted=counted,
        )  # fmt: skip
        self._line("X = Context(event, labels, counters, lists=lists, findings=findings)")
        self._line("d = event.data")
        self._line("R = []")
        if self.full:
            self._line("E = []; A = []")
        conditional = [path for path in self.program.order if path not in self.program.always]
        if conditional:
            self._line("active = set()")
        for path in self.program.order:
            self._file(path)
        self._flush()
        if self.full:
            self._line(f"return finish({'F' if self.features_begun else '{}'}, R, E, X, A)")
        else:
            self._line("return tuple(R)")
        parameters = "event, labels=None, counters=None, lists=None, findings=None"
        source = f"def rows({parameters}):\n" + "\n".join(self.lines) + "\n"
        exec(compile(source, "<rules>", "exec"), self.ns.names)  # noqa: S102 - written by us from the checked tree, no author text
        made: Callable[..., Any] = self.ns.names["rows"]
        made.__dict__["source"] = source
        return made

    # --- what is needed ---

    def _needed(self) -> set[int]:
        """The variables that rules and Require conditions depend on."""
        found: set[int] = set()
        waiting: list[tree.Expr] = []
        for path in self.program.order:
            for statement in self.program.files[path].statements:
                if isinstance(statement, tree.Assign) and isinstance(statement.variable.value, tree.RuleExpr):
                    waiting.append(statement.variable.value)
                elif isinstance(statement, tree.Require):
                    waiting.extend(_expressions(statement))
                elif isinstance(statement, tree.Assign) and counter_of(statement.variable.value) is not None:
                    # A counter counts events, whether or not a rule comes to look at it.
                    found.add(statement.variable.index)
                    waiting.append(statement.variable.value)
        while waiting:
            expr = waiting.pop()
            waiting.extend(tree.children(expr))
            if isinstance(expr, tree.Var | tree.RuleArg) and expr.variable.index not in found:
                found.add(expr.variable.index)
                waiting.append(expr.variable.value)
        return found

    def _find_read_rules(self, expr: tree.Expr) -> None:
        if isinstance(expr, tree.Var | tree.RuleArg):
            self.read_rules.add(expr.variable.index)
        for child in tree.children(expr):
            self._find_read_rules(child)

    # --- files and statements ---

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def _file(self, path: str) -> None:
        file = self.program.files[path]
        conditional = path not in self.program.always
        paths = self.paths
        if conditional:
            self._flush()
            self._line(f"if {self.ns.bind(path)} in active:")
            self.indent += 1
            self._line("pass")
            self.paths = dict(paths)
        for statement in file.statements:
            if self.waiting and self._asks_for_waiting(statement):
                self._count()
            match statement:
                case tree.Assign():
                    self._assign(statement.variable)
                case tree.Require():
                    self._require(statement)
                case tree.When():
                    if self.full:
                        self._when(statement)
        if conditional:
            self._flush()
            self.indent -= 1
            self.paths = paths

    def _flush(self) -> None:
        """Write the features of the statements since the last time into the dictionary of features."""
        self._count()
        shown_now = [variable for variable in self.pending if variable.type != t.EFFECT]
        self.pending = []
        if not self.full:
            return
        pairs = ", ".join(f"{variable.name!r}: {self._shown(variable)}" for variable in shown_now)
        if not self.features_begun:
            # Once conditional blocks begin, the dictionary must exist whichever of them run.
            self._line(f"F = {{{pairs}}}")
            self.features_begun = True
        elif pairs:
            self._line(f"F.update({{{pairs}}})")

    def _shown(self, variable: tree.Variable) -> str:
        if isinstance(variable.value, tree.Const):
            return self.ns.bind(variable.value.value)
        return shown(variable.type, f"v{variable.index}", self.fragments.may_fail.get(variable.index, True))

    def _assign(self, variable: tree.Variable) -> None:
        if variable.extracted:
            self.pending.append(variable)
        value = variable.value
        if isinstance(value, tree.RuleExpr):
            self._rule(variable, value)
            return
        if self.needed is not None and variable.index not in self.needed:
            return
        slot = f"v{variable.index}"
        if isinstance(value, tree.Const):
            if variable.type.name == "Union":  # met by its name, not folded into where it is used
                self.fragments.may_fail[variable.index] = False
                self._line(f"{slot} = {self.ns.bind(value.value)}")
            return
        if (counter := counter_of(value)) is not None:
            self.waiting.append((variable, counter))
            return
        if isinstance(value, tree.Extract):
            self._extract(variable, value)
        else:
            part = self.fragments.of(value)
            self.fragments.may_fail[variable.index] = bool(part.guards)
            self._line(f"{slot} = {part.value()}")
        if variable.index in self.searches and variable.type == t.STR:
            self._prepare_search(variable, self.searches[variable.index])

    def _prepare_search(self, variable: tree.Variable, patterns: list[Pattern]) -> None:
        """For many patterns, look for all of them in one pass; for a few, fold the text that their needles need."""
        slot = f"v{variable.index}"
        may_fail = self.fragments.may_fail[variable.index]
        if len(patterns) >= _SCAN_FROM:
            absent = f" if {slot} is not U else 0" if may_fail else ""
            self._line(f"s{variable.index} = {self.ns.bind(scanner(patterns))}({slot}){absent}")
            self.fragments.scans[variable.index] = patterns
        elif any(pattern.needles and pattern.folded for pattern in patterns):
            absent = f" if {slot} is not U else ''" if may_fail else ""
            self._line(f"f{variable.index} = fold({slot}){absent}")
            self.fragments.folded.add(variable.index)

    # --- counters ---

    def _asks_for_waiting(self, statement: tree.Statement) -> bool:
        waiting = {variable.index for variable, _ in self.waiting}
        asked = list(_expressions(statement))
        if isinstance(statement, tree.When) and any(rule.index in waiting for rule in statement.rules):
            return True
        while asked:
            expr = asked.pop()
            if isinstance(expr, tree.Var | tree.RuleArg) and expr.variable.index in waiting:
                return True
            asked.extend(tree.children(expr))
        return False

    def _count(self) -> None:
        """Count the event in all counters that wait, in one call to the store."""
        if not self.waiting:
            return
        slots, calls = "", ""
        for variable, apply in self.waiting:
            guards, texts, _ = self.fragments.arguments(apply)
            arguments = f"({''.join(f'{text}, ' for text in texts)})"
            if guards:
                arguments = f"({arguments} if {' and '.join(guards)} else None)"
            calls += f"({self.ns.bind(apply.call)}, {arguments}), "
            slots += f"v{variable.index}, "
            self.fragments.may_fail[variable.index] = True
        self.waiting = []
        self._line(f"{slots}= counted(X, ({calls}))")

    # --- JSON ---

    def _place(self, secret: bool, path: tuple[str | int, ...]) -> str:
        """A local that holds what stands at a path, or M. Beginnings that other paths share are walked once."""
        if not path:
            return "event.secret" if secret else "d"
        known = self.paths.get((secret, path))
        if known is not None:
            return known
        holder = self._place(secret, path[:-1])
        name = f"p{len(self.ns.names)}_{len(self.lines)}"
        step = path[-1]
        if isinstance(step, str):
            key = self.ns.bind(step)
            if len(path) == 1:
                self._line(f"{name} = {holder}.get({key}, M)")
            else:
                self._line(f"{name} = {holder}.get({key}, M) if {holder}.__class__ is dict else M")
        else:
            self._line(f"{name} = {holder}[{step}] if {holder}.__class__ is list and len({holder}) > {step} else M")
        self.paths[(secret, path)] = name
        return name

    def _extract(self, variable: tree.Variable, value: tree.Extract) -> None:
        slot, place = f"v{variable.index}", self._place(value.secret, value.path)
        site = Site(value.feature, value.span.file, value.span.line)
        reader = Reader(value.text, value.item, value.required, value.coerce, value.wrap, site)
        read = f"{self.ns.bind(reader.read)}(X, {place})"
        plain = t.without_none(value.item)
        optional = t.may_be_none(value.item)
        # The usual case is written out: the right type at the place, or nothing there and that is fine.
        if plain in _EXACT:
            good = f"Entity({self.ns.bind(value.wrap)}, {place})" if value.wrap is not None else place
            absent = "None" if optional else "U"
            expected = optional or not value.required
            missing = f"{absent} if {place} is M{f' or {place} is None' if expected else ''} else " if expected else ""
            self._line(f"{slot} = {good} if {place}.__class__ is {_EXACT[plain]} else {missing}{read}")
        else:
            self._line(f"{slot} = {read}")
        never_fails = optional and value.coerce and plain in (t.STR, t.BOOL)
        self.fragments.may_fail[variable.index] = not never_fails

    # --- rules ---

    def _rule(self, variable: tree.Variable, rule: tree.RuleExpr) -> None:
        slot = f"v{variable.index}"
        parts = [self.fragments.of(condition) for condition in rule.conditions]
        guards, text = self.fragments.text_of(rule.description)
        every_guard = tuple(dict.fromkeys([guard for part in parts for guard in part.guards] + list(guards)))
        self.fragments.may_fail[variable.index] = bool(every_guard)
        found = self._found(variable.name, rule, text)
        if not self.full and variable.index not in self.read_rules:
            # Nothing reads the rule's state, so whether it is false or undecided makes no difference.
            fast = sorted(parts, key=lambda part: part.cost + len(part.guards))
            condition = " and ".join([*(f"({part.condition()})" for part in fast), *guards]) or "True"
            self._line(f"if {condition}: R.append({found})")
            return
        condition = " and ".join(part.text for part in _cheapest_first(parts)) or "True"
        if every_guard:
            self._line(f"if {' and '.join(every_guard)}:")
            self.indent += 1
        self._line(f"if {condition}: {slot} = True; R.append({found})")
        self._line(f"else: {slot} = False")
        if every_guard:
            self.indent -= 1
            self._line(f"else: {slot} = U")

    def _found(self, name: str, rule: tree.RuleExpr, text: str) -> str:
        """What is noted when the rule fires."""
        if not self.full:
            return self.ns.bind(name)
        if all(isinstance(part, str) for part in rule.description):
            description = "".join(part for part in rule.description if isinstance(part, str))
            return self.ns.bind(FiredRule(name, description[:MAX_DESCRIPTION]))
        return f"FiredRule({self.ns.bind(name)}, {text}[:{MAX_DESCRIPTION}])"

    def _when(self, when: tree.When) -> None:
        slots = [(rule, f"v{rule.index}") for rule in when.rules]
        names = self.ns.bind(tuple(rule.name for rule in when.rules))
        states = "(" + "".join(f"{slot}, " for _, slot in slots) + ")"
        effects = [self.fragments.of(effect) for effect in when.then]
        matched = " or ".join(f"{slot} is True" for _, slot in slots) or "False"
        made = "".join(f"{effect.value()}, " for effect in effects)
        self._line(f"if {matched}: fire({names}, {states}, ({made}), E, A)")
        arguments = [self._argument_guards(effect) for effect in when.then]
        doubts = [f"{slot} is U" for rule, slot in slots if self.fragments.may_fail.get(rule.index, True)]
        doubts += [f"not ({' and '.join(guards)})" for guards in arguments if guards]
        if doubts:
            lacking = "".join(
                f"(None if {' and '.join(guards)} else U), " if guards else "None, " for guards in arguments
            )
            self._line(f"elif {' or '.join(doubts)}: fire({names}, {states}, ({lacking}), E, A)")
        usual = AuditEntry(rules_evaluated=tuple(rule.name for rule in when.rules))
        self._line(f"else: A.append({self.ns.bind(usual)})")

    def _argument_guards(self, effect: tree.Expr) -> tuple[str, ...]:
        if isinstance(effect, tree.Apply):
            return self.fragments.arguments(effect)[0]
        return self.fragments.of(effect).guards

    def _require(self, require: tree.Require) -> None:
        activates = {path: tuple(import_closure(self.program, (path,)) - self.program.always) for path in require.files}
        condition = self.fragments.of(require.condition).condition() if require.condition is not None else "True"
        if require.name is None:
            (files,) = activates.values()
            if files:
                self._line(f"if {condition}: active.update({self.ns.bind(files)})")
            return
        name = self.fragments.of(require.name)
        chosen = " and ".join([condition, *name.guards])
        self._line(f"if {chosen}: active.update({self.ns.bind(activates)}.get({name.text}, ()))")


def _expressions(statement: tree.Statement) -> list[tree.Expr]:
    match statement:
        case tree.Assign():
            return [statement.variable.value]
        case tree.When():
            return list(statement.then)
        case _:
            return [expr for expr in (statement.condition, statement.name) if expr is not None]


def _cheapest_first(parts: list[Fragment]) -> list[Fragment]:
    return sorted(parts, key=lambda part: part.cost)


def _standard_check(functions: Mapping[str, Function]) -> Callable[[tree.Apply], bool]:
    """Whether a call is to the standard function of that name, and not to another that replaces it."""
    from watchfloor.engines.sml.stdlib import STANDARD

    return lambda apply: functions.get(apply.function) is STANDARD.get(apply.function)
