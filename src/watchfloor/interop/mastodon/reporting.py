"""``POST /api/v1/reports``: a report of an account, or of statuses of it, durable before it is answered.

Here each reported item has a case of its own, so a report that names three statuses is three of ours; the first one's receipt is the
id that the client gets. The category is one of our reasons, and so is a rule (``/api/v1/instance/rules`` lists them).
"""

from __future__ import annotations

from typing import Any, Final

from watchfloor.identity.queries import markets_of
from watchfloor.intake import catalogue
from watchfloor.intake.rows import REPORT, Known
from watchfloor.interop.mastodon.answers import Asked
from watchfloor.interop.mastodon.entities import CATEGORIES, Entity, account, report
from watchfloor.interop.taking import Keyed, looks, take, type_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies

MOST_STATUSES: Final = 100
_REASONS: Final = {  # category -> the atproto word that our reasons answer to
    "spam": "com.atproto.moderation.defs#reasonSpam", "legal": "com.atproto.moderation.defs#reasonViolation",
    "violation": "com.atproto.moderation.defs#reasonViolation", "other": "com.atproto.moderation.defs#reasonOther",
}  # fmt: skip


def make(asked: Asked) -> Entity:
    """Take a report; 422 with a sentence for one that cannot be used."""
    name, statuses, rules = asked.text("account_id"), asked.many("status_ids"), asked.many("rule_ids")
    category = asked.text("category") or ("violation" if rules else "other")
    comment, behalf = asked.text("comment"), asked.text("on_behalf_of")
    if not name:
        raise BadInput("missing_field", "A report needs the account.", where="account_id")
    if len(statuses) > MOST_STATUSES:
        raise BadInput("too_many", f"At most {MOST_STATUSES} statuses at once.", where="status_ids")
    source = asked.token.source
    reporter = {"kind": "user", "id": behalf} if behalf else {"kind": "platform", "id": source}
    known = catalogue.load()
    common = {"reason": reason_of(known, category, rules), "reporter": reporter, "channel": "api", "note": comment}
    rows = rows_of(name, list(dict.fromkeys(statuses)), common, asked.request.headers.get("Idempotency-Key", "")[:120])
    markets = markets_of(asked.token)
    receipts = take(REPORT, rows, source=source, known=known, first_stands=True, markets=markets)
    target = account(name, made_at=None, data=looks(rows[0][0]["item"].get("author", rows[0][0]["item"])["type"], name))
    return report(
        receipts[0], at=clock.now(), category=category, comment=comment, target=target, statuses=statuses, rules=rules
    )


def rows_of(name: str, statuses: list[str], common: dict[str, Any], key: str = "") -> list[Keyed]:
    """The rows of one report: of the account, or of each status, as they looked last."""
    accounts, posts = type_of("account", "account"), type_of("content", "post")
    if not statuses:
        known = {"type": accounts, "id": name, "data": looks(accounts, name)}
        return [({"item": known, **common}, key or None)]
    author = {"type": accounts, "id": name}
    return [
        ({"item": {"type": posts, "id": each, "data": looks(posts, each), "author": author}, **common}, f"{key}#{index}" if key else None)
        for index, each in enumerate(statuses)
    ]  # fmt: skip


def reason_of(known: Known, category: str, rules: list[str]) -> str:
    """Our reason for a category, or for the first of the rules, which says more."""
    if category not in CATEGORIES:
        raise BadInput(
            "unknown_value", f"{category[:40]!r} is no category.", where="category", hint="One of: " + ", ".join(CATEGORIES) + ".",
        )  # fmt: skip
    for rule in rules[:1]:
        if rule not in known.reasons:
            raise BadInput(
                "unknown_rule", f"There is no rule {rule[:60]!r}.", where="rule_ids", hint="See /api/v1/instance/rules."
            )
        return rule
    token = _REASONS[category]
    found = known.aliases.get(token) or known.aliases.get(_REASONS["other"])
    if found is None:
        raise BadInput(
            "no_reason", f"No reason of ours stands for {category!r}.", where="category", hint="Send rule_ids."
        )
    return found


def category_of(reason_key: str) -> str:
    """The category of one of our reasons; what no category stands for is a rule that was broken."""
    names = {row.key: row.atproto for row in policies.all_reasons()}.get(reason_key, ())
    return next((each for each in ("spam", "other") if _REASONS[each] in names), "violation")
