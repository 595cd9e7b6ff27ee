"""Decide, reverse, approve, let time pass, in any order: strikes, ladder, item states and the platform always agree with an oracle.

The oracle keeps plain lists and knows the rules of the floor, not the code. The platform is played from the outbox: it does
what it is told, message by message, and must end up where the actions in force say.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from watchfloor.kernel import clock

START = datetime(2026, 1, 1, tzinfo=UTC)
# violation -> (points, days a strike counts)
VIOLATIONS = {
    "other.community": (0, 90), "spam.bulk": (1, 90), "hate.slur": (1, 180), "hate.dehumanising": (2, 180),
    "terrorism.praise": (3, 365),
}  # fmt: skip
# action -> (on the author?, effect, hours, held?, state)
KINDS = {
    "warn": (True, "warn", None, False, ""),
    "label": (False, "label:{policy}", None, False, ""),
    "age_gate": (False, "age_gate", None, False, "restricted"),
    "remove": (False, "remove", None, False, "removed"),
    "suspend_24h": (True, "suspend", 24, False, "removed"),
    "suspend_7d": (True, "suspend", 168, False, "removed"),
    "suspend": (True, "suspend", None, True, "removed"),
    "lock": (True, "lock", None, False, "restricted"),
    "remove_later": (False, "remove", None, False, "removed"),  # begins a day after the decision
    "suspend_later": (True, "suspend", 48, False, "removed"),
}
DELAYS = {"remove_later": 24, "suspend_later": 12}
LADDER = {2: "suspend_24h", 4: "suspend_7d", 6: "suspend"}
RANK = {"": 0, "restricted": 1, "removed": 2}


def later_kinds() -> None:
    """Two entries that begin by themselves some time after their decision."""
    from watchfloor.enforcement import catalogue_actions
    from watchfloor.ledger.writer import writing

    with writing("system:test") as w:
        catalogue_actions.save_kind(w, key="remove_later", does="remove", name="Remove in a day", delay_hours=24)
        catalogue_actions.save_kind(
            w, key="suspend_later", does="suspend", name="Suspend in 12 h", delay_hours=12, duration_hours=48
        )


class Floor(RuleBasedStateMachine):
    decisions = Bundle("decisions")

    def __init__(self) -> None:
        super().__init__()
        from tests.integration.enforcement.world import World

        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        with clock.at(self.now):
            self.world = World()
            later_kinds()
            self.items = {
                name: self.world.post(name, author) for name, author in (("a1", "ann"), ("a2", "ann"), ("b1", "ben"))
            }
        self.acts: list[dict[str, Any]] = []
        self.strikes: list[dict[str, Any]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- what people do

    @rule(
        target=decisions,
        item=st.sampled_from(["a1", "a2", "b1"]),
        violation=st.sampled_from(sorted(VIOLATIONS)),
        keys=st.lists(st.sampled_from(sorted(KINDS)), max_size=3, unique=True),
    )
    def decide(self, item: str, violation: str, keys: list[str]) -> Any:
        self.now += timedelta(seconds=1)
        with clock.at(self.now):
            decision_id, done = self.world.decide(self.items[item], violation, tuple(keys))
        author = {"a": "ann", "b": "ben"}[item[0]]
        points, days = VIOLATIONS[violation]
        before = self.points(author)
        if points:
            ends = self.now + timedelta(days=days)
            self.strikes.append({"by": decision_id, "who": author, "points": points, "ends": ends, "void": False})
        for key in keys:
            self.act(decision_id, key, item, author, violation, None)
        step = max((at for at in LADDER if before < at <= self.points(author)), default=None)
        if points and step is not None:
            self.act(decision_id, LADDER[step], item, author, violation, step)
            assert done.ladder == (LADDER[step],)
        else:
            assert done.ladder == ()
        assert done.points == points
        return decision_id

    @rule(decision=decisions)
    def reverse(self, decision: Any) -> None:
        self.now += timedelta(seconds=1)
        with clock.at(self.now):
            self.world.reverse(decision)
        for act in self.acts:
            if act["by"] == decision and not act["over"]:
                act["over"] = True
        fell = [strike for strike in self.strikes if strike["by"] == decision and not strike["void"]]
        for strike in fell:
            strike["void"] = True
        for act in self.acts:
            if fell and act["step"] and act["who"] == fell[0]["who"]:
                left = sum(strike["points"] for strike in act["stands on"] if not strike["void"])
                act["over"] = act["over"] or left < act["step"]

    @rule(hours=st.sampled_from([1, 23, 24, 100, 168, 24 * 60, 24 * 91, 24 * 200]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def clean_up(self) -> None:
        from watchfloor.enforcement import actions

        with clock.at(self.now):
            actions.expire_due()
        for act in self.acts:
            if act["starts"] is not None and not act["over"] and act["starts"] <= self.now:
                act["starts"], act["ends"] = None, self.end_of(act["key"])
        for act in self.acts:
            if not act["held"] and act["ends"] is not None and act["ends"] <= self.now:
                act["over"] = True

    @precondition(lambda self: any(not act["held"] and not act["over"] for act in self.acts))
    @rule(which=st.integers(0, 9))
    def take_one_back(self, which: int) -> None:
        """A person takes one action back: its decision and strikes stand."""
        from watchfloor.enforcement import actions
        from watchfloor.enforcement.models import Action
        from watchfloor.ledger.writer import writing

        live = [act for act in self.acts if not act["held"] and not act["over"]]
        act = live[which % len(live)]
        rows = Action.objects.filter(
            decision_id=act["by"], from_ladder=act["step"] is not None, inverse_of__isnull=True
        )
        self.now += timedelta(seconds=1)
        with clock.at(self.now), writing("user:second") as w:
            actions.lift(w, rows.exclude(state="held").get(kind_key=act["key"]).pk, why="it was too much")
        act["over"] = True

    @precondition(lambda self: any(act["key"] == "lock" and not act["over"] for act in self.acts))
    @rule()
    def owner_proves_it(self) -> None:
        from watchfloor.enforcement import actions
        from watchfloor.enforcement.models import Action
        from watchfloor.ledger.writer import writing

        act = next(act for act in self.acts if act["key"] == "lock" and not act["over"])
        row = Action.objects.get(decision_id=act["by"], kind_key="lock", inverse_of__isnull=True)
        self.now += timedelta(seconds=1)
        with clock.at(self.now), writing("token:platform") as w:
            actions.fixed(w, row.pk)
            actions.fixed(w, row.pk)
        act["over"] = True

    @precondition(lambda self: any(act["held"] and not act["over"] for act in self.acts))
    @rule(yes=st.booleans(), which=st.integers(0, 9))
    def second_person(self, yes: bool, which: int) -> None:
        from watchfloor.enforcement import actions
        from watchfloor.enforcement.models import Action
        from watchfloor.ledger.writer import writing

        held = [act for act in self.acts if act["held"] and not act["over"]]
        act = held[which % len(held)]
        rows = Action.objects.filter(decision_id=act["by"], state="held", from_ladder=act["step"] is not None)
        with clock.at(self.now), writing("user:second") as w:
            (actions.approve if yes else actions.reject)(w, rows.get(kind_key=act["key"]).pk)
        act["held"], act["over"] = False, not yes

    # --- what must hold

    @invariant()
    def strikes_agree(self) -> None:
        from watchfloor.enforcement import queries

        with clock.at(self.now):
            for author in ("ann", "ben"):
                assert queries.active_points(self.world.account(author).pk) == self.points(author)

    @invariant()
    def actions_in_force_agree(self) -> None:
        from watchfloor.enforcement import queries

        for name, item in self.everything():
            found = sorted((row.kind_key, row.from_ladder) for row in queries.in_force(item.pk))
            assert found == sorted((act["key"], act["step"] is not None) for act in self.standing(name))

    @invariant()
    def states_agree(self) -> None:
        for name, item in self.everything():
            item.refresh_from_db()
            heaviest = max((KINDS[act["key"]][4] for act in self.standing(name)), key=RANK.get, default="")
            assert item.state == (heaviest or "active")

    @invariant()
    def the_platform_does_what_the_actions_say(self) -> None:
        from watchfloor.ledger.models import Outbox

        effects: dict[tuple[str, str], str | None] = {}
        for row in Outbox.objects.filter(topic="action").order_by("id"):
            message = row.payload
            key = (message["item"]["id"], message["effect"])
            if message["undo"]:
                assert key in effects, "asked to undo what is not there"
                del effects[key]
            else:
                effects[key] = message["until"]
        wanted: dict[tuple[str, str], list[datetime | None]] = {}
        for name, _ in self.everything():
            for act in self.standing(name):
                wanted.setdefault((name, act["effect"]), []).append(act["ends"])
        assert set(effects) == set(wanted)
        for key, ends in wanted.items():
            last = None if None in ends else max(end for end in ends if end)
            assert effects[key] == (None if last is None else f"{last:%Y-%m-%dT%H:%M:%S.%fZ}")

    # --- the oracle's own book-keeping

    def act(self, decision: Any, key: str, item: str, author: str, violation: str, step: int | None) -> None:
        on_author, effect, _, held, _ = KINDS[key]
        stands_on = [
            strike
            for strike in self.strikes
            if strike["who"] == author and not strike["void"] and strike["ends"] > self.now
        ]
        starts = self.now + timedelta(hours=DELAYS[key]) if key in DELAYS else None
        ends = None if starts else self.end_of(key)
        self.acts.append(
            {"by": decision, "key": key, "on": author if on_author else item, "who": author, "step": step,
             "effect": effect.format(policy=violation.split(".")[0]), "ends": ends, "held": held, "over": False,
             "stands on": stands_on, "starts": starts}
        )  # fmt: skip

    def end_of(self, key: str) -> datetime | None:
        hours = KINDS[key][2]
        return None if hours is None else self.now + timedelta(hours=hours)

    def points(self, author: str) -> int:
        counted = (s for s in self.strikes if s["who"] == author and not s["void"] and s["ends"] > self.now)
        return sum(strike["points"] for strike in counted)

    def standing(self, name: str) -> list[dict[str, Any]]:
        return [
            act for act in self.acts if act["on"] == name and not act["held"] and not act["over"] and not act["starts"]
        ]

    def everything(self) -> list[tuple[str, Any]]:
        return [*self.items.items(), *((name, self.world.account(name)) for name in ("ann", "ben"))]


@pytest.mark.slow
def test_enforcement_agrees_with_its_oracle(db: None) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Floor,
        settings=settings(
            max_examples=int(os.environ.get("WATCHFLOOR_ENFORCEMENT_EXAMPLES", "8")),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=checks,
        ),
    )


def test_the_ledger_can_derive_what_enforcement_wrote(db: None) -> None:
    """Folding the events gives the same rows, after a bit of everything."""
    from tests.integration.enforcement.world import World

    from watchfloor.enforcement import actions
    from watchfloor.enforcement.models import Action
    from watchfloor.ledger import rebuild, sequencer
    from watchfloor.ledger.writer import writing

    world = World()
    first, _ = world.decide(world.post("p1"), "scam.malware", reporters=("bob",))
    world.decide(world.post("p2"), "hate.harm")
    with writing("user:second") as w:
        for row in Action.objects.filter(state="held"):
            actions.approve(w, row.pk)
    with writing("system:delivery") as w:
        for row in Action.objects.filter(state="pending"):
            actions.confirm(w, row.pk, True)
    world.reverse(first)
    with clock.at(clock.now() + timedelta(days=400)):
        actions.expire_due()
    sequencer.catch_up()
    report = rebuild.check()
    assert report.differences == []
