"""HTTP Signatures as the Fediverse has them (draft-cavage-http-signatures-12): read, verified, made. Pure but for the keys given.

A request counts as signed when the signature covers its target, its host, a time that is near, and (where it has a body) the digest of the
body, and the digest is right. ``rsa-sha256`` and ``hs2019`` are known; the latter leaves the hash to the key, which for RSA is SHA-256, or
SHA-512 with a few.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from watchfloor.kernel.errors import Forbidden

OLDEST: Final = timedelta(hours=1)
AHEAD: Final = timedelta(minutes=5)
_PART: Final = re.compile(r'([a-zA-Z]{1,20})=(?:"([^"]{0,4000})"|([0-9]{1,15}))\s*(?:,\s*|$)')
_ALGORITHMS: Final = frozenset({"", "rsa-sha256", "rsa-sha512", "hs2019", "ed25519"})
_DIGESTS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


class Signature(msgspec.Struct, frozen=True):
    """What a ``Signature`` header says."""

    key_id: str
    algorithm: str
    headers: tuple[str, ...]
    value: bytes
    created: str = ""
    expires: str = ""


def read(header: str) -> Signature:
    """The header's parts; ``Forbidden`` for one that is none, or that leaves out what must be covered."""
    if not header:
        raise refused("This asks for a signature.")
    found: dict[str, str] = {}
    at = 0
    while at < len(header):
        part = _PART.match(header, at)
        if part is None or part[1] in found:
            raise refused("The Signature header cannot be read.")
        found[part[1]] = part[2] if part[2] is not None else part[3]
        at = part.end()
    algorithm = found.get("algorithm", "").lower()
    if algorithm not in _ALGORITHMS:
        raise refused(f"Signatures by {algorithm[:30]!r} are not known here.")
    try:
        value = base64.b64decode(found.get("signature", ""), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not value or not found.get("keyId"):
        raise refused("The Signature header names no key, or holds no signature.")
    headers = tuple(found.get("headers", "date").lower().split())
    return Signature(found["keyId"], algorithm, headers, value, found.get("created", ""), found.get("expires", ""))


def covers(signature: Signature, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise unless all that matters is under the signature: target, host, a near time, and the digest of this body."""
    timed = "date" in signature.headers or "(created)" in signature.headers
    if not {"(request-target)", "host", "digest"} <= set(signature.headers) or not timed:
        raise refused("The signature must cover (request-target), host, date and digest.")
    if len(set(signature.headers)) != len(signature.headers):
        raise refused("The signature covers a header twice.")
    at = _time(signature, headers)
    if not now - OLDEST <= at <= now + AHEAD:
        raise refused("The signature's time is not near ours.")
    if signature.expires and (not signature.expires.isdigit() or int(signature.expires) < now.timestamp()):
        raise refused("The signature has expired.")
    if not _digest_holds(headers.get("digest", ""), body):
        raise refused("The digest is not that of the body.")


def signed_text(signature: Signature, method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """The lines that were signed."""
    lines = []
    for name in signature.headers:
        if name == "(request-target)":
            lines.append(f"{name}: {method.lower()} {target}")
        elif name == "(created)":
            lines.append(f"{name}: {signature.created}")
        elif name == "(expires)":
            lines.append(f"{name}: {signature.expires}")
        elif name in headers:
            lines.append(f"{name}: {headers[name].strip()}")
        else:
            raise refused(f"The header {name[:40]!r} is signed and missing.")
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def holds(signature: Signature, pem: str, text: bytes) -> bool:
    """Whether this key signed this text."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return False
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature.value, text)
            return True
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2_048:
            return False
        for name in (hashes.SHA512(),) if signature.algorithm == "rsa-sha512" else (hashes.SHA256(), hashes.SHA512()):
            try:
                key.verify(signature.value, text, padding.PKCS1v15(), name)
            except InvalidSignature:
                if signature.algorithm == "rsa-sha256":
                    return False
                continue
            return True
    except InvalidSignature:
        return False
    return False


def make(
    key: rsa.RSAPrivateKey, key_id: str, *, method: str, target: str, host: str, body: bytes | None, now: datetime
) -> dict[str, str]:
    """Headers that sign a request of ours."""
    headers = {"host": host, "date": format_datetime(now.astimezone(UTC), usegmt=True)}
    if body is not None:
        headers["digest"] = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    names = ("(request-target)", *headers)
    unsigned = Signature(key_id, "rsa-sha256", names, b"")
    value = key.sign(signed_text(unsigned, method, target, headers), padding.PKCS1v15(), hashes.SHA256())
    headers["signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",signature="{base64.b64encode(value).decode()}"'
    )
    return headers


def refused(words: str) -> Forbidden:
    """401: it was not signed as it must be."""
    error = Forbidden("not_signed", words)
    error.status = 401
    return error


def _time(signature: Signature, headers: Mapping[str, str]) -> datetime:
    if "(created)" in signature.headers and signature.created.isdigit():
        return datetime.fromtimestamp(min(int(signature.created), 32_503_680_000), UTC)
    try:
        at = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        raise refused("The request has no date that can be read.") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _digest_holds(header: str, body: bytes) -> bool:
    known = [part.strip().partition("=") for part in header.split(",")]
    found = [(_DIGESTS[name.lower()], value) for name, _, value in known if name.lower() in _DIGESTS]
    made = [base64.b64encode(made_by(body).digest()).decode() for made_by, _ in found]
    return bool(found) and all(
        hmac.compare_digest(mine.encode(), theirs.encode("utf-8", "replace"))
        for mine, (_, theirs) in zip(made, found, strict=True)
    )
