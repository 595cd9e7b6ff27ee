"""``watchfloor rules reference``: the language and its functions, for programs (JSON) and for people."""

from __future__ import annotations

import click

from watchfloor.cli.rules.files import as_json
from watchfloor.engines.sml.reference import language_reference, reference_text
from watchfloor.engines.sml.stdlib import STANDARD


@click.command()
@click.option("--json", "json_wanted", is_flag=True, help="One JSON document, for editors and language models.")
def reference(json_wanted: bool) -> None:
    """The language: statements, types, operators, functions with their arguments, and every error there is."""
    document = language_reference(STANDARD)
    click.echo(as_json(document) if json_wanted else reference_text(document))
