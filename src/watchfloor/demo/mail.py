"""One mail of the corpus as a message: whatever its headers, charsets and MIME parts have gone through in twenty years.

Nothing in a mail can make this fail: what cannot be read is left empty or replaced.
"""

from __future__ import annotations

import contextlib
import email
import email.errors
import email.policy
import ipaddress
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

import msgspec

from watchfloor.demo.language import guess_language

MOST_TEXT = 6_000
MOST_LINKS = 20


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A real mail, as far as a messaging platform would know it. Everything here is as in the corpus.

    Attributes:
        id: group and number, ``spam-2/00040``.
        sent_at: from the Date line; None where it is missing or senseless.
        relay_ip: the public address nearest to the recipient that handed the mail on, or ``""``.
        language: guessed from the words, ISO 639-1; ``"und"`` where there is too little to go by.
        label_spam: the corpus' human label.
        thread: the same for a mail and its answers.
    """

    id: str
    sent_at: datetime | None
    sender: str
    sender_name: str
    relay_ip: str
    subject: str
    body_text: str
    links: tuple[str, ...]
    language: str
    label_spam: bool
    thread: str


def parse_mail(raw: bytes, *, id: str, label_spam: bool) -> Message:
    """The message in the bytes of one mail."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    sender_name, sender = parseaddr(_header(mail, "From"))
    subject = _header(mail, "Subject")
    body, links = _body(mail)
    return Message(
        id=id,
        sent_at=_sent_at(mail),
        sender=sender.strip().lower()[:200],
        sender_name=sender_name.strip()[:120],
        relay_ip=_relay_ip(mail),
        subject=subject[:300],
        body_text=body[:MOST_TEXT],
        links=tuple(links[:MOST_LINKS]),
        language=guess_language(f"{subject}\n{body[:2000]}"),
        label_spam=label_spam,
        thread=_thread(mail, subject, id),
    )


def _header(mail: Mail, name: str) -> str:
    value = mail.get(name)
    if value is None:
        return ""
    text = str(value)
    with contextlib.suppress(ValueError, LookupError, email.errors.MessageError):  # a broken one is shown as it came
        text = str(make_header(decode_header(text)))
    return _clean(" ".join(text.split()))


def _clean(text: str) -> str:
    """Text a database and a page can hold: no NUL, no lone surrogates, no control characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in text if char >= " " or char in "\n\t")


_DATE_IN_RECEIVED = re.compile(r";\s*([^;]+)$", re.DOTALL)


def _sent_at(mail: Mail) -> datetime | None:
    candidates = [str(mail.get("Date", ""))]
    for received in mail.get_all("Received", []):
        found = _DATE_IN_RECEIVED.search(str(received))
        if found:
            candidates.append(" ".join(found[1].split()))
    for candidate in candidates:
        try:
            moment = parsedate_to_datetime(candidate)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if 1995 <= moment.year <= 2005:  # spammers' clocks stand anywhere
            return moment
    return None


_ADDRESS = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")


def _relay_ip(mail: Mail) -> str:
    for received in mail.get_all("Received", []):
        for text in _ADDRESS.findall(str(received)):
            try:
                if ipaddress.ip_address(text).is_global:
                    return str(text)
            except ValueError:
                continue
    return ""


_ANSWER = re.compile(r"^(?:\s*(?:re|aw|fwd?|sv|antwort)\s*(?:\[\d+\])?:|\s*\[[^\]]{1,40}\])+\s*", re.IGNORECASE)


def _thread(mail: Mail, subject: str, id: str) -> str:
    """Answers share the subject without its marks; mails without one stand alone."""
    bare = _ANSWER.sub("", subject).casefold().strip()
    return bare[:120] if len(bare) >= 4 else id


_BREAKS = dict.fromkeys(("p", "br", "div", "tr", "li", "h1", "h2", "h3"), "\n") | {"td": " "}


class _Text(HTMLParser):
    """The words and links of an HTML body; scripts, styles and comments left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag in _BREAKS:
            self.parts.append(_BREAKS[tag])
        for name, value in attrs:
            if name == "href" and value and value.lower().startswith(("http://", "https://")):
                self.links.append(value.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style") and self._silent:
            self._silent -= 1
        elif tag in _BREAKS:
            self.parts.append(_BREAKS[tag])

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


_LINK = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_MANY_LINES = re.compile(r"\n\s*\n+")


def _body(mail: Mail) -> tuple[str, list[str]]:
    """The readable text (plain parts before HTML ones) and the links in it."""
    plain: list[str] = []
    html: list[str] = []
    for part in mail.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else html).append(_decoded(part))
    text = "\n".join(plain)
    if not text.strip() and html:
        reader = _Text()
        try:
            reader.feed("\n".join(html))
            reader.close()
        except (AssertionError, ValueError):  # html.parser on malformed declarations
            pass
        text, links = "".join(reader.parts), reader.links
    else:
        links = []
    text = _clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _MANY_LINES.sub(
        "\n\n", "\n".join(line.strip() if html and not plain else line.rstrip() for line in text.split("\n"))
    )
    links += [link.rstrip(".,;:!?") for link in _LINK.findall(text)]
    return text.strip(), [_clean(link)[:500] for link in dict.fromkeys(links)]


def _decoded(part: Mail) -> str:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        payload = None
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return payload.decode("cp1252", "replace")
