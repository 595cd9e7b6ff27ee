"""Pictures with content credentials that the reference library itself signed, by a chain of certificates made here."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from watchfloor.kernel import clock

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAMERA = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


class House(NamedTuple):
    """A root nobody knows (PEM), and a signer called Ada Example of Example Ltd under it."""

    root: bytes
    chain: bytes
    key: bytes


def house() -> House:
    """A new one each time."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, name = _name("Root of nobody", "Nobody"), _name("Ada Example", "Example Ltd")
    root = _certificate(root_name, root_name, root_key, root_key, signs=True)
    leaf = _certificate(name, root_name, key, root_key, signs=False)
    pem = [each.public_bytes(serialization.Encoding.PEM) for each in (root, leaf)]
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return House(pem[0], pem[1] + pem[0], private)


def signed(data: bytes, mime: str, by: House, *, source: str = AI) -> bytes:
    """The file with credentials. Skips the test, with words, where the library is not installed."""
    c2pa = pytest.importorskip("c2pa", reason='the extra is not installed: pip install "watchfloor[provenance]"')
    steps = [{"action": "c2pa.created", "digitalSourceType": source, "softwareAgent": {"name": "Dream 7"}}]
    manifest: dict[str, Any] = {
        "claim_generator_info": [{"name": "Painter", "version": "2.0"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": steps}}],
    }
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo("es256", by.chain, by.key, None))
    made = BytesIO()
    c2pa.Builder(manifest).sign(signer, mime, BytesIO(data), made)
    return made.getvalue()


def _name(who: str, where: str) -> x509.Name:
    pairs = ((NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, where), (NameOID.COMMON_NAME, who))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, by: Any, *, signs: bool) -> x509.Certificate:
    now = clock.now()
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not signs:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return made.sign(by, hashes.SHA256())
