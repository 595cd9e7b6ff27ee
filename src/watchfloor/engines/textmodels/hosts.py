"""Hosts as one can compare them: registrable domains offline, shorteners by list, addresses in any spelling.

The registrable domain is the public suffix and one label more (publicsuffix.org, MPL-2.0, bundled with the ``publicsuffixlist``
package and never fetched). Private suffixes count (``shop.blogspot.com`` belongs to its author, not to Blogspot).
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Hosts that only lead elsewhere: the domain says nothing of what is behind it, the whole address does.
_SHORTENERS_TEXT = """
1url.cz adf.ly amzn.to b23.ru bc.vc bit.do bit.ly bitly.com bl.ink buff.ly buk.me clck.ru cli.gs cutt.ly db.tt dlvr.it fb.me
flip.it fur.ly goo.gl goo.su ht.ly hyperurl.co ift.tt is.gd j.mp kl.am kutt.it linktr.ee lnkd.in moourl.com ow.ly plu.sh
po.st psty.io q.gs qr.ae qrco.de rb.gy rebrand.ly s.id sh.st shorte.st shorturl.at shrtco.de short.gy short.io sn.im snip.ly
snurl.com soo.gd su.pr surl.li t.co t.ly t2m.io tiny.cc tiny.one tiny.pl tinyurl.com tr.im trib.al u.to url.ie urlz.fr
urls.fr v.gd v.ht vk.cc wp.me x.co x.gd xurl.es yep.it yourls.org zpr.io
"""
SHORTENERS = frozenset(_SHORTENERS_TEXT.split())
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+", re.ASCII)


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=65_536)
def registrable(host: str) -> str | None:
    """The registrable domain of a host name, in lower-case ASCII (punycode); None for a public suffix or an unknown one.

    >>> registrable("www.shop.example.co.uk"), registrable("co.uk"), registrable("server.local")
    ('example.co.uk', None, None)
    """
    name = ascii_host(host)
    return None if name is None else _suffixes().privatesuffix(name)


def ascii_host(host: str) -> str | None:
    """Lower case, IDNA, without the last dot; None if it is no host name."""
    name = host.strip(".").casefold()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return name


def network(address: str) -> str | None:
    """An IP address as far as it tells one subscriber from another: IPv4 whole, IPv6 as its /64; None if it is none.

    Mapped addresses (``::ffff:192.0.2.1``) are the IPv4 address they carry. A link may spell an IPv4 address as one number, in
    hexadecimal or octal, or with parts left out: ``http://3221225985/`` leads to 192.0.2.1 (the rules of ``inet_aton``).
    """
    bare = address.strip("[]").partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return _loose(bare)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _loose(address: str) -> str | None:
    parts = address.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [int(part, 16 if part[1:2] == "x" else 8 if part[0] == "0" else 10) for part in parts]
    except ValueError:
        return None
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value += number << 8 * (3 - place)
    return str(ipaddress.IPv4Address(value))
