"""What a text can be tied to others by: links, e-mail addresses, phone numbers, IP addresses, wallets and handles, in canonical form.

One operator uses many texts but few of these, so equal canonical forms are the strongest edge of a campaign. They are read through the
usual disguises (``hxxp://``, ``evil[.]com``, ``name (at) host``, full-width and invisible characters, the letter o among digits) and
never looked up: nothing here touches a network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from watchfloor.engines.textmodels import addresses, phones, wallets
from watchfloor.engines.textmodels.hosts import SHORTENERS, network, registrable
from watchfloor.engines.textmodels.normalise import is_invisible


class Entity(NamedTuple):
    """One of them, with its place in the text as it was typed.

    Attributes:
        kind: ``domain`` (registrable), ``url`` (only of a shortener, where the domain says nothing), ``email``, ``phone``, ``ip``
            (IPv6 as its /64), ``wallet`` or ``handle``.
        canonical: equal for all spellings of the same thing, within a kind.
        start, end: its place in the original text.
        note: ``shortener`` where it leads to a place unknown, otherwise empty.
    """

    kind: str
    canonical: str
    start: int
    end: int
    note: str = ""


_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot|punkt|punto)\s?[\])}]\s?)"
_AT = r"(?:@|\s?[\[({]\s?(?:@|at)\s?[\])}]\s?)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"{_LABEL}(?:{_DOT}{_LABEL})+"
_REST = r"[^\s<>\"'`]*"
_LINK = re.compile(
    rf"(?P<email>(?:mailto:)?(?<![\w.+-])[\w.+-]{{1,64}}{_AT}{_HOST})"
    rf"|(?P<link>\bh(?:tt|xx)ps?(?::|\[:\])//(?:[^\s/@<>]*@)?(?:\[[0-9a-f:.%]+\]|{_HOST}|0x[0-9a-f]+|\d+)(?::\d+)?(?:[/?#]{_REST})?)"
    rf"|(?P<www>\bwww\d?{_DOT}{_HOST}(?:[:/?#]{_REST})?)"
    rf"|(?P<ipv4>(?<![\w.])(?:\d{{1,3}}{_DOT}){{3}}\d{{1,3}}(?![\w]|\.\d)(?:[:/]{_REST})?)"
    rf"|(?P<bare>(?<![\w@.-]){_HOST}(?![\w@-])(?:[:/?#]{_REST})?)"
    r"|(?P<ipv6>(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}(?![\w:]))"
    r"|(?P<handle>(?<![\w@.])@[a-z0-9_][a-z0-9_.]{2,29})"
)
# A cheap look: where this finds nothing, there is no link, address or handle.
_MAYBE_LINK = re.compile(r"@|://|\w\.\w|[\[({]\s?(?:\.|dot|at|@|:)|:[0-9a-f]{0,4}:")
_MAYBE_WALLET = re.compile(r"[0-9A-Za-z]{26}")
# Without a scheme or a path, a last label of these counts as one; other endings are far more often words after a full stop.
_ENDINGS_TEXT = """
com net org info biz edu gov io tv co uk de es fr ru cn jp br eu nl pl se ch ca au za kr ua cz gr hu ro tk ml ga cf gq cc ws
ly gl gd xyz top site online shop club app dev store website space icu vip fun live pro work win bid loan trade date men
review stream download gdn mobi name asia click link buzz cyou rest bond sbs lol monster quest host press tech cloud agency
bet casino porn sex xxx cam xn--p1ai рф
"""
_PLAIN_ENDINGS = frozenset(_ENDINGS_TEXT.split())
_FILES = frozenset({"py", "sh", "md", "rs", "pl", "ps", "js", "so", "do", "app", "dev", "mov", "zip"})
_UNDONE = re.compile(r"\s?[\[({]\s?(\.|:|@|dot|punkt|punto|at)\s?[\])}]\s?")
_MEANT = {"dot": ".", "punkt": ".", "punto": ".", "at": "@"}
_CODE = re.compile(r"/[\w+%-]{2,}(?:/[\w+%-]+)*")
_MESSENGERS = {
    "wa.me": "phone",
    "whatsapp.com": "phone",
    "t.me": "handle",
    "telegram.me": "handle",
    "telegram.dog": "handle",
}


def entities(text: str) -> list[Entity]:
    """All of them in the order they stand in ``text``; never fails, whatever the text holds."""
    read, places = _read(text)
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []

    def add(kind: str, canonical: str, start: int, end: int, note: str = "") -> None:
        taken.append((start, end))
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        if kind == "url":  # what follows a shortener's name tells capitals from small letters
            canonical += _as_typed(canonical, text[start:end])
        found.append(Entity(kind, canonical, start, end, note))

    if _MAYBE_LINK.search(read):
        for match in _LINK.finditer(read):
            for kind, canonical, start, end, note in _linked(match):
                add(kind, canonical, start, end, note)
    if _MAYBE_WALLET.search(text):
        for canonical, start, end in wallets.find(text):
            found.append(Entity("wallet", canonical, start, end))
    if phones.MAYBE.search(read):
        for match in phones.PHONE.finditer(read):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            number = phones.canonical(match[0])
            if number is not None:
                add("phone", number, match.start(), match.end())
    if len(found) > 1:
        found.sort(key=lambda entity: (entity.start, entity.end))
        found = [entity for place, entity in enumerate(found) if not _inside_wallet(entity, found, place)]
    return found


def _inside_wallet(entity: Entity, found: list[Entity], place: int) -> bool:
    """Digits of a wallet address are no phone number."""
    near = found[max(0, place - 2) : place + 3]
    return entity.kind == "phone" and any(
        each.kind == "wallet" and each.start < entity.end and entity.start < each.end for each in near
    )


def _read(text: str) -> tuple[str, list[int] | None]:
    """The text in lower case without disguise; with it, for each character its place in ``text`` (None: the same)."""
    if text.isascii() and text.isprintable():
        return text.lower(), None
    forms: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char.isascii():
            form = char.lower() if char >= " " or char in "\t\n\r" else ""
        else:
            form = _plain(char)
        forms.append(form)
        places += [place] * len(form)
    return "".join(forms), places


@lru_cache(maxsize=65_536)
def _plain(char: str) -> str:
    if is_invisible(char):
        return ""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in "\u3002\uff0e\uff61\u2024":  # full stops that browsers take for dots
        return "."
    return unicodedata.normalize("NFKC", char).casefold()


Found = tuple[str, str, int, int, str]


def _as_typed(domain: str, typed: str) -> str:
    """The path that makes a short link what it is."""
    found = _CODE.search(typed, typed.lower().find(domain) + len(domain) if domain in typed.lower() else 8)
    return found[0] if found is not None else ""


def _linked(match: re.Match[str]) -> Iterator[Found]:
    kind = match.lastgroup or ""
    start, end = match.span()
    typed = match[0]
    if kind == "handle":
        name = typed[1:].rstrip("._")
        if len(name) >= 3:
            yield "handle", name, start, start + 1 + len(name), ""
        return
    if kind == "ipv6":
        address = network(typed)
        if address is not None:
            yield "ip", address, start, end, ""
        return
    kept = _without_tail(typed)
    end = start + len(kept)
    meant = _UNDONE.sub(lambda each: _MEANT.get(each[1], each[1]), kept)
    if kind == "email":
        address = addresses.canonical(meant.removeprefix("mailto:"))
        if address is not None and registrable(address.rpartition("@")[2]):
            yield "email", address, start, end, ""
        return
    yield from ((*each[:2], start, end, each[2]) for each in _of_link(meant, bare=kind == "bare"))


def _without_tail(typed: str) -> str:
    """Without the punctuation that ends a sentence, and brackets that were opened before the link."""
    kept = typed.rstrip(".,;:!?…*_~'\"")
    while kept and kept[-1] in ")]}" and kept.count(kept[-1]) > kept.count("([{"[")]}".index(kept[-1])]):
        kept = kept[:-1].rstrip(".,;:!?")
    return kept


def _of_link(link: str, *, bare: bool) -> Iterator[tuple[str, str, str]]:
    """(kind, canonical, note) of a link: usually its domain."""
    link = re.sub(r"^hxxp", "http", link)
    if "://" not in link:
        link = "http://" + link
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return
    address = network(host) if not bare or host.count(".") == 3 else None
    if address is not None:
        yield "ip", address, ""
        return
    domain = registrable(host)
    if domain is None or (bare and not _likely(host, parts.path)):
        return
    path = parts.path.rstrip("/")
    messenger = _MESSENGERS.get(domain)
    if messenger == "phone":
        number = parse_qs(parts.query).get("phone", [path.rpartition("/")[2]])[0]
        canonical = phones.canonical("+" + re.sub(r"\D", "", number)) if number else None
        if canonical is not None:
            yield "phone", canonical, ""
            return
    if messenger == "handle" and path.count("/") == 1 and len(path) > 3:
        yield "handle", path[1:], ""
        return
    if domain in SHORTENERS or host in SHORTENERS:
        if _CODE.match(path):
            yield "url", domain, "shortener"
        return
    yield "domain", domain, ""


def _likely(host: str, path: str) -> bool:
    """Whether a name without scheme is a link and not two words around a full stop or the name of a file."""
    name, _, ending = host.rpartition(".")
    if path.startswith("/") and len(path) > 1:
        return ending not in _FILES or name.count(".") > 0
    if host.startswith("www."):
        return True
    if ending not in _PLAIN_ENDINGS or (ending in _FILES and "." not in name):
        return False
    return len(name) >= 2 and not name.replace(".", "").isdecimal()
