"""The pure parts: names there and back, signatures that no other label has, tokens of ours and of others."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.interop.atproto.domain import names, signing
from watchfloor.interop.atproto.domain.names import Here, Name

KINDS = {
    "account": "account",
    "bot-account": "account",
    "post": "content",
    "live_stream": "content",
    "message": "content",
}
HERES = (Here("https://floor.example.org"), Here("http://127.0.0.1:8740"), Here("http://localhost:8740"))
IDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40)


@given(IDS, st.sampled_from(HERES), st.sampled_from(["account", "bot-account"]))
def test_an_account_is_found_by_its_did(external: str, here: Here, kind: str) -> None:
    did = names.did_of(here, kind, external)
    assert names.is_did(did)
    expected = Name("account" if names.is_did(external) else kind, external)
    assert names.read(here, did, KINDS) == expected


@given(IDS, IDS, st.sampled_from(HERES), st.sampled_from(["post", "live_stream"]), st.booleans())
def test_an_item_is_found_by_its_address(external: str, author: str, here: Here, kind: str, alone: bool) -> None:
    did = "" if alone else names.did_of(here, "account", author)
    uri = names.uri_of(here, kind, external, did)
    if external.startswith("at://") or (did and not did.startswith(here.did)):
        return  # the protocol's own names stay as they are; see below
    assert names.read(here, uri, KINDS) == Name(kind, external, "" if alone else author)
    assert set(uri.rpartition("/")[2]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:~-")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("did:plc:abc", Name("account", "did:plc:abc")),
        ("at://did:plc:abc", Name("account", "did:plc:abc")),
        ("at://did:plc:abc/app.bsky.actor.profile/self", Name("account", "did:plc:abc")),
        (
            "at://did:plc:abc/app.bsky.feed.post/3k",
            Name("post", "at://did:plc:abc/app.bsky.feed.post/3k", "did:plc:abc"),
        ),
        (
            "at://did:plc:abc/app.bsky.graph.list/3k",
            Name("post", "at://did:plc:abc/app.bsky.graph.list/3k", "did:plc:abc"),
        ),
        ("at://alice.example/app.bsky.feed.post/3k", Name("post", "at://alice.example/app.bsky.feed.post/3k", "alice.example")),
        ("at://did:plc:abc/app.bsky.feed.post", None),
        ("https://example.org/1", None),
        ("did:plc:", None),
        ("at://", None),
        ("", None),
    ],
)  # fmt: skip
def test_names_of_the_protocol_stay_as_they_are(text: str, found: Name | None) -> None:
    assert names.read(HERES[0], text, KINDS) == found
    if found is not None and found.type == "post":
        assert names.uri_of(HERES[0], "post", found.id) == text


def test_versions_and_handles() -> None:
    digest = "00" * 31 + "ff"
    assert names.digest_of(names.cid_of(digest)) == digest and names.cid_of(digest).startswith("bafkrei")
    assert names.digest_of("bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy") == ""
    assert [names.handle_of(HERES[0], each) for each in ("@Alice.Example", "Jo Doe", "")] == [
        "alice.example",
        "jo-doe.floor.example.org",
        "handle.invalid",
    ]
    assert names.handle_of(HERES[1], "Jo Doe") == "handle.invalid"
    assert HERES[0].collections == "org.example.floor" and HERES[1].did == "did:web:127.0.0.1%3A8740"


@given(st.binary(min_size=1, max_size=40), st.binary(max_size=80), st.binary(max_size=80))
def test_a_signature_is_of_one_text(seed: bytes, text: bytes, other: bytes) -> None:
    private = signing.private_key(seed)
    key, signature = signing.public(private), signing.sign(private, text)
    assert signing.sign(private, text) == signature and len(signature) == 64
    assert signing.verifies(key, text, signature)
    assert signing.verifies(key, other, signature) == (other == text)
    high = signature[:32] + (signing.ORDERS["ES256K"] - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert not signing.verifies(key, text, high)
    assert signing.from_multibase(signing.multibase(key)) == key


def test_keys_of_documents() -> None:
    key = signing.public(signing.private_key(b"a"))
    method = {"id": "#atproto", "type": "Multikey", "publicKeyMultibase": signing.multibase(key)}
    assert signing.key_of_document({"verificationMethod": [method]}, "did:web:a.example") == key
    for wrong in (
        {}, {"verificationMethod": "x"}, {"verificationMethod": [{**method, "id": "#other"}]}, [],
        {"verificationMethod": [{**method, "type": "X"}]}, {"verificationMethod": [{**method, "publicKeyMultibase": "z0"}]},
        {"verificationMethod": [{**method, "publicKeyMultibase": "zzz"}]},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"."):
            signing.key_of_document(wrong, "did:web:a.example")


@given(st.text(max_size=60))
def test_nothing_but_a_token_is_one(text: str) -> None:
    assert signing.split(text) is None or text.count(".") == 2
    assert signing.read_session(b"secret", text) is None


def test_a_token_of_ours_is_ours_alone() -> None:
    token = signing.session_token(b"secret", {"sub": "did:web:a", "exp": 1})
    assert signing.read_session(b"secret", token) == {"sub": "did:web:a", "exp": 1}
    assert signing.read_session(b"other", token) is None
    head, body, mac = token.split(".")
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    assert signing.read_session(b"secret", f"{none}.{body}.{mac}") is None
    assert signing.read_session(b"secret", f"{head}.{body}.") is None


@pytest.mark.parametrize(("algorithm", "curve"), [("ES256K", ec.SECP256K1()), ("ES256", ec.SECP256R1())])
def test_tokens_of_services_are_checked_by_the_key_they_name(algorithm: str, curve: ec.EllipticCurve) -> None:
    private = ec.generate_private_key(curve)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    key = signing.Key(algorithm, point)
    assert signing.from_multibase(signing.multibase(key)) == key

    def made(alg: str) -> str:
        head, body = (
            base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=")
            for each in ({"alg": alg}, {"iss": "x"})
        )
        r, s = decode_dss_signature(private.sign(f"{head}.{body}".encode(), ec.ECDSA(SHA256())))
        low = min(s, signing.ORDERS[algorithm] - s)
        raw = r.to_bytes(32, "big") + low.to_bytes(32, "big")
        return f"{head}.{body}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"

    assert signing.service_token_holds(key, made(algorithm))
    assert not signing.service_token_holds(key, made({"ES256": "ES256K", "ES256K": "ES256"}[algorithm]))
    assert not signing.service_token_holds(key, made("none"))
    other = made(algorithm)
    assert not signing.service_token_holds(key, other[:-8] + ("A" * 8 if not other.endswith("A" * 8) else "B" * 8))
