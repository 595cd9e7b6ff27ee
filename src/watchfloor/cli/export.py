"""``watchfloor export``: rows to a file, streamed, with a progress bar."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

CHUNK = 5000
WHAT = ("cases", "jobs", "decisions", "actions", "appeals", "events", "xarf")


@click.command()
@click.argument("what", type=click.Choice([*WHAT, "star", "zendesk", "salesforce"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--since",
    metavar="DAY",
    help="star: measures of that day (2026-11-19) and later; xarf: decisions from this day or time on.",
)
@click.option("--as", "email", metavar="EMAIL", help="star: what this person may ask in SQL, and no more.")
@click.option("--org", default="", help="xarf: the organisation that reports.")
@click.option("--contact", default="", help="xarf: its e-mail address.")
@click.option("--domain", default="", help="xarf: its domain. Default: the contact's.")
@click.option("--until", help="xarf: decisions before this day or time.")
@click.option("--item-url", default="", help="xarf: where the platform shows an item, with {type} and {id}.")
@json_option
def export(
    what: str,
    file: Path,
    since: str | None,
    email: str | None,
    org: str,
    contact: str,
    domain: str,
    until: str | None,
    item_url: str,
    as_json: bool,
) -> None:
    """Write WHAT to FILE; the ending says the format (.csv, .jsonl, .parquet; xarf: .jsonl, .json). Restricted cases and private
    text are left out.

    "star" writes folders of Parquet into the folder FILE, or brings those there up to date. "zendesk" and "salesforce" write cases as
    these import them: how they went, not what they are about.
    """
    if what == "star":
        from watchfloor.cli.star import export_star

        export_star(file, since=since, email=email, as_json=as_json)
        return
    if email or (since and what not in ("xarf", "zendesk", "salesforce")):
        raise BadInput(
            "bad_option",
            "--since is for star, xarf and help desks, --as for star only.",
            where="--as" if email else "--since",
        )
    if file.is_dir():
        raise BadInput("bad_file", f"{file} is a folder.", where="FILE")
    if what in ("zendesk", "salesforce"):
        from watchfloor.cli import export_desk

        prepare.django()
        cases = export_desk.write(what, file, since)
        emit({"what": what, "file": str(file), "rows": cases}, as_json=as_json, text=f"{cases:,} cases in {file}")
        return
    if what == "xarf":
        from watchfloor.cli import export_xarf

        prepare.django()
        made = export_xarf.write(file, org, contact, domain, since, until, item_url)
        text = f"{made['rows']:,} reports in {file}; left out: {sum(made['left_out'].values()):,}"
        emit(made, as_json=as_json, text=text)
        return
    if file.suffix not in {".csv", ".jsonl", ".parquet"}:
        raise BadInput(
            "bad_format",
            f"{file.suffix or 'No ending'!r} is no format.",
            where="FILE",
            hint="Use .csv, .jsonl or .parquet.",
        )
    prepare.django()
    total = _query(what).count()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Writing {what}", total=total)
        rows = _counted(_rows(what), lambda: bar.advance(task))
        written = _WRITERS[file.suffix](rows, file)
    emit({"what": what, "file": str(file), "rows": written}, as_json=as_json, text=f"{written:,} {what} in {file}")


def _query(what: str) -> Any:
    from watchfloor.enforcement.models import Action
    from watchfloor.ledger.models import Event
    from watchfloor.review.models import Appeal, Case, Decision, Job

    models: dict[str, Any] = {
        "cases": Case,
        "jobs": Job,
        "decisions": Decision,
        "actions": Action,
        "appeals": Appeal,
        "events": Event,
    }
    open_ones = {
        "cases": {"clearance": ""},
        "jobs": {"clearance": ""},
        "decisions": {"case__clearance": ""},
        "appeals": {"case__clearance": ""},
    }
    query = models[what].objects.filter(**open_ones.get(what, {}))
    if what in {"actions", "events"}:
        query = query.exclude(case_id__in=Case.objects.exclude(clearance="").values("pk"))
    return query


def _rows(what: str) -> Iterator[dict[str, Any]]:
    query = _query(what).order_by("pk")
    private = {*getattr(query.model, "private", ()), "seal", "changes"}
    names = [field.attname for field in query.model._meta.concrete_fields if field.name not in private]
    after = None
    while True:
        chunk = list((query if after is None else query.filter(pk__gt=after)).values(*names)[:CHUNK])
        if not chunk:
            return
        after = chunk[-1]["id"]
        for row in chunk:
            yield {name: msgspec.to_builtins(value, str_keys=True) for name, value in row.items()}


def _counted(rows: Iterator[dict[str, Any]], tick: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        tick()
        yield row


def _to_csv(rows: Iterator[dict[str, Any]], file: Path) -> int:
    count = 0
    with file.open("w", newline="", encoding="utf-8") as out:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            flat = {name: _cell(value) for name, value in row.items()}
            if writer is None:
                writer = csv.DictWriter(out, fieldnames=list(flat))
                writer.writeheader()
            writer.writerow(flat)
            count += 1
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return msgspec.json.encode(value).decode()
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t"}:  # a spreadsheet would run it
        return "'" + value
    return value


def _to_jsonl(rows: Iterator[dict[str, Any]], file: Path) -> int:
    count = 0
    with file.open("wb") as out:
        for row in rows:
            out.write(msgspec.json.encode(row) + b"\n")
            count += 1
    return count


def _to_parquet(rows: Iterator[dict[str, Any]], file: Path) -> int:
    import polars as pl

    flat = [
        {name: msgspec.json.encode(v).decode() if isinstance(v, (dict, list)) else v for name, v in row.items()}
        for row in rows
    ]
    pl.DataFrame(flat, infer_schema_length=None).write_parquet(file)
    return len(flat)


_WRITERS = {".csv": _to_csv, ".jsonl": _to_jsonl, ".parquet": _to_parquet}
