"""What is typed into the trainer's forms, and back again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain.files import CONTENT, Draft
from watchfloor.training.models import Exam, TrainingItem

Typed = dict[str, str]


def states() -> list[tuple[str, str]]:
    """What a list of items can be narrowed to."""
    return [
        ("approved", _("Approved")),
        ("draft", _("Waits for approval")),
        ("stale", _("Stale")),
        ("retired", _("Retired")),
    ]


def blank(use: str) -> Typed:
    """An empty form."""
    return {"use": use, "key": "", "topic": "clean", "difficulty": "2", "options": "", "answer": "", "why": "",
            **dict.fromkeys(CONTENT, "")}  # fmt: skip


def typed_of(row: TrainingItem) -> Typed:
    """The form of an item as it stands."""
    return {
        "use": row.use, "key": row.key, "topic": row.topic, "difficulty": str(row.difficulty), "options": "\n".join(row.options),
        "answer": row.answer, "why": row.why, **{name: str(row.content.get(name, "")) for name in CONTENT},
    }  # fmt: skip


def read(request: HttpRequest, row: TrainingItem | None) -> Typed:
    """What was typed; key and use of an item never change."""
    typed = {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in blank("")}
    if row is None:
        return typed
    # What the page has no field for stays as it is.
    unasked = {name: str(row.content.get(name, "")) for name in CONTENT if name not in request.POST}
    return {**typed, **unasked, "key": row.key, "use": row.use}


def draft(typed: Typed) -> Draft:
    """A draft of what was typed. A case's answer is its topic when nothing else is said."""
    options = tuple(line.strip() for line in typed["options"].split("\n") if line.strip())
    return Draft(
        key=typed["key"], topic=typed["topic"], difficulty=int(typed["difficulty"]) if typed["difficulty"].isdecimal() else 0,
        content={name: typed[name] for name in CONTENT if typed[name]}, options=options,
        answer=typed["answer"] or ("" if options else typed["topic"]), why=typed["why"],
    )  # fmt: skip


def draft_of(row: TrainingItem) -> Draft:
    """An item as a draft, to be written to a file."""
    content = {str(name): str(value) for name, value in row.content.items()}
    return Draft(
        key=row.key, topic=row.topic, difficulty=row.difficulty, content=content, options=tuple(row.options), answer=row.answer,
        why=row.why,
    )  # fmt: skip


def exam_typed(row: Exam | None) -> Typed:
    """The form of an exam's rules."""
    if row is None:
        return {"minutes": "20", "cut": "80", "wait_hours": "24", "forms": "2", "practice_right": "0", "valid_days": "",
                "own_forms": "", "most_uses": "0"}  # fmt: skip
    return {
        "minutes": str(row.minutes), "cut": f"{row.cut * 100:g}", "wait_hours": f"{row.wait_hours:g}", "forms": str(row.forms),
        "practice_right": str(row.practice_right), "valid_days": "" if row.valid_days is None else str(row.valid_days),
        "own_forms": "on" if row.own_forms else "", "most_uses": str(row.most_uses),
    }  # fmt: skip


def exam_values(typed: Typed, counts: Typed) -> dict[str, Any]:
    """The rules as they are stored. Raises ``BadInput`` for what is no number."""
    blueprint = [
        {"topic": name, "count": _whole(text, "blueprint")} for name, text in counts.items() if text not in ("", "0")
    ]
    return {
        "blueprint": blueprint, "minutes": _whole(typed["minutes"], "minutes"), "cut": round(_number(typed["cut"], "cut") / 100, 4),
        "wait_hours": _number(typed["wait_hours"], "wait_hours"), "forms": _whole(typed["forms"], "forms"),
        "practice_right": _whole(typed["practice_right"] or "0", "practice_right"),
        "valid_days": _whole(typed["valid_days"], "valid_days") if typed["valid_days"] else None,
        "own_forms": bool(typed["own_forms"]), "most_uses": _whole(typed["most_uses"] or "0", "most_uses"),
    }  # fmt: skip


def _whole(text: str, where: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise BadInput("no_number", f"{text[:20]!r} is no whole number.", where=where)
    return int(text)


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput("no_number", f"{text[:20]!r} is no number.", where=where) from None
