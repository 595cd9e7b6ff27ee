"""``watchfloor insight topics FILE``: the topics of a file of short texts, which are new, which grow, without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchfloor.cli.plain_tables import FILE, read, say
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.engines.topics import Text

BACKGROUND = 4_000  # texts that words are held against


@click.command()
@FILE
@click.option("--text", required=True, metavar="COL", help="Column of the texts.")
@click.option(
    "--time", metavar="COL", help="Column of moments (ISO 8601); without it nothing is called new or growing."
)
@click.option("--by", multiple=True, metavar="COL", help="A dimension such as the market; may be repeated.")
@click.option("--who", metavar="COL", help="Column of who says it: a voice counts once a span.")
@click.option("--span", type=click.FloatRange(0.01), default=24.0, show_default=True, help="Hours that count as now.")
@click.option("--rate", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True,
              help="The share of false alarms among alarms.")  # fmt: skip
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Topics at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def topics(
    file: Path,
    text: str,
    time: str | None,
    by: tuple[str, ...],
    who: str | None,
    span: float,
    rate: float,
    most: int,
    as_json: bool,
) -> None:
    """Find what the texts of FILE (CSV, JSON lines or Parquet) speak of; the newest and fastest growing first, at the file's end."""
    from watchfloor.engines.topics import Rules, Topics, adopt, judge, telling

    texts = _texts(file, text, time, by, who)
    rules = Rules(span=timedelta(hours=span), rate=rate)
    stream, said = Topics(keep=rules.span * (2 * rules.spans)), {each.id: each.text for each in texts}
    began = texts[0].at if texts else datetime.now(UTC)
    step, looked = rules.span / 4, began
    for each in texts:
        while time and each.at - looked >= step:
            looked = looked + step * max(1, int((each.at - looked) / step))
            stream.tidy(looked)
            adopt(stream, looked, rules, since=began)
        stream.add(each)
    end = texts[-1].at if texts else began
    stream.tidy(end)
    alarms = []
    if time:
        adopt(stream, end, rules, since=began)
        alarms = judge(stream.topics.values(), end, rules, since=began)
    found = {alarm.topic: alarm for alarm in reversed(alarms)}
    ranked = sorted(
        (topic for topic in stream.topics.values() if len(topic.mentions) > 1 or topic.id in found),
        key=lambda topic: (
            topic.id not in found,
            found[topic.id].p if topic.id in found else 0.0,
            -len(topic.mentions),
        ),
    )[:most]
    background = [each.text for each in texts[:: max(1, len(texts) // BACKGROUND)]]
    lines: list[dict[str, Any]] = []
    for topic in ranked:
        inside = [said[mention.id] for mention in topic.mentions]
        alarm = found.get(topic.id)
        ours = set(inside)
        lines.append({
            "topic": topic.id, "kind": alarm.kind if alarm else "", "where": alarm.where if alarm else {},
            "texts": len(inside), "now": alarm.count if alarm else None, "expected": alarm.expected if alarm else None,
            "p": alarm.p if alarm else None, "first_seen": topic.first_seen if time else None,
            "words": [word.word for word in telling(inside[-200:], (each for each in background if each not in ours))],
            "examples": sorted(dict.fromkeys(inside[-200:]), key=lambda one: -stream.likeness(one, topic.id))[:3],
        })  # fmt: skip
    if as_json:
        say({"texts": len(texts), "topics": lines})
        return
    for line in lines:
        change = (
            f"{line['kind']} {line['now']} (expected {line['expected']:.1f}, p {line['p']:.1g})"
            if line["kind"]
            else "-"
        )
        click.echo(f"{line['topic']:>6}  {line['texts']:>6} texts  {change}  {' '.join(line['words'])}")
        click.echo(f"        {line['examples'][0][:140]!r}")
    if not lines:
        click.echo("No two texts speak of the same.")


def _texts(file: Path, text: str, time: str | None, by: tuple[str, ...], who: str | None) -> list[Text]:
    from watchfloor.engines.topics import Text

    frame = read(file, (), list(dict.fromkeys(name for name in (text, time, who, *by) if name)))
    found = []
    for number, row in enumerate(frame.iter_rows(named=True)):
        found.append(
            Text(
                id=str(number), text=str(row[text] or ""), at=_moment(row[time], number) if time else datetime(2000, 1, 1, tzinfo=UTC),
                who=str(row[who] or "") if who else "", by={name: str(row[name] or "") for name in by},
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: each.at)


def _moment(value: Any, row: int) -> datetime:
    """A moment of a cell; without a zone it is UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadInput(
            "bad_time",
            f"{str(value)[:40]!r} is no moment.",
            where=f"row {row + 1}",
            hint="Such as 2026-01-31T09:00:00Z.",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
