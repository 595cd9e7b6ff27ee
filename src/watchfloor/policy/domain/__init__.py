"""Policies without a database: what may be written, how versions live, how texts differ, what is stale. Pure."""

from watchfloor.policy.domain.frame import (
    ATPROTO_TOKENS,
    DSA_CATEGORIES,
    HARM_GROUPS,
    check_market,
    check_policy,
    check_reason,
    check_text,
    check_violation,
)
from watchfloor.policy.domain.translations import check_language

__all__ = [
    "ATPROTO_TOKENS",
    "DSA_CATEGORIES",
    "HARM_GROUPS",
    "check_language",
    "check_market",
    "check_policy",
    "check_reason",
    "check_text",
    "check_violation",
]
