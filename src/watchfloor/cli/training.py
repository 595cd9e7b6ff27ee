"""``watchfloor training``: who is certified, the bank in and out, and figures of questions, also on a plain file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.training_items import cut, items
from watchfloor.cli.training_units import build, check, diff
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

ACTOR = "command"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_USE = click.option("--use", type=click.Choice(["practice", "exam"]), help="Practice cases or exam questions.")


@click.group()
def training() -> None:
    """Units of training, practice, exams and certificates."""


for _command in (build, check, diff, items, cut):
    training.add_command(_command)


@training.command()
@json_option
def certified(as_json: bool) -> None:
    """How many people are certified for which policy, by site."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.training import staff

    rows: list[dict[str, Any]] = [
        {"site": row.site, "vendor": row.vendor_key, "policy": cell.policy_key, "people": cell.people,
         "certified": cell.current, "renew": cell.renew}
        for row in staff.certified(system(ACTOR)) for cell in row.cells
    ]  # fmt: skip
    emit(
        rows,
        as_json=as_json,
        text=table(rows, ["site", "vendor", "policy", "people", "certified", "renew"], empty="No people yet."),
    )


@training.command("export")
@click.argument("policy")
@_USE
@click.option("--format", "form", type=click.Choice(["csv", "gift", "moodle", "qti"]), default="csv", show_default=True)
def export(policy: str, use: str | None, form: str) -> None:
    """The practice cases and questions of POLICY, answers included, to standard output.

    csv, gift and moodle (Moodle XML) are text; qti is a QTI 2.1 package, a ZIP file.

    \b
    Example:
      watchfloor training export spam --use exam --format qti > spam.zip
    """
    prepare.django()
    from watchfloor.policy import queries as policies
    from watchfloor.training import bank, formats, staff
    from watchfloor.training.pages.forms import draft_of

    policies.policy(policy)
    drafts = [draft_of(row) for row in staff.items(policy, use=use or "")]
    click.echo(formats.written(form, drafts, bank.findings(policy), name=policy), nl=False)


@training.command("import")
@click.argument("policy")
@click.argument("file", type=_FILE)
@click.option("--use", type=click.Choice(["practice", "exam"]), required=True, help="Practice cases or exam questions.")
@json_option
def import_(policy: str, file: Path, use: str, as_json: bool) -> None:
    """Take in FILE for POLICY, all or nothing: CSV, GIFT, Moodle XML, or a QTI 2.1 item or package. A person approves it."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.training import bank, formats

    drafts = formats.read(file.read_bytes(), file.name)
    with writing(system(ACTOR)) as w:
        rows = bank.save_many(w, policy, use, drafts)
    keys = [row.key for row in rows]
    emit(
        {"policy": policy, "use": use, "keys": keys},
        as_json=as_json,
        text=f"{len(keys)} taken in; they wait for approval.",
    )


@training.command()
@click.argument("policy")
@json_option
def figures(policy: str, as_json: bool) -> None:
    """What the exams that are over say of POLICY's questions, hardest first."""
    prepare.django()
    from watchfloor.policy import queries as policies
    from watchfloor.training import staff

    policies.policy(policy)
    found = staff.figures(policy)
    rows = [row._asdict() for row in found.items.values()]
    forms = [{"form": form, "sittings": count, "kr20": value} for form, count, value in found.forms]
    whole = {"sittings": found.sittings, "passed": found.passed, "items": rows, "forms": forms}
    emit(whole, as_json=as_json, text=_told(rows, forms, found.sittings))


@training.command()
@click.argument("file", type=_FILE)
@json_option
def analyse(file: Path, as_json: bool) -> None:
    """Difficulty, discrimination and KR-20 from FILE: CSV with the columns person, item, right (1 or 0). No server needed."""
    from watchfloor.engines.agreement import analyse as analysed
    from watchfloor.engines.exams import alpha

    people = _answers(file)
    rows = [row._asdict() for row in analysed(list(people.values()))]
    whole = {tuple(sorted(answers)) for answers in people.values()}
    # KR-20 (alpha of right and wrong answers) has a meaning only where everybody was asked the same.
    same = sorted(whole.pop()) if len(whole) == 1 else []
    value = alpha([[answers[item] for item in same] for answers in people.values()]) if same else None
    forms = [{"form": 1, "sittings": len(people), "kr20": value}] if same else []
    emit(
        {"sittings": len(people), "items": rows, "forms": forms}, as_json=as_json, text=_told(rows, forms, len(people))
    )


def _answers(file: Path) -> dict[str, dict[str, bool]]:
    people: dict[str, dict[str, bool]] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {"person", "item", "right"} - set(reader.fieldnames or ())
        if missing:
            raise BadInput("missing_column", f"The column {sorted(missing)[0]!r} is missing.", where=file.name,
                           hint="Columns: person, item, right.")  # fmt: skip
        for row in reader:
            if row["right"] not in ("0", "1"):
                raise BadInput(
                    "bad_answer", f"{row['right'][:20]!r} is neither 1 nor 0.", where=f"{file.name}:{reader.line_num}"
                )
            people.setdefault(row["person"], {})[row["item"]] = row["right"] == "1"
    if not people:
        raise BadInput("no_answers", "The file has no answers.", where=file.name)
    return people


def _told(rows: list[dict[str, Any]], forms: list[dict[str, Any]], sittings: int) -> str:
    lines = [f"{sittings} sittings", table(rows, ["item", "answers", "p", "discrimination"], empty="No answers yet.")]
    lines += [
        f"form {row['form']}: KR-20 {row['kr20']:.2f} over {row['sittings']} sittings"
        for row in forms
        if row["kr20"] is not None
    ]
    return "\n".join(lines)
