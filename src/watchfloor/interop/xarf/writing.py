"""What we decided, as XARF 4 reports to others: one for each decision in force that found a violation of a kind XARF has a type for.

What is restricted (child safety and the like) never leaves by this way. A report that came in as XARF goes out with the fields it had;
everything is read again by our own strict reader before it is written.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from watchfloor.interop.xarf.domain.reading import Party, read
from watchfloor.interop.xarf.domain.shaping import source_item
from watchfloor.interop.xarf.domain.vocabulary import OUT, TYPES, reason_of
from watchfloor.items.models import ItemVersion
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies
from watchfloor.review.models import Decision

VERSION: Final = "4.2.0"
EVIDENCE: Final = 20_000  # characters of the item's words
CHUNK: Final = 500


class Left(msgspec.Struct, frozen=True):
    """A decision that does not go out, and why."""

    decision: str
    why: str


def reports(
    sender: Party, *, since: datetime | None = None, until: datetime | None = None, item_url: str = ""
) -> Iterator[dict[str, Any] | Left]:
    """Every decision in force in the span, oldest first: its report, or why there is none.

    Args:
        item_url: where the platform shows an item, with ``{type}`` and ``{id}``; for items that are no addresses themselves.
    """
    found = Decision.objects.filter(verdict="violating", superseded_at__isnull=True, case__clearance="")
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    last = None
    while True:
        rows = list(
            (found if last is None else found.filter(pk__gt=last)).select_related("case__item").order_by("pk")[:CHUNK]
        )
        if not rows:
            return
        last = rows[-1].pk
        versions = ItemVersion.objects.in_bulk([row.item_version for row in rows])
        for row in rows:
            version = versions.get(row.item_version)
            data = version.data if version is not None and version.erased_at is None else {}
            yield report_of(row, data if isinstance(data, dict) else {}, sender, item_url)


def count(since: datetime | None = None, until: datetime | None = None) -> int:
    """How many decisions are looked at."""
    found = Decision.objects.filter(verdict="violating", superseded_at__isnull=True, case__clearance="")
    found = found.filter(at__gte=since) if since is not None else found
    return (found.filter(at__lt=until) if until is not None else found).count()


def report_of(row: Decision, data: dict[str, Any], sender: Party, item_url: str) -> dict[str, Any] | Left:
    """One decision as a report."""
    if policies.policy(row.policy_key).clearance:
        return Left(str(row.pk), "restricted")
    item = row.case.item
    address = str(data.get("url") or "") or _shown_at(item_url, item.type_key, item.external_id)
    came = _forwarded(data.get("xarf"), row.policy_key)
    if came is not None:
        category, name, fields, reporter = came
    elif row.violation_key in OUT:
        category, name, constant = OUT[row.violation_key]
        fields, reporter = dict(constant), sender
        has_url = TYPES[category][name].has_url
        if has_url and not address:
            return Left(str(row.pk), "no_address")
        if has_url:
            fields[has_url] = address
    else:
        return Left(str(row.pk), "no_type")
    fields.setdefault("source_identifier", _source(item.type_key, item.external_id, address))
    if not fields["source_identifier"]:
        return Left(str(row.pk), "no_address")
    made = {
        "xarf_version": VERSION, "report_id": str(row.pk), "timestamp": row.case.opened_at.isoformat().replace("+00:00", "Z"),
        "reporter": msgspec.to_builtins(reporter), "sender": msgspec.to_builtins(sender), "category": category, "type": name, **fields,
        "description": _words(row), "tags": _tags(row), "evidence": _evidence(data),
    }  # fmt: skip
    made = {key: value for key, value in made.items() if value not in (None, "", [])}
    try:
        read(made)
    except BadInput as problem:
        return Left(str(row.pk), f"incomplete: {problem.where}")
    return made


def _forwarded(came: Any, policy_key: str) -> tuple[str, str, dict[str, Any], Party] | None:
    """What a report that came as XARF said, where the decision was about just that."""
    if not isinstance(came, dict):
        return None
    category, name = str(came.get("category", "")), str(came.get("type", ""))
    if name not in TYPES.get(category, {}):
        return None
    reason, _violation = reason_of(category, name, came)
    if policies.reason(reason).policy_key != policy_key:
        return None
    ours = ("version", "category", "type", "usual_violation", "reporter", "sender", "timestamp", "tags", "description")
    fields = {key: value for key, value in came.items() if key not in ours and value is not None}
    return category, name, fields, msgspec.convert(came["reporter"], Party)


def _source(kind: str, name: str, address: str) -> str:
    if kind in ("ip_address", "domain"):
        return name
    host = urlsplit(address).hostname if address else ""
    return host or ("" if kind == "mail" or source_item(name)[0] == "account" else name)


def _shown_at(pattern: str, kind: str, name: str) -> str:
    return pattern.replace("{type}", quote(kind, safe="")).replace("{id}", quote(name, safe="")) if pattern else ""


def _words(row: Decision) -> str:
    finding = policies.violation(row.violation_key).name if row.violation_key else policies.policy(row.policy_key).name
    return f"Found to violate our rules: {finding}."[:1_000]


def _tags(row: Decision) -> list[str]:
    def tag(name: str, value: str) -> str:
        return f"{name}:{re.sub(r'[^a-z0-9_+-]', '_', value.lower())}"

    tags = [tag("policy", row.policy_key), tag("decided", "automatically" if row.origin == "rule" else "by_a_person")]
    return tags + ([tag("violation", row.violation_key)] if row.violation_key else [])


def _evidence(data: dict[str, Any]) -> list[dict[str, Any]]:
    text = data.get("text") or data.get("description")
    if not isinstance(text, str) or not text.strip():
        return []
    raw = text[:EVIDENCE].encode()
    return [{
        "content_type": "text/plain", "description": "The words that were judged",
        "payload": base64.b64encode(raw).decode(), "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}", "size": len(raw),
    }]  # fmt: skip
