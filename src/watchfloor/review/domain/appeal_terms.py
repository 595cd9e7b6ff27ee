"""The terms of appeals as one versioned document: how long one may object, what stays hidden from whoever hears it, what abuse is.

``{"days": 183, "windows": [{"days": 14, "side": "reporter", "market": "US"}], "blind": "all", "receipts": {...}, "abuse": {...},
"dispute": {...}, "bodies": [...]}``; everything has a default. Of the windows that fit an appeal the most specific counts: the one
that names more of it; of two that name as many, the one that names what stands first in ``WHEN``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_

WHEN: Final = ("policy", "market", "notice", "side")
EU_DAYS: Final = 183  # "at least six months" (Regulation (EU) 2022/2065, article 20(1))
EU: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
    "PL", "PT", "RO", "SE", "SI", "SK", "EU",
})  # fmt: skip
# Why an appeal cannot be heard: code -> the sentence the platform is given. The appeal page has its own, in the reader's language.
REASONS: Final[dict[str, str]] = {
    "superseded": N_("The decision no longer stands."),
    "on_appeal": N_("The decision was itself made on appeal."),
    "nothing": N_("The decision found nothing that could be appealed."),
    "late": N_("The time to object is over."),
    "own_way": N_("The decision went the appellant's way."),
    "not_author": N_("The appellant is not the author."),
    "not_reporter": N_("The appellant did not report this."),
    "suspended": N_("Appeals of this person are not taken for now: too many were unfounded."),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the terms of an appeal depend on. ``notice``: the kind of reporter, "" for the affected user."""

    side: str  # author | reporter
    market: str = ""
    policy: str = ""
    notice: str = ""


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many days to object, for the appeals that fit; "" asks nothing."""

    days: int
    side: str = ""
    market: str = ""
    policy: str = ""
    notice: str = ""

    def fits(self, asked: Asked) -> bool:
        """Whether this window speaks of this appeal."""
        return all(getattr(self, name) in ("", getattr(asked, name)) for name in WHEN)

    @property
    def rank(self) -> tuple[int, tuple[bool, ...]]:
        """How specific it is."""
        named = tuple(bool(getattr(self, name)) for name in WHEN)
        return sum(named), named


class Receipts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose reports are acknowledged by a notice: of these kinds of reporters, or through these channels."""

    kinds: tuple[str, ...] = ("trusted_flagger", "government", "law_enforcement")
    channels: tuple[str, ...] = ("email", "web_form")


class Abuse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody's appeals are worth a look (article 23(2)): within ``days`` at least ``least`` plainly unfounded ones, and such
    a ``share`` of those decided. First a warning; a suspension of ``suspend_days`` only when it goes on after it."""

    days: int = 365
    least: int = 5
    share: float = 0.8
    suspend_days: int = 30


class Dispute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an out-of-court body has, and by how much it may extend that (article 21(4))."""

    days: int = 90
    extension: int = 90


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certified out-of-court body that notices name. ``markets`` empty: everywhere."""

    name: str
    url: str = ""
    markets: tuple[str, ...] = ()


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole document. ``blind``: the first decision's reasoning is hidden from whoever hears the appeal: all, none, or policies."""

    days: int = EU_DAYS
    windows: tuple[Window, ...] = ()
    blind: str = "all"  # all | some | none
    blind_policies: tuple[str, ...] = ()
    receipts: Receipts = Receipts()
    abuse: Abuse = Abuse()
    dispute: Dispute = Dispute()
    bodies: tuple[Body, ...] = ()
    number: int = 0

    def window(self, asked: Asked) -> timedelta:
        """How long this appeal may be filed."""
        fitting = [window for window in self.windows if window.fits(asked)]
        best = max(fitting, key=lambda window: window.rank, default=None)
        return timedelta(days=best.days if best else self.days)

    def is_blind(self, policy: str) -> bool:
        """Whether whoever hears an appeal under this policy must not read the first reasoning."""
        return self.blind == "all" or (self.blind == "some" and policy in self.blind_policies)

    def bodies_in(self, market: str) -> tuple[Body, ...]:
        """The bodies a reader in this market may turn to."""
        return tuple(body for body in self.bodies if not body.markets or market in body.markets)


def read(document: Mapping[str, Any], number: int = 0) -> Terms:
    """The terms of a document, or ``BadInput`` that says where it is wrong."""
    try:
        terms = msgspec.convert({**document, "number": number}, Terms)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at `$")
        raise BadInput("bad_terms", problem.rstrip(".") + ".", where=where.strip("`.") or "terms") from error
    _days(terms.days, "days", "")
    for place, window in enumerate(terms.windows):
        if window.side not in ("", "author", "reporter"):
            raise BadInput("bad_terms", "The side is author or reporter.", where=f"windows.{place}.side")
        _days(window.days, f"windows.{place}.days", window.market)
    if terms.blind not in ("all", "some", "none"):
        raise BadInput("bad_terms", "Blind is all, some or none.", where="blind")
    if (
        not 0 < terms.abuse.share <= 1
        or terms.abuse.least < 1
        or terms.abuse.days < 1
        or not 0 < terms.abuse.suspend_days <= 366
    ):
        raise BadInput(
            "bad_terms", "Abuse: a share above 0 and up to 1, one appeal or more, a day to a year.", where="abuse"
        )
    if not 0 < terms.dispute.days <= 366 or not 0 <= terms.dispute.extension <= 366:
        raise BadInput("bad_terms", "An out-of-court body has a day to a year.", where="dispute.days")
    for place, body in enumerate(terms.bodies):
        if not body.name.strip():
            raise BadInput("bad_terms", "The body has no name.", where=f"bodies.{place}.name")
    return terms


def _days(days: int, where: str, market: str) -> None:
    if not 1 <= days <= 3660:
        raise BadInput("bad_terms", "A window is of a day to ten years.", where=where)
    if market.split("-")[0] in EU and days < EU_DAYS:
        raise BadInput(
            "too_short", f"In {market} one may object for at least six months: {EU_DAYS} days.", where=where,
            hint="Regulation (EU) 2022/2065, article 20(1).",
        )  # fmt: skip


def why_ineligible(
    *, by: str, verdict: str, origin: str, superseded: bool, until: datetime, now: datetime, has_standing: bool,
    suspended: bool = False,
) -> str:  # fmt: skip
    """The code of the reason an appeal cannot be heard, or ``""``. Authors appeal violating decisions, reporters clean ones."""
    if superseded:
        return "superseded"
    if origin == "appeal":
        return "on_appeal"
    if origin == "undo" or verdict == "unsure":
        return "nothing"
    if now > until:
        return "late"
    if (by == "author") != (verdict == "violating"):
        return "own_way"
    if not has_standing:
        return "not_author" if by == "author" else "not_reporter"
    return "suspended" if suspended else ""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One person's appeals within the look-back of the terms."""

    decided: int
    unfounded: int  # plainly, as whoever heard them said

    def is_abuse(self, abuse: Abuse) -> bool:
        """Whether it is worth a person's look."""
        return self.unfounded >= abuse.least and self.unfounded >= abuse.share * self.decided
