"""Whether a sender is who the mail says: only what our own mail server wrote down counts (RFC 8601), never what came with the mail.

A header of results is believed when its first word is a name we were told, it stands above everything that came from outside (before
the first ``Received``), and the mail was handed in by a server we trust.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

PROVED, FAILED, UNKNOWN = "proved", "failed", "unknown"
_COMMENT = re.compile(r"\([^()]*\)")
_METHOD = re.compile(r"\s*(dkim|spf|dmarc)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY: Final = r"\b%s\s*=\s*\"?@?([^\s;\"]+)"


class Proof(msgspec.Struct, frozen=True):
    """``proved`` (by which method, for which domain), ``failed`` (our server says it is not), or ``unknown``."""

    state: str
    how: str = ""


def proof_of(headers: Iterable[tuple[str, str]], sender: str, *, ids: Collection[str], trusted: bool) -> Proof:
    """What our server said of the address in From."""
    domain = sender.rpartition("@")[2].lower()
    if not trusted or not ids or not domain:
        return Proof(UNKNOWN)
    failed = ""
    for name, value in headers:
        if name == "received":
            break
        if name != "authentication-results":
            continue
        found = _one(value, domain, {each.lower() for each in ids})
        if found.state == PROVED:
            return found
        failed = failed or (found.how if found.state == FAILED else "")
    return Proof(FAILED, failed) if failed else Proof(UNKNOWN)


def _one(value: str, domain: str, ids: set[str]) -> Proof:
    text = value[:8_000]
    for _ in range(3):
        text = _COMMENT.sub(" ", text)
    first, *results = text.split(";")
    if (first.split() or [""])[0].strip('"').lower() not in ids:
        return Proof(UNKNOWN)
    failed = ""
    for result in results:
        method = _METHOD.match(result)
        if method is None:
            continue
        name, said = method[1].lower(), method[2].lower()
        if said == "pass" and (how := _aligned(name, result, domain)):
            return Proof(PROVED, how)
        if name == "dmarc" and said == "fail":
            failed = "DMARC failed"
        elif name == "spf" and said == "fail" and not failed:
            failed = "SPF failed"
    return Proof(FAILED, failed) if failed else Proof(UNKNOWN)


def _aligned(method: str, result: str, domain: str) -> str:
    """How it proves this domain; "" where it proves another."""
    if method == "dmarc":
        return f"DMARC for {domain}" if _value(result, r"header\.from") == domain else ""
    if method == "dkim":
        signer = _value(result, r"header\.d") or _value(result, r"header\.i").rpartition("@")[2]
        return f"DKIM of {signer}" if signer and (domain == signer or domain.endswith(f".{signer}")) else ""
    mailfrom = _value(result, r"smtp\.mailfrom").rpartition("@")[2]
    return f"SPF for {mailfrom}" if mailfrom == domain else ""


def _value(result: str, name: str) -> str:
    found = re.search(_PROPERTY % name, result, re.IGNORECASE)
    return found[1].lower().rstrip(".") if found else ""
