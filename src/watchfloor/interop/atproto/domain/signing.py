"""Signatures of the protocol: secp256k1 over SHA-256, 64 bytes, low S; keys as multibase; tokens between services (JWT).

A label is signed over its DAG-CBOR without ``sig``: whoever has the key of the DID document can check it, and a change of any field
is found.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from watchfloor.interop.atproto.domain import cbor

ORDERS: Final = {
    "ES256K": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}
_CURVES: Final = {"ES256K": ec.SECP256K1(), "ES256": ec.SECP256R1()}
_PREFIXES: Final = {"ES256K": b"\xe7\x01", "ES256": b"\x80\x24"}  # multicodec: secp256k1-pub, p256-pub
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_TOKEN: Final = 8_192


class Key(msgspec.Struct, frozen=True):
    """Somebody's public key and what it signs with."""

    algorithm: str
    public: bytes  # compressed


def private_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The key a seed stands for, always the same one."""
    number = int.from_bytes(hashlib.sha512(b"atproto-label\0" + seed).digest(), "big")
    return ec.derive_private_key(1 + number % (ORDERS["ES256K"] - 1), _CURVES["ES256K"])


def public(private: ec.EllipticCurvePrivateKey) -> Key:
    """The public half of a secp256k1 key."""
    return Key("ES256K", private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def sign(private: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """r and s, 32 bytes each. The same data gives the same signature."""
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True)))
    order = ORDERS["ES256K"]
    return r.to_bytes(32, "big") + min(s, order - s).to_bytes(32, "big")


def verifies(key: Key, data: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's over this data; high S is refused as the protocol asks."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not 0 < r < ORDERS[key.algorithm] or not 0 < s <= ORDERS[key.algorithm] // 2:
        return False
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[key.algorithm], key.public)
        point.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def multibase(key: Key) -> str:
    """``z`` and base58 of the multicodec key; after ``did:key:`` it is the key's own DID."""
    data = _PREFIXES[key.algorithm] + key.public
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "z" + text


def from_multibase(text: str) -> Key:
    """The key behind; ``ValueError`` for what is none of the two kinds."""
    if not text.startswith("z") or len(text) > 120:
        raise ValueError("no base58 key")
    number = 0
    for char in text[1:]:
        number = number * 58 + _BASE58.index(char)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    for algorithm, prefix in _PREFIXES.items():
        if data.startswith(prefix) and len(data) == len(prefix) + 33:
            return Key(algorithm, data[len(prefix) :])
    raise ValueError("neither a secp256k1 nor a P-256 key")


def key_of_document(document: Any, did: str, name: str = "atproto") -> Key:
    """The key ``#name`` of a DID document; ``ValueError`` where it has none that can be read."""
    methods = document.get("verificationMethod") if isinstance(document, dict) else None
    for each in methods if isinstance(methods, list) else ():
        if isinstance(each, dict) and each.get("id") in (f"{did}#{name}", f"#{name}"):
            if each.get("type") == "Multikey" and isinstance(each.get("publicKeyMultibase"), str):
                return from_multibase(each["publicKeyMultibase"])
            raise ValueError("the key is no Multikey")
    raise ValueError(f"the document has no key #{name}")


def label_bytes(label: dict[str, Any]) -> bytes:
    """What is signed of a label: its fields as they are sent, without the signature."""
    return cbor.encoded({name: value for name, value in label.items() if name != "sig" and value is not None})


# -- tokens -----------------------------------------------------------------------------------------------------------


def session_token(secret: bytes, claims: dict[str, Any]) -> str:
    """A token of our own: HS256, which nobody but us needs to check."""
    head = _part({"alg": "HS256", "typ": "at+jwt"})
    body = f"{head}.{_part(claims)}"
    return f"{body}.{_base64(_mac(secret, body))}"


def read_session(secret: bytes, token: str) -> dict[str, Any] | None:
    """The claims of a token of ours; None for any other. When it ends is the caller's to judge."""
    parts = split(token)
    if parts is None or parts[0].get("alg") != "HS256":
        return None
    body = token.rpartition(".")[0]
    return parts[1] if hmac.compare_digest(_mac(secret, body), parts[2]) else None


def split(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes] | None:
    """Head, claims and signature of a JWT, unchecked; None for what is none."""
    if len(token) > MAX_TOKEN or token.count(".") != 2:
        return None
    try:
        head, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
        decoded = msgspec.json.decode(head), msgspec.json.decode(claims)
    except (ValueError, msgspec.DecodeError):
        return None
    if not all(isinstance(each, dict) for each in decoded):
        return None
    return decoded[0], decoded[1], signature


def service_token_holds(key: Key, token: str) -> bool:
    """Whether a token between services is signed by this key with the algorithm it names."""
    parts = split(token)
    if parts is None or parts[0].get("alg") != key.algorithm:
        return False
    return verifies(key, token.rpartition(".")[0].encode(), parts[2])


def _mac(secret: bytes, body: str) -> bytes:
    return hmac.new(secret, body.encode(), hashlib.sha256).digest()


def _part(value: dict[str, Any]) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
