"""``watchfloor urls``: judge the model of links on your own file. No server, no database, and no link is opened."""

from __future__ import annotations

import time
from pathlib import Path

import click

from watchfloor.cli.evaluating import evaluation, told
from watchfloor.cli.judged import figures, tell, tell_bad
from watchfloor.cli.progress import Bar
from watchfloor.cli.text_rows import BadRow, read_examples
from watchfloor.engines.textmodels.classifier import Options
from watchfloor.engines.textmodels.links import domain_of, features
from watchfloor.engines.textmodels.protocol import distinct, held_out
from watchfloor.kernel.errors import BadInput

_FOLDS = 5


@click.group()
def urls() -> None:
    """Models of links on plain files."""


@urls.command("evaluate")
@evaluation("phishing/legitimate", seeds="folds and bootstrap")
@click.option(
    "--url",
    "url_column",
    required=True,
    metavar="COL",
    help="Column of the link; a number (from 1) if there is no header line.",
)
@click.option("--split", type=click.Choice(["domain", "random"]), default="domain", show_default=True,
              help="Hold back whole registrable domains, or links at random (figures come out too good).")  # fmt: skip
def evaluate_command(
    files: tuple[Path, ...], url_column: str, label_column: str, positive: str | None, split: str, seed: int,
    resamples: int | None, as_json: bool,
) -> None:  # fmt: skip
    """How well links could be told apart by their spelling alone, on the labelled links of FILES (CSV, TSV, JSON lines).

    Each link is scored by a model that saw no link of its registrable domain.

    \b
    Example:
      watchfloor urls evaluate links.csv --url url --label phishing --json
    """
    bad: list[BadRow] = []
    examples, meant = read_examples(
        list(files), text=url_column, label=label_column, group=None, positive=positive, bad=bad
    )
    tell_bad(bad)
    if not examples:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check --url, --label and --positive.")
    kept = distinct(examples)
    domains = {example.text: domain_of(example.text) for example in kept}
    if split == "domain":
        kept = [example._replace(group=domains[example.text]) for example in kept]
    with Bar("Learn and hold back", len(kept) * _FOLDS) as bar:
        start = time.process_time()
        # Letters are among the features already, so links are looked at once.
        options = Options(unsure=0.0)
        found = held_out(kept, seed=seed, options=options, look=features, most_groups=_FOLDS, step=bar.step)
        scored = list(found)
        seconds = time.process_time() - start
    how = "5 folds of whole registrable domains" if split == "domain" else "5 folds at random"
    result = {
        **told(f"{how}, one held back", meant.said, [example.label for example in kept], rows=len(examples), bad=len(bad),
               seconds=seconds, rounds=_FOLDS),
        "domains": len(set(domains.values())),
        **figures(scored, resamples=resamples, seed=seed),
    }  # fmt: skip
    tell(result, as_json=as_json, what="links")
