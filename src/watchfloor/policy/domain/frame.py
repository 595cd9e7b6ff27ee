"""What a policy, a violation type and a reason may be; pure. Names of outside vocabularies are facts of their publishers."""

from __future__ import annotations

import re
from typing import Any

from watchfloor.kernel.errors import BadInput

HARM_GROUPS = (
    "spam", "fraud", "manipulation", "hate", "harassment", "violence", "terrorism", "child_safety", "adult",
    "self_harm", "misinformation", "impersonation", "ip", "regulated_goods", "other",
)  # fmt: skip

# Commission's DSA transparency database, statement categories in use since July 2025.
DSA_CATEGORIES = tuple(
    "STATEMENT_CATEGORY_" + name
    for name in (
        "ANIMAL_WELFARE", "CONSUMER_INFORMATION", "CYBER_VIOLENCE", "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "ILLEGAL_OR_HARMFUL_SPEECH", "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "NOT_SPECIFIED_NOTICE", "OTHER_VIOLATION_TC",
        "PROTECTION_OF_MINORS", "RISK_FOR_PUBLIC_SECURITY", "SCAMS_AND_FRAUD", "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS", "VIOLENCE",
    )
)  # fmt: skip

_LEGACY = ["Spam", "Violation", "Misleading", "Sexual", "Rude", "Other", "Appeal"]
_NEW = {
    "": "Appeal Other",
    "Violence": "Animal Threats GraphicContent Glorification ExtremistContent Trafficking Other",
    "Sexual": "AbuseContent NCII Deepfake Animal Unlabeled Other",
    "ChildSafety": "CSAM Groom Privacy Harassment Other",
    "Harassment": "Troll Targeted HateSpeech Doxxing Other",
    "Misleading": "Bot Impersonation Spam Scam Elections Other",
    "Rule": "SiteSecurity ProhibitedSales BanEvasion Other",
    "SelfHarm": "Content ED Stunts Substances Other",
}
# Reason tokens of the AT Protocol: 7 of com.atproto.moderation.defs, 40 of tools.ozone.report.defs.
ATPROTO_TOKENS = tuple(f"com.atproto.moderation.defs#reason{name}" for name in _LEGACY) + tuple(
    f"tools.ozone.report.defs#reason{group}{name}" for group, names in _NEW.items() for name in names.split()
)

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*$")
_MARKET = re.compile(r"[A-Z]{2}$")


def check_policy(key: str, values: dict[str, Any]) -> None:
    """Raise ``BadInput`` for the first thing wrong with a policy's frame."""
    _key(key, "policy")
    _severity(values, "policy.severity")
    _category(values, "policy.dsa_category")
    if "target_hours" in values and not 0 < values["target_hours"] <= 24 * 365:
        raise BadInput("bad_target", "A service target is more than 0 hours and at most a year.", where="target_hours")


def check_text(summary: str, text: str, questions: list[dict[str, str]], overlays: dict[str, str]) -> None:
    """Raise ``BadInput`` for a version without words, a question without an outcome or an overlay of no market."""
    for name, value in (("summary", summary), ("text", text)):
        if not value.strip():
            raise BadInput("empty_text", f"A policy version needs a {name}.", where=name)
    for index, question in enumerate(questions):
        if set(question) != {"ask", "yes", "no"} or not all(isinstance(v, str) and v for v in question.values()):
            raise BadInput(
                "bad_question",
                "A question has the three texts ask, yes and no.",
                where=f"questions[{index}]",
                hint='yes and no say "next" or name a violation type or "clean".',
            )
    for market in overlays:
        check_market(market, "overlays")


def check_violation(key: str, values: dict[str, Any]) -> None:
    """Raise ``BadInput`` for the first thing wrong with a violation type."""
    _key(key, "violation")
    _severity(values, "violation.severity")
    if not 0 <= values.get("points", 0) <= 100:
        raise BadInput("bad_points", "Strike points go from 0 to 100.", where="violation.points")
    for market in values.get("markets") or []:
        check_market(market, "violation.markets")


def check_reason(key: str, values: dict[str, Any]) -> None:
    """Raise ``BadInput`` for the first thing wrong with a reason."""
    _key(key, "reason")
    _category(values, "reason.dsa_category")
    for token in values.get("atproto", []):
        if token not in ATPROTO_TOKENS:
            raise BadInput("unknown_token", f"{token!r} is no atproto reason.", where="reason.atproto")


def _key(key: str, where: str) -> None:
    if len(key) > 80 or not _KEY.match(key):
        raise BadInput(
            "bad_key", f"{key[:90]!r} is no key.", where=where, hint="Lower-case letters, digits, dots and hyphens."
        )


def _severity(values: dict[str, Any], where: str) -> None:
    if not 0 <= values.get("severity", 0) <= 5:
        raise BadInput("bad_severity", "Severity goes from 0 (nuisance) to 5 (threat to life).", where=where)


def _category(values: dict[str, Any], where: str) -> None:
    category = values.get("dsa_category", "")
    if category and category not in DSA_CATEGORIES:
        raise BadInput(
            "unknown_category", f"{category!r} is no DSA category.", where=where, hint=", ".join(DSA_CATEGORIES)
        )


def check_market(market: str, where: str) -> None:
    """Raise ``BadInput`` unless it is a market: two capital letters (ISO 3166-1)."""
    if not _MARKET.match(market):
        raise BadInput("bad_market", f"{market!r} is no market.", where=where, hint="Two capital letters, as in DE.")
