"""``watchfloor text``: judge the classifier on your own file, and see a text as the engines read it. No server, no database."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.evaluating import evaluation, told
from watchfloor.cli.judged import figures, tell, tell_bad
from watchfloor.cli.progress import Bar
from watchfloor.cli.text_prints import fingerprint_command
from watchfloor.cli.text_rows import BadRow, read_examples, read_rows
from watchfloor.engines.textmodels import quick
from watchfloor.engines.textmodels.entities import entities
from watchfloor.engines.textmodels.metrics import Scored
from watchfloor.engines.textmodels.normalise import Normalised, normalise
from watchfloor.engines.textmodels.protocol import Example, distinct, held_out, running
from watchfloor.engines.textmodels.tongues import identify, romanised
from watchfloor.kernel.errors import BadInput, MissingExtra

COMPILED = 1_000  # texts of a stream from which the learner is compiled beforehand


@click.group()
def text() -> None:
    """Text models on plain files."""


text.add_command(fingerprint_command)


@text.command("evaluate")
@evaluation("spam/ham, bot/human", seeds="shuffles, folds and bootstrap")
@click.option(
    "--text",
    "text_column",
    required=True,
    metavar="COL",
    help="Column of the text; a number (from 1) if there is no header line.",
)
@click.option(
    "--group", "group_column", metavar="COL", help='Hold back whole groups; "file" takes each file as a group.'
)
@click.option(
    "--online",
    is_flag=True,
    help="Predict, then learn, text by text; figures are of the last half. With numba, for a thousand texts and more, the learner is "
    "compiled, which takes half a minute the first time.",
)
@click.option(
    "--order", type=click.Choice(["shuffled", "file"]), default="shuffled", help="Order of the stream with --online."
)
@click.option("--keep-duplicates", is_flag=True, help="Do not drop exact duplicates (scores come out too good).")
def evaluate_command(
    files: tuple[Path, ...], text_column: str, label_column: str, group_column: str | None, positive: str | None,
    online: bool, order: str, seed: int, resamples: int | None, keep_duplicates: bool, as_json: bool,
) -> None:  # fmt: skip
    """How well the classifier would do on the labelled texts of FILES (CSV, TSV, JSON lines).

    Without --online each text is scored by a model that did not see its fold (5 folds), or its group.

    \b
    Example:
      watchfloor text evaluate comments.csv --text body --label spam --group video --json
    """
    bad: list[BadRow] = []
    examples, meant = read_examples(
        list(files), text=text_column, label=label_column, group=group_column, positive=positive, bad=bad
    )
    tell_bad(bad)
    if not examples:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check --text, --label and --positive.")
    kept = examples if keep_duplicates else distinct(examples)
    scored, seconds = _scores(kept, online=online, order=order, seed=seed)
    judged = scored[len(scored) // 2 :] if online else scored
    rounds = 1 if online else _rounds(kept)
    result = told(
        _protocol(online, order, kept), meant.said, [example.label for example in kept],
        rows=len(examples), bad=len(bad), seconds=seconds, rounds=rounds,
    ) | figures(judged, resamples=resamples, seed=seed)  # fmt: skip
    if online:
        result["microseconds_per_label"] = result["microseconds_each"]
    tell(result, as_json=as_json, what="texts")


def _rounds(examples: list[Example]) -> int:
    groups = len({example.group for example in examples})
    return min(groups, 20) if groups > 1 else 5


def _scores(examples: list[Example], *, online: bool, order: str, seed: int) -> tuple[list[Scored], float]:
    """The scores, and the processor seconds they took; with folds each text is learned several times and counted once."""
    if online:
        stream = list(examples)
        if order == "shuffled":
            random.Random(seed).shuffle(stream)  # noqa: S311
        if len(stream) >= COMPILED:
            with Bar("Make the learner ready", 1) as bar:
                quick.bring()
                bar.step()
        with Bar("Predict, then learn", len(stream)) as bar:
            start = time.process_time()
            scored = list(running(stream, step=bar.step))
            return scored, time.process_time() - start
    with Bar("Learn and hold back", len(examples) * _rounds(examples)) as bar:
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


@text.command("normalise")
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--text", "text_column", metavar="COL", help="Column of the text; without it each line of FILE is a text."
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One JSON object a text, with what ties it to others (links, addresses, numbers) and what was hidden.",
)
def normalise_command(file: Path, text_column: str | None, as_json: bool) -> None:
    """Each text of FILE (or of standard input) as the engines read it."""
    bad: list[BadRow] = []
    if text_column is None:
        lines = _read_lines(file)
    else:
        lines = [row.columns[text_column] for row in read_rows(file, [text_column], bad)]
    tell_bad(bad)
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
        "entities": [found._asdict() for found in entities(form.original)],
        "hidden": form.hidden,
        "mixed_words": form.mixed_words,
        "romanised": romanised(form.original),
        **_language(form.original),
    }


def _language(text: str) -> dict[str, Any]:
    """The language and how sure that is; nothing where the extra that tells it is not installed."""
    try:
        found = identify(text)
    except MissingExtra:
        return {}
    return {"language": found.language, "language_confidence": round(found.confidence, 3)}
