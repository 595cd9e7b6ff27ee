"""What a statement of reasons says of an item and a finding, from what we hold: kinds of content, dates, the clause, the facts in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import msgspec

from watchfloor.enforcement.contracts import Basis
from watchfloor.enforcement.models import StatementGround
from watchfloor.enforcement.privacy import redacted
from watchfloor.items import domain as item_domain
from watchfloor.items import live
from watchfloor.items import queries as items
from watchfloor.items.media.models import MediaLink
from watchfloor.items.models import Item
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.policy import queries as policies
from watchfloor.policy import texts
from watchfloor.policy.domain import translations
from watchfloor.policy.domain.document import Clause, Document
from watchfloor.policy.models import PolicyVersion, Translation

OTHER_CATEGORY: Final = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
_WORDS: Final = {"text", "displayName"}
_BY_TYPE: Final = {
    "link": "link",
    "product": "product",
    "listing": "product",
    "audio": "audio",
    "image": "image",
    "video": "video",
}
_SOURCES: Final = {
    "article_16": "a notice under Article 16 of Regulation (EU) 2022/2065",
    "trusted_flagger": "a notice of a trusted flagger",
    "order": "an order or notice of an authority",
    "other_notification": "a report",
}
_DECIDED: Final = {
    "fully": "It was decided by automated means.",
    "partially": "It was decided by a person over many items at once, with automated means.",
    "not_automated": "It was decided by a person.",
}


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a violation type stands on; see ``StatementGround``."""

    dsa_category: str = OTHER_CATEGORY
    dsa_keywords: tuple[str, ...] = ()
    ground: str = "terms"
    legal_ground: str = ""
    also_illegal: bool | None = None
    exempt: bool = False


def _read() -> dict[str, Ground]:
    return {
        row.violation_key: Ground(
            dsa_category=row.dsa_category, dsa_keywords=tuple(row.dsa_keywords), ground=row.ground,
            legal_ground=row.legal_ground, also_illegal=row.also_illegal, exempt=row.exempt,
        )
        for row in StatementGround.objects.all()
    }  # fmt: skip


GROUNDS = Remembered(_read)
# Each decision quotes its version, to each who is told; what has been in force no longer changes.
VERSIONS: RememberedBy[Any, PolicyVersion | None] = RememberedBy(
    lambda version_id: PolicyVersion.objects.filter(pk=version_id).first(), limit=500
)


def ground_of(policy_key: str, violation_key: str) -> Ground:
    """The ground of a violation type; one that nobody has written down breaks the terms, in its policy's category."""
    found = GROUNDS().get(violation_key)
    return found or Ground(dsa_category=policies.policy(policy_key).dsa_category or OTHER_CATEGORY)


def clause_text(version_id: Any, clause: str, language: str = "", market: str = "") -> str:
    """What a clause said in a version, as it held in a market; in ``language`` where its translation is not stale. "" when not found.

    A violation type names its clause's number, perhaps with the market whose overlay it is of ("5.1 DE").
    """
    version = VERSIONS(version_id) if clause else None
    if version is None:
        return ""
    number, _, overlay = clause.partition(" ")
    found = next((row for row in texts.clauses_of(version) if row.number in (clause, number)), None)
    if found is None:
        return ""
    if language:
        kept = Translation.objects.filter(policy_key=version.policy_key, language=language).first()
        if kept is not None:
            found = _said_in(texts.document_of(version), kept.parts, found)
    said = " ".join((found.in_market(overlay or market) or found.text).split())
    note = version.overlays.get(overlay, "") if overlay else ""
    return f"{said} {note}".strip()


def _said_in(document: Document, parts: dict[str, Any], clause: Clause) -> Clause:
    """The clause in another language, if all of it is translated and nothing of that is stale."""
    mine = [part for part in translations.parts(document, parts) if part.clause == clause.key]
    if not mine or any(part.state != "current" for part in mine):
        return clause
    return next(row for row in translations.translated(document, parts).clauses if row.key == clause.key)


