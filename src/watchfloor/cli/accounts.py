"""``watchfloor accounts``: judge a model of accounts on your own file of profiles and behaviour. No server, no database."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.evaluating import evaluation, told
from watchfloor.cli.judged import figures, tell, tell_bad
from watchfloor.cli.label_words import Meaning, meaning
from watchfloor.cli.progress import Bar
from watchfloor.cli.text_rows import BadRow, columns_of, read_loose
from watchfloor.engines.textmodels.boosting import Boosted, numpy
from watchfloor.engines.textmodels.metrics import Scored, best_threshold, evaluate
from watchfloor.engines.textmodels.profiles import Profile, read
from watchfloor.kernel.errors import BadInput

_FOLDS = 5
_INNER = 3  # folds inside the training part, to choose the threshold
_SHOWN = 12


@click.group()
def accounts() -> None:
    """Models of accounts on plain files."""


@accounts.command("evaluate")
@evaluation("bot/human", seeds="folds, trees and bootstrap")
@click.option("--drop", multiple=True, metavar="COL", help="Leave a column out; may be given more than once.")
def evaluate_command(
    files: tuple[Path, ...], label_column: str, positive: str | None, drop: tuple[str, ...], seed: int,
    resamples: int | None, as_json: bool,
) -> None:  # fmt: skip
    """How well accounts could be told apart by their profile and behaviour, on the labelled accounts of FILES.

    Files are CSV, TSV or JSON lines, one account a row. Columns are found and read by themselves: numbers, yes or no, dates, one of a few
    values, and short texts by their shape. Columns that number the rows or give the label away are left out and named. Each account is
    scored by a model that did not see its fold (5 folds). Needs the models extra.

    \b
    Example:
      watchfloor accounts evaluate accounts.csv --label bot --json
    """
    bad: list[BadRow] = []
    columns, labels, meant = _read(list(files), label_column, positive, drop, bad)
    tell_bad(bad)
    start = time.process_time()
    profile = read(columns, labels)
    if not profile.features:
        reasons = "; ".join(f"{name}: {why}" for name, why in profile.left_out.items())
        raise BadInput("no_columns", f"No column says anything of an account ({reasons}).")
    scored, chosen, weights = _scores(profile, labels, seed)
    seconds = time.process_time() - start
    result: dict[str, Any] = {
        **told(
            "5 folds, one held back; boosted trees",
            meant.said,
            labels,
            rows=len(labels),
            bad=len(bad),
            seconds=seconds,
            rounds=_FOLDS,
        ),
        **figures(scored, resamples=resamples, seed=seed),
        "columns": profile.read_as,
        "left_out": profile.left_out,
        "weighed_most": [{"feature": name, "share": round(share, 4)} for name, share in weights[:_SHOWN]],
    }
    # Where positives are rare, few scores reach one half: the threshold is then part of what is learned.
    at_chosen = evaluate(chosen, resamples=result["resamples"], seed=seed)
    result["figures"]["f1_at_chosen"] = {
        name: round(value, 4) for name, value in zip(("value", "low", "high"), at_chosen.f1, strict=True)
    }
    tell(result, as_json=as_json, what="accounts")
    if not as_json:
        click.echo("Weighed most: " + ", ".join(f"{name} ({share:.0%})" for name, share in weights[:6]) + ".")
        for name, why in profile.left_out.items():
            click.echo(f"Left out: {name}: {why}.")


def _read(
    files: list[Path], label: str, positive: str | None, drop: tuple[str, ...], bad: list[BadRow]
) -> tuple[dict[str, list[str]], list[bool], Meaning]:
    """The columns other than the label, as text, and what the labels mean."""
    rows: list[tuple[str, int, dict[str, str]]] = []
    names: dict[str, None] = {}
    for path in files:
        present = columns_of(path)
        if label.isdecimal() and label not in present:
            present = [str(number) for number in range(1, len(present) + 1)]
        if label not in present:
            raise BadInput(
                "no_column", f"{path} has no column {label!r}; it has {', '.join(present[:20])}.", where="--label"
            )
        names.update(dict.fromkeys(present))
        rows += [(path.name, row.line, row.columns) for row in read_loose(path, present, label, bad)]
    if not rows:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check --label.")
    meant = meaning([columns[label] for _, _, columns in rows], positive)
    labels: list[bool] = []
    kept: list[dict[str, str]] = []
    for name, line, columns in rows:
        truth = meant.truth(columns[label])
        if truth is None:
            bad.append(BadRow(name, line, f"has the label {columns[label][:40]!r}, which is neither yes nor no"))
            continue
        labels.append(truth)
        kept.append(columns)
    used = [name for name in names if name != label and name not in drop]
    return {name: [columns.get(name, "") for columns in kept] for name in used}, labels, meant


def _scores(
    profile: Profile, labels: list[bool], seed: int
) -> tuple[list[Scored], list[Scored], list[tuple[str, float]]]:
    """Scores of the held-back rows; the same moved so that .5 is the threshold chosen on the rows learned; what weighed."""
    np = numpy()
    table = np.array([feature.values for feature in profile.features]).T
    truth = np.array(labels)
    scored: list[Scored] = []
    moved: list[Scored] = []
    weights = [0.0] * len(profile.features)
    parts = _parts(labels, _FOLDS, seed)
    with Bar("Learn and hold back", _FOLDS * (_INNER + 1)) as bar:
        for number in range(_FOLDS):
            held = parts == number
            model = Boosted.fit(table[~held], truth[~held], seed=seed)
            bar.step()
            threshold = _threshold(table[~held], truth[~held], seed, bar)
            for score, label in zip(model.score(table[held]).tolist(), truth[held].tolist(), strict=True):
                scored.append((score, label))
                odds = score / (1 - score) * (1 - threshold) / threshold if score < 1 else 1e9
                moved.append((odds / (1 + odds), label))
            weights = [total + each / _FOLDS for total, each in zip(weights, model.weights(), strict=True)]
    named = [(feature.name, weight) for feature, weight in zip(profile.features, weights, strict=True)]
    return scored, moved, sorted(named, key=lambda pair: -pair[1])


def _threshold(table: Any, truth: Any, seed: int, bar: Bar) -> float:
    """The threshold of greatest F1, by models that did not see the row, within the rows learned from."""
    parts = _parts(truth.tolist(), _INNER, seed + 1)
    scored: list[Scored] = []
    for number in range(_INNER):
        held = parts == number
        model = Boosted.fit(table[~held], truth[~held], seed=seed)
        scored += zip(model.score(table[held]).tolist(), truth[held].tolist(), strict=True)
        bar.step()
    return min(0.999, max(0.001, best_threshold(scored)))


def _parts(labels: list[bool], count: int, seed: int) -> Any:
    """The fold of each row, with the same share of labels in each."""
    np = numpy()
    parts = np.zeros(len(labels), dtype=np.int64)
    chance = random.Random(seed)  # noqa: S311
    place = 0
    for label in (True, False):
        rows = [row for row, each in enumerate(labels) if each is label]
        chance.shuffle(rows)
        for row in rows:
            parts[row] = place % count
            place += 1
    return parts
