"""A mail taken apart, however hostile: bounded in time, memory and depth; what cannot be read is one sentence, never a crash.

The standard library's parser does the work, with a factory that counts: parts, headers and their sizes are bounded before anything is
built of them. Archives are never unpacked; nothing is fetched.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final

import msgspec

from watchfloor.interop.mail.domain.html import html_text
from watchfloor.kernel.errors import BadInput

MOST_BYTES: Final = 8_000_000
MOST_LINES: Final = 300_000
MOST_NESTED: Final = 100
MOST_WORK: Final = 1_500_000  # lines times levels
MOST_PARTS: Final = 300
MOST_HEADERS: Final = 1_000  # of one part
HEADER: Final = 20_000  # characters of one header
TEXT: Final = 100_000
SHOWN: Final = (
    "from",
    "to",
    "cc",
    "reply-to",
    "date",
    "subject",
    "message-id",
    "return-path",
    "received",
    "list-id",
    "user-agent",
    "x-mailer",
)
_NESTS = re.compile(rb"multipart/|message/", re.IGNORECASE)
_LINK = re.compile(r"\bh(?:tt|xx)ps?://[^\s<>\"'\x00-\x1f\u202a-\u202e\u2066-\u2069]{1,2000}", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{1,300})>")
_CODECS = re.compile(
    r"(utf|iso8859|cp\d|koi8|gb|big5|shift_jis|euc|iso2022|ascii|latin|tis|mac|hz|johab|ptcp|kz)", re.IGNORECASE
)


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A part that is no text of the mail; ``data`` its bytes, decoded once, never opened."""

    name: str
    content_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Of its bytes, hex."""
        return hashlib.sha256(self.data).hexdigest()


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says. ``headers``: all of its own, in their order, names in lower case."""

    headers: tuple[tuple[str, str], ...]
    subject: str
    sender: str  # the one address of From; "" where there is none, or more than one
    sender_name: str
    to: tuple[str, ...]
    sent_at: datetime | None
    message_id: str
    answers: tuple[str, ...]  # ids of In-Reply-To and References, the nearest first
    text: str
    from_html: bool
    links: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    feedback: dict[str, list[str]] | None = None  # RFC 5965, names in lower case
    original: bytes = b""  # the mail that is complained about, as it was put in
    cut: bool = False  # some of the text was left out

    def header(self, name: str) -> str:
        """The first header of this name."""
        return next((value for key, value in self.headers if key == name), "")

    def shown(self) -> dict[str, str]:
        """The headers that matter to whoever reviews it."""
        found: dict[str, str] = {}
        for key, value in self.headers:
            if key in SHOWN and key not in found:
                found[key] = value[:2_000]
        return found


