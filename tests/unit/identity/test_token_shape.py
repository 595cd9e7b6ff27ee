"""Secrets of tokens can be told from other text, and networks from other addresses."""

from __future__ import annotations

import pytest

from watchfloor.identity import token_shape
from watchfloor.identity.programs import Buckets, TooManyCalls
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import new_id
from watchfloor.platform import addresses


def test_a_leaked_secret_is_found_and_what_only_looks_like_one_is_not() -> None:
    secret, other = token_shape.make(), token_shape.make()
    wrong = secret[:10] + ("A" if secret[10] != "A" else "B") + secret[11:]
    assert token_shape.is_one(secret) and len(secret) == 52 and secret != other
    assert not token_shape.is_one(wrong) and not token_shape.is_one(secret + "a") and not token_shape.is_one("wf_")
    text = f'TOKEN="{secret}"\nAuthorization: Bearer {other}, {secret} x{secret} {wrong} {secret}z'
    assert token_shape.found_in(text) == [secret, other]


def test_networks_hold_and_proxies_are_believed_only_where_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert addresses.checked(["10.1.2.3/8", "10.0.0.0/8", "2001:db8::1"]) == ["10.0.0.0/8", "2001:db8::1/128"]
    with pytest.raises(BadInput, match="no network"):
        addresses.checked(["10.0.0.0/33"])
    assert addresses.within("::ffff:10.9.9.9", ["10.0.0.0/8"]) and addresses.within("anything", [])
    assert not addresses.within("11.0.0.1", ["10.0.0.0/8"]) and not addresses.within("", ["0.0.0.0/0"])
    assert addresses.client("192.0.2.9", "10.0.0.1") == "192.0.2.9"  # nobody said that this is a proxy
    monkeypatch.setenv("WATCHFLOOR_PROXIES", "192.0.2.0/24")
    assert addresses.client("192.0.2.9", "10.0.0.1, 203.0.113.7, 192.0.2.8") == "203.0.113.7"
    assert addresses.client("192.0.2.9", "10.0.0.1, not an address") == "192.0.2.9"
    assert addresses.client("198.51.100.1", "10.0.0.1") == "198.51.100.1"


def test_a_bucket_holds_a_minute_and_fills_evenly() -> None:
    buckets, token = Buckets(), new_id()
    assert [buckets.take(token, 3, 0.0).remaining for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooManyCalls) as refused:
        buckets.take(token, 3, 1.0)
    assert refused.value.left.reset == refused.value.retry_after == 19 and refused.value.status == 429
    assert buckets.take(token, 3, 21.0).remaining == 0
    assert buckets.take(new_id(), 3, 21.0).remaining == 2  # another's is full
