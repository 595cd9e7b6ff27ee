"""``watchfloor routing``: the routing table from a shell; ``check`` and ``backtest`` work on plain files without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.kernel.errors import BadInput

ACTOR = "command"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def routing() -> None:
    """Which case goes to which queue: ordered rules in versions."""


@routing.command()
@click.argument("file", type=_FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check the rules in FILE (JSON, as export writes it, or TOML with [[rule]]); the first mistake is told with its place."""
    from watchfloor.engines.routing import asked, check_rules

    rules = _rules(file)
    on = check_rules(rules)
    value: dict[str, Any] = {"rules": len(rules), "on": len(on), "asks": sorted(asked(rules))}
    text = f"{len(rules):,} rules make sense, {len(on):,} of them on; they ask for: {', '.join(value['asks']) or 'nothing'}."
    emit(value, as_json=as_json, text=text)


@routing.command("list")
@click.option("--version", default="live", show_default=True, help="live, draft or a number.")
@json_option
def list_rules(version: str, as_json: bool) -> None:
    """The rules of a version in their order."""
    row = _version(version)
    from watchfloor.review import routing_words

    shown = [{"place": place, "rule": rule["name"] + (" (off)" if rule.get("off") else ""),
              "says": routing_words.sentence(rule, {})} for place, rule in enumerate(row.rules, start=1)]  # fmt: skip
    value = {"version": row.number, "live": row.live, "draft": row.draft, "rules": row.rules}
    text = table(shown, ["place", "rule", "says"], empty="No rules.")
    emit(value, as_json=as_json, text=f"version {row.number}\n{text}")


@routing.command("try")
@click.argument("case")
@click.option("--version", default="live", show_default=True, help="live, draft or a number.")
@click.option("--kind", default="review", show_default=True, help="review, second, appeal or escalation.")
@json_option
def try_case(case: str, version: str, kind: str, as_json: bool) -> None:
    """Which rule takes CASE (its id, or the short one), and why not the ones before it."""
    row = _version(version)
    from watchfloor.identity.domain import system
    from watchfloor.review.domain.routing import NO_RULE, explain
    from watchfloor.review.facts import facts_of
    from watchfloor.review.pages.routing_try import case_named

    facts = facts_of(case_named(system(ACTOR), case), kind=kind)
    tried = explain(row.rules, facts)
    first = next((one for one in tried if not one.fails and not one.off), None)
    before = [one for one in tried if first is None or one.place < first.place]
    value = {
        "version": row.number, "queue": first.queue if first else "other", "rule": first.name if first else NO_RULE,
        "facts": msgspec.to_builtins(facts), "before": msgspec.to_builtins(before),
    }  # fmt: skip
    lines = [f"{value['queue']} by {value['rule']} (version {row.number})"]
    lines += [f"  not {one.name}: {'off' if one.off else ', '.join(one.fails)}" for one in before]
    emit(value, as_json=as_json, text="\n".join(lines))


@routing.command()
@click.argument("file", type=_FILE, required=False)
@click.option(
    "--cases", type=_FILE, help="The past as a file: CSV, JSON lines or Parquet, facts as columns. No server is needed."
)
@click.option(
    "--against",
    type=_FILE,
    help="With --cases: the rules of today; without, everything goes to the queue of last resort.",
)
@click.option("--days", default=28, show_default=True, help="Without --cases: how many days of this floor's history.")
@click.option("--otherwise", default="other", show_default=True, help="The queue of last resort.")
@json_option
def backtest(
    file: Path | None, cases: Path | None, against: Path | None, days: int, otherwise: str, as_json: bool
) -> None:
    """What the rules in FILE (or else the draft) would have done with the past."""
    if cases is not None:
        if file is None:
            raise click.UsageError("With --cases the rules come from FILE.")
        from watchfloor.engines.routing import backtest as run

        found = run(_frame(cases), _rules(against) if against else [], _rules(file), otherwise=otherwise)
    else:
        after = _rules(file) if file else list(_version("draft").rules)
        _django()
        from watchfloor.review.actions.routing_versions import check_table, live_table
        from watchfloor.review.routing_backtests import routing_backtest

        check_table(after)
        live = live_table()
        found = routing_backtest(live.rules if live else [], after, days)
    emit(msgspec.to_builtins(found), as_json=as_json, text=_told(found))


@routing.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--days", default=28, show_default=True, help="How many days back.")
@json_option
def cases(file: Path, days: int, as_json: bool) -> None:
    """Write this floor's past to FILE (Parquet) as backtest --cases reads it; it holds no text and no platform ids."""
    _django()
    from datetime import timedelta

    from watchfloor.kernel import clock
    from watchfloor.review import routing_history
    from watchfloor.review.facts import EVERYTHING

    end = clock.now()
    frame = routing_history.read(end - timedelta(days=days), end, EVERYTHING).drop("item", "job")
    frame.write_parquet(file)
    emit({"file": str(file), "cases": frame.height}, as_json=as_json, text=f"{frame.height:,} jobs in {file}.")


