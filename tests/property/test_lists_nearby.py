"""Lists, banks and hashes against brute force: the quick way finds what comparing with each entry finds."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.nearby import Bank, BitIndex, bits, distance, sketch
from watchfloor.engines.sml.listkinds import finder, normal
from watchfloor.kernel.errors import BadInput

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENDS = st.sampled_from([None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)])


def stands(ends: datetime | None) -> bool:
    return ends is None or ends > NOW


ADDRESSES = st.one_of(
    st.integers(0x0A000000, 0x0A0000FF).map(lambda n: str(ip_address(n))),
    st.integers(0x20010DB8 << 96, (0x20010DB8 << 96) + 255).map(lambda n: str(ip_address(n))),
)
NETWORKS = st.tuples(ADDRESSES, st.integers(20, 32)).map(
    lambda pair: str(ip_network((pair[0], pair[1] if "." in pair[0] else pair[1] + 96), strict=False))
)


@given(st.lists(st.tuples(NETWORKS, ENDS), max_size=12), ADDRESSES)
def test_an_address_is_found_in_the_narrowest_network_that_holds_it(
    entries: list[tuple[str, datetime | None]], address: str
) -> None:
    kept = [(normal("networks", value), ends) for value, ends in entries]
    holding = [
        ip_network(value) for value, ends in kept if stands(ends) and ip_address(address) in ip_network(value)
    ]  # fmt: skip
    found = finder("networks", kept).find(address, NOW)
    if not holding:
        assert found is None
    else:
        assert found is not None
        assert ip_network(found) == max(holding, key=lambda net: net.prefixlen)


LABEL = st.sampled_from(["a", "b", "www", "shop"])
HOST = st.tuples(st.lists(LABEL, max_size=3), st.sampled_from(["example.com", "example.co.uk", "other.org"])).map(
    lambda pair: ".".join([*pair[0], pair[1]])
)


@given(st.lists(st.tuples(HOST, ENDS), max_size=12), HOST, st.sampled_from(["{}", "https://{}/x?y", "u@{}", "{}:8080"]))
def test_a_domain_covers_itself_and_what_is_below_it(
    entries: list[tuple[str, datetime | None]], host: str, form: str
) -> None:
    covering = [v for v, ends in entries if stands(ends) and (host == v or host.endswith("." + v))]
    found = finder("domains", entries).find(form.format(host), NOW)
    assert found == max(covering, key=len, default=None)


@settings(max_examples=50)
@given(st.sampled_from(["texts", "domains", "networks", "hashes", "accounts", "bank"]), st.text(max_size=40))
def test_a_normal_form_is_its_own_and_is_found(kind: str, value: str) -> None:
    try:
        kept = normal(kind, value)
    except BadInput:
        return
    assert normal(kind, kept) == kept
    if kind != "bank":
        assert finder(kind, [(kept, None)]).find(value, NOW) is not None


WORDS = st.lists(
    st.sampled_from(
        ["buy", "cheap", "watches", "now", "here", "free", "money", "call", "me", "today", "win", "a", "prize"]
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=12), WORDS, st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 0.95]))
def test_a_bank_finds_the_nearest_example_as_comparing_with_each_does(
    examples: list[list[str]], asked: list[str], within: float
) -> None:
    texts = [" ".join(words) for words in examples]
    text = " ".join(asked)
    near = [(distance(sketch(text), sketch(example)), place) for place, example in enumerate(texts)]
    best = min((pair for pair in near if pair[0] <= within and pair[0] < 1), default=None)
    found = Bank([(example, None) for example in texts]).nearest(text, within, NOW)
    assert found == (None if best is None else (texts[best[1]], best[0]))


@pytest.mark.parametrize(("length", "within"), [(256, 31), (64, 10), (40, 5), (128, 40)])
def test_the_nearest_hash_is_found_as_comparing_with_each_does(
    monkeypatch: pytest.MonkeyPatch, length: int, within: int
) -> None:
    monkeypatch.setattr(bits, "_FEW", 10)
    rng = random.Random(3)
    known = [rng.getrandbits(length) for _ in range(400)]
    index = BitIndex([(format(value, f"0{length // 4}x"), None) for value in known])
    for _ in range(60):
        asked = rng.choice(known)
        for place in rng.sample(range(length), rng.randrange(within + 4)):
            asked ^= 1 << place
        least, nearest = min(((value ^ asked).bit_count(), value) for value in known)
        found = index.nearest(format(asked, f"0{length // 4}x"), within, NOW)
        assert found == ((format(nearest, f"0{length // 4}x"), least) if least <= within else None)
