"""Finds personal data in free text that goes to the public: statements of reasons must not carry any (DSA, Article 24(5)).

Pure and deliberately strict about what only a person has (addresses, accounts, numbers one can be called by) and deliberately mild
about what law and policy texts are full of (dates, article numbers, clause numbers).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

KINDS: Final = ("email", "phone", "handle", "url", "iban", "ip")
_HIDDEN: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")

_EMAIL = re.compile(
    r"[\w.+%'-]{1,64}(?:@|\s?[(\[{]\s?at\s?[)\]}]\s?)[\w-]{1,63}(?:(?:\.|\s?[(\[{]\s?dot\s?[)\]}]\s?)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'”)\]]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,12}/[^\s<>\"'”)\]]+", re.I
)
# Places in an address where sites put the name of a person.
_NAMED = re.compile(
    r"//[^/\s@]+@|/@|/~|/(?:u|user|users|profile|profiles|people|member|members|in|channel|c)/[^/?#]+|"
    r"[?&](?:user|username|user_id|uid|account|profile|email|id)=[^&#]+",
    re.IGNORECASE,
)
# Where the first part of the path is an account.
_BY_NAME = re.compile(
    r"(?:^|//|\.)(?:twitter|x|instagram|facebook|fb|threads|tiktok|t|telegram|vk|github|gitlab|linktr|onlyfans|pinterest|medium|"
    r"snapchat|twitch|patreon|paypal|bsky|tumblr|soundcloud)\.(?:com|net|me|ee|tv|app|io)/[\w.@-]+",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@./])@[a-z0-9_](?:[\w.-]{0,60}\w)?|(?<![\w/])u/[\w-]{3,30}\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,/+-])(?:\+|00|\(|\d)[\d\s().\u2010-\u2015/-]{5,24}\d(?![\w]|[.,]\d)")
_NORTH_AMERICAN = re.compile(r"\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_IP = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})(?![\w:]|\.\d)", re.I)
_NUMBERED = re.compile(r"(?:clause|section|article|paragraph|version|rule|point|no\.?|§+|v)\s*$", re.IGNORECASE)
_DATE = re.compile(r"^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?:[ T]\d{1,2})?$")


class Span(msgspec.Struct, frozen=True):
    """A stretch of the text, in characters of the original; ``kind`` is one of ``KINDS``."""

    kind: str
    start: int
    end: int
    text: str


def personal_data(text: str) -> list[Span]:
    """Every stretch of ``text`` that looks like a person's address, account or number, in order, none inside another.

    Fullwidth and other compatibility characters are read as their plain form, invisible ones are skipped.
    """
    plain, places = _plain(text)
    found: list[tuple[int, int, str]] = []
    for kind, start, end in _candidates(plain):
        if not any(start < e and s < end for s, e, _ in found):
            found.append((start, end, kind))
    spans = []
    for start, end, kind in sorted(found):
        first, last = places[start], places[end - 1] + 1
        spans.append(Span(kind, first, last, text[first:last]))
    return spans


def redacted(text: str, by: str = "[…]") -> str:
    """The text with every such stretch replaced: for texts made by the program, where nobody can be asked."""
    for span in reversed(personal_data(text)):
        text = text[: span.start] + by + text[span.end :]
    return text


def refuse(text: str, where: str) -> None:
    """``BadInput("personal_data")`` that names what was found, unless the text is free of it."""
    spans = personal_data(text)
    if spans:
        kinds = ", ".join(dict.fromkeys(span.kind for span in spans))
        raise BadInput(
            "personal_data", f"This text would be published and seems to name a person ({kinds}): {spans[0].text[:60]!r}.",
            where=where, hint="Take it out, or say why it must stay: that is recorded.",
        )  # fmt: skip


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """What is more telling comes first: a later kind does not overlap an earlier one."""
    for match in _URL.finditer(text):
        if _NAMED.search(match[0]) or _BY_NAME.search(match[0]):
            yield "url", *match.span()
    for match in _EMAIL.finditer(text):
        yield "email", *match.span()
    for match in _IBAN.finditer(text):
        length = _iban(match[0])
        if length:
            yield "iban", match.start(), match.start() + length
    for match in _IP.finditer(text):
        if _ip(match[0]) and not _NUMBERED.search(text[: match.start()][-12:]):
            yield "ip", *match.span()
    for match in _HANDLE.finditer(text):
        yield "handle", *match.span()
    for match in _PHONE.finditer(text):
        if _phone(match[0]):
            yield "phone", *match.span()


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as it reads, and for each of its characters the place in the original."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in _HIDDEN:
            continue
        for each in letter if letter < "\x80" else unicodedata.normalize("NFKC", letter):
            letters.append(each)
            places.append(place)
    return "".join(letters), places


def _phone(text: str) -> bool:
    """Whether it can be dialled: international form, a trunk prefix, or the North American grouping; 8 to 15 digits (E.164)."""
    digits = "".join(letter for letter in text if letter.isdigit())
    if not 8 <= len(digits) <= 15 or _DATE.match(text.strip()):
        return False
    if text.startswith(("+", "00")):
        return True
    if _NORTH_AMERICAN.fullmatch(text):
        return True
    return text.lstrip("(").startswith("0") and len(digits) >= 9


def _iban(text: str) -> int:
    """How much of the text is an account number: 15 to 34 characters, and the number modulo 97 is 1 (ISO 13616)."""
    for length in range(len(text), 14, -1):
        compact = text[:length].replace(" ", "").upper()
        whole = length == len(text) or not text[length].isalnum()
        if whole and 15 <= len(compact) <= 34 and _checks(compact):
            return length
    return 0


def _checks(compact: str) -> bool:
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1


def _ip(text: str) -> bool:
    if not any(letter.isdigit() for letter in text):  # "a::b" is an address, but nobody writes it as one
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def kinds_of(spans: Iterable[Span]) -> list[str]:
    """The kinds found, each once: what a log may say."""
    return list(dict.fromkeys(span.kind for span in spans))
