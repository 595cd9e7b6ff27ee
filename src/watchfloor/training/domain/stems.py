"""What formats of others need of a draft, and what becomes of theirs: the answers offered, keys, cases to judge. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watchfloor.training.domain.files import Draft

_FINDING = re.compile(r"clean|[a-z0-9_-]+\.[a-z0-9_.-]+")


def offered(draft: Draft, findings: Sequence[str]) -> tuple[str, ...]:
    """The answers a draft offers: its options, or all findings for a case to judge."""
    return draft.options or tuple(findings)


def settled(
    *, key: str, content: dict[str, str], options: Sequence[str], answer: str, why: str, topic: str, difficulty: int
) -> Draft:
    """A draft of what a file said. Options that are all findings make it a case to judge: everybody gets the same list."""
    finding = all(_FINDING.fullmatch(option) for option in options)
    if len(content.keys() & {"text", "question"}) == 1:
        # What is judged is a case; what is asked with answers of its own is a question.
        name, other = ("text", "question") if finding else ("question", "text")
        content = {name: content.get(other, "") or content.get(name, "")} | {
            key: value for key, value in content.items() if key not in (name, other)
        }
    return Draft(
        key=key, topic=topic, difficulty=difficulty, content=content, options=() if finding else tuple(options), answer=answer, why=why,
    )  # fmt: skip


def key_of(text: str, default: str) -> str:
    """A key made of a title."""
    return re.sub(r"[^a-z0-9_.-]+", "-", text.lower()).strip("-._")[:80] or default
