"""``watchfloor campaigns cluster|coordinate``: texts and accounts that belong together, on plain files. No server, no database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from watchfloor.cli.campaign_rows import Columns, read_actions, read_columns, seconds_of, span_of
from watchfloor.cli.media_rows import tell_bad
from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.cli.text_rows import BadRow
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.campaigns import Clusters, Coordination

_FILE = click.argument("file", type=click.Path(path_type=Path))
_OUT = click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Also write everything as CSV files into DIR."
)
_AT_ONCE = 20_000
_SHOWN = 20


@click.group()
def campaigns() -> None:
    """Campaigns on plain files: what belongs together by words, by what is shared, or by when accounts act."""


@campaigns.command("cluster")
@_FILE
@click.option(
    "--text",
    "text_column",
    required=True,
    metavar="COL",
    help="Column of the text; a number (from 1) without a header.",
)
@click.option("--entity", "entities", multiple=True, metavar="[KIND=]COL",
              help="Column of something that ties texts: phone, ip, device, ja4, payment, media, app ...; may be repeated.")  # fmt: skip
@click.option("--account", metavar="COL", help="Column of who wrote it.")
@click.option(
    "--time", "time_column", metavar="COL", help="Column of when: ISO 8601, or seconds or milliseconds since 1970."
)
@click.option("--id", "id_column", metavar="COL", help="Column of the text's id (default: its line).")
@click.option(
    "--cap",
    "caps",
    multiple=True,
    metavar="KIND=N",
    help="More unrelated accounts than N with one key: it ties nobody.",
)
@click.option("--least", type=click.IntRange(2), default=3, show_default=True, help="Texts of a campaign.")
@click.option("--accounts", "least_accounts", type=click.IntRange(1), default=2, show_default=True,
              help="Accounts of a campaign (with --account).")  # fmt: skip
@click.option(
    "--words-only", is_flag=True, help="Do not look for phone numbers, domains, addresses and wallets in the text."
)
@_OUT
@json_option
def cluster_command(
    file: Path, text_column: str, entities: tuple[str, ...], account: str | None, time_column: str | None, id_column: str | None,
    caps: tuple[str, ...], least: int, least_accounts: int, words_only: bool, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Campaigns among the texts of FILE (CSV, TSV, JSON lines, Parquet): near-duplicates, and texts that share a key.

    \b
    watchfloor campaigns cluster posts.csv --text body --entity ip --entity device=fp --account author --time at
    """
    from watchfloor.engines.campaigns import Gates, State, Texts, grow
    from watchfloor.engines.campaigns import campaigns as standing

    named, limits = [_pair(each) for each in entities], _caps(caps)
    bad: list[BadRow] = []
    wanted = [column for column in (account, time_column, id_column) if column] + [column for _, column in named]
    read = read_columns(file, text_column, wanted, bad)
    ids = _ids(file, read, id_column, bad)
    times = None
    if time_column is not None:
        times = [seconds_of(value) for value in read.others[time_column]]
        for line, value, moment in zip(read.lines, read.others[time_column], times, strict=True):
            if moment is None and value:
                bad.append(BadRow(file.name, line, f"{value[:40]!r} is no time; its text is kept without one."))
    tell_bad(bad)
    if not read.texts:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check --text.")
    state = State(caps=limits, look=not words_only)
    with Bar("Comparing", len(read.texts)) as bar:
        for start in range(0, len(read.texts), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            grow(
                state,
                Texts(
                    read.texts[part],
                    ids[part],
                    [value or None for value in read.others[account][part]] if account else None,
                    times[part] if times is not None else None,
                    {kind: read.others[column][part] for kind, column in named},
                ),
            )
            bar.step(len(read.texts[part]))
    found = standing(state, Gates(texts=least, accounts=least_accounts))
    if out is not None:
        _write_clusters(out, found)
    document = {
        "texts": found.texts, "left_out": len(bad), "campaigns": found.campaigns, "hubs": found.hubs,
        "edges": found.edges.to_dicts() if as_json else [],
    }  # fmt: skip
    emit(document, as_json=as_json, text=_clusters_text(found))


@campaigns.command("coordinate")
@_FILE
@click.option("--account", required=True, metavar="COL", help="Column of who acted (or reported).")
@click.option(
    "--object",
    "thing",
    required=True,
    metavar="COL",
    help="Column of what was acted on: post, link, target of a report ...",
)
@click.option(
    "--time",
    "time_column",
    required=True,
    metavar="COL",
    help="Column of when: ISO 8601, or seconds or milliseconds since 1970.",
)
@click.option(
    "--window",
    "windows",
    multiple=True,
    default=["60s"],
    show_default=True,
    help="How close together counts: 30s, 5m, 1h; may be repeated, and the rate is then shared out.",
)
@click.option("--fdr", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.01, show_default=True,
              help="Share of ties that may be chance.")  # fmt: skip
@_OUT
@json_option
def coordinate_command(
    file: Path,
    account: str,
    thing: str,
    time_column: str,
    windows: tuple[str, ...],
    fdr: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Accounts in FILE (CSV, TSV, JSON lines, Parquet) that meet on the same objects more often than chance explains.

    \b
    watchfloor campaigns coordinate reposts.csv --account user --object post --time at --window 60s
    watchfloor campaigns coordinate reports.csv --account reporter --object target --time at --window 10m
    """
    from watchfloor.engines.campaigns import coordinate

    spans = [span_of(window) for window in windows]
    bad: list[BadRow] = []
    frame = read_actions(file, account, thing, time_column, bad)
    tell_bad(bad)
    if not len(frame):
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check --account, --object and --time.")
    documents, texts = [], []
    for window, seconds in zip(windows, spans, strict=True):
        found = coordinate(frame, window=seconds, fdr=fdr / len(spans))
        if out is not None:
            _write_coordination(out / window.replace(" ", "") if len(spans) > 1 else out, found)
        documents.append({**msgspec.to_builtins(found), "left_out_rows": len(bad)})
        texts.append(_coordination_text(found, window))
    document = documents[0] if len(spans) == 1 else {"windows": documents}
    emit(document, as_json=as_json, text="\n\n".join(texts))


def _pair(given: str) -> tuple[str, str]:
    kind, equals, column = given.partition("=")
    return (kind.strip().lower(), column) if equals else (given.strip().lower(), given)


def _caps(given: tuple[str, ...]) -> dict[str, int]:
    made = {}
    for each in given:
        kind, _, number = each.partition("=")
        if not number.strip().isdecimal():
            raise BadInput("bad_cap", f"{each!r} is no cap.", hint="Write KIND=N, such as --cap domain=50.")
        made[kind.strip().lower()] = int(number)
    return made


def _ids(file: Path, read: Columns, column: str | None, bad: list[BadRow]) -> list[str]:
    """The ids of the texts; where one is missing or comes again, the line."""
    if column is None:
        return [str(line) for line in read.lines]
    seen: set[str] = set()
    made = []
    for line, value in zip(read.lines, read.others[column], strict=True):
        name = value or f"line {line}"
        if name in seen:
            bad.append(BadRow(file.name, line, f"the id {name[:40]!r} was there before; it is called by its line."))
            name = f"{name} (line {line})"
        seen.add(name)
        made.append(name)
    return made


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _clusters_text(found: Clusters) -> str:
    rows: list[dict[str, Any]] = [
        {
            "campaign": each.id, "texts": each.size, "wordings": each.forms, "accounts": each.accounts,
            "first": _moment(each.first), "last": _moment(each.last),
            "shares": f"{each.keys[0].kind} {each.keys[0].value}" if each.keys else "",
            "for example": " ".join(each.sample.split())[:60],
        }
        for each in found.campaigns[:_SHOWN]
    ]  # fmt: skip
    columns = ["campaign", "texts", "wordings", "shares", "for example"]
    if found.campaigns and found.campaigns[0].accounts is not None:
        columns.insert(3, "accounts")
    if any(row["first"] for row in rows):
        columns[-1:-1] = ["first", "last"]
    inside = sum(each.size for each in found.campaigns)
    lines = [table(rows, columns, empty="No texts belong together.")]
    if len(found.campaigns) > _SHOWN:
        lines.append(f"... and {len(found.campaigns) - _SHOWN:,} more; --json or --out has all.")
    lines.append(
        f"{len(found.campaigns):,} campaign{'s' * (len(found.campaigns) != 1)} with {inside:,} of {found.texts:,} texts."
    )
    if found.hubs:
        hubs = ", ".join(f"{each.kind} {each.value} ({each.parties:,} unrelated)" for each in found.hubs[:5])
        lines.append(f"Shared by too many to tie anybody: {hubs}{' ...' if len(found.hubs) > 5 else ''}.")
    return "\n".join(lines)


def _coordination_text(found: Coordination, window: str) -> str:
    rows = [
        {
            "group": each.id, "accounts": len(each.accounts), "ties": each.ties, "objects": each.shared,
            "first": _moment(each.first), "last": _moment(each.last), "q": f"{each.q:.1e}", "such as": ", ".join(each.accounts[:3]),
        }
        for each in found.rings[:_SHOWN]
    ]  # fmt: skip
    lines = [
        table(
            rows,
            ["group", "accounts", "ties", "objects", "first", "last", "q", "such as"],
            empty="Nobody acts together beyond chance.",
        )
    ]
    if len(found.rings) > _SHOWN:
        lines.append(f"... and {len(found.rings) - _SHOWN:,} more; --json or --out has all.")
    lines.append(
        f"{found.actions:,} actions of {found.accounts:,} accounts on {found.objects:,} objects; {found.edges:,} pairs met "
        f"within {window}, {len(found.ties):,} more often than chance explains (at most {found.fdr * 100:.3g} % of these by chance)."
    )
    if found.left_out:
        lines.append(f"Left out as too crowded: {', '.join(name for name, _ in found.left_out[:5])}.")
    return "\n".join(lines)


def _write_clusters(folder: Path, found: Clusters) -> None:
    import polars as pl

    made = {
        "campaigns": pl.DataFrame(
            [
                {
                    "campaign": each.id, "texts": each.size, "wordings": each.forms, "accounts": each.accounts, "first": each.first,
                    "last": each.last, "representative": each.representative, "sample": each.sample,
                }
                for each in found.campaigns
            ]
        ),
        "members": pl.DataFrame([{"campaign": each.id, "text": name} for each in found.campaigns for name in each.texts]),
        "keys": pl.DataFrame([{"campaign": each.id, **msgspec.structs.asdict(key)} for each in found.campaigns for key in each.keys]),
        "hubs": pl.DataFrame([msgspec.structs.asdict(key) for key in found.hubs]),
        "edges": found.edges,
    }  # fmt: skip
    _write(folder, made)


def _write_coordination(folder: Path, found: Coordination) -> None:
    import polars as pl

    members = [{"group": each.id, "account": name} for each in found.rings for name in each.accounts]
    groups = [
        {"group": each.id, "accounts": len(each.accounts), "ties": each.ties, "density": each.density, "objects": each.shared,
         "first": each.first, "last": each.last, "q": each.q}
        for each in found.rings
    ]  # fmt: skip
    ties = [msgspec.structs.asdict(each) for each in found.ties]
    made: dict[str, list[dict[str, Any]]] = {"groups": groups, "members": members, "ties": ties}
    _write(folder, {name: pl.DataFrame(rows) for name, rows in made.items()})


def _write(folder: Path, tables: dict[str, Any]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            rows.write_csv(folder / f"{name}.csv")
    except OSError as error:
        raise BadInput("unwritable", f"{folder} cannot be written: {error.strerror or error}.") from error
