"""The items of a unit: its questions for exams, its examples and edge cases for practice, as drafts of the bank."""

from __future__ import annotations

from watchfloor.training.domain.files import Draft
from watchfloor.training.domain.units import Unit
from watchfloor.training.domain.units.differences import text_of


def items(unit: Unit) -> list[Draft]:
    """The questions, for exams."""
    return [
        Draft(
            key=each.key, topic=each.topic, difficulty=each.difficulty,
            content=_content(text=each.shown, question=each.ask, language=unit.language, clause=each.clause),
            options=tuple(choice.text for choice in each.choices), answer=each.right, why=each.why,
        )
        for each in unit.questions
    ]  # fmt: skip


def cases(unit: Unit) -> list[Draft]:
    """The examples and edge cases, for practice: judged by the policy's findings, as at the bench."""
    found = []
    for number, each in enumerate((*unit.examples, *unit.edge_cases), 1):
        key = each.key or f"{unit.policy}.{unit.language.lower()}.c{number}"
        found.append(
            Draft(
                key=key, topic=each.finding, difficulty=each.difficulty, answer=each.finding, why=text_of(each.why),
                content=_content(text=each.shown, language=unit.language, clause=each.clause),
            )
        )  # fmt: skip
    return found


def _content(**parts: str) -> dict[str, str]:
    return {name: text for name, text in parts.items() if text}
