"""What proves a sender, which mails are answered, which links mean items."""

from __future__ import annotations

import pytest

from watchfloor.interop.mail.domain.manners import why_silent
from watchfloor.interop.mail.domain.patterns import compiled, item_in
from watchfloor.interop.mail.domain.proof import proof_of
from watchfloor.kernel.errors import BadInput

SENDER = "ann@flagger.example"


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("mx.us.example; dmarc=pass header.from=flagger.example", "proved"),
        ("mx.us.example 1; dkim=pass (2048-bit) header.d=Flagger.Example header.s=a", "proved"),
        ("mx.us.example; spf=pass smtp.mailfrom=bounce@flagger.example", "proved"),
        ("mx.us.example; dkim=pass header.i=@flagger.example; spf=fail smtp.mailfrom=x.example", "proved"),
        ("MX.US.EXAMPLE; dmarc=pass (p=reject) header.from=flagger.example", "proved"),
        ("mx.us.example; dkim=pass header.d=evil.example", "unknown"),
        ("mx.us.example; dkim=pass header.d=notflagger.example", "unknown"),
        ("mx.us.example; dkim=pass header.d=mail.flagger.example", "unknown"),
        ("mx.us.example; spf=pass smtp.mailfrom=flagger.example.evil.example", "unknown"),
        ("mx.us.example; dmarc=fail header.from=flagger.example", "failed"),
        ("mx.us.example; spf=fail smtp.mailfrom=flagger.example", "failed"),
        ("mx.us.example; none", "unknown"),
        ("mx.evil.example; dmarc=pass header.from=flagger.example", "unknown"),
        ("(mx.us.example;) mx.evil.example; dmarc=pass header.from=flagger.example", "unknown"),
        ("evil.example; x=mx.us.example; dmarc=pass header.from=flagger.example", "unknown"),
    ],
)
def test_only_our_servers_word_counts(value: str, state: str) -> None:
    headers = [("authentication-results", value), ("received", "from x"), ("from", SENDER)]
    assert proof_of(headers, SENDER, ids=["mx.us.example"], trusted=True).state == state
    assert proof_of(headers, SENDER, ids=["mx.us.example"], trusted=False).state == "unknown"
    assert (
        proof_of(headers[::-1], SENDER, ids=["mx.us.example"], trusted=True).state == "unknown"
    )  # it came from outside
    assert proof_of(headers, "", ids=["mx.us.example"], trusted=True).state == "unknown"
    assert proof_of(headers, SENDER, ids=[], trusted=True).state == "unknown"


@pytest.mark.parametrize(
    ("headers", "sender", "envelope", "why"),
    [
        ([], SENDER, "ann@flagger.example", ""),
        ([("auto-submitted", "no")], SENDER, None, ""),
        ([("auto-submitted", "auto-replied; x=y")], SENDER, None, "machine"),
        ([("precedence", "Bulk")], SENDER, None, "list"),
        ([("list-id", "<a.b>")], SENDER, None, "list"),
        ([("return-path", "<>")], SENDER, None, "null_sender"),
        ([], SENDER, "", "null_sender"),
        ([], SENDER, "<>", "null_sender"),
        ([], "mailer-daemon@x.example", None, "machine"),
        ([], "no-reply@x.example", None, "machine"),
        ([], "", None, "no_sender"),
    ],
)
def test_machines_are_not_answered(headers: list[tuple[str, str]], sender: str, envelope: str | None, why: str) -> None:
    assert why_silent(headers, sender, envelope) == why


def test_links_lead_to_items() -> None:
    pattern = compiled("https://*.chirp.example/posts/{id}")
    for link, name in (
        ("https://www.chirp.example/posts/77", "77"), ("http://m.chirp.example/posts/a%20b/?x=1#y", "a b"),
        ("HTTPS://WWW.chirp.example/posts/77#z", "77"), ("https://www.chirp.example/posts/", ""),
        ("https://www.chirp.example/posts/7/more", ""), ("https://evil.example/www.chirp.example/posts/7", ""),
        ("https://www.chirp.example.evil.example/posts/7", ""), ("https://a/b.chirp.example/posts/7", ""),
    ):  # fmt: skip
        assert item_in(link, pattern) == name, link
    assert item_in("https://" + "a." * 900 + "chirp.example/posts/", compiled("https://*.*.*/posts/{id}")) == ""
    for bad in ("chirp.example/{id}", "https://chirp.example/", "https://x/{id}/{id}", "https://*.*.*.*/{id}"):
        with pytest.raises(BadInput):
            compiled(bad)
