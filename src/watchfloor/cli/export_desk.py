"""``watchfloor export zendesk|salesforce``: cases as help desks import them."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress

from watchfloor.kernel.errors import BadInput

ENDINGS = {"zendesk": ".jsonl", "salesforce": ".csv"}
MANY = 100  # tickets of one call


def write(what: str, file: Path, since: str | None) -> int:
    """Write them (``zendesk``: a body of ``create_many`` on each line; ``salesforce``: CSV); how many cases."""
    from watchfloor.cli.export_xarf import moment
    from watchfloor.interop.history import leaving

    if file.suffix != ENDINGS[what]:
        raise BadInput(
            "bad_format",
            f"{file.suffix or 'No ending'!r} is no format of {what}.",
            where="FILE",
            hint=f"Use {ENDINGS[what]}.",
        )
    rows = 0
    with (
        Progress(console=Console(stderr=True), transient=True) as bar,
        file.open("w", newline="", encoding="utf-8") as out,
    ):
        task = bar.add_task("Writing cases", total=None)
        if what == "salesforce":
            writer = csv.DictWriter(out, leaving.HEAD, lineterminator="\n")
            writer.writeheader()
            for case, verdict in leaving.cases(moment(since, "--since")):
                writer.writerow(leaving.salesforce(case, verdict))
                rows += 1
                bar.advance(task)
            return rows
        tickets = []
        for case, verdict in leaving.cases(moment(since, "--since")):
            tickets.append(leaving.zendesk(case, verdict))
            rows += 1
            bar.advance(task)
            if len(tickets) == MANY:
                out.write(msgspec.json.encode({"tickets": tickets}).decode() + "\n")
                tickets = []
        if tickets:
            out.write(msgspec.json.encode({"tickets": tickets}).decode() + "\n")
    return rows
