"""The shipped practice sets and exam banks: one TOML file per policy, all of it invented.

``install`` only adds what is missing, and only where the shipped policy text is the one in force: questions about a text somebody else
wrote would be wrong. Their writers are the project's; whoever installs them is the second person who agrees.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.policy.defaults import load_policies, text_of
from watchfloor.training import bank
from watchfloor.training.domain import stamps
from watchfloor.training.domain.files import Draft
from watchfloor.training.models import Exam, TrainingItem

FOLDER = Path(__file__).parent
AUTHOR = "system:shipped-training"


def install(w: Writer) -> int:
    """Add the shipped items and exam rules that are not there yet; returns how many items."""
    policies.forget()
    shipped = {data["key"]: stamps.digest(text_of(data), data.get("overlay", {})) for data in load_policies()}
    known = set(TrainingItem.objects.values_list("key", flat=True))
    with_exam = set(Exam.objects.values_list("policy_key", flat=True))
    added = 0
    for data in load():
        key = data["policy"]
        version = policies.version_in_force(key)
        if version is None or stamps.digest(version.text, version.overlays) != shipped[key]:
            continue
        for use in ("practice", "question"):
            drafts = [draft_of(row) for row in data[use] if row["key"] not in known]
            kind = "practice" if use == "practice" else "exam"
            added += len(bank.save_many(w, key, kind, drafts, written_by=AUTHOR, approved_by=w.actor))
        if key not in with_exam:
            bank.save_exam(w, key, **data["exam"])
    return added


def load() -> list[dict[str, Any]]:
    """The files, in the order of their names."""
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]


def draft_of(row: dict[str, Any]) -> Draft:
    """A row of a file as a draft; the topic of a case is its answer."""
    return Draft(
        key=row["key"], topic=row["topic"], difficulty=row["difficulty"], content={"text": row["text"]},
        answer=row["topic"], why=row["why"],
    )  # fmt: skip
