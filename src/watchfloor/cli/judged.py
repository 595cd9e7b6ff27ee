"""The figures of an evaluation as people and programs read them: the same for texts, accounts and links."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from watchfloor.cli.text_rows import BadRow
from watchfloor.engines.textmodels.metrics import Scored, evaluate, threshold_for_precision

_WORK = 4_000_000  # rows times bootstrap samples that are worth waiting for
_SHOWN_BAD_ROWS = 10
_LABELS = {
    "f1": "F1", "average_precision": "Average precision", "recall_at_95": "Recall at 95 % precision",
    "recall_at_99": "Recall at 99 % precision", "false_positive_rate": "False positive rate", "precision": "Precision", "recall": "Recall",
    "f1_at_chosen": "F1 at the chosen threshold",
}  # fmt: skip


def figures(judged: Sequence[Scored], *, resamples: int | None, seed: int) -> dict[str, Any]:
    """Every figure with its bootstrap interval, and the thresholds for two precisions.

    Without a number of ``resamples`` it is 500, fewer above 8,000 rows and 60 at least.
    """
    if resamples is None:
        resamples = max(60, min(500, _WORK // max(1, len(judged))))
    quality = evaluate(judged, resamples=resamples, seed=seed)
    return {
        "judged": len(judged),
        "resamples": resamples,
        "figures": {name: interval(value) for name, value in quality._asdict().items()},
        "thresholds": {str(target): _threshold(judged, target) for target in (0.95, 0.99)},
    }


def interval(value: tuple[float, float, float]) -> dict[str, float]:
    """A value and its bounds, rounded."""
    return {"value": round(value[0], 4), "low": round(value[1], 4), "high": round(value[2], 4)}


def _threshold(scored: Sequence[Scored], target: float) -> dict[str, Any] | None:
    found = threshold_for_precision(scored, target)
    if found is None:
        return None
    return {
        "threshold": round(found.threshold, 6),
        "precision": interval(found.precision),
        "recall": interval(found.recall),
        "above": found.above,
    }


def tell(result: dict[str, Any], *, as_json: bool, what: str) -> None:
    """The result as JSON, or as a table with how it was found."""
    if as_json:
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    table = Table(
        title=f"{result['judged']:,} {what} judged; {result['positives']:,} of {result['kept']:,} labelled yes"
    )
    table.add_column("Figure")
    table.add_column("Value", justify="right")
    table.add_column("95 % interval", justify="right")
    for name, value in result["figures"].items():
        table.add_row(_LABELS[name], f"{value['value']:.4f}", f"{value['low']:.4f} - {value['high']:.4f}")
    console = Console()
    console.print(table)
    console.print(f"Labels: {result['labels']}.", markup=False, highlight=False)
    console.print(
        f"How: {result['protocol']}; {result['duplicates_dropped']:,} exact duplicates dropped; at threshold 0.5."
    )
    console.print(
        f"Cost: {result['microseconds_each']:.0f} microseconds of processor time each, learning and judging together, per round."
    )


def tell_bad(bad: Sequence[BadRow]) -> None:
    """Rows that were left out, the first ones by line."""
    for row in bad[:_SHOWN_BAD_ROWS]:
        click.echo(f"{row.file}:{row.line}: left out: {row.problem}", err=True)
    if len(bad) > _SHOWN_BAD_ROWS:
        click.echo(f"... and {len(bad) - _SHOWN_BAD_ROWS:,} more rows left out", err=True)
