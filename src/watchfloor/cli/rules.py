"""``watchfloor rules``: check, test, run and explain rule files on plain files, without a server or a database."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from watchfloor.engines import sml
from watchfloor.engines.sml.counters import MemoryCounters
from watchfloor.kernel.errors import BadInput, NotFound

_MAX_LINE = 64 * 1024 * 1024
_DIRECTORY = click.Path(exists=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group()
def rules() -> None:
    """Rules in the SML language, on plain files.

    DIR is a folder of *.sml files (evaluation begins at main.sml; without one every file runs), or one such file.
    Events are JSON
    lines, each {"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z", "data": {...}} or a
    plain object.
    """


def read_sources(folder: Path) -> dict[str, str]:
    """The rule files under a folder (or the one file), by path from the folder, with / between parts.

    Raises:
        BadInput: there are none, or one is not UTF-8.
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.sml"))
    root = folder.parent if folder.is_file() else folder
    if not files:
        raise BadInput("no_rules", f"There are no *.sml files in {folder}.")
    sources: dict[str, str] = {}
    for file in files:
        try:
            sources[file.relative_to(root).as_posix()] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise BadInput("not_utf8", f"{file} is not UTF-8 text.") from None
    return sources


def _compile(folder: Path) -> sml.RuleSet:
    """The compiled rules; or the problems on stderr and exit status 1."""
    try:
        return sml.compile_rules(read_sources(folder))
    except sml.RuleErrors as errors:
        click.echo(str(errors), err=True)
        click.echo(f"\n{_counted(len(errors.problems), 'problem')}.", err=True)
        raise SystemExit(1) from None
    except BadInput as error:
        raise click.ClickException(str(error)) from None


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


_encode: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=str).encode


def _json(value: Any) -> bytes:
    try:
        return _encode(value)
    except (
        OverflowError,
        UnicodeEncodeError,
    ):  # a number of more than 64 bits, or half a surrogate pair: rare, so slow is fine
        return json.dumps(msgspec.to_builtins(value, enc_hook=str), default=str).encode()


@rules.command()
@click.argument("folder", metavar="DIR", type=_DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="Problems as one JSON object.")
def check(folder: Path, as_json: bool) -> None:
    """Check rule files; exit status 1 if anything is wrong."""
    problems: tuple[sml.Problem, ...] = ()
    warnings: tuple[sml.Problem, ...] = ()
    names: tuple[str, ...] = ()
    try:
        compiled = sml.compile_rules(read_sources(folder))
        warnings, names = compiled.warnings, compiled.rules
    except sml.RuleErrors as errors:
        problems = errors.problems
    except BadInput as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(_json({"ok": not problems, "rules": names, "problems": problems, "warnings": warnings}))
    else:
        for problem in (*problems, *warnings):
            click.echo(problem.rendered + "\n", err=True)
        click.echo(
            f"{_counted(len(problems), 'problem')}." if problems else f"{_counted(len(names), 'rule')}, no problems.",
            err=bool(problems),
        )
    if problems:
        raise SystemExit(1)


@rules.command()
@click.argument("folder", metavar="DIR", type=_DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="Results as one JSON object.")
def test(folder: Path, as_json: bool) -> None:
    """Run the examples beside the rules (*.examples.jsonl); exit status 1 if one fails."""
    compiled = _compile(folder)
    root = folder.parent if folder.is_file() else folder
    results: list[tuple[str, sml.ExampleResult]] = []
    for file in sorted(root.rglob("*.examples.jsonl")):
        name = file.relative_to(root).as_posix()
        results.extend((name, result) for result in sml.run_examples(compiled, file.read_text(encoding="utf-8")))
    failed = [(name, result) for name, result in results if result.failures]
    if as_json:
        shown = [{"file": name, **msgspec.to_builtins(result)} for name, result in results]
        click.echo(
            _json({"ok": not failed, "passed": len(results) - len(failed), "failed": len(failed), "results": shown})
        )
    else:
        for name, result in failed:
            click.echo(f"{name}:{result.line}: {result.name}")
            for failure in result.failures:
                click.echo(f"    {failure}")
        if not results:
            click.echo("There are no examples; write some into *.examples.jsonl beside the rules.")
        else:
            click.echo(f"{len(results) - len(failed):,} of {_counted(len(results), 'example')} passed.")
    if failed:
        raise SystemExit(1)