class _Parts:
    """Makes the parts of one mail, as many as are allowed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, policy: Any = compat32) -> Message:
        self.count += 1
        if self.count > MOST_PARTS:
            raise BadInput("too_many_parts", f"This mail has more than {MOST_PARTS} parts.")
        return _Part(policy)


class _Part(Message):
    """A part whose headers are counted as they come."""

    _seen = 0

    def set_raw(self, name: str, value: str) -> None:
        self._seen += 1
        if self._seen > MOST_HEADERS:
            raise BadInput("too_many_headers", f"A part of this mail has more than {MOST_HEADERS:,} headers.")
        if len(value) > HEADER:
            raise BadInput("header_too_long", f"A header of this mail has more than {HEADER:,} characters.")
        super().set_raw(name, value)


def parse(raw: bytes) -> Letter:
    """A mail as bytes. ``BadInput`` with one sentence for what is not read here; the caller keeps the bytes."""
    _bounded(raw)
    try:
        message = BytesParser(_Parts(), policy=compat32).parsebytes(raw)
        return _letter(message)
    except BadInput:
        raise
    except RecursionError:
        raise BadInput("too_deep", "This mail nests far too deeply.") from None
    except Exception as problem:  # the library's own slips on bytes nobody foresaw
        raise BadInput("unreadable", f"This mail cannot be read ({type(problem).__name__}).") from problem


def _bounded(raw: bytes) -> None:
    if not raw.strip():
        raise BadInput("empty_mail", "This mail is empty.")
    if len(raw) > MOST_BYTES:
        raise BadInput(
            "too_large", f"A mail may have at most {MOST_BYTES // 1_000_000} MB; this has {len(raw):,} bytes."
        )
    lines = max(raw.count(b"\n"), raw.count(b"\r"))
    if lines > MOST_LINES:
        raise BadInput("too_many_lines", f"This mail has more than {MOST_LINES:,} lines.")
    nests = sum(1 for _ in zip(_NESTS.finditer(raw), range(MOST_NESTED + 1), strict=False))
    if nests > MOST_NESTED or nests * lines > MOST_WORK:  # each level is looked for at each line
        raise BadInput("too_deep", "This mail nests far too deeply for its length.")


def _letter(message: Message) -> Letter:
    headers = tuple((str(name).lower(), decoded(str(value))) for name, value in message.items())
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[Attachment] = []
    feedback: dict[str, list[str]] | None = None
    original = b""
    cut = False
    for part, kind in _leaves(message):
        if kind == "message/feedback-report":
            feedback = feedback or _fields(part)
        elif kind.startswith("message/") or kind == "text/rfc822-headers":
            inner = _inside(part, kind)
            if inner and not original and kind in ("message/rfc822", "message/global", "text/rfc822-headers"):
                original = inner
            else:
                attachments.append(Attachment(name=_name(part), content_type=kind, data=inner))
        elif kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            (texts if kind == "text/plain" else pages).append(_text(part))
        else:
            attachments.append(Attachment(name=_name(part), content_type=kind, data=_bytes(part)))
    from_html = not any(text.strip() for text in texts) and bool(pages)
    full = "\n".join(html_text(page) for page in pages) if from_html else "\n".join(texts)
    cut = len(full) > TEXT
    text = clean(full[:TEXT]).strip()
    senders = addresses(message.get_all("from", []))
    ids = (
        ids_of(decoded(str(message.get("in-reply-to", "")))) + ids_of(decoded(str(message.get("references", ""))))[::-1]
    )
    linked = text if from_html else text + "\n" + "\n".join(html_text(page) for page in pages)[:TEXT]
    return Letter(
        headers=headers, subject=clean(next((v for k, v in headers if k == "subject"), ""))[:1_000].strip(),
        sender=senders[0][1] if len(senders) == 1 else "", sender_name=senders[0][0] if len(senders) == 1 else "",
        to=tuple(address for _, address in addresses([*message.get_all("to", []), *message.get_all("cc", [])])[:50]),
        sent_at=_date(str(message.get("date", ""))), message_id=next(iter(ids_of(str(message.get("message-id", "")))), ""),
        answers=tuple(dict.fromkeys(ids))[:30], text=text, from_html=from_html, links=links_of(linked),
        attachments=tuple(attachments[:100]), feedback=feedback, original=original, cut=cut or len(attachments) > 100,
    )  # fmt: skip


def _leaves(message: Message) -> Iterator[tuple[Message, str]]:
    """The parts that are no mere containers; what is inside an embedded mail belongs to that."""
    todo = [message]
    while todo:
        part = todo.pop(0)
        kind = part.get_content_type().lower()
        payload = part.get_payload()
        if kind.startswith("multipart/") and isinstance(payload, list):
            todo[:0] = [each for each in payload if isinstance(each, Message)]
        elif kind.startswith("multipart/"):  # says it has parts and has none: a text
            yield part, "text/plain"
        else:
            yield part, kind


def _inside(part: Message, kind: str) -> bytes:
    """An embedded mail as bytes."""
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload else None
        if not isinstance(inner, Message):
            return b""
        encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
        if encoding in ("base64", "quoted-printable") and not inner.keys():  # not allowed, and done all the same
            inner["content-transfer-encoding"] = encoding
            return _bytes(inner)
        try:
            return inner.as_bytes()
        except Exception:  # odd characters in headers
            return str(inner).encode("utf-8", "replace")
    return _bytes(part)


def _fields(part: Message) -> dict[str, list[str]]:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        inner = payload[0]
        if not inner.keys():
            inner = BytesParser(_Parts(), policy=compat32).parsebytes(
                _inside(part, "message/feedback-report"), headersonly=True
            )
    else:
        inner = BytesParser(_Parts(), policy=compat32).parsebytes(_bytes(part).lstrip(), headersonly=True)
    found: dict[str, list[str]] = {}
    for name, value in inner.items():
        found.setdefault(str(name).lower()[:60], []).append(clean(decoded(str(value)))[:2_000].strip())
    return found


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> str:
    return decode(_bytes(part)[: 4 * TEXT], str(part.get_content_charset() or ""))


def decode(data: bytes, charset: str) -> str:
    """Bytes as text, by a charset that is one; whatever else is claimed counts as UTF-8."""
    try:
        name = codecs.lookup(charset[:40]).name if charset else "utf-8"
    except (LookupError, ValueError):
        name = "utf-8"
    if not _CODECS.match(name) or name in ("utf-7", "utf_7"):
        name = "utf-8"
    try:
        return data.decode(name, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def decoded(value: str) -> str:
    """A header in plain characters; what is not what it claims stays as it came."""
    value = re.sub(r"[\r\n\x00]+", " ", value[:HEADER])
    if "=?" not in value:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not value.isascii() else value
    try:
        parts = [
            decode(text, charset or "ascii") if isinstance(text, bytes) else text
            for text, charset in decode_header(value)
        ]
    except Exception:  # bad base64 in an encoded word
        return clean(value)
    return re.sub(r"[\r\n\x00]+", " ", "".join(parts))[:HEADER]


def clean(text: str) -> str:
    """What any database can keep: no NUL, no half of a pair; line ends as one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return text.encode("utf-8", "replace").decode()


def addresses(values: list[Any]) -> list[tuple[str, str]]:
    """(name, address in lower case) of all that look like addresses."""
    texts = [decoded(str(value))[:2_000] for value in values[:20]]
    try:
        found = getaddresses(texts)
    except (RecursionError, ValueError, IndexError):
        return []
    return [(clean(name)[:200], address.lower()) for name, address in found if is_address(address)]


def is_address(text: str) -> bool:
    """Whether mail could be sent there."""
    local, _, domain = text.rpartition("@")
    return bool(
        local
        and "." in domain.strip(".")
        and len(text) <= 254
        and text.isprintable()
        and " " not in text
        and text.count("@") == 1
    )


def ids_of(text: str) -> list[str]:
    """The message ids in a header."""
    return _ID.findall(text[:HEADER])


def links_of(text: str) -> tuple[str, ...]:
    """The addresses of the web in a text; written so that nobody clicks them by mistake ("hxxp", "[.]"), they are read as meant."""
    text = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":")
    found = []
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".,;:!?)]}>\u201d\u2019")
        if link[1:3].lower() == "xx":
            link = "htt" + link[3:]
        found.append(link)
        if len(found) >= 400:
            break
    return tuple(dict.fromkeys(found))[:100]


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # parameters in pieces that do not fit together
        name = ""
    return clean(decoded(str(name)))[:200]


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:200])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
