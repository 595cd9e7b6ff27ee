"""What a calibration session shows: how far everybody agrees, how sites differ from what is right, and which items divide people. Pure.

The same items go to everybody, blind. Agreement is beyond chance (``engines.agreement``); a site's lean is the mean of +1 for each answer
stricter than what is right and -1 for each milder one, with people as clusters, for one person's answers hang together; an item divides by
the entropy of its answers in bits, as a share of the most that so many answers could have.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Interval
from watchfloor.engines.agreement.coefficients import Agreement
from watchfloor.quality.domain.looks import Finding, same

DIVIDED = 0.5  # of the most: from here on the policy, not the people, is looked at first


class Given(msgspec.Struct, frozen=True):
    """One answer."""

    item: str
    person: str
    site: str
    finding: Finding


class Site(msgspec.Struct, frozen=True):
    """One site against what is right: ``lean`` above 0 is stricter. None where nothing could be held against anything."""

    site: str
    people: int
    answers: int
    right: Interval | None
    lean: Interval | None


class Item(msgspec.Struct, frozen=True):
    """One item: its answers, the most frequent first, and how far they divide (0 to 1)."""

    item: str
    answers: tuple[tuple[str, int], ...]
    right: int | None
    divided: float


class Results(msgspec.Struct, frozen=True):
    """Of a session. Coefficients without a value: everybody said the same, or nobody shares an item."""

    alpha: Agreement
    ac1: Agreement
    alike: Agreement
    sites: tuple[Site, ...]
    items: tuple[Item, ...]


def value_of(finding: Finding) -> str:
    """What is compared, as one word."""
    return finding.violation if finding.verdict == "violating" and finding.violation else finding.verdict


def lean(given: Finding, right: Finding) -> int:
    """+1 stricter than what is right, -1 milder, 0 neither (another violation is wrong, but not stricter)."""
    return (given.verdict == "violating") - (right.verdict == "violating")


def results(given: Iterable[Given], right: Mapping[str, Finding]) -> Results:
    """All of it. ``right`` has no entry for an item of which nobody has said what is right."""
    every = list(given)
    table = agreement.table((one.item, one.person, value_of(one.finding)) for one in every)
    sites: defaultdict[str, list[Given]] = defaultdict(list)
    items: defaultdict[str, list[Given]] = defaultdict(list)
    for one in every:
        sites[one.site].append(one)
        items[one.item].append(one)
    return Results(
        agreement.alpha(table), agreement.gwet(table), agreement.percent(table),
        tuple(_site(name, sites[name], right) for name in sorted(sites)),
        tuple(sorted((_item(name, items[name], right) for name in items), key=lambda one: (-one.divided, one.item))),
    )  # fmt: skip


def _site(name: str, given: list[Given], right: Mapping[str, Finding]) -> Site:
    known = [one for one in given if one.item in right]
    people = {one.person for one in given}
    if not known:
        return Site(name, len(people), len(given), None, None)
    hits = agreement.share(
        (agreement.Look(1.0, float(same(one.finding, right[one.item])), 1.0, "", one.person) for one in known),
        process=True,
    )
    middle = agreement.mean(
        agreement.Look(1.0, float(lean(one.finding, right[one.item])), 1.0, "", one.person) for one in known
    )
    sure = len({one.person for one in known}) > 1  # one person alone says nothing of how a site's people differ
    return Site(name, len(people), len(given), Interval(hits.share, hits.low, hits.high), middle if sure else None)


def _item(name: str, given: list[Given], right: Mapping[str, Finding]) -> Item:
    counts = Counter(value_of(one.finding) for one in given)
    whole = sum(counts.values())
    bits = -sum(many / whole * math.log2(many / whole) for many in counts.values())
    most = math.log2(whole) if whole > 1 else 1.0
    hits = sum(same(one.finding, right[name]) for one in given) if name in right else None
    return Item(name, tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))), hits, abs(bits) / most)
