"""``watchfloor text``: judge the classifier on your own file, and see a text as the engines read it. No server, no database."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from watchfloor.cli.progress import Bar
from watchfloor.cli.text_rows import BadRow, read_examples, read_rows
from watchfloor.engines.textmodels.metrics import Quality, Scored, evaluate, threshold_for_precision
from watchfloor.engines.textmodels.normalise import Normalised, normalise
from watchfloor.engines.textmodels.protocol import Example, distinct, held_out, running
from watchfloor.kernel.errors import BadInput

_SHOWN_BAD_ROWS = 10


@click.group()
def text() -> None:
    """Text models on plain files."""


@text.command("evaluate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--text",
    "text_column",
    required=True,
    metavar="COL",
    help="Column of the text; a number (from 1) if there is no header line.",
)
@click.option(
    "--label",
    "label_column",
    required=True,
    metavar="COL",
    help="Column of the label: 1/0, true/false, yes/no, spam/ham.",
)
@click.option(
    "--group", "group_column", metavar="COL", help='Hold back whole groups; "file" takes each file as a group.'
)
@click.option("--positive", metavar="VALUE", help="The value of the label that counts as yes; every other is no.")
@click.option("--online", is_flag=True, help="Predict, then learn, text by text; figures are of the last half.")
@click.option(
    "--order", type=click.Choice(["shuffled", "file"]), default="shuffled", help="Order of the stream with --online."
)
@click.option("--seed", default=0, help="Of shuffles, folds and bootstrap.")
@click.option(
    "--resamples", default=500, type=click.IntRange(0, 10_000), help="Bootstrap samples behind each interval."
)
@click.option("--keep-duplicates", is_flag=True, help="Do not drop exact duplicates (scores come out too good).")
@click.option("--json", "as_json", is_flag=True, help="Every figure as one JSON object.")
def evaluate_command(
    files: tuple[Path, ...], text_column: str, label_column: str, group_column: str | None, positive: str | None,
    online: bool, order: str, seed: int, resamples: int, keep_duplicates: bool, as_json: bool,
) -> None:  # fmt: skip
    """How well the classifier would do on the labelled texts of FILES (CSV, TSV, JSON lines).

    Without --online each text is scored by a model that did not see its fold (5 folds), or its group.
    """
    bad: list[BadRow] = []
    examples = read_examples(
        list(files), text=text_column, label=label_column, group=group_column, positive=positive, bad=bad
    )
    _report_bad(bad)
    if not examples:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check --text, --label and --positive.")
    kept = examples if keep_duplicates else distinct(examples)
    scored, seconds = _scores(kept, online=online, order=order, seed=seed)
    judged = scored[len(scored) // 2 :] if online else scored
    quality = evaluate(judged, resamples=resamples, seed=seed)
    result = {
        "protocol": _protocol(online, order, kept),
        "rows": len(examples),
        "bad_rows": len(bad),
        "duplicates_dropped": len(examples) - len(kept),
        "positives": sum(example.label for example in kept),
        "judged": len(judged),
        "microseconds_per_text": round(seconds / len(kept) * 1e6, 1),
        "figures": {name: _interval(value) for name, value in quality._asdict().items()},
        "thresholds": {str(target): _threshold(judged, target) for target in (0.95, 0.99)},
    }
    if as_json:
        click.echo(json.dumps(result, indent=2))
    else:
        _print(result, quality)


def _scores(examples: list[Example], *, online: bool, order: str, seed: int) -> tuple[list[Scored], float]:
    """The scores, and the processor seconds they took; with folds each text is learned several times and counted once."""
    if online:
        stream = list(examples)
        if order == "shuffled":
            random.Random(seed).shuffle(stream)  # noqa: S311
        with Bar("Predict, then learn", len(stream)) as bar:
            start = time.process_time()
            scored = list(running(stream, step=bar.step))
            return scored, time.process_time() - start
    groups = len({example.group for example in examples})
    rounds = min(groups, 20) if groups > 1 else 5
    with Bar("Learn and hold back", len(examples) * rounds) as bar:
        start = time.process_time()
        scored = list(held_out(examples, seed=seed, step=bar.step))
        return scored, time.process_time() - start


def _protocol(online: bool, order: str, examples: list[Example]) -> str:
    if online:
        return (
            f"predict, then learn, in {'shuffled' if order == 'shuffled' else 'file'} order; figures of the last half"
        )
    groups = len({example.group for example in examples})
    if groups > 1:
        return (
            f"leave one of {groups} groups out"
            if groups <= 20
            else f"{groups} groups dealt into 20 folds, one held back"
        )
    return "5 folds, one held back"


def _interval(value: tuple[float, float, float]) -> dict[str, float]:
    return {"value": round(value[0], 4), "low": round(value[1], 4), "high": round(value[2], 4)}


def _threshold(scored: list[Scored], target: float) -> dict[str, Any] | None:
    found = threshold_for_precision(scored, target)
    if found is None:
        return None
    return {
        "threshold": round(found.threshold, 6),
        "precision": _interval(found.precision),
        "recall": _interval(found.recall),
        "above": found.above,
    }


_LABELS = {
    "f1": "F1", "average_precision": "Average precision", "recall_at_95": "Recall at 95 % precision",
    "recall_at_99": "Recall at 99 % precision", "false_positive_rate": "False positive rate", "precision": "Precision", "recall": "Recall",
}  # fmt: skip


def _print(result: dict[str, Any], quality: Quality) -> None:
    kept = result["rows"] - result["duplicates_dropped"]
    table = Table(title=f"{result['judged']:,} texts judged; {result['positives']:,} of {kept:,} are labelled yes")
    table.add_column("Figure")
    table.add_column("Value", justify="right")
    table.add_column("95 % interval", justify="right")
    for name, value in quality._asdict().items():
        table.add_row(_LABELS[name], f"{value.value:.4f}", f"{value.low:.4f} - {value.high:.4f}")
    console = Console()
    console.print(table)
    console.print(
        f"How: {result['protocol']}; {result['duplicates_dropped']:,} exact duplicates dropped; at threshold 0.5."
    )
    console.print(
        f"Cost: {result['microseconds_per_text']:.0f} microseconds of processor time a text, all rounds together."
    )


@text.command("normalise")
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--text", "text_column", metavar="COL", help="Column of the text; without it each line of FILE is a text."
)
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a text, with links, numbers and what was hidden."
)
def normalise_command(file: Path, text_column: str | None, as_json: bool) -> None:
    """Each text of FILE (or of standard input) as the engines read it."""
    bad: list[BadRow] = []
    if text_column is None:
        lines = _read_lines(file)
    else:
        lines = [row.columns[text_column] for row in read_rows(file, [text_column], bad)]
    _report_bad(bad)
    for line in lines:
        form = normalise(line)
        click.echo(json.dumps(_as_json(form), ensure_ascii=False) if as_json else form.text)


def _read_lines(file: Path) -> list[str]:
    """The lines of a file, or of standard input for ``-``; only line ends part them, not the rarer separators inside texts."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise BadInput("unreadable", f"{file} cannot be read: {error.strerror}.") from error
    lines = raw.decode("utf-8-sig", errors="replace").split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _as_json(form: Normalised) -> dict[str, Any]:
    return {
        "text": form.text,
        "entities": [entity._asdict() for entity in form.entities],
        "hidden": form.hidden,
        "mixed_words": form.mixed_words,
    }


def _report_bad(bad: list[BadRow]) -> None:
    for row in bad[:_SHOWN_BAD_ROWS]:
        click.echo(f"{row.file}:{row.line}: left out: {row.problem}", err=True)
    if len(bad) > _SHOWN_BAD_ROWS:
        click.echo(f"... and {len(bad) - _SHOWN_BAD_ROWS:,} more rows left out", err=True)
