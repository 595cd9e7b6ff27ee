"""A sampling plan as a document, and the chance it gives each decision. Pure.

Strata are kinds of decisions; a week's budget of looks is spread over them by ``engines.agreement.allocate`` from how many decisions of
each kind there lately were and how many of those looked at were wrong. People of whom that would show too little get a floor. A decision
is drawn by itself, so its chance is known whoever else decides that week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from watchfloor.engines import agreement
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_

PARTS = {
    "policy": N_("policy"), "market": N_("market"), "vendor": N_("vendor"), "verdict": N_("verdict"),
    "origin": N_("who decided"), "confidence": N_("confidence of detection"),
}  # fmt: skip
HOWS = {"neyman": N_("where most is learnt"), "proportional": N_("in proportion"), "equal": N_("the same everywhere")}
MOST = 100_000


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan says.

    Attributes:
        parts: what makes a stratum, of ``PARTS``.
        weekly: looks in a week, floors and certain ones beside it.
        how: of ``HOWS``.
        floor: looks at the decisions of one person in a week, at least, on average.
        certain_from: from this severity every decision is looked at; 6 is none.
        due_hours: a look waits no longer.
        again: the share of looks that found the same which another person makes again.
    """

    parts: tuple[str, ...] = ("policy", "market", "vendor", "verdict")
    weekly: int = 200
    how: str = "neyman"
    floor: int = 3
    certain_from: int = 6
    due_hours: int = 72
    again: float = 0.05


class Kind(msgspec.Struct, frozen=True):
    """How many decisions of a stratum and of a person there were in a week."""

    stratum: str
    person: str
    weekly: float


def check(document: Document) -> None:
    """``BadInput`` for what no plan can say."""
    unknown = [part for part in document.parts if part not in PARTS]
    if unknown or not document.parts:
        raise BadInput("bad_parts", "A stratum is made of one part or more.", where="parts", hint=", ".join(PARTS))
    if document.how not in HOWS:
        raise BadInput(
            "bad_how", f"{document.how[:20]!r} is no way to spread looks.", where="how", hint=", ".join(HOWS)
        )
    for name, low, high in (("weekly", 1, MOST), ("floor", 0, 1000), ("certain_from", 1, 6), ("due_hours", 1, 24 * 60)):
        if not low <= getattr(document, name) <= high:
            raise BadInput("bad_number", f"{name} lies between {low} and {high}.", where=name)
    if not 0 <= document.again <= 1:
        raise BadInput("bad_share", "The share of looks that are made again lies between 0 and 1.", where="again")


class Chances(msgspec.Struct, frozen=True):
    """The chance of each stratum, of each person beside it, and of a stratum that is new."""

    strata: dict[str, float]
    people: dict[str, float]
    usual: float
    looks: dict[str, int]
    sizes: dict[str, float]
    rates: dict[str, float]

    def of(self, stratum: str, person: str) -> float:
        """The chance of one decision."""
        return 1 - (1 - self.strata.get(stratum, self.usual)) * (1 - self.people.get(person, 0.0))


def chances(document: Document, kinds: Iterable[Kind], seen: Mapping[str, tuple[int, int]]) -> Chances:
    """The chances that a plan gives, from the decisions of a week and (wrong, looked at) by stratum."""
    every = list(kinds)
    sizes: dict[str, float] = {}
    for kind in every:
        sizes[kind.stratum] = sizes.get(kind.stratum, 0.0) + kind.weekly
    rates = agreement.guessed({key: seen.get(key, (0, 0)) for key in sizes})
    strata = [agreement.Stratum(key, max(1, round(size)), rates[key]) for key, size in sorted(sizes.items())]
    least = min(2, document.weekly // max(1, len(strata)))
    looks = agreement.allocate(strata, document.weekly, how=document.how, least=least)
    whole = sum(sizes.values())
    usual = min(1.0, document.weekly / whole) if whole else 1.0
    # What could never be drawn would be in no estimate: a tenth of the usual chance is left to every stratum.
    of_strata = {one.key: min(1.0, max(looks[one.key] / max(sizes[one.key], 1.0), usual / 10)) for one in strata}
    people: dict[str, list[float]] = {}
    for kind in every:
        given = people.setdefault(kind.person, [0.0, 0.0])
        given[0] += kind.weekly
        given[1] += kind.weekly * of_strata[kind.stratum]
    of_people = {}
    for person, (weekly, expected) in people.items():
        left = weekly - expected
        missing = document.floor - expected
        if person and missing > 0 and left > 0:
            of_people[person] = min(1.0, missing / left)
    return Chances(of_strata, of_people, usual, looks, sizes, rates)
