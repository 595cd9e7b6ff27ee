"""The shipped policy set: one TOML file per policy and one of report reasons. A team copies the folder and edits it.

``install`` only adds what is missing: what a team has changed since stays as they made it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from watchfloor.ledger.writer import Writer
from watchfloor.policy import actions, queries, tree
from watchfloor.policy.domain.files import document_of
from watchfloor.policy.models import Policy, PolicyVersion, Reason, ViolationType

FOLDER = Path(__file__).parent
AUTHOR = "system:shipped-policies"  # the project wrote them; whoever installs them is the second person who agrees
FRAME = ("name", "names", "harm_group", "severity", "clearance", "target_hours", "dsa_category")


def install(w: Writer, folder: Path | None = None) -> int:
    """Add the policies and reasons of ``folder`` (default: the shipped ones) that are not there yet; returns how many."""
    folder = folder or FOLDER
    queries.forget()
    known = {
        model: set(model._default_manager.values_list("key", flat=True)) for model in (Policy, ViolationType, Reason)
    }
    with_text = set(PolicyVersion.objects.values_list("policy_key", flat=True))
    added = 0
    for position, data in enumerate(load_policies(folder)):
        key = data["key"]
        if key not in known[Policy]:
            frame = {name: data[name] for name in FRAME if name in data}
            actions.save_policy(w, key=key, position=position, **frame)
            added += 1
        for number, violation in enumerate(data["violation"]):
            if violation["key"] not in known[ViolationType]:
                actions.save_violation(w, policy_key=key, position=position * 100 + number, **violation)
                added += 1
        if key not in with_text:  # after the violation types: the decision tree leads to them
            _put_first_version(w, key, data)
    for position, reason in enumerate(load_reasons(folder)):
        if reason["key"] not in known[Reason]:
            values = {**reason, "policy_key": reason["policy"], "position": position}
            values.pop("policy")
            actions.save_reason(w, **values)
            added += 1
    queries.forget()
    return added


def load_policies(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The policy files, in the order of their names."""
    files = sorted(path for path in folder.glob("*.toml") if path.name != "reasons.toml")
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]


def load_reasons(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The report reasons, in the order of the file."""
    data: list[dict[str, Any]] = tomllib.loads((folder / "reasons.toml").read_text(encoding="utf-8"))["reason"]
    return data


def text_of(data: dict[str, Any]) -> str:
    """The full text of a policy file: its clauses, numbered as violation types name them."""
    return "\n\n".join(f"{clause['number']} {clause['text'].strip()}" for clause in data["clause"])


def tree_of(data: dict[str, Any]) -> dict[str, Any] | None:
    """The decision tree of a policy file: its questions in order, and what is answered otherwise in a market."""
    questions = data.get("question", [])
    return tree.from_questions(questions, data.get("answer_in", [])) if questions else None


def _put_first_version(w: Writer, key: str, data: dict[str, Any]) -> None:
    version = actions.draft(
        w, key, summary=data["summary"].strip(), clauses=document_of(data).clauses, questions=data.get("question", []),
        overlays=data.get("overlay", {}), decision_tree=tree_of(data),
    )  # fmt: skip
    w.update(version, written_by=AUTHOR)
    actions.approve(w, version)
    actions.put_in_force(w, version)
