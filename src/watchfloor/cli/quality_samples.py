"""``watchfloor quality plan`` and ``estimate``: which decisions to look at twice, and what was found says of all of them."""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.judged import tell_bad
from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.quality_rows import decisions_of
from watchfloor.cli.quality_words import CONFIDENCE, FILE, between, share_said
from watchfloor.cli.text_rows import BadRow
from watchfloor.engines import agreement as stats
from watchfloor.kernel.errors import BadInput


@click.command()
@FILE
@click.option(
    "--stratum",
    "strata",
    multiple=True,
    required=True,
    metavar="COL",
    help="Columns that make the strata; may be repeated.",
)
@click.option("--budget", type=click.IntRange(1), required=True, help="How many second looks there are.")
@click.option(
    "--how",
    type=click.Choice(["neyman", "proportional", "equal"]),
    default="neyman",
    show_default=True,
    help="How they are spread.",
)
@click.option("--wrong", metavar="COL", help="Column of earlier second looks: 1 wrong, 0 right, empty not looked at.")
@click.option("--person", metavar="COL", help="Column of who decided, for --floor.")
@click.option("--floor", type=click.IntRange(0), default=0, help="Looks that each person gets at least, on average.")
@click.option("--least", type=click.IntRange(0), default=2, show_default=True, help="Looks that each stratum gets.")
@click.option("--certain", multiple=True, metavar="COL=VALUE", help="All of these are looked at; may be repeated.")
@click.option(
    "--seed",
    default="",
    help="With it the drawn rows are printed as CSV, each with its chance: the same word draws the same rows.",
)
@json_option
def plan(
    file: Path, strata: tuple[str, ...], budget: int, how: str, wrong: str | None, person: str | None, floor: int, least: int,
    certain: tuple[str, ...], seed: str, as_json: bool,
) -> None:  # fmt: skip
    """Spread a budget of second looks over the decisions of FILE, one row each, where they teach most.

    \b
    Example:
      watchfloor quality plan decided.csv --stratum policy --stratum market --budget 800
      watchfloor quality plan decided.csv --stratum policy --budget 800 --person reviewer --floor 10 --seed week-47 > looks.csv
    """
    bad: list[BadRow] = []
    marks = dict(each.partition("=")[::2] for each in certain)
    rows = decisions_of(file, [*strata, *(c for c in (wrong, person) if c), *marks], bad)
    tell_bad(bad)
    if not rows:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check the names of the columns.")
    keys = [" / ".join(row.columns[name] or "-" for name in strata) for row in rows]
    sure = [any(row.columns[name] == value for name, value in marks.items()) for row in rows]
    keys = [f"{key} (all)" if always else key for key, always in zip(keys, sure, strict=True)]
    sizes = Counter(keys)
    seen = {key: [0, 0] for key in sizes}
    for key, row in zip(keys, rows, strict=True):
        if wrong and row.columns[wrong] in ("0", "1"):
            seen[key][0] += row.columns[wrong] == "1"
            seen[key][1] += 1
    rates = stats.guessed({key: (k, n) for key, (k, n) in seen.items()})
    made = [stats.Stratum(key, size, rates[key], certain=key.endswith(" (all)")) for key, size in sorted(sizes.items())]
    looks = stats.allocate(made, budget, how=how, least=least)
    if seed:
        units = [
            stats.Unit(str(at), key, row.columns[person] if person else "")
            for at, (key, row) in enumerate(zip(keys, rows, strict=True))
        ]
        _write(rows, stats.draw(units, looks, seed=seed, floor=floor if person else 0))
        return
    told = [
        {"stratum": one.key, "decisions": one.size, "expected wrong": round(one.rate, 4), "looks": looks[one.key],
         "chance": looks[one.key] / one.size}
        for one in made
    ]  # fmt: skip
    error = stats.standard_error(made, looks)
    answer = {"strata": told, "looks": sum(looks.values()), "standard_error": error}
    if how != "proportional":
        answer["proportional_needs"] = stats.needed(made, error, how="proportional", least=least) if error > 0 else None
    shown = [
        {**row, "expected wrong": f"{row['expected wrong']:.2%}", "chance": f"{row['chance']:.2%}"} for row in told
    ]
    text = table(shown, ["stratum", "decisions", "expected wrong", "looks", "chance"], empty="")
    text += f"\n\n{answer['looks']:,} looks; the share of wrong decisions would be known to ± {1.96 * error:.2%}."
    if answer.get("proportional_needs"):
        text += f" Spread in proportion, that takes {answer['proportional_needs']:,}."
    emit(answer, as_json=as_json, text=text)


