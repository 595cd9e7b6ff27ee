"""Public suffixes: where a registered domain begins.

A short built-in list of the second-level registries met most, not the whole Public Suffix List (publicsuffix.org),
which
is data of its own that changes weekly. A domain under a suffix that is not listed is cut at its last dot.
"""

from __future__ import annotations

import re

from watchfloor.engines.sml.stdlib.toplevel import is_top_level

# Country by country, the second-level labels under which anyone registers (facts of the registries).
_SECOND_LEVEL = {
    "uk": "co org me ltd plc net sch ac gov nhs police mod",
    "au": "com net org edu gov asn id",
    "nz": "co net org ac govt school geek gen maori iwi kiwi",
    "jp": "co ne or ac ad ed go gr lg",
    "kr": "co ne or re pe go ac hs ms es kg",
    "br": "com net org gov edu art blog eco emp eng etc flog ind inf jor lel log med nom odo psc pro rec srv tmp tur tv vet wiki",
    "in": "co firm net org gen ind ac edu res gov nic mil",
    "za": "co net org gov ac web law nom school",
    "il": "co org net ac gov k12 muni",
    "tr": "com net org edu gov av bbs bel biz dr gen info k12 kep name pol tel tsk tv web",
    "mx": "com net org edu gob",
    "ar": "com net org edu gob gov int mil musica tur",
    "co": "com net org edu gov mil nom",
    "cn": "com net org edu gov ac mil",
    "tw": "com net org edu gov idv game ebiz club mil",
    "hk": "com net org edu gov idv",
    "sg": "com net org edu gov per",
    "my": "com net org edu gov mil name",
    "th": "co in or ac go mi net",
    "id": "co or web my ac go sch mil net desa biz",
    "ph": "com net org edu gov mil ngo i",
    "vn": "com net org edu gov int ac biz info name pro health",
    "pk": "com net org edu gov fam biz web gob gok gon gop gos",
    "bd": "com net org edu gov ac mil",
    "lk": "com org edu gov net sch ltd web assn grp hotel ac",
    "ua": "com net org edu gov in kiev kyiv lviv od kharkov dp",
    "ru": "com org net pp msk spb",
    "pl": "com net org edu gov info biz waw",
    "es": "com nom org gob edu",
    "pt": "com org edu gov int net nome publ",
    "it": "gov edu",
    "fr": "asso com gouv nom prd tm",
    "gr": "com edu net org gov",
    "ro": "com org tm nt nom info rec arts firm store www",
    "hu": "co info org priv sport tm 2000 agrar bolt casino city erotica erotika film forum games hotel",
    "at": "co or ac gv",
    "eg": "com edu eun gov mil name net org sci",
    "sa": "com net org gov med pub edu sch",
    "ae": "co net org sch ac gov mil",
    "ng": "com edu gov i mil mobi name net org sch",
    "ke": "ac co go info me mobi ne or sc",
    "gh": "com edu gov org mil",
    "pe": "edu gob nom mil org com net",
    "ve": "arts co com edu gob gov info int mil net org web",
    "ec": "com info net fin k12 med pro org edu gov gob mil",
    "uy": "com edu gub mil net org",
    "cy": "ac biz com ekloges gov ltd name net org parliament press pro tm",
}
_SUFFIXES = {f"{label}.{country}" for country, labels in _SECOND_LEVEL.items() for label in labels.split()}
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_LABEL = re.compile(r"^[^\s.]{1,63}$")


def host_of(text: str) -> str:
    """The host in a domain or web address, in lower case."""
    host = _SCHEME.sub("", text.strip())
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2]
    return host.split(":")[0].rstrip(".").lower()


def public_suffix(host: str) -> str | None:
    """``co.uk`` of ``shop.example.co.uk``; None where the last part is no top-level domain."""
    labels = host.split(".")
    if not all(_LABEL.match(label) for label in labels) or not is_top_level(labels[-1]):
        return None
    last_two = ".".join(labels[-2:])
    if last_two in _SUFFIXES:
        return last_two
    return labels[-1] if len(labels) > 1 else None


def registered(host: str) -> str | None:
    """``example.co.uk`` of ``shop.example.co.uk``, or None where there is none."""
    suffix = public_suffix(host)
    if suffix is None or suffix == host:
        return None
    return host[: -len(suffix) - 1].rpartition(".")[2] + "." + suffix
