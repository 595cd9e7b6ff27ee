"""Drift: what is seen at once, and that an app which stays as it is is reopened for nothing on fewer than one day in a thousand."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from watchfloor.appreview.domain import drift
from watchfloor.appreview.domain.telemetry import Day, Tally, app_of, is_write

MIX = {"message_sent": 0.3, "profile_read": 0.7}
APPS = int(os.environ.get("WATCHFLOOR_APPS", "60"))
DAYS = 40


def usual(chance: random.Random, day: int, calls: int = 2000, wobble: float = 0.1) -> Day:
    """A day of an app that stays what it is, with a wobble of its own from day to day beside what counting gives."""

    def share(level: float, of: int) -> float:
        here = min(1.0, level * chance.lognormvariate(0, wobble))
        return sum(chance.random() < here for _ in range(of)) / of

    size = max(60, int(calls * chance.lognormvariate(0, 0.2)))
    writes = int(size * share(0.3, 400))
    return Day(
        day=f"d{day}", calls=size, actors=max(1, int(size / 20 * chance.lognormvariate(0, 0.1))), write_share=writes / size,
        errors=share(0.02, 300), reports_per_1000=1000 * share(0.002, 3000), spam_share=share(0.01, 300), new_share=share(0.1, 100),
        block_rate=1000 * share(0.001, 300), near_duplicates=share(0.05, 300), rhythm=min(1.0, chance.gauss(0.9, 0.01)),
        mix={"message_sent": writes, "profile_read": size - writes},
    )  # fmt: skip


def found(day: Day, past: list[Day]) -> set[tuple[str, str]]:
    return {(each.figure, each.against) for each in drift.alarms(day, past, mix=MIX, volume=4_000)}


def test_false_alarms_stay_under_the_stated_rate() -> None:
    """12 tests share one alarm in 1,000 app-days; a run of n app-days may show what Poisson gives that at 1 in 10,000."""
    chance = random.Random(8)
    judged = alarmed = 0
    for _ in range(APPS):
        calls, wobble = chance.choice((120, 500, 1500)), chance.choice((0.0, 0.05, 0.15))
        past: list[Day] = []
        for day in range(DAYS):
            today = usual(chance, day, calls, wobble)
            if len(past) >= drift.LEAST_PAST:
                judged += 1
                alarmed += bool(found(today, past[-28:]))
            past.append(today)
    expected = drift.ALARMS * judged
    assert alarmed <= expected + 4 * expected**0.5 + 1, (alarmed, judged)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"spam_share": 0.4}, ("spam_share", "past")),
        ({"near_duplicates": 0.6}, ("near_duplicates", "past")),
        ({"reports_per_1000": 60.0}, ("reports_per_1000", "past")),
        ({"new_share": 0.7}, ("new_share", "past")),
        ({"errors": 0.3}, ("errors", "past")),
        ({"calls": 14_000}, ("calls", "declared")),
        ({"write_share": 0.8, "mix": {"message_sent": 1600, "profile_read": 400}}, ("write_share", "declared")),
        ({"mix": {"message_sent": 600, "email_read": 1400}}, ("mix_distance", "declared")),
    ],
)
def test_each_kind_of_drift_is_seen_on_its_first_day(change: dict[str, Any], expected: tuple[str, str]) -> None:
    chance = random.Random(3)
    past = [usual(chance, day) for day in range(14)]
    today = usual(chance, 14)
    assert found(today, past) == set()
    scale = today.calls / 2000 if "mix" in change else 1
    change = {
        name: {k: int(v * scale) for k, v in value.items()} if name == "mix" else value
        for name, value in change.items()
    }
    assert expected in found(msgspec.structs.replace(today, **change), past)


def test_without_a_past_only_the_declaration_counts_and_a_small_day_says_nothing() -> None:
    loud = Day(day="d", calls=2000, write_share=1.0, spam_share=1.0, mix={"message_sent": 2000})
    assert found(loud, []) == {("mix_distance", "declared"), ("write_share", "declared")}
    assert found(msgspec.structs.replace(loud, calls=drift.LEAST_CALLS - 1), []) == set()
    assert drift.alarms(loud, [], mix={}, volume=0) == []


def test_a_day_is_counted() -> None:
    tally, noon = Tally(), datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    texts = ["Win 1 prize", "Win 22 prize", "WIN 3 prize", "Your parcel left", "Come on Monday", "unread"]
    for number in range(6):
        data = {
            "author": {"id": f"u{number % 3}"},
            "event": {"app": "app-17", "status": 429 if number == 5 else 200, "account_age_days": 400 if number % 3 else 1},
            "item": {"type": "message", "id": f"m{number}", "data": {"text": texts[number]}},
        }  # fmt: skip
        assert app_of(data) == "app-17"
        tally.add("profile_read" if number == 5 else "message_sent", noon + timedelta(minutes=number), data)
    tally.add("item_reported", noon, {"item": {"data": {"client_app": "app-17"}}})
    tally.add("account_blocked", noon, {"event": {"app": "app-17"}})
    day = tally.day("2026-03-01", spam=[("message", "m0"), ("message", "other")])
    assert (day.calls, day.actors, day.mix) == (7, 3, {"message_sent": 5, "profile_read": 1, "account_blocked": 1})
    assert day.write_share == 6 / 7 and day.errors == 1 / 6 and day.new_share == 1 / 3 and day.spam_share == 1 / 5
    assert day.near_duplicates == 3 / 5 and day.reports_per_1000 == 1000 / 7 == day.block_rate
    assert day.rhythm == pytest.approx(0.89823, abs=1e-5)  # two of seven calls in one minute
    assert Tally().day("d") == Day(day="d") and is_write("message_sent") and not is_write("profile_read")


def test_where_the_app_stands() -> None:
    assert app_of({"event": {}, "item": {"data": {"client_app": "a"}}}) == "a"
    assert app_of({"event": {"app": 3}, "item": None}) == ""
