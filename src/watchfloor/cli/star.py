"""``watchfloor export star DIR``: the star schema as folders of Parquet, with a line of progress for each table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from watchfloor.cli.output import emit
from watchfloor.console import prepare
from watchfloor.kernel.errors import NotFound


def export_star(folder: Path, *, since: str | None, email: str | None, as_json: bool) -> None:
    """Without a person nothing restricted is written; with one, what that person may ask in SQL."""
    prepare.django()
    from watchfloor.identity.domain import Actor, Scope
    from watchfloor.identity.models import User
    from watchfloor.identity.queries import actor_for
    from watchfloor.insight.star import writing

    first: date | None = writing.day_of(since) if since else None
    actor = Actor(kind="system", id="cli", scopes=(Scope(role="export", permissions=frozenset({writing.PERMISSION})),))
    if email:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise NotFound("no_user", f"Nobody here has the address {email[:80]!r}.")
        actor = actor_for(person)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Writing", total=None)
        made = writing.export(
            actor, folder, since=first,
            tick=lambda table, done, of: bar.update(task, description=f"Writing {table}", completed=done, total=of),
        )  # fmt: skip
    rows = sum(each.rows for each in made.tables.values())
    told = {
        "folder": str(folder), "leaf": made.leaf, "files_written": made.written, "rows": rows,
        "tables": {name: each.rows for name, each in made.tables.items()},
    }  # fmt: skip
    text = f"{rows:,} rows of {len(made.tables)} tables in {folder}; {made.written:,} files written now."
    emit(told, as_json=as_json, text=text)
