"""Paths of new people: steps are checked, and somebody is stuck when nothing goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain.paths import Done, standing, steps

MONDAY = datetime(2030, 5, 6, 9, tzinfo=UTC)
READ, PRACTISE = {"kind": "read", "policy": "spam", "count": 7}, {"kind": "practice", "policy": "spam", "count": 3}


def test_where_somebody_is_and_when_they_are_stuck() -> None:
    path = steps([READ, PRACTISE], ["spam"])
    assert [step.count for step in path] == [1, 3]  # reading is done or not
    read = {"read.spam": Done(count=1, at=MONDAY + timedelta(days=1))}

    def after(said: dict[str, Done], days: float) -> Any:
        return standing(path, said, began=MONDAY, now=MONDAY + timedelta(days=days), days=3)

    assert (after({}, 2.9).at, after({}, 2.9).stuck, after({}, 3).stuck) == (0, False, True)
    assert (after(read, 3).at, after(read, 3).stuck, after(read, 4).stuck) == (1, False, True)
    some = read | {"practice.spam": Done(count=2, at=MONDAY + timedelta(days=3))}
    assert (after(some, 4).done, after(some, 4).stuck) == ((True, False), False)
    skipped = {"practice.spam": Done(count=5, at=MONDAY)}  # a later step that is done does not hide an earlier one
    assert (after(skipped, 1).at, after(skipped, 1).done) == (0, (False, True))
    whole = after(read | skipped, 400)
    assert (whole.finished, whole.stuck, whole.moved) == (True, False, MONDAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "no_steps"), ([READ, READ], "same_step"), ([{**READ, "kind": "sing"}], "unknown_kind"),
     ([{**READ, "policy": "x"}], "unknown_policy"),
     ([{**PRACTISE, "count": 0}], "bad_count"), ([{"kind": "read"}], "bad_step"),
     ([{**READ, "policy": str(n)} for n in range(13)], "no_steps")],
)  # fmt: skip
def test_what_is_no_path_is_refused(rows: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        steps(rows, ["spam", *map(str, range(13))])
    assert caught.value.code == code
