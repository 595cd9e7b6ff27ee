"""Ten thousand restrictions asked at once: each kind by a look-up, so that what is not named costs next to nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from fnmatch import translate
from ipaddress import ip_network

import msgspec

from watchfloor.detection.reputation.domain import subjects
from watchfloor.detection.reputation.domain.traits import Traits
from watchfloor.kernel.errors import BadInput

MOST_OPEN_PATTERNS = 200  # patterns whose domain is itself one are tried one by one


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One restriction as it is asked.

    Attributes:
        key: its short name (``rs_...``). actions: what it is about. limit, window: of ``slow``, so many in so many seconds.
        policy: under which a held item is reviewed. ends: from when it no longer counts.
    """

    id: str
    subject: str
    value: str
    actions: frozenset[str]
    effect: str
    limit: int = 0
    window: int = 0
    per: str = "account"
    policy: str = ""
    ends: datetime | None = None


Listed = Callable[[str, str, datetime], bool]
"""Whether a list of domains (its name) has an address, at a moment."""


class Matcher:
    """Restrictions made ready to be asked. Immutable: a change makes a new one."""

    def __init__(self, rows: Iterable[Row], listed: Listed | None = None) -> None:
        """Raises ``BadInput`` where too many patterns have an open domain."""
        self.size = 0
        self._listed = listed
        self._networks: dict[tuple[int, int], dict[int, list[Row]]] = {}
        self._same: dict[str, dict[str, list[Row]]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Row]]] = {}
        self._open: list[tuple[re.Pattern[str], Row]] = []
        self._ages: list[tuple[int, Row]] = []
        for row in rows:
            self.size += 1
            self._take(row)
        if len(self._open) > MOST_OPEN_PATTERNS:
            raise BadInput(
                "too_many_patterns",
                f"At most {MOST_OPEN_PATTERNS} patterns may leave the domain open.",
                where="value",
                hint="Name the domain: promo*@example.org.",
            )

    def match(self, traits: Traits, now: datetime) -> list[Row]:
        """The restrictions that hold for this event now, in no order."""
        if not self.size or not traits.actions:
            return []
        found: list[Row] = []
        if self._networks and traits.ip is not None:
            number, bits, version = int(traits.ip), traits.ip.max_prefixlen, traits.ip.version
            for (of, length), networks in self._networks.items():
                if of == version:
                    found += networks.get(number >> (bits - length), ())
        same: Mapping[str, Mapping[str, list[Row]]] = self._same
        if subjects.ASN in same:
            found += same[subjects.ASN].get(traits.asn, ())
        if subjects.EMAIL in same and traits.email:
            found += same[subjects.EMAIL].get(traits.email, ())
        if (self._patterns or self._open) and traits.typed_email:
            domain = traits.typed_email.rpartition("@")[2]
            for pattern, row in (*self._patterns.get(domain, ()), *self._open):
                if pattern.fullmatch(traits.typed_email):
                    found.append(row)
        if subjects.DISPOSABLE in same and traits.typed_email and self._listed is not None:
            for name, rows in same[subjects.DISPOSABLE].items():
                if self._listed(name, traits.typed_email, now):
                    found += rows
        if subjects.JA4 in same and traits.ja4:
            parts = traits.ja4.split("_")
            for end in range(1, len(parts) + 1):
                found += same[subjects.JA4].get("_".join(parts[:end]), ())
        if subjects.DEVICE in same and traits.device:
            found += same[subjects.DEVICE].get(traits.device, ())
        if subjects.BAND in same and traits.account is not None:
            found += same[subjects.BAND].get(traits.known.band, ())
        if self._ages and traits.account is not None and traits.born is not None:
            age = (now - traits.born) / timedelta(seconds=1)
            found += [row for seconds, row in self._ages if age < seconds]
        return [
            row for row in found if not traits.actions.isdisjoint(row.actions) and (row.ends is None or row.ends > now)
        ]

    def _take(self, row: Row) -> None:
        if row.subject == subjects.IP:
            network = ip_network(row.value)
            number = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            self._networks.setdefault((network.version, network.prefixlen), {}).setdefault(number, []).append(row)
        elif row.subject == subjects.AGE:
            self._ages.append((subjects.seconds_of_age(row.value), row))
        elif row.subject == subjects.EMAIL and ("*" in row.value or "?" in row.value):
            domain = row.value.rpartition("@")[2]
            pattern = re.compile(translate(row.value.replace("[", "[[]")))
            if "*" in domain or "?" in domain:
                self._open.append((pattern, row))
            else:
                self._patterns.setdefault(domain, []).append((pattern, row))
        else:
            self._same.setdefault(row.subject, {}).setdefault(row.value, []).append(row)
