"""From a XARF document to a report as our API takes it: which item it is about, why, by whom, and what was kept of its evidence."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from watchfloor.interop.xarf.domain.reading import Document, is_host, is_ip
from watchfloor.interop.xarf.domain.vocabulary import reason_of

MOST_NAME: Final = 250  # characters of an item's id


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one piece of evidence: ``media`` (sealed in the media store), ``text`` (in the item's version), ``mail`` (read as
    one) or ``described`` (its name, size and digest alone are kept)."""

    kept: str
    content_type: str
    bytes: int
    sha256: str
    description: str = ""
    hash_matches: bool | None = None
    media: str = ""
    text: str = ""
    cut: bool = False
    mail: dict[str, Any] = {}


def item_of(document: Document, kept: tuple[Kept, ...]) -> tuple[str, str, dict[str, Any]]:
    """The item's type, its id and what is known of it."""
    fields = document.fields
    address = str(fields.get(document.kind.has_url) or "") if document.kind.has_url else ""
    if document.category == "messaging":
        if fields.get("protocol", "smtp") == "smtp":
            return _mail(document, kept)
        if not (is_ip(document.source) or is_host(document.source)):
            return "account", shortened(document.source), {"display_name": document.source[:200]}
    if document.type == "usenet":
        return _mail(document, kept)
    if address:
        return (
            "link",
            shortened(address),
            {"url": address, "title": str(fields.get("target_brand") or fields.get("work_title") or "")[:200]},
        )
    return source_item(document.source)


def source_item(source: str) -> tuple[str, str, dict[str, Any]]:
    """The item a source identifier names: an address of the internet, a domain, a link, or an account."""
    if is_ip(source):
        return "ip_address", source.lower(), {"address": source.lower()}
    if is_host(source):
        return "domain", source.lower(), {"name": source.lower()}
    if urlsplit(source).scheme in ("http", "https"):
        return "link", shortened(source), {"url": source}
    return "account", shortened(source), {"display_name": source[:200]}


def shortened(name: str) -> str:
    """A name that fits an id; a long one keeps its beginning and is told apart by a digest."""
    if len(name) <= MOST_NAME:
        return name
    return f"{name[: MOST_NAME - 40]}~{hashlib.sha256(name.encode()).hexdigest()[:39]}"


def report(
    document: Document,
    kept: tuple[Kept, ...],
    *,
    channel: str,
    reporter: dict[str, str],
    market: str = "",
    language: str = "",
) -> dict[str, Any]:
    """A report as ``POST /v1/reports`` takes it."""
    kind, name, data = item_of(document, kept)
    reason, violation = reason_of(document.category, document.type, document.fields)
    images = [each.media for each in kept if each.media]
    if images:
        data["images"] = images[:20]
    data["evidence"] = [msgspec.to_builtins(each) for each in kept]
    data["xarf"] = {
        "version": document.version, "category": document.category, "type": document.type, "usual_violation": violation,
        "reporter": msgspec.to_builtins(document.reporter), "sender": msgspec.to_builtins(document.sender),
        "timestamp": document.at.isoformat(), **document.fields,
    }  # fmt: skip
    return {
        "item": {"type": kind, "id": name, "data": {name: each for name, each in data.items() if each not in ("", [])}},
        "reason": reason, "reporter": reporter, "channel": channel, "note": note(document), "market": market, "language": language,
        "reported_at": document.at.isoformat(), "external_id": external_id(document),
    }  # fmt: skip


def external_id(document: Document) -> str:
    """Its own id; a report of version 3, which has none, is known by what it says."""
    if document.report_id:
        return f"xarf:{document.report_id}"
    said = msgspec.json.encode(
        [document.reporter, document.at, document.source, document.type, document.fields], order="sorted"
    )
    return f"xarf3:{hashlib.sha256(said).hexdigest()[:40]}"


def note(document: Document) -> str:
    """In words, for who reviews it."""
    lines = [
        f"{document.reporter.org} ({document.reporter.domain}) reports {document.category}: {document.type.replace('_', ' ')}."
    ]
    if document.sender != document.reporter:
        lines.append(f"Sent for them by {document.sender.org} ({document.sender.domain}).")
    for name in (
        "description",
        "scheme_description",
        "infringing_content",
        "compromise_evidence",
        "work_title",
        "target_brand",
    ):
        if document.fields.get(name):
            lines.append(f"{name.replace('_', ' ').capitalize()}: {str(document.fields[name])[:1_000]}")
    return "\n".join(lines)


def _mail(document: Document, kept: tuple[Kept, ...]) -> tuple[str, str, dict[str, Any]]:
    fields = document.fields
    mail = next((each.mail for each in kept if each.mail), {})
    message = fields.get("message_info")
    message = message if isinstance(message, dict) else {}
    own = str(fields.get("message_id") or message.get("message_id") or mail.get("message_id") or "").strip("<> ")
    data: dict[str, Any] = {
        "subject": str(fields.get("subject") or message.get("subject") or mail.get("subject") or "")[:1_000],
        "from": str(fields.get("smtp_from") or message.get("from_header") or mail.get("from") or "")[:500],
        "text": str(mail.get("text") or ""), "links": list(mail.get("links") or [])[:50], "source": document.source,
    }  # fmt: skip
    name = own or hashlib.sha256(
        msgspec.json.encode([document.source, data["from"], data["subject"], data["text"] or document.report_id])
    ).hexdigest()  # fmt: skip
    return "mail", shortened(name), data
