"""One statement of reasons as the Transparency Database wants it (DSA, Article 24(5)): a JSON object, ready to be sent.

The id is the decision's own, so that a statement sent twice is known as one; a correction adds its number. Nothing here looks for
mistakes: ``commission`` and ``house`` do.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from watchfloor.enforcement.contracts import Statement
from watchfloor.kernel import ids
from watchfloor.transparency.domain import restrictions
from watchfloor.transparency.domain.vocabulary import OTHER_KEYWORD, statements

FREE_TEXTS: Final = (
    "decision_visibility_other", "decision_monetary_other", "illegal_content_legal_ground", "illegal_content_explanation",
    "incompatible_content_ground", "incompatible_content_explanation", "content_type_other", "category_specification_other",
    "decision_facts", "source_identity", "decision_ground_reference_url",
)  # fmt: skip
_CONTENT: Final = {
    "text": "CONTENT_TYPE_TEXT", "image": "CONTENT_TYPE_IMAGE", "video": "CONTENT_TYPE_VIDEO", "audio": "CONTENT_TYPE_AUDIO",
    "app": "CONTENT_TYPE_APP", "product": "CONTENT_TYPE_PRODUCT", "live": "CONTENT_TYPE_VIDEO",
    "synthetic": "CONTENT_TYPE_SYNTHETIC_MEDIA",
}  # fmt: skip
_SOURCE: Final = {
    "article_16": "SOURCE_ARTICLE_16", "trusted_flagger": "SOURCE_TRUSTED_FLAGGER", "order": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "other_notification": "SOURCE_TYPE_OTHER_NOTIFICATION", "own_initiative": "SOURCE_VOLUNTARY",
}  # fmt: skip
_DECIDED: Final = {
    "fully": "AUTOMATED_DECISION_FULLY", "partially": "AUTOMATED_DECISION_PARTIALLY",
    "not_automated": "AUTOMATED_DECISION_NOT_AUTOMATED",
}  # fmt: skip
_FIRST_DAY: Final = date(2000, 1, 1)


def puid(statement: Statement) -> str:
    """The id the statement is known by: the decision's, and for a correction its number behind it."""
    name = ids.encode("dec", statement.decision_id)
    return name if statement.number <= 1 else f"{name}-{statement.number}"


def build(statement: Statement, *, violation_name: str = "", terms_url: str = "") -> dict[str, Any]:
    """The payload.

    Args:
        violation_name: says in words what a finding is that no keyword of the vocabulary captures.
        terms_url: where the terms or the law can be read.
    """
    stated = restrictions.of(statement.actions, _day(statement.ended_at) if statement.ended_at else None)
    made: dict[str, Any] = {"puid": puid(statement)}
    _restrictions(made, stated)
    _what(made, statement, violation_name)
    _ground(made, statement, violation_name, terms_url)
    made["territorial_scope"] = territory(statement.territory)
    language = statement.content_language[:2].upper()
    if language in statements().languages:
        made["content_language"] = language
    made["content_date"] = str(max(statement.content_date or _day(statement.applied_at), _FIRST_DAY))
    made["application_date"] = str(_day(statement.applied_at))
    made["decision_facts"] = statement.facts
    made["source_type"] = _SOURCE[statement.source]
    if statement.source_identity and statement.source == "trusted_flagger":  # a body; anyone else would be a person
        made["source_identity"] = statement.source_identity
    made["automated_detection"] = "Yes" if statement.detected_automatically else "No"
    made["automated_decision"] = _DECIDED[statement.decided]
    return made


def why_not_due(statement: Statement) -> str:
    """Why the database need not hear of a statement, as a code: ``no_restriction``, ``elsewhere`` (outside the EU); or ``""``."""
    if not restrictions.of(statement.actions).any:
        return "no_restriction"
    if statement.territory and not territory(statement.territory):
        return "elsewhere"
    return ""


def territory(markets: list[str]) -> list[str]:
    """The EU and EEA states a restriction holds in; all of them when it holds everywhere, or in the whole EU."""
    known = statements().territory
    if not markets:
        return list(known)
    wanted = set(markets)
    if "EU" in wanted:
        wanted |= set(statements().member_states)
    if "EEA" in wanted:
        wanted |= set(known)
    return [state for state in known if state in wanted]


def _restrictions(made: dict[str, Any], stated: restrictions.Restrictions) -> None:
    if stated.visibility:
        made["decision_visibility"] = list(stated.visibility)
    if stated.visibility_other:
        made["decision_visibility_other"] = stated.visibility_other
    for kind in ("monetary", "provision", "account"):
        if value := getattr(stated, kind):
            made[f"decision_{kind}"] = value
    for kind, last in stated.ends.items():
        name = "service" if kind == "provision" else kind
        made[f"end_date_{name}_restriction"] = str(last)


def _what(made: dict[str, Any], statement: Statement, violation_name: str) -> None:
    kinds = {_CONTENT.get(kind, "CONTENT_TYPE_OTHER") for kind in statement.content_kinds} or {"CONTENT_TYPE_OTHER"}
    made["content_type"] = sorted(kinds)
    if "CONTENT_TYPE_OTHER" in kinds:
        named = [kind for kind in statement.content_kinds if kind not in _CONTENT and kind != "other"]
        made["content_type_other"] = ", ".join(named) or statement.item_type.replace("_", " ")
    if statement.account_type:
        made["account_type"] = f"ACCOUNT_TYPE_{statement.account_type.upper()}"
    made["category"] = statement.dsa_category
    if statement.dsa_keywords:
        made["category_specification"] = list(statement.dsa_keywords)
    if OTHER_KEYWORD in statement.dsa_keywords:
        made["category_specification_other"] = violation_name or statement.violation_key


def _ground(made: dict[str, Any], statement: Statement, violation_name: str, terms_url: str) -> None:
    if statement.ground == "illegal":
        made["decision_ground"] = "DECISION_GROUND_ILLEGAL_CONTENT"
        made["illegal_content_legal_ground"] = statement.legal_ground
        made["illegal_content_explanation"] = statement.explanation
    else:
        made["decision_ground"] = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
        clause = f"Clause {statement.clause}" if statement.clause else ""
        made["incompatible_content_ground"] = ", ".join(part for part in (clause, violation_name) if part)
        made["incompatible_content_explanation"] = statement.explanation
        if statement.also_illegal is not None:
            made["incompatible_content_illegal"] = "Yes" if statement.also_illegal else "No"
    if terms_url:
        made["decision_ground_reference_url"] = terms_url


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
