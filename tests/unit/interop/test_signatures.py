"""HTTP Signatures: what must be covered, when, and by which key; ours are read by ourselves and every change is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from watchfloor.interop.activitypub import signatures
from watchfloor.kernel.errors import Forbidden

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = rsa.generate_private_key(65_537, 2_048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def made(body: bytes = b"{}", now: datetime = NOW) -> dict[str, str]:
    return signatures.make(
        KEY, "https://a.example/actor#main-key", method="POST", target="/ap/inbox", host="b.example", body=body, now=now
    )


def judged(
    headers: dict[str, str], *, body: bytes = b"{}", method: str = "POST", target: str = "/ap/inbox", pem: str = PEM
) -> bool:
    signature = signatures.read(headers["signature"])
    signatures.covers(signature, headers, body, NOW)
    return signatures.holds(signature, pem, signatures.signed_text(signature, method, target, headers))


def test_what_we_sign_holds_and_any_change_is_seen() -> None:
    assert judged(made())
    assert not judged({**made(), "host": "c.example"})
    assert not judged(made(), target="/elsewhere") and not judged(made(), method="PUT")
    other = (
        rsa.generate_private_key(65_537, 2_048)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert not judged(made(), pem=other.decode()) and not judged(made(), pem="no key")
    weak = (
        rsa.generate_private_key(65_537, 1_024)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert not judged(made(), pem=weak.decode())
    hs2019 = {**made(), "signature": made()["signature"].replace("rsa-sha256", "hs2019")}
    assert judged(hs2019)


@pytest.mark.parametrize(
    ("change", "body", "words"),
    [
        ({}, b"{ }", "digest is not"),
        ({"digest": ""}, b"{}", "digest is not"),
        ({"digest": "MD5=x"}, b"{}", "digest is not"),
        ({"date": "never"}, b"{}", "no date"),
        ({"signature": ""}, b"{}", "asks for"),
        ({"signature": 'keyId="a",signature="!"'}, b"{}", "names no key"),
        ({"signature": 'keyId="a",keyId="b",signature="AA=="'}, b"{}", "cannot be read"),
        ({"signature": 'keyId="a",algorithm="none",signature="AA=="'}, b"{}", "not known here"),
        ({"signature": 'keyId="a",signature="AA=="'}, b"{}", "must cover"),
        ({"signature": 'keyId="a",headers="(request-target) host date",signature="AA=="'}, b"{}", "must cover"),
        ({"signature": 'keyId="a",headers="(request-target) host date digest date",signature="AA=="'}, b"{}", "twice"),
        (
            {"signature": 'keyId="a",expires=1,headers="(request-target) host date digest",signature="AA=="'},
            b"{}",
            "expired",
        ),
    ],
)
def test_what_leaves_something_open_is_refused(change: dict[str, str], body: bytes, words: str) -> None:
    with pytest.raises(Forbidden, match=words) as refused:
        judged({**made(), **change}, body=body)
    assert refused.value.status == 401


@pytest.mark.parametrize("late", [timedelta(hours=2), timedelta(minutes=-10)])
def test_times_that_are_not_near_are_refused(late: timedelta) -> None:
    with pytest.raises(Forbidden, match="not near"):
        judged(made(now=NOW - late))