@rules.command()
@click.argument("folder", metavar="DIR", type=_DIRECTORY)
@click.argument("events", metavar="EVENTS.jsonl", type=_FILE)
@click.option("--fired", "fired_only", is_flag=True, help="Only the names of the rules that fire; faster.")
@click.option("--stats", is_flag=True, help="End with counts for each rule and events per second, on stderr.")
def run(folder: Path, events: Path, fired_only: bool, stats: bool) -> None:
    """Evaluate events, one JSON line in and one out. Bad lines go to stderr with their number; the others go on."""
    compiled, counters = _compile(folder), MemoryCounters()
    out = sys.stdout.buffer
    counts: dict[str, int] = dict.fromkeys(compiled.rules, 0)
    total = bad = errors = 0
    began = time.perf_counter()
    with click.open_file(str(events), "rb") as lines:
        for number, line in _lines(lines):
            try:
                if line is None:
                    raise BadInput("too_long", f"The line is longer than {_MAX_LINE:,} bytes.")
                event = sml.event_from_json(line, default_id=number)
            except BadInput as error:
                bad += 1
                click.echo(f"line {number}: {error}", err=True)
                continue
            total += 1
            if fired_only:
                names: tuple[str, ...] = compiled.fired(event, counters)
                out.write(_json({"action_id": event.action_id, "fired": names}) + b"\n")
            else:
                outcome = compiled.evaluate(event, counters)
                names = tuple(rule.name for rule in outcome.fired)
                errors += len(outcome.errors)
                out.write(b'{"action_id":%d,%b\n' % (event.action_id, _json(outcome)[1:]))
            for name in names:
                counts[name] += 1
    out.flush()
    if stats:
        _stats(counts, total, bad, errors, time.perf_counter() - began)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines without empty ones; None for one that is too long to be held in memory."""
    number = 0
    while line := file.readline(_MAX_LINE):
        number += 1
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            while rest := file.readline(_MAX_LINE):
                if rest.endswith(b"\n"):
                    break
            yield number, None
        elif line.strip():
            yield number, line


def _stats(counts: dict[str, int], total: int, bad: int, errors: int, seconds: float) -> None:
    for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        share = f"{count / total:.2%}" if total else "-"
        click.echo(f"{count:>10,}  {share:>8}  {name}", err=True)
    rate = total / seconds if seconds else 0
    click.echo(
        f"{_counted(total, 'event')}, {_counted(bad, 'bad line')}, {_counted(errors, 'failed value')}; "
        f"{rate:,.0f} events/s, reading and writing included",
        err=True,
    )


@rules.command()
@click.argument("folder", metavar="DIR", type=_DIRECTORY)
@click.argument("event_file", metavar="EVENT.json", type=_FILE)
@click.argument("rule")
@click.option("--json", "as_json", is_flag=True, help="The explanation as JSON.")
def explain(folder: Path, event_file: Path, rule: str, as_json: bool) -> None:
    """Why RULE fires for one event, or why not."""
    compiled = _compile(folder)
    try:
        with click.open_file(str(event_file), "rb") as file:
            event = sml.event_from_json(file.read(), default_id=1)
        explanation = compiled.explain(event, rule, MemoryCounters())
    except (BadInput, NotFound) as error:
        hint = getattr(error, "hint", "")
        raise click.ClickException(f"{error} {hint}".strip()) from None
    if as_json:
        click.echo(_json(explanation))
        return
    state = {True: "fires", False: "does not fire", None: "cannot be decided"}[explanation.fired]
    click.echo(f"{explanation.rule} {state} ({explanation.file}:{explanation.line}). {explanation.because}")
    if explanation.description:
        click.echo(f"  {explanation.description}")
    for condition in explanation.conditions:
        _show(condition, 1)


def _show(condition: sml.Condition, depth: int) -> None:
    click.echo(f"{'  ' * depth}- {condition.words}")
    for part in condition.parts:
        _show(part, depth + 1)


@rules.command()
def reference() -> None:
    """The language and its functions as JSON."""
    click.echo(_json(sml.compile_rules({"main.sml": ""}).reference()))


if __name__ == "__main__":
    rules()
