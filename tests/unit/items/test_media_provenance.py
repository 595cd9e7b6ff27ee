"""What files say of how they were made: manifests written here after the specification, in each container, and broken in every way."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.support.media import Bytes, film, photo, sound

from watchfloor.items.media import decoding
from watchfloor.items.media.contracts import Action, Provenance
from watchfloor.items.media.decode import cbor
from watchfloor.items.media.decode.provenance import provenance
from watchfloor.items.media.decoding import Made
from watchfloor.items.media.sniff import sniff
from watchfloor.kernel import clock

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SAYS = Provenance(
    manifests=2, generator="Painter 2.0", signer="Ada Example, Example Ltd", ingredients=1,
    actions=(Action("c2pa.created", "Dream 7", "trainedAlgorithmicMedia"), Action("c2pa.cropped")),
)  # fmt: skip


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


def said(data: bytes) -> Provenance:
    kind = sniff(data[:4096])
    assert kind is not None
    made = decoding.decode(Bytes(data), kind)
    assert isinstance(made, Made), made
    return made.provenance


def test_a_manifest_is_read_from_each_container() -> None:
    size = (64, 64)
    for form, put in (("JPEG", in_jpeg), ("PNG", in_png), ("WEBP", in_webp)):
        assert said(put(photo(1, form, size=size), store())) == SAYS, form
    assert said(in_mp4(film(2), store())) == SAYS
    assert SAYS.by_ai and not said(photo(1)) and not said(photo(1)).by_ai


def test_the_source_type_of_the_xmp_is_enough() -> None:
    xmp = f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{AI}"/>'.encode()
    data = photo(1, size=(64, 64))
    part = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    jpeg = data[:2] + b"\xff\xe1" + struct.pack("!H", len(part) + 2) + part + data[2:]
    png = in_png(photo(1, "PNG", size=(64, 64)), b"XML:com.adobe.xmp\0\0\0\0\0" + xmp, b"iTXt")
    packed = in_png(photo(1, "PNG", size=(64, 64)), b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp), b"iTXt")
    for each in (jpeg, png, packed):
        assert said(each) == Provenance(source_type="trainedAlgorithmicMedia") and said(each).by_ai


def test_a_broken_manifest_says_nothing_and_takes_nobody_along() -> None:
    chance, whole = random.Random(3), store()
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        file = BytesIO(in_png(b"\x89PNG\r\n\x1a\n" + bytes(25), bytes(broken[: chance.randrange(1, len(broken) + 1)])))
        found = provenance(file, "PNG", len(file.getvalue()))
        assert set(found) <= {"manifests", "generator", "signer", "actions", "ingredients", "source_type"}
        decoding._provenance(found)


def test_deep_and_endless_cbor_is_refused() -> None:
    assert cbor.read(encoded({"a": [1, -2, 2.5, True, None, b"x", "ü"]})) == {"a": [1, -2, 2.5, True, None, b"x", "ü"]}
    assert cbor.read(b"\x9f\x01\x7f\x61a\x61b\xff\xff") == [1, "ab"]
    for bad in (
        b"\x81" * 100,
        b"\x9b" + b"\xff" * 8,
        b"\x5b" + b"\x7f" * 8,
        b"\xff",
        b"",
        b"\x1c",
        b"\x9f" + b"\x00" * 60_000,
    ):
        with pytest.raises(cbor.Bad):
            cbor.read(bad)


def test_a_sound_has_a_line_that_grows_with_it() -> None:
    from base64 import b64decode

    data = sound(4)
    made = decoding.decode(Bytes(data), sniff(data[:4096]))  # type: ignore[arg-type]
    assert isinstance(made, Made)
    line = list(b64decode(made.facts["waveform"]))
    assert len(line) == 600 and line[0] < 5 and line[-1] == 100 and line[300] == pytest.approx(50, abs=3)