def _write(rows: list[Any], drawn: list[stats.Drawn]) -> None:
    """The drawn rows as CSV, with what an estimate needs later."""
    out = csv.writer(sys.stdout)
    out.writerow([*rows[0].columns, "draw_stratum", "draw_probability", "draw_why"])
    for each in drawn:
        out.writerow([*rows[int(each.id)].columns.values(), each.stratum, repr(each.probability), each.why])


@click.command()
@FILE
@click.option("--found", required=True, metavar="COL", help="Column of what was decided.")
@click.option(
    "--right", required=True, metavar="COL", help="Column of what the second look says; empty where nobody has looked."
)
@click.option(
    "--violating",
    default="violating",
    show_default=True,
    metavar="VALUE",
    help="The value that means violating, for precision and recall.",
)
@click.option("--by", multiple=True, metavar="COL", help="Figures for each value of these columns; may be repeated.")
@click.option("--probability", metavar="COL", help="Column of the chance to be drawn (plan writes draw_probability).")
@click.option("--stratum", metavar="COL", help="Column of the strata (plan writes draw_stratum).")
@click.option("--cluster", metavar="COL", help="Decisions of one value hang together: a person's day, say.")
@click.option("--critical", metavar="COL", help="Column that is 1 where the error is a grave one.")
@click.option(
    "--person",
    metavar="COL",
    help="Also estimates for each person, and who is among the worst tenth if that is no noise.",
)
@CONFIDENCE
@json_option
def estimate(
    file: Path, found: str, right: str, violating: str, by: tuple[str, ...], probability: str | None, stratum: str | None,
    cluster: str | None, critical: str | None, person: str | None, confidence: float, as_json: bool,
) -> None:  # fmt: skip
    """How right the decisions are that the looked-at rows of FILE stand for: accuracy, precision, recall, each with its interval.

    \b
    Example:
      watchfloor quality estimate looks.csv --found decided --right qa --by policy --probability draw_probability --stratum draw_stratum
    """
    bad: list[BadRow] = []
    wanted = [found, right, *by, *(c for c in (probability, stratum, cluster, critical, person) if c)]
    verdicts: list[stats.Verdict] = []
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in decisions_of(file, wanted, bad):
        said = row.columns[right]
        if not said:
            continue
        try:
            chance = float(row.columns[probability]) if probability else 1.0
        except ValueError:
            chance = 0.0
        if not 0 < chance <= 1:
            bad.append(
                BadRow(file.name, row.line, f"has the chance {row.columns[probability or ''][:20]!r}, which is none")
            )
            continue
        one = stats.Verdict(
            cell=" / ".join(row.columns[name] or "-" for name in by), found=row.columns[found] == violating,
            right=said == violating, wrong=row.columns[found] != said, probability=chance,
            critical=bool(critical) and row.columns[critical or ""] == "1",
            stratum=row.columns[stratum] if stratum else "", cluster=row.columns[cluster] if cluster else "",
        )  # fmt: skip
        verdicts.append(one)
        if person:
            counts[row.columns[person]][0] += one.is_wrong
            counts[row.columns[person]][1] += 1
    tell_bad(bad)
    if not verdicts:
        raise BadInput("no_rows", "No row of the file was looked at.", hint="Check --right.")
    whole = stats.cell("all", verdicts, confidence=confidence)
    each = stats.cells(verdicts, confidence=confidence) if by else []
    answer: dict[str, Any] = {"bad_rows": len(bad), "all": whole, "cells": each}
    lines = [
        table(
            [_line(one) for one in [*each, whole]],
            ["cell", "looks", "accuracy", "precision", "recall", "over", "under", "note"],
            empty="",
        )
    ]
    if person:
        standing = stats.standing(stats.Checked(who, k, n) for who, (k, n) in sorted(counts.items()))
        answer["people"] = {
            "spread": standing.spread,
            "asked": standing.k,
            "named": standing.named,
            "each": standing.people,
        }
        shown = [
            {"person": one.who, "looks": one.read, "wrong": one.wrong, "estimate": f"{one.value:.1%}",
             "interval": between(one.low, one.high, share=True)}
            for one in standing.people
        ]  # fmt: skip
        lines += ["", table(shown, ["person", "looks", "wrong", "estimate", "interval"], empty=""), ""]
        place = f"among the worst {standing.k} of {len(standing.people)} with a probability of {standing.sure:.0%}"
        names = ", ".join(standing.named)
        lines.append(f"Really {place}: {names}." if names else f"Nobody is {place}: an order would be noise.")
    emit(msgspec.to_builtins(answer), as_json=as_json, text="\n".join(lines))


def _line(one: stats.Cell) -> dict[str, Any]:
    return {
        "cell": one.cell, "looks": one.looks, "accuracy": share_said(one.accuracy), "precision": share_said(one.precision),
        "recall": share_said(one.recall), "over": share_said(one.over), "under": share_said(one.under),
        "note": "noise" if one.noise else "",
    }  # fmt: skip
