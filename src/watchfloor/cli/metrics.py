"""``watchfloor metrics``: the figures that ``/metrics`` gives a scraper, and the rules of alerts that go with them."""

from __future__ import annotations

from importlib import resources

import click

from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare


@click.command()
@click.option("--rules", is_flag=True, help="Print the rules of alerts for Prometheus instead.")
@json_option
def metrics(rules: bool, as_json: bool) -> None:
    """Print this installation's own figures, as Prometheus reads them."""
    if rules:
        click.echo(resources.files("watchfloor.interop.metrics").joinpath("alerts.yml").read_text("utf-8"), nl=False)
        return
    prepare.django()
    from watchfloor.interop.metrics import reading, text

    found = reading.families()
    emit(found, as_json=as_json, text=text.written(found).rstrip("\n"))
