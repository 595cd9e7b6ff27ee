"""From a mail to reports: on items its links lead to, on the mail it complains about, or on itself where there is nothing else."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.intake import catalogue
from watchfloor.intake.rows import MAX_NOTE, REPORT, Checked, check
from watchfloor.intake.store import store
from watchfloor.interop.mail import evidence
from watchfloor.interop.mail.addresses import in_force
from watchfloor.interop.mail.domain.parsing import Letter, links_of
from watchfloor.interop.mail.models import MailAddress, MailMessage
from watchfloor.interop.mail.who import Who
from watchfloor.interop.xarf.domain.shaping import shortened
from watchfloor.items import queries as items
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import encode, new_id
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.actions import receive_report
from watchfloor.review.contracts import ReportIn

SOURCE: Final = "mail"
FEEDBACK: Final = {"abuse": "spam", "fraud": "scam", "virus": "scam", "opt-out": "spam", "opt-out-list": "spam"}
NOT_SPAM: Final = "not-spam"


def clearance_of(reason: str) -> str:
    """What a report of this reason asks for of whoever sees it."""
    return policies.policy(policies.reason(reason).policy_key).clearance


def plain(w: Writer, row: MailMessage, letter: Letter, address: MailAddress, who: Who) -> list[UUID]:
    """Reports of a mail that a person wrote."""
    found = in_force().items_in(letter.links)
    note = f"{letter.subject}\n\n{letter.text}".strip()[:MAX_NOTE]
    if found:
        return [_on(w, row, kind, name, {"url": link} if kind == "link" else {}, address.reason_key, address, who, note, n)
                for n, (kind, name, link) in enumerate(found)]  # fmt: skip
    clearance = clearance_of(address.reason_key)
    if letter.original:
        data = evidence.brief(letter.original, SOURCE, clearance)
        if data:
            return [
                _spooled(row, "mail", _name(data, letter.original), data, address.reason_key, address, who, note, 0)
            ]
    data = evidence.of_letter(letter, SOURCE, clearance)
    return [_spooled(row, "mail", encode("mail", row.pk), data, address.reason_key, address, who, note, 0)]


def arf(row: MailMessage, letter: Letter, address: MailAddress, who: Who) -> list[UUID]:
    """The report of a feedback loop (RFC 5965) on the mail that is in it."""
    fields = letter.feedback or {}
    said = (fields.get("feedback-type") or ["other"])[0].lower()
    reason = FEEDBACK.get(said, "other")
    if reason not in catalogue.load().reasons:
        reason = address.reason_key
    data = evidence.brief(letter.original, SOURCE, clearance_of(reason)) if letter.original else {}
    links = [link for value in fields.get("reported-uri", []) for link in links_of(value)]
    data = {
        **data, "links": list(dict.fromkeys([*links, *data.get("links", [])]))[:50],
        "feedback": {name: [value[:500] for value in values[:20]] for name, values in list(fields.items())[:40]},
    }  # fmt: skip
    if not letter.original:
        data["subject"] = (fields.get("original-mail-from") or [""])[0][:300] or letter.subject
    source = (fields.get("source-ip") or [""])[0]
    note = (
        f"A feedback report of the type {said}." + (f" It came from {source}." if source else "") + f"\n\n{letter.text}"
    )
    seed = letter.original or msgspec.json.encode(fields)
    return [_spooled(row, "mail", _name(data, seed), data, reason, address, who, note.strip()[:MAX_NOTE], 0)]


def known_mail(letter: Letter) -> Any:
    """The item of the mail that a letter encloses, where we know it."""
    data = evidence.brief(letter.original, SOURCE, "restricted") if letter.original else {}
    return items.find("mail", _name(data, letter.original)) if data else None


def _name(data: dict[str, Any], seed: bytes) -> str:
    own = str(data.pop("message_id", "") or "")
    return shortened(own) if own else f"arf:{hashlib.sha256(seed).hexdigest()[:48]}"


def _on(
    w: Writer, row: MailMessage, kind: str, name: str, data: dict[str, Any], reason: str, address: MailAddress, who: Who, note: str,
    number: int,
) -> UUID:  # fmt: skip
    """A report on an item we know as it is; on one we do not know by the way all reports take."""
    item = items.find(kind, name)
    if item is None or not item.current_version:
        return _spooled(row, kind, name, data, reason, address, who, note, number)
    receipt = new_id()
    receive_report(
        w,
        ReportIn(
            id=receipt, item=item.pk, item_version=item.current_version, source=SOURCE, channel="email", reporter_kind=who.kind,
            reporter=who.id, reason_key=reason, received_at=row.received_at, note=note, market=address.market,
            language=address.language,
        ),
        item=item,
    )  # fmt: skip
    return receipt


def _spooled(
    row: MailMessage,
    kind: str,
    name: str,
    data: dict[str, Any],
    reason: str,
    address: MailAddress,
    who: Who,
    note: str,
    number: int,
) -> UUID:
    shaped = {
        "item": {"type": kind, "id": name, "data": data}, "reason": reason, "reporter": {"kind": who.kind, "id": who.id},
        "channel": "email", "note": note, "market": address.market, "language": address.language,
        "external_id": f"{encode('mail', row.pk)}:{number}",
    }  # fmt: skip
    return put([_checked(shaped)])[0]


def _checked(shaped: dict[str, Any]) -> Checked:
    return check(REPORT, shaped, msgspec.json.encode(shaped), source=SOURCE, known=catalogue.load())


def put(rows: list[Checked]) -> list[UUID]:
    """Into the spool, with the transaction this runs in."""
    connection.ensure_connection()
    receipts = store(connection.connection, rows)
    if any(each.conflict for each in receipts):
        raise BadInput("key_reused", "This mail was taken before with other words.")
    return [each.id for each in receipts]
