"""What a program can see in an application before a person reads it: each check says what it found, and under which violation."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from watchfloor.appreview.domain.catalogue import SHIPPED, Catalogue
from watchfloor.appreview.domain.scopes import READ
from watchfloor.engines.textmodels.hosts import SHORTENERS, ascii_host, network, registrable
from watchfloor.engines.textmodels.normalise import normalise
from watchfloor.kernel.words import N_

SHORTEST_USE_CASE = 80  # characters: less than two sentences cannot say who does what
SHORTEST_REASON = 15
LONGEST_RETENTION = 90  # days that need no further word


class ScopeAsked(msgspec.Struct, frozen=True):
    """A scope and why the app needs it."""

    scope: str
    reason: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An application as the developer wrote it.

    ``volume``: calls a day; ``mix``: share of each action in the calls (0 to 1); ``data``: what is kept and why.
    """

    name: str
    description: str = ""
    use_case: str = ""
    scopes: tuple[ScopeAsked, ...] = ()
    redirects: tuple[str, ...] = ()
    tier: str = "small"
    volume: int = 0
    mix: dict[str, float] = {}
    data: str = ""
    retention_days: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What we know besides: names that must not be imitated, blocked domains, and the developer's past."""

    names: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    refusals: int = 0
    suspended_apps: int = 0
    is_verified: bool = False
    approved_apps: int = 0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A check that found something. ``about`` is the thing itself (a scope, an address), as typed."""

    check: str
    violation: str
    sentence: str
    about: str = ""


CHECKS = ("redirects", "scopes", "reasons", "name", "use_case", "data", "volume", "mix")


def check(asked: Asked, known: Known, by: Catalogue = SHIPPED) -> list[Finding]:
    """All findings, in the order of ``CHECKS``; none means that every check passed."""
    return [
        *_redirects(asked.redirects, known.blocked), *_scopes(asked, by), *_name(asked.name, known.names), *_rest(asked, by),
    ]  # fmt: skip


def _redirects(addresses: Iterable[str], blocked: frozenset[str]) -> list[Finding]:
    found = []
    for address in addresses:
        try:
            parts = urlsplit(address)
            host = ascii_host(parts.hostname or "") or ""
        except ValueError:
            found.append(_seen("redirects", "AR-101", N_("It is no address."), address))
            continue
        domain = registrable(host)
        if parts.scheme != "https" or parts.fragment or parts.username or "*" in address:
            sentence = N_("It is not plain https (or has a fragment, a wildcard or a user name).")
            found.append(_seen("redirects", "AR-101", sentence, address))
        if domain is None or network(host) is not None:
            sentence = N_("It has no registrable domain, so nobody can be its owner.")
            found.append(_seen("redirects", "AR-102", sentence, address))
        elif domain in SHORTENERS or host in SHORTENERS:
            found.append(_seen("redirects", "AR-102", N_("It is a link shortener and leads anywhere."), address))
        if domain in blocked or host in blocked:
            found.append(_seen("redirects", "AR-103", N_("Its domain is on the list of blocked domains."), address))
    return found


def _scopes(asked: Asked, by: Catalogue) -> list[Finding]:
    unneeded, silent = [], []
    for each in asked.scopes:
        if each.scope not in by.scopes:
            unneeded.append(_seen("scopes", "AR-201", N_("The scope is not in the catalogue."), each.scope))
        elif by.grade_of(each.scope) != READ and not by.speaks_of(f"{asked.use_case} {asked.description}", each.scope):
            unneeded.append(
                _seen("scopes", "AR-201", N_("Nothing in the use case speaks of what it is for."), each.scope)
            )
        if len(each.reason.strip()) < SHORTEST_REASON:
            silent.append(_seen("reasons", "AR-202", N_("There is no reason for it, or hardly one."), each.scope))
    return unneeded + silent


def skeleton(name: str) -> str:
    """A name as the eye reads it: look-alike letters folded, without spaces and signs."""
    return "".join(char for char in normalise(name).text if char.isalnum())


def _name(name: str, others: frozenset[str]) -> list[Finding]:
    own = skeleton(name)
    for other in sorted(others):
        folded = skeleton(other)
        if folded and (own == folded or (len(folded) >= 5 and folded in own)):
            return [_seen("name", "AR-301", N_("It can be read as this name."), other)]
    return []


def _rest(asked: Asked, by: Catalogue) -> list[Finding]:
    found = []
    if len(asked.use_case.strip()) < SHORTEST_USE_CASE:
        found.append(_seen("use_case", "AR-401", N_("It is too short to say who does what with the app.")))
    if asked.retention_days > LONGEST_RETENTION:
        found.append(
            _seen("data", "AR-501", N_("More than 90 days need a reason that holds."), str(asked.retention_days))
        )
    if not asked.data.strip():
        found.append(_seen("data", "AR-501", N_("It is not said which data are kept, or that none are.")))
    tier = by.tiers.get(asked.tier)
    if asked.volume > (tier.calls if tier else 0):
        found.append(
            _seen("volume", "AR-502", N_("The calls expected a day are more than the tier has."), str(asked.volume))
        )
    if asked.mix and abs(sum(asked.mix.values()) - 1) > 0.02:
        found.append(_seen("mix", "AR-401", N_("The shares of the declared actions do not add up to 100 %.")))
    return found


def _seen(check: str, violation: str, sentence: str, about: str = "") -> Finding:
    return Finding(check=check, violation=violation, sentence=sentence, about=about[:300])
