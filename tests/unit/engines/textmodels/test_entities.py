"""Links, addresses, numbers and wallets come out the same however they are typed, and nothing else is taken for one."""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from watchfloor.engines.textmodels import addresses
from watchfloor.engines.textmodels.entities import entities
from watchfloor.engines.textmodels.hosts import network, registrable

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[4] / "../shared/data"))


@pytest.mark.parametrize(
    ("typed", "kind", "canonical"),
    [
        ("see https://www.Shop.Example.co.uk/x?y=1.", "domain", "example.co.uk"),
        ("hxxp://evil[.]com/x", "domain", "evil.com"),
        ("go to evil (dot) com now", "domain", "evil.com"),
        ("evil。com", "domain", "evil.com"),
        ("www.a.de", "domain", "a.de"),
        ("http://someone.blogspot.com/p", "domain", "someone.blogspot.com"),
        ("http://user@evil.ru:80/x", "domain", "evil.ru"),
        ("http://bücher.example.de", "domain", "example.de"),
        ("пример.рф", "domain", "xn--e1afmkfd.xn--p1ai"),
        ("bit.ly/aBc9", "url", "bit.ly/aBc9"),
        ("http://3221225985/login", "ip", "192.0.2.1"),
        ("http://0xC0000201/", "ip", "192.0.2.1"),
        ("from 192[.]0[.]2[.]1", "ip", "192.0.2.1"),
        ("2001:db8:1:2:3::5 wrote", "ip", "2001:db8:1:2::/64"),
        ("J.Doe+x@googlemail.com", "email", "jdoe@gmail.com"),
        ("foo (at) bar [dot] com", "email", "foo@bar.com"),
        ("mailto:Me@Example.org", "email", "me@example.org"),
        ("wa.me/919672747263", "phone", "9672747263"),
        ("https://t.me/scam_bot", "handle", "scam_bot"),
        ("ask @Scam_Bot.", "handle", "scam_bot"),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        (
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "wallet",
            "0x52908400098527886e0f7030069857d2e4169ee7",
        ),
    ],
)
def test_one_form_for_every_spelling(typed: str, kind: str, canonical: str) -> None:
    assert [(found.kind, found.canonical) for found in entities(typed)] == [(kind, canonical)]


@pytest.mark.parametrize(
    "typed",
    [
        "+91 96727-47263", "+91-9672747263", "0091 9672747263", "09672747263", "9672747263", "91-9672747263", "+91 .9672747263",
        "((o9672747263))", "SPECIALIST09672747263", "+91967274726З".replace("З", "3"), "９６７２７４７２６３", "९६७२७४७२६३",
        "96727\u200b47263", "*91-9672747263black", "+91-9672747263soluti", "967 274 7263", "(967) 274-7263", "967.274.7263",
    ],
)  # fmt: skip
def test_one_number_however_it_is_typed(typed: str) -> None:
    assert [(found.kind, found.canonical) for found in entities("call " + typed + " now")] == [("phone", "9672747263")]


@pytest.mark.parametrize(
    "text",
    [
        "end of sentence.now the next. 3.14 e.g. i.e. ok.in home.me readme.md main.py node.js", "2014-03-12 10:45", "12-10-2014",
        "1416700800", "3.14159265358", "£1,000,000", "10 20 30 40 50", "1 2 3 4 5 6 7 8 9 10", "2147483648", "4111 1111 1111 1111",
        "std::vector::iterator 12:30:45", "@me a@b", "1BoatSLRHtKNngkdXEeobR76b53LETtpyX",  # the last has a wrong checksum
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert entities(text) == []


def test_they_stand_where_they_were_typed() -> None:
    text = "Ｍａｉｌ ｍｅ@ｅｘａｍｐｌｅ.org\u200b, (see http://a.com/x_(1)) or +44 (0)20 7946 0000!"
    assert [(found.kind, text[found.start : found.end]) for found in entities(text)] == [
        ("email", "ｍｅ@ｅｘａｍｐｌｅ.org"),
        ("domain", "http://a.com/x_(1)"),
        ("phone", "+44 (0)20 7946 0000"),
    ]


def test_providers_differ() -> None:
    assert addresses.canonical("jane.doe+shop@example.org") == "jane.doe+shop@example.org"
    assert addresses.canonical("jane.doe+shop@outlook.com") == "jane.doe@outlook.com"
    assert addresses.canonical("jane-shop@yahoo.co.uk") == "jane@yahoo.co.uk"
    assert addresses.canonical("jane-doe@ya.ru") == addresses.canonical("Jane.Doe@yandex.com") == "jane.doe@yandex.ru"
    assert addresses.canonical("no address") is None


def test_hosts_and_networks() -> None:
    assert registrable("co.uk") is None and registrable("server.local") is None
    assert network("::ffff:192.0.2.1") == network("[192.0.2.1]") == "192.0.2.1"
    assert network("300.1.1.1") is None and network("fe80::1%eth0") == "fe80::/64"


@pytest.mark.skipif(not (DATA / "se_spam_titles_2014.txt").exists(), reason="set WATCHFLOOR_DATA to the open data sets")
def test_phone_campaigns_are_joined() -> None:
    """Pairs of real spam titles with one phone number (the last ten digits, read as loosely as can be): 95 % at least are joined."""
    titles = (DATA / "se_spam_titles_2014.txt").read_text("utf-8-sig").splitlines()
    true_of, ours_of = defaultdict(set), defaultdict(set)
    for place, title in enumerate(titles):
        plain = re.sub(r"[oO](?=\d)|(?<=\d)[oO]", "0", title)
        for match in re.finditer(r"\d(?:[ .\-()]{0,3}\d){8,}", plain):
            true_of[re.sub(r"\D", "", match[0])[-10:]].add(place)
        for found in entities(title):
            if found.kind == "phone":
                ours_of[found.canonical].add(place)
    true, ours = (
        {(left, right) for group in of.values() for left in group for right in group if left < right}
        for of in (true_of, ours_of)
    )
    assert len(true & ours) >= 0.95 * len(true) > 3_000
    assert len(ours - true) <= 0.001 * len(ours)
