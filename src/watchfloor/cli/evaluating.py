"""What ``text``, ``accounts`` and ``urls evaluate`` share: their options, and the first lines of what they tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def evaluation(labels: str, *, seeds: str) -> Callable[[Command], Command]:
    """FILES, --label, --positive, --seed, --resamples and --json.

    Args:
        labels: words of a label for the help, for example ``spam/ham``. seeds: what the seed is of.
    """
    options = (
        click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)),
        click.option(
            "--label", "label_column", required=True, metavar="COL",
            help=f"Column of the label: {labels}, 1/0, or any two values; a number (from 1) if there is no header line.",
        ),
        click.option("--positive", metavar="VALUE", help="The labels that count as yes, parted by commas; every other is no."),
        click.option("--seed", default=0, help=f"Of {seeds}."),
        click.option("--resamples", type=click.IntRange(0, 10_000),
                     help="Bootstrap samples behind each interval; 500, fewer for large files."),
        click.option("--json", "as_json", is_flag=True, help="Every figure as one JSON object."),
    )  # fmt: skip

    def wear(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return wear


def told(
    protocol: str, labels: str, truth: Sequence[bool], *, rows: int, bad: int, seconds: float, rounds: int
) -> dict[str, Any]:
    """How it was judged and on what; ``truth``: the labels of the rows that were kept."""
    return {
        "protocol": protocol, "labels": labels, "rows": rows, "bad_rows": bad, "duplicates_dropped": rows - len(truth),
        "kept": len(truth), "positives": sum(truth), "microseconds_each": round(seconds / len(truth) / rounds * 1e6, 1),
    }  # fmt: skip
