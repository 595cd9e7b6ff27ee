"""The rule language: Osprey's SML, checked into one typed tree and run from it. See docs/reference/rules-language.md.

    rules = sml.compile_rules({"main.sml": text})
    outcome = rules.evaluate(sml.Event(action_id=1, action_name="post", timestamp=now, data={...}))

``compile_rules`` raises ``RuleErrors`` with every problem found. ``function`` is how functions join the language.
"""

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

__all__ = [
    "STANDARD",
    "ActionEffect",
    "AuditEntry",
    "BadArgument",
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
    "compile_rules",
    "event_from",
    "event_from_json",
    "frozen",
    "function",
    "library",
    "lists_from_folder",
    "run_examples",
]
