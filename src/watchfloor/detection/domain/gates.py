"""What must be there before a rule may act: tests that pass, a backtest of this very text, and a second person where much is hit.

Every gate is a fact with a sentence, so that a page can show all of them before anyone presses a button.
"""

from __future__ import annotations

import msgspec

from watchfloor.detection.domain.steps import ACTING
from watchfloor.kernel.errors import Conflict

DAY_HITS = 500
PROTECTED_HITS = 1


class Limits(msgspec.Struct, frozen=True):
    """From where on a second person must agree.

    Attributes:
        hits_per_day: acting hits a day (a partial rule's share of them).
        protected_hits: hits on verified or protected accounts in the whole backtest.
    """

    hits_per_day: float = DAY_HITS
    protected_hits: float = PROTECTED_HITS


class Radius(msgspec.Struct, frozen=True):
    """Whom a rule hits, by its backtest."""

    hits_per_day: float
    protected: int = 0

    def share(self, percent: int) -> Radius:
        """The radius of a rule that acts on ``percent`` of items; on accounts that are protected one hit is one too many."""
        return Radius(self.hits_per_day * percent / 100, self.protected)

    def beyond(self, limits: Limits) -> bool:
        """Whether a second person must agree: either limit is reached."""
        return self.hits_per_day >= limits.hits_per_day or self.protected >= limits.protected_hits


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one text of a rule when someone wants to take it on.

    Attributes:
        must_fire, must_not: how many examples of each kind there are.
        failing: names of the examples that do not come out as they must.
        backtest_events: events the newest backtest of this very text read; None: there is none.
        radius: by that backtest; None without one.
        attested: why this text needs none of it (a shipped rule), in words; empty: it does.
        approved_by: who agreed to this very text.
        asker, author: who wants the step, and who wrote the text last.
    """

    must_fire: int = 0
    must_not: int = 0
    failing: tuple[str, ...] = ()
    backtest_events: int | None = None
    radius: Radius | None = None
    attested: str = ""
    approved_by: tuple[str, ...] = ()
    asker: str = ""
    author: str = ""


class Gate(msgspec.Struct, frozen=True):
    """One condition: ``key`` is tests, backtest or approval; ``words`` says how it stands, ``hint`` what to do."""

    key: str
    open: bool
    words: str
    hint: str = ""


def gates(case: Case, after: str, percent: int, limits: Limits) -> list[Gate]:
    """The gates before a step, in the order one passes them; none before a step after which the rule does nothing."""
    if after == "backtested":
        return [_backtest(case)]
    if after not in ACTING:
        return []
    return [_tests(case), _backtest(case), _approval(case, percent if after == "partial" else 100, limits)]


def awaits_approval(case: Case, limits: Limits) -> bool:
    """Whether all that is missing for this text to be put on, as far as is known, is the second person."""
    return case.radius is not None and bool(case.backtest_events) and not _approval(case, 100, limits).open


def check(rule: str, case: Case, after: str, percent: int, limits: Limits) -> None:
    """``Conflict("gate_closed")`` that names the first closed gate."""
    for gate in gates(case, after, percent, limits):
        if not gate.open:
            words = f"{rule} cannot become {after} yet: {gate.words}"
            raise Conflict("gate_closed", words, where=gate.key, hint=gate.hint)


def _tests(case: Case) -> Gate:
    if case.attested:
        return Gate("tests", True, case.attested)
    if case.failing:
        names = ", ".join(case.failing[:3])
        return Gate("tests", False, f"{len(case.failing)} of its tests fail ({names}).", "Mend the rule or the test.")
    if not case.must_fire or not case.must_not:
        kind = "on which it must fire" if not case.must_fire else "on which it must stay silent"
        return Gate("tests", False, f"it has no test {kind}.", "Add one under Tests, from a sample or by hand.")
    return Gate("tests", True, f"{case.must_fire + case.must_not} tests pass.")


def _backtest(case: Case) -> Gate:
    if case.attested:
        return Gate("backtest", True, case.attested)
    if case.backtest_events is None:
        return Gate("backtest", False, "this text has no backtest.", "Run one under Backtest; it takes a moment.")
    if case.backtest_events == 0:
        return Gate(
            "backtest", False, "its backtest met no events.", "Choose a longer time, or let events come in first."
        )
    return Gate("backtest", True, f"backtested on {case.backtest_events:,} events.")


def _approval(case: Case, percent: int, limits: Limits) -> Gate:
    if case.attested:
        return Gate("approval", True, case.attested)
    if case.radius is None:
        return Gate("approval", False, "nobody knows yet whom it hits.", "The backtest says so.")
    radius = case.radius.share(percent)
    if not radius.beyond(limits):
        return Gate("approval", True, f"{_daily(radius)} need no second person.")
    others = [who for who in case.approved_by if who not in (case.asker, case.author)]
    why = (
        f"{radius.protected:,} hits on verified or protected accounts"
        if radius.protected >= limits.protected_hits
        else _daily(radius)
    )
    if others:
        return Gate("approval", True, f"a second person agreed ({why}).")
    hint = "Someone who may enable rules, and neither wrote this text nor takes the step, approves it on this page."
    return Gate("approval", False, f"a second person must agree ({why}).", hint)


def _daily(radius: Radius) -> str:
    """Hits a day in words; small numbers with a decimal, as "about 0 hits" would say that there are none."""
    return f"about {radius.hits_per_day:,.{0 if radius.hits_per_day >= 10 else 1}f} hits a day"
