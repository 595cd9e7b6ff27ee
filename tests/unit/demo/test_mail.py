"""The parser takes whatever twenty-year-old mail holds, and reads the good parts right."""

from datetime import UTC, datetime

import pytest

from watchfloor.demo.language import guess_language
from watchfloor.demo.mail import parse_mail

PLAIN = b"""Received: from mx.example.org (mx.example.org [10.0.0.3]) by home; Fri, 29 Jun 2001 01:52:26 +0100
Received: from relay.example.com (relay [198.51.100.7]) by mx; Fri, 29 Jun 2001 01:50:00 +0100
Received: from out.example.com (out [64.12.1.9]) by relay; Fri, 29 Jun 2001 01:49:00 +0100
From: "A. Sender" <A.Sender@Example.COM>
Subject: Re: [list] Meeting notes
Date: Thu, 28 Jun 2001 15:21:10 -0700
Content-Type: text/plain; charset=iso-8859-1

Gr\xfc\xdfe, see http://example.com/notes. Bye
"""

HTML = b"""From: shop@example.com
Subject: =?utf-8?b?w5FhbmTDug==?= sale
Content-Type: text/html

<html><style>p{}</style><script>alert(1)</script><p>Buy &amp; save</p><a href="http://shop.example/x">now</a></html>
"""


def test_a_plain_mail_is_read_whole() -> None:
    message = parse_mail(PLAIN, id="easy-ham-1/00001", label_spam=False)
    assert (message.sender, message.sender_name) == ("a.sender@example.com", "A. Sender")
    assert message.sent_at == datetime(2001, 6, 28, 22, 21, 10, tzinfo=UTC)
    assert message.relay_ip == "64.12.1.9"  # the first that is public: private and documentation ranges are passed over
    assert message.body_text == "Grüße, see http://example.com/notes. Bye"
    assert message.links == ("http://example.com/notes",)
    assert message.thread == "meeting notes"


def test_html_gives_words_and_links_but_no_scripts() -> None:
    message = parse_mail(HTML, id="spam-1/00001", label_spam=True)
    assert message.subject == "Ñandú sale"
    assert message.body_text.split() == ["Buy", "&", "save", "now"]
    assert message.links == ("http://shop.example/x",)
    assert message.label_spam


def test_plain_text_is_preferred_to_html() -> None:
    raw = (
        b"From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/html\n\n<b>bold</b>\n"
        b"--x\nContent-Type: text/plain\n\nplain words\n--x--\n"
    )
    assert parse_mail(raw, id="x/1", label_spam=False).body_text == "plain words"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"no headers at all",
        b"From: \nDate: yesterday\n\nbody",
        b"Content-Type: text/plain; charset=no-such-charset\n\n\xff\xfe body",
        b"Content-Type: multipart/mixed; boundary=gone\n\nnothing follows",
        b"Content-Transfer-Encoding: base64\nContent-Type: text/plain\n\n!!! not base64 !!!",
        b"Subject: =?no-such?q?x?= =?utf-8?b?broken\nFrom: =?x?=\n\nbody",
        b"Content-Type: text/html\n\n<![if broken <!--",
        b"Date: Thu, 99 Foo 99999 99:99:99 +9999\nReceived: by x; nonsense\n\nx",
        b"Received: from [999.999.999.999]\n\nx",
    ],
)
def test_nothing_makes_it_fail(raw: bytes) -> None:
    message = parse_mail(raw, id="spam-1/00007", label_spam=True)
    assert message.id == "spam-1/00007"
    assert "\x00" not in message.body_text + message.subject + message.sender
    message.body_text.encode("utf-8")


def test_senseless_dates_fall_back_to_the_received_line() -> None:
    raw = b"Received: from a by b; Fri, 29 Jun 2001 01:52:26 +0100\nDate: Mon, 1 Jan 2035 00:00:00 +0000\n\nx"
    assert parse_mail(raw, id="x/1", label_spam=True).sent_at == datetime(2001, 6, 29, 0, 52, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("the cat and the dog are not here but they will come", "en"),
        ("que los niños no están con las madres por la tarde", "es"),
        ("der Hund und die Katze sind nicht auf dem Dach", "de"),
        ("これはペンです。ありがとう", "ja"),
        ("Это просто письмо другу", "ru"),
        ("ok", "und"),
    ],
)
def test_the_language_guess(text: str, code: str) -> None:
    assert guess_language(text) == code
