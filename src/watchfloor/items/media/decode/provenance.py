"""What a file says of how it was made: the C2PA manifest (who wrote it, what was done, from what) and IPTC's digital source type.

Facts as they stand in the file. **Nothing is verified**: no hash, no signature, no trust list; whoever made the file may have written
anything. Runs in the cage. Sources: C2PA 2.1 (JUMBF, ISO 19566-5; claims and assertions in CBOR), RFC 9052 (COSE), RFC 5280 (the signer's
certificate), IPTC's NewsCodes "digitalsourcetype".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from watchfloor.items.media.decode import boxes, cbor

DEEPEST, MOST_BOXES, MOST_ACTIONS = 8, 2_000, 20
LONGEST = 120  # characters of a name
_SOURCE = re.compile(rb"digitalsourcetype/([A-Za-z]{3,60})", re.IGNORECASE)
_NAMES = {b"\x55\x04\x03": "name", b"\x55\x04\x0a": "organisation"}  # 2.5.4.3 and 2.5.4.10


def provenance(file: Any, decoder: str, size: int) -> dict[str, Any]:
    """``{}`` where the file says nothing, or nothing that can be read. Never raises."""
    try:
        store, xmp = boxes.find(file, decoder, size)
        made = _manifests(store) if store else {}
        source = _SOURCE.search(xmp)
        if source is not None:
            made["source_type"] = source[1].decode()
        return made
    except Exception:  # whatever a hostile file makes of a parser: it says nothing then
        return {}


def _manifests(store: bytes) -> dict[str, Any]:
    """Of the active manifest: the last one of the store."""
    found = [(label, body) for label, body in _superboxes(store) if label == "c2pa"]
    manifests = list(_superboxes(found[0][1])) if found else []
    if not manifests:
        return {}
    made: dict[str, Any] = {"manifests": len(manifests), "actions": [], "ingredients": 0}
    for label, body in _superboxes(manifests[-1][1]):
        if label.startswith("c2pa.claim"):
            made["generator"] = _generator(_content(body))
        elif label == "c2pa.signature":
            made["signer"] = _signer(_content(body))
        elif label == "c2pa.assertions":
            for name, inner in _superboxes(body):
                if name.startswith("c2pa.actions"):
                    made["actions"] += _actions(_content(inner))
                elif name.startswith("c2pa.ingredient"):
                    made["ingredients"] += 1
    made["actions"] = made["actions"][:MOST_ACTIONS]
    return made


def _superboxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(label, content boxes) of the JUMBF superboxes that follow one another."""
    for kind, body in _boxes(data):
        if kind != b"jumb":
            continue
        for inner, description in _boxes(body):
            if inner == b"jumd" and len(description) > 17:
                label = description[17:].partition(b"\0")[0].decode("utf-8", "replace") if description[16] & 2 else ""
                yield label, body[8 + len(description) :]
            break


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(MOST_BOXES):
        if len(data) - at < 8:
            return
        length, skip = int.from_bytes(data[at : at + 4], "big"), 8
        kind = data[at + 4 : at + 8]
        if length == 1:
            length, skip = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif length == 0:
            length = len(data) - at
        if length < skip:
            return
        yield kind, data[at + skip : at + length]
        at += length


def _content(body: bytes) -> Any:
    """The first CBOR or JSON box, read; None where there is none."""
    for kind, data in _boxes(body):
        if kind == b"cbor":
            return cbor.read(data)
        if kind == b"json":
            return json.loads(data[:1_000_000])
    return None


def _generator(claim: Any) -> str:
    if not isinstance(claim, dict):
        return ""
    info = claim.get("claim_generator_info")
    info = info[0] if isinstance(info, list) and info else info
    if isinstance(info, dict) and info.get("name"):
        return _words(f"{info['name']} {info.get('version') or ''}")
    return _words(claim.get("claim_generator"))


def _actions(content: Any) -> list[dict[str, str]]:
    every = content.get("actions") if isinstance(content, dict) else None
    made = []
    for each in every if isinstance(every, list) else ():
        if isinstance(each, dict) and isinstance(each.get("action"), str):
            agent = each.get("softwareAgent")
            agent = agent.get("name") if isinstance(agent, dict) else agent
            source = _SOURCE.search(str(each.get("digitalSourceType") or "").encode())
            made.append(
                {
                    "action": _words(each["action"]),
                    "agent": _words(agent),
                    "source_type": source[1].decode() if source else "",
                }
            )
    return made


def _signer(cose: Any) -> str:
    """Whom the first certificate of the chain names; COSE_Sign1 is [protected, unprotected, payload, signature]."""
    if not isinstance(cose, list) or len(cose) < 2:
        return ""
    heads = [cose[1], cbor.read(cose[0]) if isinstance(cose[0], bytes) and cose[0] else None]
    for head in heads:
        chain = (head.get(33) or head.get("x5chain")) if isinstance(head, dict) else None
        first = chain[0] if isinstance(chain, list) and chain else chain
        if isinstance(first, bytes):
            return _subject(first)
    return ""


def _subject(certificate: bytes) -> str:
    """Name and organisation of an X.509 certificate's subject, as they stand there."""
    body = next(_der(next(_der(certificate))[1]))[1]
    fields = [value for tag, value in _der(body) if tag != 0xA0]  # serial, algorithm, issuer, validity, subject
    found: dict[str, str] = {}
    for _, names in _der(fields[4]):
        for _, pair in _der(names):
            (_, oid), (_, value), *_ = list(_der(pair))
            if oid in _NAMES:
                found.setdefault(_NAMES[oid], _words(value.decode("utf-8", "replace")))
    return ", ".join(dict.fromkeys(found[name] for name in ("name", "organisation") if found.get(name)))[: 2 * LONGEST]


def _der(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, value) of what follows one another."""
    at = 0
    while len(data) - at >= 2:
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        yield tag, data[at : at + length]
        at += length


def _words(text: Any) -> str:
    """One line of printable text."""
    return " ".join("".join(each if each.isprintable() else " " for each in str(text or "")[:1000]).split())[:LONGEST]
