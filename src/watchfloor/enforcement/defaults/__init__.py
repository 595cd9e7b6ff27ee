"""The shipped action catalogue, ladder, notice templates and grounds in law: TOML that a team copies and edits.

``install`` only adds what is missing: what a team has changed since stays as they made it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from watchfloor.enforcement import catalogue_actions, notice_templates, statements
from watchfloor.enforcement.models import ActionKind, LadderStep, NoticeTemplate, StatementGround
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

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
            notice_templates.save(w, **{**template, "body": template["body"].strip()})
            added += 1
    return added + install_grounds(w, folder)


def install_grounds(w: Writer, folder: Path = FOLDER) -> int:
    """What the shipped violation types mean in law; those of types a team does not have are left out."""
    known = set(StatementGround.objects.values_list("violation_key", flat=True))
    types = {row.key for policy in policies.all_policies() for row in policies.all_violations(policy.key)}
    missing = [row for row in load(folder / "grounds.toml")["ground"] if row["violation_key"] in types - known]
    for row in missing:
        statements.save_ground(w, **row)
    return len(missing)


def load(path: Path) -> dict[str, Any]:
    """One of the files."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
