"""A decision tree as people write it: one question with its answers below, each ``answer -> where to``. Read and written without loss.

people: Is it aimed at people?
  yes -> trait
  no -> clean
trait: Because of a protected trait?
  yes -> hate.harm; DE -> hate.incitement-de
  no -> clean
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from watchfloor.kernel.errors import BadInput

MAX_TEXT = 60_000
_QUESTION = re.compile(r"(\S+?):\s+(\S.*)$")
_ANSWER = re.compile(r"(.+?)\s*->\s*([^\s;]+)((?:\s*;\s*\S+\s*->\s*[^\s;]+)*)$")
_ELSEWHERE = re.compile(r";\s*(\S+)\s*->\s*([^\s;]+)")


def parse(text: str) -> dict[str, Any] | None:
    """The tree; None for an empty text. ``BadInput`` names the line; what the tree means is checked by ``tree.check``."""
    if len(text) > MAX_TEXT:
        raise BadInput("bad_tree", f"A decision tree has at most {MAX_TEXT:,} characters.", where="decision_tree")
    questions: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        answer = _ANSWER.match(words)
        if answer is not None and questions:
            made: dict[str, Any] = {"say": answer.group(1), "to": answer.group(2)}
            elsewhere = dict(_ELSEWHERE.findall(answer.group(3)))
            questions[-1]["answers"].append(made | ({"in": elsewhere} if elsewhere else {}))
            continue
        question = _QUESTION.match(words)
        if question is None or answer is not None:
            raise BadInput(
                "bad_tree",
                f"Line {number} is neither a question nor an answer to one.",
                where="decision_tree",
                hint='A question is "key: What is asked?", an answer below it "yes -> where to".',
            )
        questions.append({"key": question.group(1), "ask": question.group(2), "answers": []})
    return {"questions": questions} if questions else None


def write(tree: Mapping[str, Any] | None) -> str:
    """The text that ``parse`` makes this tree of."""
    lines = []
    for question in tree["questions"] if tree else ():
        lines.append(f"{question['key']}: {question['ask']}")
        for answer in question["answers"]:
            elsewhere = "".join(f"; {market} -> {to}" for market, to in sorted(answer.get("in", {}).items()))
            lines.append(f"  {answer['say']} -> {answer['to']}{elsewhere}")
    return "\n".join(lines)
