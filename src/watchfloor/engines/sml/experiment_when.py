"""Checks ``ExperimentWhen``: the one function whose arguments depend on another value, the experiment's buckets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from watchfloor.engines.sml import syntax, tree
from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.errors import did_you_mean
from watchfloor.engines.sml.function import Cost, Function

if TYPE_CHECKING:
    from watchfloor.engines.sml.expressions import Expressions

_CONDITIONS = t.list_of(t.BOOL)


def check_experiment_when(e: Expressions, call: syntax.Call, function: Function) -> tree.Expr:
    """The typed form: the experiment, and one list of conditions for each of its buckets, no more and no less."""
    given = {argument.name: argument for argument in call.arguments}
    if call.positional or "experiment" not in given or len(given) < len(call.arguments):
        hint = "Write `ExperimentWhen(experiment=SomeExperiment, control=[...], ...)`, each argument once."
        e.problems.add(
            "missing_argument", "ExperimentWhen needs an experiment and its buckets, by name.", call.span, hint
        )
        return e.anything(call.span)
    experiment = e.check(given.pop("experiment").value)
    buckets = _buckets(experiment)
    if buckets is None:
        if experiment.type != t.ANY:
            message = f"`experiment` must be the name of an Experiment, but this is `{experiment.type}`."
            e.problems.add("wrong_type", message, experiment.span)
        return e.anything(call.span)
    for name, argument in given.items():
        if name not in buckets:
            hint = did_you_mean(name, buckets) or f"Buckets: {', '.join(buckets)}."
            e.problems.add("unknown_argument", f"The experiment has no bucket `{name}`.", argument.span, hint)
    missing = [bucket for bucket in buckets if bucket not in given]
    if missing:
        e.problems.add("missing_argument", f"The conditions for bucket `{missing[0]}` are missing.", call.span)
        return e.anything(call.span)
    lists = tuple(e.expect(given[bucket].value, _CONDITIONS, f"`{bucket}` of ExperimentWhen") for bucket in buckets)
    return tree.Apply(
        _CONDITIONS,
        call.span,
        function.name,
        _picker(buckets),
        (experiment, *lists),
        ("experiment", *buckets),
        (False,) * (len(lists) + 1),
        wants_context=False,
        total=False,
        cost=int(Cost.CHEAP),
        feature=e.feature,
        result=_CONDITIONS,
    )


def all_of(conditions: tree.Expr, feature: str) -> tree.Expr:
    """A list of conditions, that is not written out, as one condition."""
    return tree.Apply(
        t.BOOL, conditions.span, "AllOf", all, (conditions,), ("conditions",), (False,),
        wants_context=False, total=True, cost=int(Cost.CHEAP), feature=feature, result=t.BOOL,
    )  # fmt: skip


def _buckets(experiment: tree.Expr) -> list[str] | None:
    """The buckets of the experiment an expression names."""
    while isinstance(experiment, tree.Var):
        experiment = experiment.variable.value
    if isinstance(experiment, tree.Apply) and experiment.type == t.EXPERIMENT:
        found = dict(experiment.constants).get("buckets")
        return found if isinstance(found, list) else None
    return None


def _picker(buckets: list[str]) -> Callable[..., Any]:
    def pick(experiment: Any, *lists: list[bool]) -> list[bool]:
        return lists[buckets.index(experiment.bucket or "control")]

    return pick
