"""The thirteen categories of the endpoint, and which of our policies answer for each; policies of a team's own under their own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from watchfloor.interop.judging import Finding

CATEGORIES: dict[str, tuple[str, ...]] = {
    "harassment": ("harassment",),
    "harassment/threatening": (),
    "hate": ("hate",),
    "hate/threatening": (),
    "illicit": ("regulated-goods", "scam"),
    "illicit/violent": ("terrorism",),
    "self-harm": ("self-harm",),
    "self-harm/instructions": (),
    "self-harm/intent": (),
    "sexual": ("adult",),
    "sexual/minors": ("child-safety",),
    "violence": ("violence",),
    "violence/graphic": (),
}
"""A category without a policy is always 0: nothing of ours tells it from the one above it."""

_HOMES = frozenset(policy for policies in CATEGORIES.values() for policy in policies)


def result(findings: Iterable[Finding]) -> dict[str, Any]:
    """One entry of ``results``. A category is true where something is certain; its score is the highest of what speaks for it."""
    found = list(findings)
    scores = dict.fromkeys(CATEGORIES, 0.0)
    certain = dict.fromkeys(CATEGORIES, False)
    for each in found:
        homes = [name for name, policies in CATEGORIES.items() if each.policy in policies]
        for name in homes or ([each.policy] if each.policy and each.policy not in _HOMES else []):
            scores[name] = max(scores.get(name, 0.0), round(min(max(each.score, 0.0), 1.0), 6))
            certain[name] = certain.get(name, False) or each.certain
    return {
        "flagged": any(certain.values()) or any(each.certain for each in found),
        "categories": certain,
        "category_scores": scores,
        "category_applied_input_types": {name: ["text"] for name in scores},
    }


def texts_of(sent: Mapping[str, Any]) -> list[str] | str:
    """The texts of a request, or a sentence about what is wrong with it."""
    given = sent.get("input")
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        return "'input' must be a text, a list of texts, or a list of parts."
    if all(isinstance(each, str) for each in given):
        return list(given)
    parts = []
    for each in given:
        if not isinstance(each, dict) or each.get("type") != "text" or not isinstance(each.get("text"), str):
            kind = each.get("type") if isinstance(each, dict) else type(each).__name__
            return f"Only parts of the type 'text' are judged here, not {str(kind)[:40]!r}; send pictures as items."
        parts.append(each["text"])
    return ["\n".join(parts)]  # parts are one input
