"""``watchfloor sbom``: what this installation consists of, as a CycloneDX document."""

from __future__ import annotations

import json
from pathlib import Path

import click

from watchfloor.kernel import clock
from watchfloor.platform import bill


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@click.option("--extra", "extras", multiple=True, help="With what an extra needs; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="It is JSON in any case.")
def sbom(out: Path | None, extras: tuple[str, ...], as_json: bool) -> None:
    """Write the bill of materials (CycloneDX 1.6, JSON): every package this program needs, as installed here, and what its pages hold."""
    text = json.dumps(bill.bill(at=clock.now(), extras=extras), indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        click.echo(f"Written to {out}.", err=True)
