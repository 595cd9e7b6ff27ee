"""What a restriction may name, and the normal form in which it is kept and compared."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Final

from watchfloor.engines.textmodels import addresses
from watchfloor.engines.textmodels.hosts import ascii_host
from watchfloor.kernel.errors import BadInput

IP, ASN, EMAIL, DISPOSABLE, JA4, DEVICE, BAND, AGE = (
    "ip", "asn", "email", "disposable", "ja4", "device", "band", "age",
)  # fmt: skip
KINDS: Final = (IP, ASN, EMAIL, DISPOSABLE, JA4, DEVICE, BAND, AGE)
BANDS: Final = ("low", "unknown", "new", "usual", "good")
V6_HOUSEHOLD: Final = 64
SHORTEST: Final = {4: 8, 6: 16}  # a network wider than this is a mistake, not a restriction
SEALED: Final = "keyed:"  # a device as it is kept: a keyed hash, never the device's own id

_JA4 = re.compile(r"[tqd][0-9]{2}[di][0-9]{4}[a-z0-9]{2}(_[0-9a-f]{12}){0,2}")
_AGE = re.compile(r"([0-9]{1,4})\s*(h|d)")
_LIST = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")


def normal(kind: str, value: str) -> str:
    """The normal form of a value.

    Raises:
        BadInput: no such kind, or the value is none of it; the sentence says what one looks like.
    """
    made = _NORMAL.get(kind)
    if made is None:
        raise BadInput("unknown_subject", f"{kind[:30]!r} is nothing a restriction can name.", where="subject",
                       hint="One of: " + ", ".join(KINDS) + ".")  # fmt: skip
    value = value.strip()
    if not value or len(value) > 300 or "\x00" in value:
        raise BadInput("bad_value", "A value has 1 to 300 characters.", where="value")
    return made(value)


def seconds_of_age(value: str) -> int:
    """A kept age (``7d``, ``12h``) in seconds."""
    found = _AGE.fullmatch(value)
    assert found is not None, value
    return int(found[1]) * (86_400 if found[2] == "d" else 3_600)


def _ip(value: str) -> str:
    try:
        if "/" not in value:
            address = ip_address(value)
            return str(ip_network((address, 32 if address.version == 4 else V6_HOUSEHOLD), strict=False))
        network = ip_network(value, strict=False)
    except ValueError:
        message = f"{value[:50]!r} is no address and no network."
        raise _bad(message, "Such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.") from None
    if network.version == 6 and network.prefixlen > V6_HOUSEHOLD:  # one household has a whole /64
        network = network.supernet(new_prefix=V6_HOUSEHOLD)
    if network.prefixlen < SHORTEST[network.version]:
        raise _bad(f"{network} is too wide.", f"At least /{SHORTEST[network.version]}.")
    return str(network)


def _asn(value: str) -> str:
    digits = value.upper().removeprefix("AS").strip()
    if not digits.isascii() or not digits.isdecimal() or not 0 < int(digits) < 2**32:
        raise _bad(f"{value[:30]!r} is no number of a network (ASN).", "Such as AS64500.")
    return f"AS{int(digits)}"


def _email(value: str) -> str:
    """One mailbox in the form its provider compares it by, or a pattern with ``*`` and ``?`` whose domain may be one, too."""
    if "*" not in value and "?" not in value:
        found = addresses.canonical(value)
        if found is None:
            raise _bad(f"{value[:60]!r} is no e-mail address.", "Such as jane@example.org or promo*@example.org.")
        return found
    local, at, domain = value.casefold().rpartition("@")
    if not at or not local or not domain or any(char.isspace() for char in value):
        raise _bad(f"{value[:60]!r} is no pattern of an e-mail address.", "Such as promo*@example.org or *@*.example.org.")  # fmt: skip
    if not (set(local) | set(domain)) - set("*?."):
        raise _bad("This pattern would fit every address.", "Say at least a part of the domain or of the name.")
    if "*" not in domain and "?" not in domain:
        host = ascii_host(domain)
        if host is None or "." not in host:
            raise _bad(f"{domain[:60]!r} is no domain.", "Such as example.org.")
        domain = host
    return f"{local}@{domain}"


def _disposable(value: str) -> str:
    name = value.casefold()
    if not _LIST.fullmatch(name):
        raise _bad(f"{value[:40]!r} is no name of a list.", "The name of a list of domains, such as disposable_domains.")  # fmt: skip
    return name


def _ja4(value: str) -> str:
    found = value.casefold()
    if not _JA4.fullmatch(found):
        message = f"{value[:60]!r} is no JA4 fingerprint."
        raise _bad(message, "Such as t13d1516h2_8daaf6152771_b186095e22b6, or its first part.")
    return found


def _device(value: str) -> str:
    return value  # sealed by whoever keeps it: the key is not known here


def _band(value: str) -> str:
    if value not in BANDS:
        raise _bad(f"{value[:30]!r} is no band of reputation.", "One of: " + ", ".join(BANDS) + ".")
    return value


def _age(value: str) -> str:
    found = _AGE.fullmatch(value.casefold())
    if not found or not int(found[1]):
        raise _bad(f"{value[:30]!r} is no age.", "Younger than so many days or hours: 7d, 12h.")
    return f"{int(found[1])}{found[2]}"


def _bad(message: str, hint: str) -> BadInput:
    return BadInput("bad_value", message, where="value", hint=hint)


_NORMAL = {
    IP: _ip, ASN: _asn, EMAIL: _email, DISPOSABLE: _disposable, JA4: _ja4, DEVICE: _device, BAND: _band, AGE: _age,
}  # fmt: skip