def kinds(item: Item, version: str) -> list[str]:
    """What kinds of content the item consists of: account, app, link, live, product, text, image, video, audio; else other."""
    if item.kind in ("account", "app"):
        return [item.kind]
    data = items.snapshot(version or item.current_version) or {}
    known = items.types().get(item.type_key)
    fields = known[1] if known else []
    found = {_BY_TYPE[item.type_key]} if item.type_key in _BY_TYPE else set()
    if live.of_data(item.type_key, data) is not None:
        found.add("live")
    for field in fields:
        if not data.get(field.name):
            continue
        if field.type in ("image", "video", "audio") and field.role != "profileIcon":
            found.add(field.type)
        elif field.role in _WORDS:
            found.add("text")
    links = MediaLink.objects.filter(item_version=version or item.current_version).exclude(media__kind="")
    found |= set(links.values_list("media__kind", flat=True))
    return sorted(found) or ["other"]


def account_type(account: Item | None) -> str:
    """``business`` or ``private`` where the platform says so of the account (``account_type``, or ``business`` true or false)."""
    data = (items.snapshot(account.current_version) or {}) if account is not None else {}
    said = data.get("account_type", data.get("business"))
    if isinstance(said, bool):
        return "business" if said else "private"
    return said if said in ("business", "private") else ""


def content_date(item: Item, version: str) -> date:
    """When the content was made, by the platform's own word; else when it was first seen here."""
    known = items.types().get(item.type_key)
    name = item_domain.role(known[1], "createdAt") if known else ""
    said = (items.snapshot(version or item.current_version) or {}).get(name) if name else None
    if isinstance(said, str):
        try:
            return datetime.fromisoformat(said).date()
        except ValueError:
            pass
    return item.first_seen_at.date()


def found(item: Item, violation_key: str, policy_key: str, basis: Basis, decided: str) -> str:
    """The facts and circumstances relied on (Article 17(3)(b)), in words made of typed facts alone."""
    what = _item(item)
    if basis.source == "own_initiative":
        how = "by automated means" if basis.detected_automatically else "by our own investigation"
        came = f"The {what} was found {how}."
    else:
        when = f" on {basis.noticed_at:%Y-%m-%d}" if basis.noticed_at else ""
        came = f"The {what} was brought to our attention by {_SOURCES[basis.source]}{when}."
        if basis.detected_automatically:
            came += " Automated means had found it as well."
    finding = _finding(violation_key, policy_key)
    return redacted(f"{came} Looking at it, we found: {finding} {_DECIDED[decided]}")


def why(violation_key: str, policy_key: str, version_id: Any, ground: Ground, market: str = "") -> str:
    """Why the content is held to be against the law or the terms (Article 17(3)(d) and (e)), with the clause as it was in force."""
    policy = policies.policy(policy_key)
    violation = policies.violation(violation_key) if violation_key else None
    clause = violation.clause if violation else ""
    said = clause_text(version_id, clause, market=market)
    if ground.ground == "illegal":
        first = f"We hold the content to be unlawful: {_finding(violation_key, policy_key)}"
    else:
        first = f"It breaks our terms: {_finding(violation_key, policy_key)}"
    rule = (
        f" Our policy “{policy.name}”"
        + (f", clause {clause}" if clause else "")
        + (f", says: “{said}”" if said else " forbids it.")
    )
    return redacted(first + rule)[:2000]


def _finding(violation_key: str, policy_key: str) -> str:
    if not violation_key:
        return f"{policies.policy(policy_key).name}."
    violation = policies.violation(violation_key)
    return (violation.help or violation.name).rstrip(".") + "."


def _item(item: Item) -> str:
    try:
        return items.item_type(item.type_key)[0].name.lower()
    except BadInput:  # the type is archived; the statement still says what it was
        return item.type_key.replace("_", " ")
