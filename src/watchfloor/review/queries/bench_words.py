"""What happens at the workbench, in words of the case's timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]


def _asked(data: Data) -> str:
    return "asked a specialist" + ("; the case waits for the answer" if data["waits"] else "")


def _path(data: Data) -> str:
    ends = data["ends"] or "nowhere yet"
    return f"went through {data['questions']} questions to {ends}" + (
        "" if data["followed"] else ", and decided otherwise"
    )


SENTENCES: dict[str, Callable[[Data], str]] = {
    "inquiry.asked": _asked,
    "inquiry.answered": lambda d: "answered the question" + (" (kept as a precedent)" if d["precedent"] else ""),
    "inquiry.withdrawn": lambda d: "took the question back",
    "decision_path.kept": _path,
}
