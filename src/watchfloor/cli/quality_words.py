"""How figures of quality are said on the command line: shares and coefficients with their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from watchfloor.engines import agreement as stats

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
CONFIDENCE = click.option(
    "--confidence", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True, help="Of the intervals."
)


def share_said(of: Any) -> str:
    if isinstance(of, stats.Share):
        return f"{of.share:.1%} [{of.low:.1%}-{of.high:.1%}]" if of.looks else "-"
    return f"{of.value:.1%} [{of.low:.1%}-{of.high:.1%}]"


def number_said(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def between(low: float | None, high: float | None, *, share: bool = False) -> str:
    if low is None or high is None:
        return "-"
    return f"{low:.1%} to {high:.1%}" if share else f"{low:.3f} to {high:.3f}"
