"""C2PA manifest stores written after the specification, and put into files of each container; what they say is ``store``'s docstring."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from watchfloor.kernel import clock

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def encoded(value: Any) -> bytes:
    """CBOR of plain values (RFC 8949, section 3)."""
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(encoded(key) + encoded(each) for key, each in value.items())
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(encoded(each) for each in value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, bool) or value is None:
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    size = 0 if count < 256 else 1 if count < 65536 else 2 if count < 2**32 else 3
    return bytes([major << 5 | 24 + size]) + count.to_bytes(1 << size, "big")


def box(kind: bytes, *parts: bytes) -> bytes:
    return struct.pack("!I", 8 + sum(map(len, parts))) + kind + b"".join(parts)


def superbox(label: str, *parts: bytes) -> bytes:
    return box(b"jumb", box(b"jumd", bytes(16), b"\x03", label.encode(), b"\0"), *parts)


def certificate() -> bytes:
    """Of Ada Example at Example Ltd, by another name."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody else")])
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Ada Example"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Ltd"),
        ]
    )
    now = clock.now()
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), 7, now, now)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def store() -> bytes:
    """A manifest store of two manifests: an older one, and one that says ``SAYS``."""
    actions = {"actions": [
        {"action": "c2pa.created", "softwareAgent": {"name": "Dream 7"}, "digitalSourceType": AI}, {"action": "c2pa.cropped"},
    ]}  # fmt: skip
    active = superbox(
        "urn:c2pa:2",
        superbox("c2pa.assertions", superbox("c2pa.actions.v2", box(b"cbor", encoded(actions))),
                 superbox("c2pa.ingredient.v3", box(b"cbor", encoded({"dc:title": "a"})))),
        superbox("c2pa.claim.v2", box(b"cbor", encoded({"claim_generator_info": {"name": "Painter", "version": "2.0"}}))),
        superbox("c2pa.signature", box(b"cbor", b"\xd2" + encoded([encoded({33: [certificate()]}), {}, None, b"sig"]))),
    )  # fmt: skip
    older = superbox("urn:c2pa:1", superbox("c2pa.claim", box(b"cbor", encoded({"claim_generator": "Old"}))))
    return superbox("c2pa", older, active)


def in_jpeg(data: bytes, said: bytes, piece: int = 700) -> bytes:
    """APP11 segments; each repeats the head of the box."""
    head, body, parts = said[:8], said[8:], b""
    for number, start in enumerate(range(0, len(body), piece), 1):
        inner = b"JP" + struct.pack("!HI", 1, number) + head + body[start : start + piece]
        parts += b"\xff\xeb" + struct.pack("!H", len(inner) + 2) + inner
    return data[:2] + parts + data[2:]


def in_png(data: bytes, said: bytes, name: bytes = b"caBX") -> bytes:
    chunk = struct.pack("!I", len(said)) + name + said + struct.pack("!I", zlib.crc32(name + said))
    return data[:33] + chunk + data[33:]


def in_webp(data: bytes, said: bytes) -> bytes:
    more = b"C2PA" + struct.pack("<I", len(said)) + said + b"\0" * (len(said) % 2)
    return data[:4] + struct.pack("<I", len(data) - 8 + len(more)) + data[8:] + more


def in_mp4(data: bytes, said: bytes) -> bytes:
    uuid = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
    return data + box(b"uuid", uuid, bytes(4), b"manifest\0", bytes(8), said)
