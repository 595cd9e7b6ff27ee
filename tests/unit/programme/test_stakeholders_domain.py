"""What a sign-off is worth, what is missing in who answers for what, how far an objective is."""

from __future__ import annotations

from datetime import date

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.stakeholders.domain import progress, raci, signing


def test_what_was_signed_counts_for_that_alone() -> None:
    assert signing.worth("given", "a", "a") == "given"
    assert signing.worth("given", "a", "b") == signing.worth("asked", "a", "b") == "expired"
    assert signing.worth("refused", "a", "b") == "refused"
    assert signing.settled([]) == "none"
    assert signing.settled(["given", "refused"]) == "refused"
    assert signing.settled(["given", "expired"]) == signing.settled(["asked"]) == "waiting"
    assert signing.settled(["given", "given"]) == "given"


def test_gaps_are_named() -> None:
    cells = [
        raci.Cell("Ana", "C"),
        raci.Cell("Legal", "", weight=3, stake=3),
        raci.Cell("Press", "", weight=3, stake=1),
    ]
    assert raci.gaps(cells) == [raci.Gap("accountable"), raci.Gap("responsible"), raci.Gap("silent", "Legal")]
    assert raci.gaps([raci.Cell("Ana", "A")]) == []
    assert raci.check_letter(" a ") == "A"
    with pytest.raises(BadInput):
        raci.check_letter("X")


@pytest.mark.parametrize(
    ("start", "now", "target", "today", "share", "verdict"),
    [
        (100.0, 75.0, 50.0, 16, 0.5, "on"),  # a figure that has to fall; half the time is gone
        (100.0, 90.0, 50.0, 16, 0.2, "behind"),
        (100.0, 40.0, 50.0, 16, 1.2, "reached"),
        (0.8, 0.85, 0.9, 40, 0.5, "missed"),
        (0.8, None, 0.9, 16, None, "unknown"),
        (0.9, 0.9, 0.9, 16, 1.0, "reached"),
        (0.9, 0.8, 0.9, 16, 0.0, "behind"),
    ],
)
def test_how_far_an_objective_is(
    start: float, now: float | None, target: float, today: int, share: float | None, verdict: str
) -> None:
    day = date(2026, 12, min(today, 31)) if today <= 31 else date(2027, 1, today - 31)
    found = progress.progress(start, now, target, date(2026, 12, 1), date(2026, 12, 31), day)
    assert (found.share if share is None else round(found.share or 0, 6), found.verdict) == (share, verdict)