@routing.command()
@click.option("--why", default="", help="Why; needed where the draft's text has no backtest.")
@json_option
def live(why: str, as_json: bool) -> None:
    """Put the draft live."""
    _django()
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    with writing(system(ACTOR)) as w:
        row = actions.go_live(w, why=why)
    emit({"version": row.number, "rules": len(row.rules)}, as_json=as_json, text=f"Version {row.number} is live.")


@routing.command()
@click.argument("number", type=int)
@click.option("--why", required=True, help="Why it comes back.")
@json_option
def restore(number: int, why: str, as_json: bool) -> None:
    """Make the rules of version NUMBER live again, as a new version."""
    _django()
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    with writing(system(ACTOR)) as w:
        row = actions.restore_routing(w, number, why=why)
    emit({"version": row.number, "restored": number}, as_json=as_json, text=f"Version {row.number} is live.")


@routing.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
@click.option("--version", default="live", show_default=True, help="live, draft or a number.")
@json_option
def export(file: Path, version: str, as_json: bool) -> None:
    """Write the rules of a version to FILE (or stdout) as JSON."""
    row = _version(version)
    body = msgspec.json.format(msgspec.json.encode(row.rules), indent=2).decode() + "\n"
    with click.open_file(str(file), "w", encoding="utf-8") as stream:
        stream.write(body)
    if str(file) != "-":
        emit({"file": str(file), "version": row.number}, as_json=as_json, text=f"Version {row.number} is in {file}.")


@routing.command("import")
@click.argument("file", type=_FILE)
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Make the rules in FILE the draft; nothing goes live."""
    rules = _rules(file)
    _django()
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    with writing(system(ACTOR)) as w:
        row = actions.change_draft(w, rules, step="imported")
    emit(
        {"draft": row.number, "rules": len(rules)},
        as_json=as_json,
        text=f"{len(rules):,} rules are in draft {row.number}.",
    )


def _django() -> None:
    from watchfloor.console import prepare

    prepare.django()


def _version(text: str) -> Any:
    _django()
    from watchfloor.kernel.errors import NotFound
    from watchfloor.review.actions.routing_versions import draft_table, live_table
    from watchfloor.review.models import RoutingTable

    if text.isdecimal():
        row = RoutingTable.objects.filter(number=int(text)).first()
    else:
        row = {"live": live_table, "draft": draft_table}.get(text, lambda: None)()
    if row is None:
        raise NotFound("unknown_version", f"There is no version {text[:20]!r}.", where="version")
    return row


def _rules(file: Path) -> list[dict[str, Any]]:
    try:
        if file.suffix == ".toml":
            import tomllib

            return list(tomllib.loads(file.read_text(encoding="utf-8")).get("rule", []))
        found = msgspec.json.decode(file.read_bytes())
    except (msgspec.DecodeError, ValueError) as error:
        raise BadInput("bad_file", f"{file.name} cannot be read: {error}.", where=str(file)) from None
    rules = found.get("rules") if isinstance(found, dict) else found
    if not isinstance(rules, list):
        raise BadInput("bad_file", f"{file.name} holds no list of rules.", where=str(file))
    return rules


def _frame(file: Path) -> Any:
    import polars as pl

    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        if file.suffix in (".jsonl", ".ndjson"):
            return pl.read_ndjson(file)
        return pl.read_csv(file, try_parse_dates=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput("bad_file", f"{file.name} cannot be read: {error}", where=str(file)) from None


def _told(found: Any) -> str:
    rows = [
        {"queue": row.queue, "before": row.before, "after": row.after, "a day": round(row.per_day_after, 1),
         "AAS h": round(row.replay_before.aas_ms / 3_600_000, 1) if row.replay_before else None,
         "then": round(row.replay_after.aas_ms / 3_600_000, 1) if row.replay_after else None,
         "late": row.replay_before.breaches if row.replay_before else None,
         "late then": row.replay_after.breaches if row.replay_after else None}
        for row in found.queues
    ]  # fmt: skip
    lines = [
        f"{found.jobs:,} jobs over {found.days:,} days in {found.seconds} s: {found.moved:,} go elsewhere; "
        f"no rule fits {found.no_rule_after:,} (now {found.no_rule_before:,})."
    ]
    if found.hand_moved:
        lines.append(
            f"Of {found.hand_moved:,} moved by hand {found.right_after:,} go right at once (now {found.right_before:,}): "
            f"{found.mended:,} mended, {found.spoilt:,} spoilt, {found.transfers_avoided:,} transfers avoided."
        )
    lines += ["", table(rows, list(rows[0]) if rows else ["queue"], empty="No jobs."), ""]
    moved = [
        {"from": group.from_queue, "to": group.to_queue, "jobs": group.count, "by": group.rules[0][0]}
        for group in found.groups
    ]
    lines.append(table(moved, ["from", "to", "jobs", "by"], empty="Nothing moves."))
    return "\n".join(lines)
