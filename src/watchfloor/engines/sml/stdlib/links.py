# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions on web addresses: host, registered domain, path, and names that pass for others."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from watchfloor.engines.sml.function import BadArgument, Cost, Undefined, function
from watchfloor.engines.sml.listkinds import host, normal
from watchfloor.engines.sml.stdlib import lookalikes, suffixes
from watchfloor.kernel.errors import BadInput


def _host(url: str) -> str:
    name = host(url)
    if not name or "." not in name:
        raise Undefined
    return name


def shown(name: str) -> str:
    """A host as people see it: punycode spelled out where it can be."""
    if "xn--" not in name:
        return name
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return name


@function(category="links", cost=Cost.TEXT)
def LinkHost(url: str) -> str:
    """The host of a web address, in lower-case ASCII (punycode); undefined where there is none."""
    return _host(url)


@function(category="links", cost=Cost.TEXT)
def LinkDomain(url: str) -> str:
    """The registered domain of a web address: `example.co.uk` of `https://shop.example.co.uk/x`. Ask `InList` whether it is a shortener."""
    found = suffixes.registered(_host(url))
    if found is None:
        raise Undefined
    return found


@function(category="links", cost=Cost.TEXT)
def LinkPathDepth(url: str) -> int:
    """How many parts the path of a web address has: 0 for `https://example.com/`, 2 for `https://example.com/a/b?c`."""
    try:
        path = urlsplit(url if "//" in url else "//" + url).path
    except ValueError:
        raise Undefined from None
    return sum(bool(part) for part in path.split("/"))


@function(category="links", cost=Cost.TEXT)
def LinkIsPunycode(url: str) -> bool:
    """Whether the host of a web address has letters beyond ASCII, written out or as punycode (`xn--`)."""
    return any(label.startswith("xn--") for label in _host(url).split("."))


@function(category="links", cost=Cost.HEAVY)
class LinkLooksLike:
    """Whether a web address passes for one of these domains without being it or below it: look-alike letters of other
    alphabets, digits for letters, `rn` for `m`, `vv` for `w`, hyphens put in.

    Args:
        url: the web address.
        domains: the domains to protect, such as ['example.com'].
    """

    def __init__(self, domains: list[str]) -> None:
        try:
            self._own = {normal("domains", domain) for domain in domains}
        except BadInput as error:
            raise BadArgument("domains", error.message, error.hint) from None
        self._shapes = {_shape(domain) for domain in self._own}

    def __call__(self, url: str) -> bool:
        name = suffixes.registered(_host(url))
        return name is not None and name not in self._own and _shape(shown(name)) in self._shapes


_DIGITS = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "i": "l", "-": None})


def _shape(domain: str) -> str:
    """What the eye takes a domain for."""
    name, dot, suffix = domain.partition(".")
    latin = unicodedata.normalize("NFKD", name.translate(lookalikes.LETTERS))
    plain = "".join(char for char in latin if not unicodedata.combining(char)).lower().translate(_DIGITS)
    plain = plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
    return plain + dot + suffix
