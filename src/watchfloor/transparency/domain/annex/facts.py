"""What a transparency report counts: one small record for each thing that happened in the period, without any text of people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

NOTICES: Final = frozenset({"article_16", "trusted_flagger"})
OWN: Final = "own_initiative"


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Whole days in UTC; ``last`` is the last day of it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput("bad_period", "The period ends before it begins.", where="to")

    @property
    def text(self) -> str:
        """As the report writes it."""
        return f"{self.first:%Y-%m-%d}/{self.last:%Y-%m-%d}"


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that restricted something, as its first statement of reasons states it."""

    decision: str
    at: datetime
    ground: str  # illegal | terms
    category: str
    keyword: str  # the first of its keywords, or ""
    other: str  # what ``KEYWORD_OTHER`` means here, in words
    source: str  # article_16 | trusted_flagger | order | other_notification | own_initiative
    detected_automatically: bool
    decided: str  # fully | partially | not_automated
    restrictions: tuple[str, ...]  # as the statement database names them
    language: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice (Article 16); each names one item. ``hours`` from its receipt to the measure it led to; None: it led to none."""

    at: datetime
    category: str
    keyword: str = ""
    flagger: bool = False
    hours: float | None = None
    automated: bool = False  # it was dealt with by a rule alone
    items: int = 1


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order of an authority to act (Article 9), or to give information (Article 10). Hours are None where it has not happened."""

    at: datetime
    kind: str  # act | information
    category: str
    keyword: str = ""
    other: str = ""
    state: str = ""  # the member state, ISO 3166
    items: int = 1
    hours_to_confirm: float | None = None
    hours_to_effect: float | None = None


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint to the platform itself (Article 20). ``about``: visibility | monetary | provision | account | notice | flagger."""

    at: datetime
    about: frozenset[str]
    outcome: str = ""  # upheld | partially | reversed | "" (none: withdrawn, not heard, or still open)
    hours: float | None = None
    newly_restricted: bool = False


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute before an out-of-court body (Article 21); ``implemented`` is None where nothing had to be."""

    at: datetime
    outcome: str = ""
    hours: float | None = None
    implemented: bool | None = None


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """A suspension for misuse (Article 23). ``why``: content | notices | complaints."""

    at: datetime
    why: str


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's decision that a person judged afterwards: what it said and what was true (``True`` = violating)."""

    said: bool
    truth: bool
    own: bool  # the provider's own initiative, else on a notice
    flagger: bool = False
    language: str = ""


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Moderators at the end of the period; ``languages`` counts those who work in each."""

    internal: int = 0
    external: int = 0
    languages: dict[str, int] = {}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one report counts, already narrowed to its period."""

    period: Period
    measures: tuple[Measure, ...] = ()
    notices: tuple[Notice, ...] = ()
    orders: tuple[Order, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    judged: tuple[Judged, ...] = ()
    people: People = People()


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What no log can know and people write on the report's page."""

    provider: str = ""
    service: str = ""
    published: date | None = None
    previous: date | None = None
    recipients: dict[str, int] = {}  # TOTAL and member states: average monthly active recipients
    texts: dict[str, str] = {}  # the qualitative part, by the number of its line from 1
