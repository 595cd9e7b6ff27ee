"""A version's decision tree as its page shows it: every market's answers side by side, ends in words."""

from __future__ import annotations

from typing import Any

from watchfloor.policy import queries, tree
from watchfloor.policy.models import PolicyVersion


def stored_tree(version: PolicyVersion | None) -> dict[str, Any] | None:
    """What was written: as a tree, else as ordered questions; None when reviewers get the tree made from the violation types."""
    if version is None:
        return None
    if version.decision_tree:
        found: dict[str, Any] = version.decision_tree
        return found
    return tree.from_questions(version.questions) if version.questions else None


def shown_tree(policy_key: str, version: PolicyVersion | None) -> list[dict[str, Any]]:
    """``[{"number", "key", "ask", "answers": [{"say", "ways": [(market or "", words, is_question)]}]}]``."""
    written = stored_tree(version)
    if written is None:
        return []
    names = {kind.key: f"{kind.clause} {kind.name}" for kind in queries.all_violations(policy_key)}
    numbers = {question["key"]: number for number, question in enumerate(written["questions"], 1)}
    return [
        {
            "number": numbers[question["key"]],
            "key": question["key"],
            "ask": question["ask"],
            "answers": [
                {
                    "say": answer["say"],
                    "ways": [
                        {"market": market, "to": to, "question": numbers.get(to), "violation": names.get(to)}
                        for market, to in (("", answer["to"]), *sorted(answer.get("in", {}).items()))
                    ],
                }
                for answer in question["answers"]
            ],
        }
        for question in written["questions"]
    ]
