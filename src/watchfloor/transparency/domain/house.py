"""What we ask of a statement beyond the Commission's rules: complete words, days in order, and nobody's personal data in free text."""

from __future__ import annotations

from typing import Any, Final

from watchfloor.enforcement.privacy import kinds_of, personal_data
from watchfloor.transparency.domain.commission import Payload, Problem, problems
from watchfloor.transparency.domain.payload import FREE_TEXTS
from watchfloor.transparency.domain.vocabulary import OTHER_KEYWORD

PERSONAL: Final = "personal_data"
# What a second look may let pass, with a reason that is recorded: the program can be wrong about these, and only about these.
WAIVABLE: Final = frozenset({PERSONAL})
_LIST: Final = frozenset(
    {"decision_visibility", "category_specification", "category_addition", "content_type", "territorial_scope"}
)


def all_problems(payload: Payload) -> list[Problem]:
    """Everything that keeps a statement from being sent: the Commission's rules first, then ours."""
    return [*problems(payload), *_types(payload), *_words(payload), *_days(payload), *personal(payload)]


def personal(payload: Payload) -> list[Problem]:
    """Free texts that seem to name a person (DSA, Article 24(5): statements must not)."""
    found = []
    for field in FREE_TEXTS:
        value = payload.get(field)
        if not isinstance(value, str):
            continue
        spans = personal_data(value)
        if spans:
            kinds = ", ".join(kinds_of(spans))
            found.append(Problem(field, PERSONAL, f"This text seems to name a person ({kinds})."))
    return found


def _types(payload: Payload) -> list[Problem]:
    """The rules of the database let numbers pass for texts; we make none."""
    found = []
    for field, value in payload.items():
        if field in ("content_id", "content_id_ean"):
            continue
        fits = _is_list_of_text(value) if field in _LIST else isinstance(value, str)
        if not fits or value == "null":
            found.append(Problem(field, "type", "This is not of the kind the field is for."))
    return found


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each != "null" for each in value)


def _words(payload: Payload) -> list[Problem]:
    found = []
    keywords = payload.get("category_specification") or []
    if OTHER_KEYWORD in keywords and not str(payload.get("category_specification_other") or "").strip():
        found.append(
            Problem(
                "category_specification_other", "required", "Say in words what no keyword captures: reports need it."
            )
        )
    illegal = payload.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT"
    if illegal and payload.get("category") == "STATEMENT_CATEGORY_OTHER_VIOLATION_TC":
        found.append(
            Problem(
                "category", "contradiction", "What breaks only the terms of service is not stated as illegal content."
            )
        )
    if payload.get("territorial_scope") == []:
        found.append(
            Problem("territorial_scope", "required", "A statement for the database holds somewhere in the EU.")
        )
    return found


def _days(payload: Payload) -> list[Problem]:
    """Nothing ends before it begins, and nothing is restricted before it exists."""
    found = []
    applied = payload.get("application_date")
    if not isinstance(applied, str):
        return []
    if isinstance(payload.get("content_date"), str) and payload["content_date"] > applied:
        found.append(Problem("content_date", "order", "The content cannot be younger than its restriction."))
    for name in ("account", "monetary", "service", "visibility"):
        end = payload.get(f"end_date_{name}_restriction")
        if isinstance(end, str) and end < applied:
            found.append(Problem(f"end_date_{name}_restriction", "order", "A restriction cannot end before it begins."))
    return found
