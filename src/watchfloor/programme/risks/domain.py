"""Risks without their database: scales, the matrix, what an indicator's value makes of its state, what may be written."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

TREATMENTS: Final = ("reduce", "avoid", "transfer", "accept")
WORKS: Final = ("untested", "works", "partly", "fails")
SPANS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
STATES: Final = ("unknown", "green", "amber", "red")
HORIZON_KINDS: Final = ("law", "tactic", "event")
EVENT_KINDS: Final = ("election", "holiday", "sport", "culture", "protest", "product", "other")
COMMITMENTS: Final = ("development", "governance", "enforcement", "improvement", "transparency")
LEVELS: Final = (0, 1, 2, 3)
LONGEST: Final = 4_000
BACK: Final = (
    0.1  # an indicator goes back only when it is a tenth of the way from amber to red on the good side of its threshold
)


class Step(msgspec.Struct, frozen=True):
    """One figure of a scale."""

    value: int
    name: str
    means: str


class Band(msgspec.Struct, frozen=True, rename={"least": "from"}):
    """What a risk counts as from a product of likelihood and impact on."""

    least: int
    key: str
    name: str


class Scales(msgspec.Struct, frozen=True):
    """Both scales, and the bands."""

    likelihood: list[Step]
    impact: list[Step]
    band: list[Band]

    def of(self, likelihood: int, impact: int) -> Band:
        """The band a risk lies in."""
        return [each for each in self.band if likelihood * impact >= each.least][-1]


class Practice(msgspec.Struct, frozen=True):
    """One practice; ``pages`` are names of addresses at which its evidence lives."""

    key: str
    commitment: str
    name: str
    pages: list[str]


class RiskIn(msgspec.Struct, frozen=True, kw_only=True):
    """A risk as somebody writes it. ``owner`` is a person's id; ``market`` and ``vendor`` limit who sees it."""

    title: str
    cause: str = ""
    event: str = ""
    effect: str = ""
    likelihood: int
    impact: int
    residual_likelihood: int
    residual_impact: int
    treatment: str = "reduce"
    plan: str = ""
    owner: str = ""
    market: str = ""
    vendor: str = ""
    review_on: date


class IndicatorIn(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator: the metric over the last hour, day or week; amber and red, in the direction that is bad (``red`` beyond ``amber``)."""

    metric: str
    filters: dict[str, list[str]] = {}
    span: str = "day"
    amber: float
    red: float
    page: bool = False

    @property
    def up(self) -> bool:
        """More is worse."""
        return self.red > self.amber


@lru_cache(1)
def scales() -> Scales:
    """As they are in ``scales.toml``."""
    return msgspec.convert(tomllib.loads(_read("scales.toml")), Scales)


@lru_cache(1)
def practices() -> list[Practice]:
    """As they are in ``practices.toml``."""
    return msgspec.convert(tomllib.loads(_read("practices.toml"))["practice"], list[Practice])


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def check(given: RiskIn, today: date) -> None:
    """Refuse what is no risk.

    Raises:
        BadInput: with the field.
    """
    if not 1 <= len(given.title.strip()) <= 200:
        raise BadInput("bad_title", "Name the risk in 1 to 200 characters.", where="title")
    for name in ("cause", "event", "effect", "plan"):
        if len(getattr(given, name)) > LONGEST:
            raise BadInput("long_text", f"At most {LONGEST:,} characters.", where=name)
    if not given.event.strip():
        raise BadInput("no_event", "Say what would happen.", where="event")
    for name in ("likelihood", "impact", "residual_likelihood", "residual_impact"):
        if getattr(given, name) not in (1, 2, 3, 4, 5):
            raise BadInput("bad_figure", "Choose a figure from 1 to 5.", where=name)
    if given.residual_likelihood * given.residual_impact > given.likelihood * given.impact:
        raise BadInput(
            "grows", "What is left with the controls cannot be more than without them.", where="residual_likelihood"
        )
    if given.treatment not in TREATMENTS:
        raise BadInput("bad_treatment", "Choose what is done about it.", where="treatment")
    if not today <= given.review_on <= today + timedelta(days=732):
        raise BadInput("bad_day", "It is looked at again within two years from today.", where="review_on")


def check_indicator(given: IndicatorIn) -> None:
    """Refuse what cannot be watched.

    Raises:
        BadInput: with the field.
    """
    if given.span not in SPANS:
        raise BadInput("bad_span", "An hour, a day or a week.", where="span")
    for name in ("amber", "red"):
        if not abs(getattr(given, name)) < 1e15:
            raise BadInput("bad_threshold", "A threshold is a number.", where=name)
    if given.amber == given.red:
        raise BadInput(
            "same_thresholds", "Red lies beyond amber: above it, or below it where less is worse.", where="red"
        )


def state_of(value: float | None, before: str, given: IndicatorIn) -> str:
    """Its state by its value now: up at once when a threshold is reached, back only when the value is clearly on the good side of it.

    Without a value it stays what it was: nothing to divide by is no news.
    """
    if value is None:
        return before
    sign = 1.0 if given.up else -1.0
    rank = 0
    for place, threshold in ((1, given.amber), (2, given.red)):
        held = STATES.index(before) - 1 >= place if before in STATES else False
        slack = BACK * abs(given.red - given.amber) if held else 0.0
        if sign * value >= sign * threshold - slack:
            rank = place
    return STATES[rank + 1]


def overdue(review_on: date, today: date) -> bool:
    """Its day has gone by."""
    return review_on < today


class EventIn(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is coming to a market. ``uplift``: expected extra work as a share (0.3: thirty per cent more; -0.2: less)."""

    title: str
    kind: str
    market: str
    starts_at: datetime
    ends_at: datetime
    uplift: float = 0.0
    note: str = ""


def check_event(given: EventIn) -> None:
    """Refuse what is no event of a calendar.

    Raises:
        BadInput: with the field.
    """
    if not 1 <= len(given.title.strip()) <= 200:
        raise BadInput("bad_title", "Name it in 1 to 200 characters.", where="title")
    if given.kind not in EVENT_KINDS:
        raise BadInput("bad_kind", "Choose what kind of event it is.", where="kind")
    if not given.market.strip() or len(given.market.strip()) > 12:
        raise BadInput("bad_market", "Say in which market, such as DE.", where="market")
    for moment, name in ((given.starts_at, "starts_at"), (given.ends_at, "ends_at")):
        if moment.tzinfo is None:
            raise BadInput("no_zone", "A moment needs its time zone.", where=name, hint="2026-11-02T09:00:00Z")
    if not given.starts_at < given.ends_at <= given.starts_at + timedelta(days=120):
        raise BadInput("bad_span", "It ends after it begins, within 120 days.", where="ends_at")
    if not -0.95 <= given.uplift <= 20:
        raise BadInput("bad_uplift", "Expected extra work lies between -95 and 2,000 %.", where="uplift")
    if len(given.note) > LONGEST:
        raise BadInput("long_text", f"At most {LONGEST:,} characters.", where="note")
