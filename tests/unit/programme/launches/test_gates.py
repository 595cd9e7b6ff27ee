"""Verdicts of gates, what a launch may say, and what a sign-off of it is worth after a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.launches.domain import gates, kinds
from watchfloor.programme.launches.domain.document import Abuse, Document, Guard, Step, Volume, check
from watchfloor.programme.launches.domain.gates import Fact, Part

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("measured", "parts", "verdict"),
    [
        (0.95, (), "green"), (0.949, (), "red"), (None, (), "unknown"), (float("nan"), (), "unknown"),
        (0.97, (0.99, 0.95), "green"),
        (0.97, (0.99, 0.90), "red"),  # the mean hides a site that is not ready
        (0.97, (0.99, None), "unknown"), (0.90, (None,), "red"),
    ],
)  # fmt: skip
def test_a_gate_is_green_when_every_part_of_it_is(
    measured: float | None, parts: tuple[float | None, ...], verdict: str
) -> None:
    fact = Fact(
        measured=measured, say="", parts=tuple(Part(name=str(at), measured=value) for at, value in enumerate(parts))
    )
    assert gates.judge(fact, 0.95) == verdict


def test_what_is_unknown_stops_a_launch_and_a_waiver_lets_it_pass() -> None:
    verdicts = {"policy": "green", "training": "red", "legal": "unknown"}
    assert gates.in_the_way(verdicts, ()) == ["training", "legal"]
    assert gates.in_the_way(verdicts, ("training", "legal")) == []


def test_kinds_have_gates_that_exist_and_a_launch_may_choose_its_own() -> None:
    for kind in kinds.KINDS.values():
        assert set(kind.gates) <= set(kinds.GATES)
    assert {gate.key for gate in kinds.gates_of("policy", None)} == set(kinds.GATES)
    assert [gate.key for gate in kinds.gates_of("tooling", ("volume", "policy"))] == ["policy", "volume"]


WHOLE = Document(policy_key="hate", policy_number=2, markets=("DE", "FR"), queues=("q1", "q2"))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"policy_number": 0}, "policy_number"), ({"hypercare_days": 0}, "hypercare_days"),
        ({"needs": {"training": 1.2}}, "need-training"), ({"needs": {"policy": 0.5}}, "need-policy"),
        ({"gates": ("training", "nope")}, "gates"), ({"guards": (Guard(metric="aht", side="over", limit=1),)}, "guards"),
        ({"guards": (Guard(metric="aht", limit=-1.5, relative=True),)}, "guards"),
        ({"guards": (Guard(metric="aht", limit=float("inf")),)}, "guards"),
        ({"abuse": (Abuse(case="x", answer=" "),)}, "abuse"), ({"volumes": (Volume(queue="q1", per_day=-1),)}, "volumes"),
        ({"steps": (Step(starts_at=MONDAY, percent=0),)}, "steps"),
        ({"steps": (Step(starts_at=MONDAY, markets=("ES",)),)}, "steps"),
        ({"steps": (Step(starts_at=MONDAY.replace(tzinfo=None)),)}, "steps"),
        ({"steps": (Step(starts_at=MONDAY), Step(starts_at=MONDAY - timedelta(hours=1)))}, "steps"),
    ],
)  # fmt: skip
def test_what_no_launch_can_say_is_refused_where_it_is(change: dict[str, object], where: str) -> None:
    check("policy", WHOLE)
    with pytest.raises(BadInput) as refused:
        check("policy", msgspec.structs.replace(WHOLE, **change))
    assert refused.value.where == where


def test_volumes_are_asked_of_every_queue_and_market() -> None:
    some = msgspec.structs.replace(WHOLE, volumes=(Volume(queue="q1", market="DE", per_day=0),))
    assert some.missing_volumes() == [("q1", "FR"), ("q2", "DE"), ("q2", "FR")]
    assert Document(queues=("q1",)).missing_volumes() == [("q1", "")]


def test_what_was_said_of_one_part_outlives_a_change_of_another() -> None:
    changed = msgspec.structs.replace(WHOLE, rollback="Bring version 1 back.")
    assert changed.digest("abuse") == WHOLE.digest("abuse")
    assert changed.digest("rollback") != WHOLE.digest("rollback")
    assert changed.digest() != WHOLE.digest()
    assert msgspec.convert(msgspec.to_builtins(changed), Document).digest() == changed.digest()
