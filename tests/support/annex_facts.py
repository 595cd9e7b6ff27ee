"""Facts of a transparency report, drawn at random but possible."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from watchfloor.transparency.domain.annex.by_category import COLUMNS
from watchfloor.transparency.domain.annex.facts import (
    Complaint,
    Dispute,
    Facts,
    Judged,
    Measure,
    Notice,
    Order,
    People,
    Period,
    Suspension,
)
from watchfloor.transparency.domain.annex.layout import LANGUAGES, STATES
from watchfloor.transparency.domain.vocabulary import categories, statements

PERIOD = Period(first=date(2026, 1, 1), last=date(2026, 6, 30))
SOURCES = ("article_16", "trusted_flagger", "order", "other_notification", "own_initiative")


def some(chance: random.Random, count: int) -> Facts:
    """``count`` things of each kind."""
    words = [value for column in COLUMNS for value in column]

    def at() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(181 * 24))

    def where() -> dict[str, str]:
        each = chance.choice(categories())
        return {"category": each.code, "keyword": chance.choice(("", *each.keywords, "KEYWORD_STALKING"))}

    def hours() -> float | None:
        return chance.choice((None, round(chance.expovariate(0.1), 3)))

    return Facts(
        period=PERIOD,
        measures=tuple(
            Measure(
                decision=str(place), at=at(), ground=chance.choice(("illegal", "terms")), other="odd",
                source=chance.choice(SOURCES), detected_automatically=chance.random() < 0.5,
                decided=chance.choice(("fully", "partially", "not_automated")),
                restrictions=tuple(chance.sample(words, chance.choice((1, 2)))), language=chance.choice(LANGUAGES),
                **{**where(), "category": chance.choice(list(statements().category))},
            ) for place in range(count)
        ),
        notices=tuple(
            Notice(at=at(), flagger=chance.random() < 0.2, hours=hours(), automated=chance.random() < 0.3, **where())
            for _ in range(count)
        ),
        orders=tuple(
            Order(
                at=at(), kind=chance.choice(("act", "information")), state=chance.choice(STATES), items=chance.choice((1, 3)),
                hours_to_confirm=hours(), hours_to_effect=hours(), **where(),
            ) for _ in range(count)
        ),
        complaints=tuple(
            Complaint(
                at=at(), about=frozenset(chance.sample(["visibility", "account", "notice"], 1)),
                outcome=chance.choice(("upheld", "partially", "reversed", "")), hours=hours(),
            ) for _ in range(count)
        ),
        disputes=(Dispute(at=at(), outcome="reversed", hours=9.0, implemented=True), Dispute(at=at())),
        suspensions=(Suspension(at=at(), why="content"), Suspension(at=at(), why="notices")),
        judged=tuple(
            Judged(said=chance.random() < 0.6, truth=chance.random() < 0.6, own=chance.random() < 0.5, language="de")
            for _ in range(count)
        ),
        people=People(internal=12, external=30, languages={"de": 20, "sv": 2}),
    )  # fmt: skip
