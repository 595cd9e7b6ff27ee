"""``watchfloor quality``: how far people agree, which decisions to look at twice, and how right they are. Plain files, no server."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.judged import tell_bad
from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.cli.quality_rows import counts_of, ratings_of
from watchfloor.cli.quality_samples import estimate, plan
from watchfloor.cli.quality_words import CONFIDENCE, FILE, between, number_said, share_said
from watchfloor.cli.text_rows import BadRow
from watchfloor.engines import agreement as stats
from watchfloor.engines.agreement import levels
from watchfloor.engines.agreement.nameless import ENOUGH
from watchfloor.kernel.errors import BadInput

ROUNDS = 200  # samples behind each interval of the votes


@click.group()
def quality() -> None:
    """How right decisions are, and how far people agree, on plain files."""


@quality.command("agreement")
@FILE
@click.option("--unit", metavar="COL", help="Column of what was rated.")
@click.option("--rater", metavar="COL", help="Column of who rated it.")
@click.option("--value", metavar="COL", help="Column of the rating.")
@click.option(
    "--counts", metavar="COL,COL", help="Instead: one row for each unit, with how many people gave it each value."
)
@click.option(
    "--level",
    type=click.Choice(levels.LEVELS),
    default="nominal",
    show_default=True,
    help="What kind of values they are.",
)
@CONFIDENCE
@json_option
def agreement(
    file: Path, unit: str | None, rater: str | None, value: str | None, counts: str | None, level: str, confidence: float,
    as_json: bool,
) -> None:  # fmt: skip
    """How far the people of FILE (CSV, TSV, JSON lines) agree, and how often each of them errs, though nobody knows the truth.

    Prints several coefficients, because one alone misleads: where violations are rare, kappa is low although nearly all agree.

    \b
    Example:
      watchfloor quality agreement votes.csv --unit item --rater reviewer --value verdict
      watchfloor quality agreement tweets.csv --counts hate,offensive,neither
    """
    bad: list[BadRow] = []
    votes: list[tuple[str, str, str]] = []
    if counts:
        names = [name.strip() for name in counts.split(",") if name.strip()]
        found = stats.counted(counts_of(file, names, bad), names)
    elif unit and rater and value:
        votes = ratings_of(file, unit, rater, value, bad)
        found = stats.table(votes, level)
    else:
        raise click.UsageError("Give --unit, --rater and --value, or --counts.")
    tell_bad(bad)
    if not found.ratings:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check the names of the columns.")
    kind = "identity" if level == "nominal" else "quadratic"
    told = [
        stats.percent(found, confidence), stats.alpha(found, level, confidence), stats.gwet(found, kind, confidence),
        stats.fleiss(found, kind, confidence), *_two(votes, kind, level, confidence),
    ]  # fmt: skip
    answer: dict[str, Any] = {
        "units": found.units, "units_with_two": found.paired, "ratings": found.ratings, "bad_rows": len(bad),
        "values": found.values, "agreement": told, "people": _people(votes), "votes": _nameless(found, confidence),
    }  # fmt: skip
    emit(answer, as_json=as_json, text=_agreement_text(answer))


def _two(votes: list[tuple[str, str, str]], kind: str, level: str, confidence: float) -> list[stats.Agreement]:
    """Cohen's kappa, where there are two raters."""
    raters = sorted({rater for _, rater, _ in votes})
    if len(raters) != 2:
        return []
    by: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for unit, rater, value in votes:
        by[unit][rater] = value
    pairs = [(given[raters[0]], given[raters[1]]) for given in by.values() if len(given) == 2]
    return [stats.cohen(pairs, kind, level, confidence)]


def _people(votes: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Each person's error without a known truth; nothing where two people or one value say nothing of it."""
    if len({rater for _, rater, _ in votes}) < 3 or len({value for _, _, value in votes}) < 2:
        return []
    fitted = stats.dawid_skene(votes)
    return [
        {"rater": one.name, "votes": one.votes, "error": one.error.value, "low": one.error.low, "high": one.error.high}
        for one in sorted(fitted.raters, key=lambda one: one.name)
    ]


def _nameless(found: stats.Table, confidence: float) -> stats.Voting | None:
    if len(found.values) < 2 or not any(sum(counts) >= ENOUGH for counts, _ in found.patterns):
        return None
    with Bar("Drawing again", ROUNDS) as bar:
        return stats.voting(found, rounds=ROUNDS, confidence=confidence, step=bar.step)


def _agreement_text(answer: dict[str, Any]) -> str:
    lines = [
        f"{answer['ratings']:,} ratings of {answer['units']:,} units; {answer['units_with_two']:,} were rated by two people or more.", "",
        table(
            [{"coefficient": one.name, "value": number_said(one.value), "interval": between(one.low, one.high)}
             for one in answer["agreement"]],
            ["coefficient", "value", "interval"], empty="Nobody rated the same unit as another.",
        ),
    ]  # fmt: skip
    voting = answer["votes"]
    if voting is not None:
        lines += ["", f"Were all who rated alike (units with three ratings and more: {voting.units:,}):"]
        rows = [
            {"value": value, "true of": share_said(held), "votes that miss it": share_said(missed)}
            for value, held, missed in zip(voting.values, voting.prevalence, voting.wrong, strict=True)
        ]
        lines.append(table(rows, ["value", "true of", "votes that miss it"], empty=""))
        lines.append(
            f"A vote is wrong in {share_said(voting.error)}, the most frequent vote of a unit in {share_said(voting.majority_wrong)}."
        )
    if answer["people"]:
        rows = [
            {"rater": one["rater"], "votes": one["votes"], "error": f"{one['error']:.1%}",
             "interval": between(one["low"], one["high"], share=True)}
            for one in answer["people"]
        ]  # fmt: skip
        lines += ["", "Each one's error, with the truth estimated from all votes (no ranking: see the intervals):"]
        lines.append(table(rows, ["rater", "votes", "error", "interval"], empty=""))
    return "\n".join(lines)


quality.add_command(plan)
quality.add_command(estimate)
