"""Every place where a sender may die, and what the next one does there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchfloor.cybertip.domain.machine import At, Call, Step, first, following, vanishes_at, wait_after

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPENED = NOW - timedelta(hours=2)


def at(step: Step, files: str = "", **more: datetime) -> At:
    states = {"w": "waiting", "u": "uploaded", "d": "described"}
    return At(
        step=step, files=[states[each] for each in files], opened_at=more.get("opened"), changed_at=more.get("changed")
    )


@pytest.mark.parametrize(
    ("step", "files", "found", "known"),
    [
        (Step.NOTHING, "ww", Call.SUBMIT, Call.SUBMIT),
        (Step.SUBMITTING, "ww", Call.FORGET, None),
        (Step.OPEN, "ww", Call.UPLOAD, Call.UPLOAD),
        (Step.UPLOADING, "ww", Call.RETRACT, None),
        (Step.OPEN, "uw", Call.FILEINFO, Call.FILEINFO),
        (Step.DESCRIBING, "uw", Call.RETRACT, None),
        (Step.OPEN, "dw", Call.UPLOAD, Call.UPLOAD),
        (Step.OPEN, "dd", Call.FINISH, Call.FINISH),
        (Step.OPEN, "", Call.FINISH, Call.FINISH),
        (Step.FINISHING, "dd", Call.FINISH, Call.FINISH),
        (Step.RETRACTING, "dw", Call.RETRACT, Call.RETRACT),
    ],
)
def test_what_comes_next(step: Step, files: str, found: Call, known: Call | None) -> None:
    here = at(step, files, opened=OPENED)
    assert first(here, NOW) == found
    if known is not None:
        assert following(here, NOW) == known


def test_one_that_must_have_vanished_is_not_called_again_but_a_finish_is_asked_for_ever() -> None:
    old = {"opened": NOW - timedelta(hours=24), "changed": NOW - timedelta(hours=2)}
    assert first(at(Step.OPEN, "d", **old), NOW) == first(at(Step.UPLOADING, "w", **old), NOW) == Call.FORGET
    assert first(at(Step.FINISHING, "d", **old), NOW) == Call.FINISH
    young = old | {"changed": NOW - timedelta(minutes=59)}
    assert first(at(Step.OPEN, "d", **young), NOW) == Call.FINISH
    assert vanishes_at(OPENED, OPENED) == OPENED + timedelta(hours=24)
    assert vanishes_at(OPENED, OPENED + timedelta(hours=30)) == OPENED + timedelta(hours=31)


def test_ten_tries_within_thirty_days() -> None:
    waits = [wait_after(tries, NOW, NOW) for tries in range(1, 11)]
    assert waits[9] is None and all(each is not None for each in waits[:9])
    total = sum((each for each in waits if each is not None), timedelta())
    assert total < timedelta(days=30)
    assert wait_after(2, NOW - timedelta(days=30), NOW) is None
