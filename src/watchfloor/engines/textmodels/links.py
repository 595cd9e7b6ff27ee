"""What a link's own spelling says of it, before anyone has opened it: its parts, their letters, and a few facts of its shape.

Nothing is fetched. Features are strings of a kind each, as for texts: ``tld:com``, ``host:login``, ``path:wp``,
``h~payp`` (four letters of the host), ``p~secu`` (of the rest), ``shape:deep3``. The registrable domain itself is no feature: a model that
learned domains by heart would look good on links to the same ones and know nothing of new ones.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from watchfloor.engines.textmodels.hosts import SHORTENERS, network, registrable

SIZE = 4
_SCHEME = re.compile(r"^\s*(?:([a-z][a-z0-9+.-]*):)?/{0,2}", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_LONGEST = 400  # characters of a link; what follows says nothing new


def domain_of(url: str) -> str:
    """What a link belongs to, for keeping all of one owner's links together: registrable domain, address, or the host as it is."""
    host = _parts(url)[1]
    return registrable(host) or network(host) or host


def features(url: str) -> list[str]:
    """The distinct features of a link, in an order that depends on nothing but the link."""
    scheme, host, user, port, rest = _parts(url)
    domain = registrable(host)
    address = network(host) if domain is None else None
    found = [f"scheme:{scheme or 'none'}"]
    front = host
    if address is not None:
        found += ["shape:address", "shape:address_odd" if address != host else "shape:address_plain"]
        front = ""
    elif domain is not None:
        name, _, suffix = domain.partition(".")
        front = host[: -len(domain)].rstrip(".").removeprefix("www").strip(".")
        found += [f"tld:{suffix}", f"shape:name{min(len(name), 30) // 3}", f"shape:front{min(len(front), 60) // 6}"]
        found += [f"shape:labels{min(host.count('.'), 6)}", *_letters("h", name), *_of_shape("name", name)]
        found += [f"name:{token}" for token in _TOKEN.findall(name)]
        if front:
            found += [f"host:{token}" for token in _TOKEN.findall(front)]
            found += [*_letters("s", front), *_of_shape("front", front)]
        if domain in SHORTENERS:
            found.append("shape:shortener")
        if "xn--" in host:
            found.append("shape:punycode")
    else:
        found += ["shape:unknown_host", *_letters("h", host)]
    if host.startswith("www."):
        found.append("shape:www")
    if user:
        found.append("shape:user")
    if port:
        found.append("shape:port")
    path, _, query = rest.partition("?")
    found += [f"shape:length{min(len(url), 200) // 12}", f"shape:deep{min(path.count('/'), 8)}"]
    found += [f"shape:rest{min(len(rest).bit_length(), 9)}", f"shape:query{min(query.count('='), 6)}"]
    if rest in ("", "/"):
        found.append("shape:bare")
    if len(path) > 1:
        ending = path.rpartition("/")[2].rpartition(".")
        if ending[1] and 0 < len(ending[2]) <= 5:
            found.append(f"ending:{ending[2]}")
        found += _of_shape("path", path)
        found += [f"path:{token}" for token in _TOKEN.findall(path) if not token.isdecimal()]
    if query:
        found += [f"query:{part.partition('=')[0]}" for part in query.split("&")]
    found += _letters("p", rest)
    return list(dict.fromkeys(found))


def _parts(url: str) -> tuple[str, str, str, str, str]:
    """Scheme, host, user, port and the rest, all in lower case; never fails."""
    text = unquote(url[:_LONGEST]).strip().lower()
    match = _SCHEME.match(text)
    scheme = (match[1] or "") if match else ""
    if scheme and "." in scheme:  # "example.com:80/..." has no scheme
        scheme, after = "", text
    else:
        after = text[match.end() :] if match else text
    cut = next((place for place, char in enumerate(after) if char in "/?#\\"), len(after))
    place, rest = after[:cut], after[cut:]
    user, _, place = place.rpartition("@")
    host, _, port = (place, "", "") if place.startswith("[") else place.partition(":")
    return scheme, host.strip("."), user, port, rest


def _letters(kind: str, text: str) -> list[str]:
    padded = f"^{_DIGITS.sub('0', text)}$"
    return [f"{kind}~{padded[start : start + SIZE]}" for start in range(max(1, len(padded) - SIZE + 1))]


def _of_shape(part: str, text: str) -> list[str]:
    """How many digits and hyphens, and how long the longest run of digits or of letters without a vowel, in coarse steps."""
    digits = sum(map(str.isdigit, text))
    longest = max(map(len, _DIGITS.findall(text)), default=0)
    hard = max(map(len, re.findall(r"[bcdfghjklmnpqrstvwxz]+", text)), default=0)
    return [
        f"shape:{part}_digits{min(digits, 8)}", f"shape:{part}_run{min(longest, 8)}",
        f"shape:{part}_hyphens{min(text.count('-'), 5)}", f"shape:{part}_hard{min(hard, 8)}",
    ]  # fmt: skip
