"""Salesforce's outbound messages (SOAP 1.1): read without any of XML's dangers, and acknowledged as it wants it. Pure.

One message holds up to a hundred cases. It carries a session's id if somebody ticked that box: it is not read. Ids come with 15 or 18
characters; the three more are a checksum of the letters' case, so both are one id.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput

MOST: Final = 100
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
OUTBOUND: Final = "http://soap.sforce.com/2005/09/outbound"
_MARKUP: Final = re.compile(r"<!(?!--|\[CDATA\[)")
_ID: Final = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_CHECK: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class Outbound(msgspec.Struct, frozen=True):
    """One message: whose it is, and the fields of each case in it."""

    organisation: str
    cases: list[dict[str, str]]


def read(text: str) -> Outbound:
    """The message in a SOAP envelope.

    Raises:
        BadInput: it is none, or it has a document type, which no message of Salesforce has.
    """
    if _MARKUP.search(text):
        raise BadInput("bad_xml", "The message has a document type; that is not read.")
    try:
        root = ET.fromstring(text)  # noqa: S314  no document type, so no entities
    except ET.ParseError as problem:
        raise BadInput("bad_xml", f"The body is no XML: {str(problem)[:100]}.") from None
    told = root.find(f"{{{SOAP}}}Body/{{{OUTBOUND}}}notifications")
    if told is None:
        raise BadInput("no_notifications", "This is no outbound message.", hint="Its endpoint must be this address.")
    cases = []
    for notification in told.findall(f"{{{OUTBOUND}}}Notification")[: MOST + 1]:
        thing = notification.find(f"{{{OUTBOUND}}}sObject")
        if thing is not None:
            cases.append({each.tag.rpartition("}")[2]: (each.text or "").strip() for each in thing})
    if not cases or len(cases) > MOST:
        raise BadInput("bad_count", f"A message holds 1 to {MOST} cases.")
    return Outbound(told.findtext(f"{{{OUTBOUND}}}OrganizationId") or "", cases)


def acknowledgement(*, taken: bool) -> bytes:
    """The answer. ``false`` makes Salesforce send it again for a day."""
    word = "true" if taken else "false"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}"><soapenv:Body>'
        f'<notificationsResponse xmlns="{OUTBOUND}"><Ack>{word}</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>'
    ).encode()


def whole_id(name: str) -> str:
    """An id with 18 characters, whichever came."""
    if not _ID.fullmatch(name):
        raise BadInput("bad_id", f"{name[:40]!r} is no id of Salesforce.", where="Id")
    short = name[:15]
    tail = ""
    for part in (short[:5], short[5:10], short[10:]):
        tail += _CHECK[sum(1 << place for place, letter in enumerate(part) if letter.isascii() and letter.isupper())]
    return short + tail


def row_of(case: dict[str, str], *, reason: str, message: str) -> dict[str, Any]:
    """A report of a case. Fields ``Item_Type__c`` and ``Item_Id__c`` name what it is about; without them it is the case's own text."""
    name = whole_id(case.get("Id", ""))
    kind, thing = case.get("Item_Type__c", ""), case.get("Item_Id__c", "")
    who = case.get("ContactId") or case.get("SuppliedEmail") or ""
    words = "\n\n".join(part for part in (case.get("Subject", ""), case.get("Description", "")) if part)
    row: dict[str, Any] = {
        "reason": case.get("Reason__c") or reason, "channel": "email" if case.get("Origin") == "Email" else "web_form",
        "reporter": {"kind": "user", "id": who[:250]} if who else {"kind": "anonymous"}, "external_id": f"case-{name}",
    }  # fmt: skip
    for field, column in (("market", "Market__c"), ("language", "Language__c")):
        if case.get(column):
            row[field] = case[column]
    if thing:
        author = {"author": {"id": case["Item_Author__c"]}} if case.get("Item_Author__c") else {}
        return {**row, "item": {"type": kind or message, "id": thing, "data": {}, **author}, "note": words[:10_000]}
    data = {"subject": case.get("Subject", ""), "text": case.get("Description", "")}
    sent = {"author": {"id": who[:250]}} if who else {}
    item = {
        "type": message,
        "id": f"servicecloud-{name}",
        "data": {key: value for key, value in data.items() if value},
        **sent,
    }
    return {**row, "item": item}
