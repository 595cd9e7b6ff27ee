# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions on e-mail addresses, domains, network addresses, cookies and telephone numbers."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from watchfloor.engines.sml.function import Cost, Function, Undefined, function
from watchfloor.engines.sml.stdlib import phonecodes, suffixes


def _after_at(email: str) -> str:
    _, at, domain = email.rpartition("@")
    if not at or not domain:
        raise Undefined
    return domain.lower()


@function(category="network")
def EmailDomain(email: str) -> str:
    """The registered domain of an e-mail address, without subdomains."""
    domain = _after_at(email)
    return suffixes.registered(domain) or domain


@function(category="network")
def EmailSubdomain(email: str) -> str:
    """The domain of an e-mail address with its subdomains."""
    return _after_at(email)


@function(category="network")
def EmailLocalPart(email: str) -> str:
    """What stands before the @ of an e-mail address."""
    local, at, _ = email.rpartition("@")
    if not at:
        raise Undefined
    return local


@function(category="network")
def DomainTld(domain: str) -> str:
    """The public suffix of a domain: `com`, `co.uk`."""
    suffix = suffixes.public_suffix(suffixes.host_of(domain))
    if suffix is None:
        raise Undefined
    return suffix


@function(category="network")
class DomainChopper:
    """The registered domains of a list of domains or addresses.

    Args:
        urls: domains or web addresses.
        fld: True for the registered domain of each; otherwise the list stays empty.
    """

    def __init__(self, fld: bool = False) -> None:
        self._fld = fld

    def __call__(self, urls: list[str]) -> list[str]:
        chopped = [suffixes.registered(suffixes.host_of(url)) for url in urls] if self._fld else []
        if None in chopped:
            raise Undefined
        return [domain for domain in chopped if domain]


@function(category="network", cost=Cost.TEXT)
def IpNetwork(ip: str) -> str:
    """The network of an address: IPv4 with a zero for its last part; IPv6 written out in full without leading zeros."""
    try:
        return str(IPv4Address(ip)).rpartition(".")[0] + ".0"
    except AddressValueError:
        pass
    groups = IPv6Address(ip).exploded.split(":")
    return ":".join(format(int(group, 16), "x") for group in groups)


@function(category="network", cost=Cost.TEXT)
class ExtractCookie:
    """The value of one cookie in a Cookie header.

    Args:
        header: the header's text.
        key: the cookie's name.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, header: str) -> str:
        try:
            cookie = SimpleCookie(header).get(self._key)
        except CookieError:
            raise Undefined from None
        if cookie is None:
            raise Undefined
        return str(cookie.value)


@function(category="network")
def PhonePrefix(phone_number: str) -> str:
    """A telephone number without its last four digits."""
    if not phone_number[:-4]:
        raise Undefined
    return phone_number[:-4]


@function(category="network")
def PhoneCountry(phone_number: str) -> str:
    """The country of a telephone number in international form, as two letters (ISO 3166)."""
    country = phonecodes.country(phone_number)
    if country is None:
        raise Undefined
    return country


def mail_lookup(resolve: Callable[[str], str | None]) -> Function:
    """``MXLookup`` with a resolver: given a domain, the address of its first mail host, or None.

    The engine itself reaches nothing outside: whoever wants the look-up hands in the way to do it, with its own
    cache and time limit, as ``functions={**STANDARD, "MXLookup": mail_lookup(resolve)}``.
    """

    def MXLookup(domain: str) -> str:
        """The address of the first mail host of a domain; undefined where there is none, or no resolver is set up.

        Args:
            domain: the domain.
        """
        address = resolve(domain)
        if address is None:
            raise Undefined
        return address

    return function(category="network", cost=Cost.LOOKUP)(MXLookup)


def _nobody(_domain: str) -> str | None:
    return None


MXLookup = mail_lookup(_nobody)
