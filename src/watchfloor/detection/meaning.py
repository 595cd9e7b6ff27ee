"""What a rule means, as a fingerprint: the same exactly when conditions, effects and everything they are made of are the same.

Comments, layout, the order of files and other rules do not count, so that saving a file only concerns the rules it changes.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from watchfloor.engines import sml
from watchfloor.engines.sml import tree

# What the checker derives, or where a thing stands: no part of what it means.
_DERIVED = frozenset(
    {"type", "span", "call", "feature", "cost", "total", "spare", "wants_context", "result", "index", "uses", "file"}
)


def of_set(rules: sml.RuleSet | None) -> dict[str, str]:
    """The fingerprint (sha256, hex) of every rule that can run, by name."""
    if rules is None:
        return {}
    program = rules.program
    known: dict[int, str] = {}
    asked: dict[str, list[str]] = {}
    required: dict[str, list[str]] = {}
    for path in program.order:
        for statement in program.files[path].statements:
            if isinstance(statement, tree.When):
                effects = [_digest(effect, known) for effect in statement.then]
                for variable in statement.rules:
                    asked.setdefault(variable.name, []).extend(effects)
            elif isinstance(statement, tree.Require):
                condition = _digest((statement.condition, statement.name), known)
                for target in statement.files:
                    required.setdefault(target, []).append(condition)
    found = {}
    for variable in program.rules():
        when = "" if variable.file in program.always else "|".join(sorted(required.get(variable.file, [])))
        whole = [_digest(variable.value, known), *sorted(asked.get(variable.name, [])), when]
        found[variable.name] = hashlib.sha256("\x1f".join(whole).encode()).hexdigest()
    return found


def _digest(value: Any, known: dict[int, str]) -> str:
    return hashlib.sha256(_text(value, known).encode()).hexdigest()


def _text(value: Any, known: dict[int, str]) -> str:
    if isinstance(value, tree.Variable):
        if value.index not in known:
            known[value.index] = ""  # a name cannot be made of itself; be safe all the same
            known[value.index] = _digest(value.value, known)
        # The name counts too: it is what descriptions, explanations and other tools show.
        return f"{value.name}={known[value.index]}"
    if isinstance(value, tree.Expr):
        parts = [
            f"{field.name}:{_text(getattr(value, field.name), known)}"
            for field in dataclasses.fields(value)
            if field.name not in _DERIVED
        ]
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, (tuple, list)):
        return f"[{','.join(_text(each, known) for each in value)}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{','.join(sorted(_text(each, known) for each in value))}}}"
    return repr(value)


def of_sources(sources: dict[str, str]) -> dict[str, str]:
    """The fingerprints of a set given as text; nothing where it does not compile."""
    from watchfloor.detection import ruleset

    try:
        return of_set(ruleset.compile_sources(sources)) if sources else {}
    except sml.RuleErrors:
        return {}
