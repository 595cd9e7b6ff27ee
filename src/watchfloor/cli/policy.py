"""``watchfloor policy``: policies out of and into files, two versions or two files compared, what a version touches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.policy.domain.differences import Differences, Piece
    from watchfloor.policy.domain.document import Document

ACTOR = "command"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def policy() -> None:
    """Policies: versions, files, what differs and what is touched."""


@policy.command("list")
@click.argument("key", required=False)
@json_option
def list_(key: str | None, as_json: bool) -> None:
    """All policies with their version in force, or the versions of KEY."""
    prepare.django()
    from watchfloor.policy import queries
    from watchfloor.policy.models import PolicyVersion

    if key:
        queries.policy(key)
        rows: list[dict[str, Any]] = [
            {"version": row.number, "state": row.state, "in_force_from": row.in_force_from, "ends_at": row.ends_at,
             "written_by": row.written_by, "approved_by": row.approved_by}
            for row in PolicyVersion.objects.filter(policy_key=key).order_by("-number")
        ]  # fmt: skip
        columns = ["version", "state", "in_force_from", "ends_at", "written_by", "approved_by"]
    else:
        rows = []
        for each in queries.all_policies():
            standing = queries.version_in_force(each.key)
            rows.append({"policy": each.key, "name": each.name, "severity": each.severity,
                         "version": standing.number if standing else None})  # fmt: skip
        columns = ["policy", "name", "severity", "version"]
    emit(rows, as_json=as_json, text=table(rows, columns, empty="No policies yet. Run: watchfloor init"))


@policy.command()
@click.argument("key")
@click.option("--version", "number", type=int, help="Which version; default: the one in force.")
def export(key: str, number: int | None) -> None:
    """The text of policy KEY as a file (TOML), to standard output."""
    prepare.django()
    from watchfloor.policy import texts
    from watchfloor.policy.domain import files
    from watchfloor.policy.models import Policy

    document = _version(key, number)
    click.echo(files.write(texts.frame_of(Policy.objects.get(key=key)), document), nl=False)


@policy.command("import")
@click.argument("file", type=_FILE)
@click.option("--why", default="", help="What the version is for.")
@json_option
def import_(file: Path, why: str, as_json: bool) -> None:
    """Take in FILE (TOML) as a new draft; a policy that is not known yet is made. A person approves it."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import actions
    from watchfloor.policy.domain import files
    from watchfloor.policy.models import Policy

    frame, document = files.read(file.read_text(encoding="utf-8"), file.name)
    key = frame.pop("key", "")
    if not key:
        raise BadInput("no_key", "The file names no policy.", where=file.name, hint='Begin it with key = "...".')
    with writing(system(ACTOR), reason=f"import of {file.name}"[:200]) as w:
        if not Policy.objects.filter(key=key).exists():
            actions.save_policy(w, key=key, position=Policy.objects.count(), **frame)
        row = actions.draft_document(w, key, document, why=why)
    emit(
        {"policy": key, "version": row.number, "state": row.state},
        as_json=as_json,
        text=f"{key}: version {row.number} is a draft now. A person approves it in the console.",
    )


@policy.command()
@click.argument("key")
@click.argument("a")
@click.argument("b")
@json_option
def diff(key: str, a: str, b: str, as_json: bool) -> None:
    """What version B of policy KEY says otherwise than version A. With KEY ``-``, A and B are files, and no server is needed.

    Words in [-brackets-] were taken out, words in {+braces+} came in.
    """
    from watchfloor.policy.domain import differences, files

    if key == "-":
        for name in (a, b):
            if not Path(name).is_file():
                raise BadInput("no_file", f"There is no file {name!r}.", where=name)
        before, after = (files.read(Path(name).read_text(encoding="utf-8"), name)[1] for name in (a, b))
    else:
        for name in (a, b):
            if not name.isdecimal():
                raise BadInput("bad_version", f"{name[:40]!r} is no number of a version.", where="version",
                               hint="For two files: watchfloor policy diff - A.toml B.toml")  # fmt: skip
        prepare.django()
        before, after = _version(key, int(a)), _version(key, int(b))
    found = differences.compare(before, after)
    emit(found, as_json=as_json, text="\n".join(_told(found)) or "Both say the same.")


@policy.command()
@click.argument("key")
@click.argument("number", type=int)
@json_option
def touches(key: str, number: int, as_json: bool) -> None:
    """What putting version NUMBER of policy KEY in force would touch."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.policy import queries, texts
    from watchfloor.policy import touches as told

    queries.policy(key)
    found = told.of_version(system(ACTOR), texts.version_of(key, number))
    rows = [
        {"what": each.label, "count": each.count, "to mend": each.stale, "note": each.note, "which": ", ".join(each.names)}
        for each in found
    ]  # fmt: skip
    emit(
        found,
        as_json=as_json,
        text=table(rows, ["what", "count", "to mend", "which", "note"], empty="It touches nothing."),
    )


@policy.command()
@click.argument("text")
@json_option
def claims(text: str, as_json: bool) -> None:
    """Which claims of the register TEXT repeats."""
    prepare.django()
    from watchfloor.policy import queries

    found = queries.claims_in(text)
    rows = [{"share": hit.share, "status": hit.status, "claim": hit.text} for hit in found]
    emit(found, as_json=as_json, text=table(rows, ["share", "status", "claim"], empty="It repeats none."))


def _version(key: str, number: int | None) -> Document:
    from watchfloor.policy import queries, texts
    from watchfloor.policy.models import PolicyVersion

    queries.policy(key)
    if number is not None:
        return texts.document_of(texts.version_of(key, number))
    row = PolicyVersion.objects.filter(policy_key=key, state=PolicyVersion.State.IN_FORCE).first()
    if row is None:
        raise BadInput("no_text_in_force", "The policy has no text in force.", where="policy", hint="Name a --version.")
    return texts.document_of(row)


def _told(found: Differences) -> list[str]:
    lines: list[str] = []
    if found.summary:
        lines += ["summary: " + _words(found.summary)]
    if found.ends_at:
        lines += [f"ends at: {found.ends_at[0] or 'never'} -> {found.ends_at[1] or 'never'}"]
    for each in found.clauses:
        number = each.after or each.before
        was = f" (was {each.before})" if each.before and each.after and each.before != each.after else ""
        lines.append(f"{each.change} clause {number}{was}" + (f": {_words(each.text)}" if each.text else ""))
        for label, pieces in (("violates", each.violates), ("does not", each.allowed)):
            lines += [f"  {label} {'+' if p.kind == 'added' else '-'} {p.text}" for p in pieces if p.kind != "same"]
        lines += [f"  {o.change} in {o.market}: {_words(o.text)}" for o in each.overlays]
    lines += [f"{each.change} note on {each.market}: {_words(each.text)}" for each in found.overlays]
    for kind in found.violations:
        lines.append(f"{kind.change} violation type {kind.key} ({kind.name})")
        lines += [f"  {name}: {pair[0]} -> {pair[1]}" for name, pair in kind.fields.items()]
    if found.tree:
        lines.append("decision tree:")
        lines += [f"  {'+' if p.kind == 'added' else '-'} {p.text}" for p in found.tree if p.kind != "same"]
    return lines


def _words(pieces: tuple[Piece, ...]) -> str:
    marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
    return "".join(marks[p.kind][0] + p.text + marks[p.kind][1] for p in pieces).replace("\n", " ")
