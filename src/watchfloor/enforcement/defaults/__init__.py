"""The shipped action catalogue, ladder and notice templates: TOML that a team copies and edits.

``install`` only adds what is missing: what a team has changed since stays as they made it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from watchfloor.enforcement import catalogue_actions, notices
from watchfloor.enforcement.models import ActionKind, LadderStep, NoticeTemplate
from watchfloor.ledger.writer import Writer

FOLDER = Path(__file__).parent


def install(w: Writer, folder: Path = FOLDER) -> int:
    """Add the actions, steps and templates of ``folder`` that are not there yet; returns how many."""
    added = 0
    known = set(ActionKind.objects.values_list("key", flat=True))
    data = load(folder / "actions.toml")
    for position, kind in enumerate(data["kind"]):
        if kind["key"] not in known:
            catalogue_actions.save_kind(w, position=position, **kind)
            added += 1
    if not LadderStep.objects.exists():
        for step in data["step"]:
            catalogue_actions.save_step(w, **step)
            added += 1
    written = set(NoticeTemplate.objects.values_list("key", "language"))
    for template in load(folder / "notices.toml")["template"]:
        if (template["key"], template["language"]) not in written:
            notices.save_template(w, **{**template, "body": template["body"].strip()})
            added += 1
    return added


def load(path: Path) -> dict[str, Any]:
    """One of the files."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
