"""Whatever bytes come as a mail: a letter that any database can keep, or one sentence; never a crash, never endless work."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchfloor.interop.mail.domain.html import html_text
from watchfloor.interop.mail.domain.parsing import MOST_PARTS, TEXT, parse
from watchfloor.kernel.errors import BadInput

HEADERS = (
    b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: message/rfc822", b"Content-Type: text/html; charset=utf-7",
    b"Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"", b"Content-Type: message/feedback-report",
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode",
    b"From: =?utf-8?b?//8=?= <a@b.example>", b"From: a@b.example, c@d.example", b"Subject: =?zip?q?x?=", b"Date: Fri, 99 Foo 0000",
    b"Content-Type: text/plain; charset=\"\xff\"", b"Content-Disposition: attachment; filename*0*=a''%ff; filename*1=b",
    b"Message-ID: <a@b>", b"References: <x> <y", b"Content-Type: text/plain; name=\"", b"Subject: \xe2\x80\xae\x00x", b"",
    b"--b", b"--b--", b"begin 644 x", b"=", b"<a href=\"http://x.example/\"><!--", b"hxxp://evil[.]example/a",
)  # fmt: skip
TAGS = (
    "<p>",
    "</p>",
    "<svg>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<a href='https://x.example/'>",
    "<",
    ">",
    "&lt;",
    "word ",
)
LINES = st.lists(st.one_of(st.sampled_from(HEADERS), st.binary(max_size=40)), max_size=60)


def check(raw: bytes) -> None:
    try:
        letter = parse(raw)
    except BadInput as problem:
        said = problem
    else:
        said = None
    if said is not None:
        assert said.message.endswith(".") and said.code
        return
    text = msgspec.json.encode(
        [
            letter.subject,
            letter.sender,
            letter.text,
            letter.links,
            letter.headers,
            letter.feedback,
            letter.shown(),
            letter.answers,
        ]
    )
    shown = msgspec.json.encode([letter.subject, letter.text, letter.feedback, letter.shown()])
    assert text and b"\\u0000" not in shown.replace(b"\\\\", b"")  # somebody may write a backslash and u0000 out
    assert len(letter.text) <= TEXT and len(letter.attachments) <= 100
    assert all("\n" not in value and "\r" not in value for _, value in letter.headers)


@given(LINES)
@example([b"\\u0000"])
@settings(max_examples=120)
def test_any_lines(lines: list[bytes]) -> None:
    check(b"\r\n".join(lines))


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_any_bytes(raw: bytes) -> None:
    check(raw)
    check(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(raw)
        + b"\n--b--"
    )


@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200),
    st.text(max_size=60).map(lambda s: s.replace("\n", " ")),
)
@settings(max_examples=40)
def test_what_a_person_writes_is_read_as_it_was(text: str, subject: str) -> None:
    made = EmailMessage()
    made["From"] = "Ann <ann@people.example>"
    plain = "".join(each for each in subject if each.isprintable())
    made["Subject"] = plain
    made.set_content(text)
    letter = parse(made.as_bytes())
    assert letter.text == "\n".join(text.splitlines()).strip() or letter.text.split() == text.split()
    assert letter.sender == "ann@people.example" and letter.subject.split() == plain.split()


@given(st.lists(st.sampled_from(TAGS), max_size=80))
@settings(max_examples=60)
def test_any_page_is_text(parts: list[str]) -> None:
    text = html_text("".join(parts))
    assert "<script>" not in text and "<p>" not in text


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty_mail"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (MOST_PARTS + 9), "too_many_parts"),
        (b"a: b\n" * 2_000 + b"\nx", "too_many_headers"),
        (b"Subject: " + b"a" * 50_000 + b"\n\nx", "header_too_long"),
        (b"Subject: x\n\n" + b"\n" * 400_000, "too_many_lines"),
        (b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(400)), "too_deep"),
        (b"x" * 9_000_000, "too_large"),
    ],
)
def test_what_is_not_read_is_one_sentence(raw: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(raw)
    assert caught.value.code == code and caught.value.message.endswith(".")
