"""The door to the rule language: compile rule files, evaluate events, explain, describe the language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from typing import Any

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.check import check_program
from watchfloor.engines.sml.counters import CounterSpec, CounterStore, Peek
from watchfloor.engines.sml.counters.find import find_counters
from watchfloor.engines.sml.errors import Problem, Problems, Span
from watchfloor.engines.sml.explain import Explanation, explain
from watchfloor.engines.sml.function import Context, Function, LabelLookup
from watchfloor.engines.sml.interpret import Interpreter
from watchfloor.engines.sml.limits import MAX_FILES
from watchfloor.engines.sml.lookups import Findings, ListLookup
from watchfloor.engines.sml.outcome import Event, Outcome
from watchfloor.engines.sml.parse import parse_file
from watchfloor.engines.sml.reference import language_reference
from watchfloor.engines.sml.rows import compile_rows
from watchfloor.engines.sml.stdlib import STANDARD


def compile_rules(
    sources: Mapping[str, str],
    *,
    functions: Mapping[str, Function] = STANDARD,
    labels: LabelLookup | None = None,
    known_labels: Collection[str] | None = None,
    lists: ListLookup | None = None,
    findings: Findings | None = None,
) -> RuleSet:
    """Read, check and compile a rule set.

    Args:
        sources: rule text by path. Evaluation begins at ``main.sml``; without one, every file runs for every event.
        functions: the functions rules may call, by name.
        labels: what HasLabel asks: given an entity, its labels by name. Without it no entity has labels.
        known_labels: if given, naming any other label is an error.
        lists: what InList, InBank and HashMatch ask; without it rules that ask are undecided, and the outcome says why.
        findings: what ModelScore and HasSignal ask; likewise.

    Raises:
        RuleErrors: something is wrong; it carries every problem found.
    """
    problems = Problems(sources)
    if not sources:
        problems.add("no_files", "There are no rule files.", Span("main.sml", 1, 0), "A rule set begins at main.sml.")
    if len(sources) > MAX_FILES:
        problems.add("too_large", f"There are more than {MAX_FILES:,} rule files.", Span("main.sml", 1, 0))
    problems.raise_if_any()
    files = {path: parse_file(path, text, problems) for path, text in sources.items()}
    program = check_program(files, functions, problems, frozenset(known_labels) if known_labels is not None else None)
    if any(file.unreadable for file in files.values()):
        # Names that an unreadable file would have given are not the fault of those who use them.
        problems.found = [problem for problem in problems.found if problem.code != "unknown_name"]
    counters = find_counters(program, problems)
    problems.raise_if_any()
    made = RuleSet(program, functions, labels, tuple(problems.warnings), counters)
    made.lists, made.findings = lists, findings
    return made


class RuleSet:
    """Compiled rules. Holds no state between events and may be used from any number of threads."""

    def __init__(
        self,
        program: tree.Program,
        functions: Mapping[str, Function],
        labels: LabelLookup | None,
        warnings: tuple[Problem, ...],
        counters: tuple[CounterSpec, ...] = (),
    ) -> None:
        self.program = program
        self.functions = functions
        self.labels = labels
        self.warnings = warnings
        self.counters = counters
        """Every counter the rules keep, in order."""
        self.lists: ListLookup | None = None
        self.findings: Findings | None = None
        self._full, self._fired = compile_rows(program, functions)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of all rules that can run, in order."""
        return tuple(variable.name for variable in self.program.rules())

    def with_labels(self, labels: LabelLookup | None) -> RuleSet:
        """The same rules, asking someone else for labels; nothing is compiled again."""
        other = copy(self)
        other.labels = labels
        return other

    def with_lists(self, lists: ListLookup | None) -> RuleSet:
        """The same rules, asking someone else for lists and banks."""
        other = copy(self)
        other.lists = lists
        return other

    def with_findings(self, findings: Findings | None) -> RuleSet:
        """The same rules, asking someone else for models' scores and earlier signals."""
        other = copy(self)
        other.findings = findings
        return other

    def evaluate(self, event: Event, counters: CounterStore | None = None) -> Outcome:
        """Everything the rules give for one event. Nothing a rule does can make this raise; a store that fails can.

        Args:
            counters: keeps the rules' counters; without it their values are undefined.
        """
        return self._full(event, self.labels, counters, self.lists, self.findings)

    def fired(self, event: Event, counters: CounterStore | None = None) -> tuple[str, ...]:
        """The names of the rules that fire, and nothing else: several times faster than ``evaluate``."""
        return self._fired(event, self.labels, counters, self.lists, self.findings)

    def interpret(self, event: Event, counters: CounterStore | None = None) -> Outcome:
        """The same as ``evaluate`` by the slow, plain reading that it is tested against."""
        return Interpreter(self.program, self._context(event, counters)).run()

    def explain(self, event: Event, rule_name: str, counters: CounterStore | None = None) -> Explanation:
        """Why a rule fired or did not, with the values met. Counters are read as if the event came now, and count nothing.

        Raises:
            NotFound: there is no such rule.
        """
        seen = Peek(counters) if counters is not None else None
        return explain(self.program, self._context(event, seen), rule_name)

    def _context(self, event: Event, counters: CounterStore | None) -> Context:
        return Context(event, self.labels, counters, lists=self.lists, findings=self.findings)

    def reference(self) -> dict[str, Any]:
        """The language and its functions as plain data, for editors, pages and language models."""
        return language_reference(self.functions)
