"""The rule language: Osprey's SML, checked into one typed tree and run from it. See docs/reference/rules-language.md.

    rules = sml.compile_rules({"main.sml": text})
    outcome = rules.evaluate(sml.Event(action_id=1, action_name="post", timestamp=now, data={...}))

``compile_rules`` raises ``RuleErrors`` with every problem found. ``function`` is how functions join the language.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from watchfloor.engines.sml.backtest import Backtest, backtest
from watchfloor.engines.sml.errors import Problem, RuleErrors
from watchfloor.engines.sml.events import event_from, event_from_json
from watchfloor.engines.sml.examples import ExampleResult, run_examples
from watchfloor.engines.sml.explain import Condition, Explanation
from watchfloor.engines.sml.function import (
    BadArgument,
    Context,
    Cost,
    Function,
    LabelLookup,
    LabelState,
    Site,
    Undefined,
    function,
    library,
)
from watchfloor.engines.sml.lists import FrozenLists, ListTable, frozen, lists_from_folder
from watchfloor.engines.sml.lookups import Findings, ListLookup, Seen
from watchfloor.engines.sml.outcome import (
    AuditEntry,
    Effect,
    Entity,
    EvaluationError,
    Event,
    FiredRule,
    LabelEffect,
    Outcome,
    RuleState,
    VerdictEffect,
)
from watchfloor.engines.sml.ruleset import RuleSet, compile_rules
from watchfloor.engines.sml.stdlib import STANDARD
from watchfloor.engines.sml.stdlib.effects import ActionEffect, ReviewEffect, SignalEffect

if TYPE_CHECKING:
    from watchfloor.engines.sml.columns import ColumnRules, compile_columns, flatten, query, schema_of

_ON_COLUMNS = ("ColumnRules", "compile_columns", "flatten", "query", "schema_of")
"""Names that need Polars: loaded when they are first asked for, because that takes a while."""


def __getattr__(name: str) -> Any:
    if name not in _ON_COLUMNS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.columns"), name)


__all__ = [
    "STANDARD",
    "ActionEffect",
    "AuditEntry",
    "Backtest",
    "BadArgument",
    "ColumnRules",
    "Condition",
    "Context",
    "Cost",
    "Effect",
    "Entity",
    "EvaluationError",
    "Event",
    "ExampleResult",
    "Explanation",
    "Findings",
    "FiredRule",
    "FrozenLists",
    "Function",
    "LabelEffect",
    "LabelLookup",
    "LabelState",
    "ListLookup",
    "ListTable",
    "Outcome",
    "Problem",
    "ReviewEffect",
    "RuleErrors",
    "RuleSet",
    "RuleState",
    "Seen",
    "SignalEffect",
    "Site",
    "Undefined",
    "VerdictEffect",
    "backtest",
    "compile_columns",
    "compile_rules",
    "event_from",
    "event_from_json",
    "flatten",
    "frozen",
    "function",
    "library",
    "lists_from_folder",
    "query",
    "run_examples",
    "schema_of",
]
