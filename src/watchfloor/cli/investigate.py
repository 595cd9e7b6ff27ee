"""``watchfloor investigate``: a question to the lake of the data folder, without a browser."""

from __future__ import annotations

from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.command()
@click.argument("query", default="")
@click.option("--since", default="24h", show_default=True, help="How far back (90m, 24h, 7d), or a moment.")
@click.option("--until", default="", help="A moment; default: now.")
@click.option("--by", multiple=True, metavar="COLUMN", help="Count the leading values of this column; may be repeated.")
@click.option("--show", multiple=True, metavar="COLUMN", help="List events with this column; may be repeated.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Values, and events.")
@json_option
def investigate(
    query: str, since: str, until: str, by: tuple[str, ...], show: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """Count the events for which QUERY holds ("" or nothing: all), over time and by value.

    QUERY is a condition of the rule language over features and JSON paths:

        watchfloor investigate "$.item.data.followers < 10, 'casino' in $.item.data.text" --since 7d --by $.item.data.client_app
    """
    prepare.django()
    from watchfloor.detection.investigate import address, panels
    from watchfloor.detection.investigate.asking import Question, ask
    from watchfloor.engines import sml
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock

    end = address.moment(until, "--until", clock.now())
    start = (
        end - address.length(since)
        if since[-1:] in "mhd" and since[:-1].isdecimal()
        else address.moment(since, "--since")
    )
    try:
        asked = ask(system("cli"), Question(query, start, end))
    except sml.RuleErrors as error:
        if as_json:
            raise
        raise click.ClickException(str(error)) from None
    series, top = panels.series(asked), panels.top(asked, by, limit)
    stream = panels.stream(asked, show, limit=limit) if show else None
    found: dict[str, Any] = {
        "start": start,
        "end": end,
        "by_rows": asked.by_rows,
        "series": series,
        "top": top,
        "events": stream,
    }
    lines = [
        f"{series.all_matched:,} of {series.all_events:,} events, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    ]
    for each in top:
        rows = [{each.by: one.value, "now": f"{one.count:,}", "before": f"{one.before:,}"} for one in each.values]
        lines.append(table(rows, [each.by, "now", "before"], empty=f"No value of {each.by}."))
    if stream is not None:
        rows = [
            {"at": f"{one.at:%Y-%m-%d %H:%M:%S}", "item": one.item_id, **dict(zip(show, one.values, strict=True))}
            for one in stream.events
        ]
        lines.append(table(rows, ["at", "item", *show], empty="No events."))
    emit(found, as_json=as_json, text="\n\n".join(lines))
