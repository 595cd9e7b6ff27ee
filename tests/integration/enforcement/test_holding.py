"""What waits and why: scheduled actions, mass orders, runaway rules, the automation switch; taking one action back; what was mended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World


def act(decision_id: UUID, key: str):
    from watchfloor.enforcement.models import Action

    return Action.objects.get(decision_id=decision_id, kind_key=key, inverse_of__isnull=True)


def messages() -> list[tuple[str, bool]]:
    from watchfloor.ledger.models import Outbox

    return [(row.payload["kind"], row.payload["undo"]) for row in Outbox.objects.filter(topic="action").order_by("id")]


def kind(**values):
    from watchfloor.enforcement import catalogue_actions
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        catalogue_actions.save_kind(w, **values)


def do(name: str, *arguments, actor: str = "user:second", **options):
    from watchfloor.enforcement import actions
    from watchfloor.ledger.writer import writing

    with writing(actor) as w:
        return getattr(actions, name)(w, *arguments, **options)


def test_a_scheduled_action_begins_and_ends_by_itself_though_nothing_ran_meanwhile(world: World) -> None:
    from watchfloor.enforcement import actions
    from watchfloor.enforcement.models import Notice

    kind(key="pause", does="suspend", name="Pause", delay_hours=12, duration_hours=24)
    decision, _ = world.decide(world.post(), "other.community", ("pause",))
    row = act(decision, "pause")
    assert (row.state, row.expires_at) == ("scheduled", None)
    assert messages() == [] and world.account().state == "active"
    assert not Notice.objects.filter(to="author").exists(), "told when it begins"
    begins = row.starts_at
    with clock.at(begins + timedelta(hours=5)):
        assert actions.expire_due() == 1
        row.refresh_from_db()
        assert (row.state, row.expires_at) == ("pending", begins + timedelta(hours=29))
        assert world.account().state == "removed"
    with clock.at(begins + timedelta(days=9)):
        actions.expire_due()
    row.refresh_from_db()
    assert row.state == "expired" and messages() == [("pause", False), ("unsuspend", True)]
    assert Notice.objects.filter(to="author").count() == 1


def test_a_later_permanent_decision_survives_the_end_of_the_temporary_one(world: World) -> None:
    from watchfloor.enforcement import actions

    first, _ = world.decide(world.post("p1"), "other.community", ("suspend_24h",))
    later, _ = world.decide(world.post("p2"), "other.community", ("suspend",))
    do("approve", act(later, "suspend").pk)
    with clock.at(clock.now() + timedelta(days=2)):
        actions.expire_due()
    assert act(first, "suspend_24h").state == "expired" and world.account().state == "removed"
    assert messages() == [("suspend_24h", False), ("suspend", False)], "the platform is not asked to let them in"


def test_what_falls_before_it_began_never_begins(world: World) -> None:
    from watchfloor.enforcement import actions

    kind(key="soon", does="remove", name="Remove soon", delay_hours=1)
    fell, _ = world.decide(world.post("p1"), "other.community", ("soon",))
    taken_back, _ = world.decide(world.post("p2"), "other.community", ("soon",))
    world.reverse(fell)
    do("lift", act(taken_back, "soon").pk, why="mended in time")
    with clock.at(clock.now() + timedelta(hours=2)):
        assert actions.expire_due() == 0
    assert {act(fell, "soon").state, act(taken_back, "soon").state} == {"rejected"} and messages() == []


def test_one_action_is_taken_back_with_a_reason_and_the_decision_stands(world: World) -> None:
    from watchfloor.enforcement import queries
    from watchfloor.ledger.models import Event

    decision, _ = world.decide(world.post(), "hate.slur", ("remove", "warn"))
    with pytest.raises(BadInput, match="Say why"):
        do("lift", act(decision, "remove").pk, why=" ")
    inverse = do("lift", act(decision, "remove").pk, why="quoted to object to it")
    assert (inverse.kind_key, inverse.origin, inverse.state) == ("restore", "person", "pending")
    assert act(decision, "warn").state == "pending" and queries.active_points(world.account().pk) == 1
    assert Event.objects.get(type="action.reversed").data["why"] == "person"
    with pytest.raises(Conflict):
        do("lift", act(decision, "remove").pk, why="again")


def test_a_lock_ends_when_the_platform_says_it_was_mended(world: World) -> None:
    decision, _ = world.decide(world.post(), "other.community", ("lock_until_fixed", "remove"))
    row = act(decision, "lock_until_fixed")
    assert row.params == {"mend": "other.community"}
    with pytest.raises(Conflict, match="does not wait"):
        do("fixed", act(decision, "remove").pk, actor="token:platform")
    inverse = do("fixed", row.pk, actor="token:platform")
    assert (inverse.kind_key, inverse.origin) == ("release_fixed", "fixed")
    assert do("fixed", row.pk, actor="token:platform") is None
    assert world.post().state == "removed", "the removal stands"


def test_an_order_over_many_waits_for_another_person(world: World) -> None:
    from watchfloor.enforcement import automation
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        automation.save_limits(w, order=3, rule=10, minutes=60)
    small, _ = world.decide(world.post("p1"), "other.community", ("remove",), batch=("b1", 3))
    big, _ = world.decide(world.post("p2"), "other.community", ("remove",), batch=("b2", 4))
    assert act(small, "remove").state == "pending"
    assert (act(big, "remove").state, act(big, "remove").held_for) == ("held", "mass")
    with pytest.raises(Forbidden):
        do("approve", act(big, "remove").pk, actor="user:rita")
    do("approve", act(big, "remove").pk)
    assert act(big, "remove").state == "pending"
    kind(key="remove", does="remove", name="Remove", mass_limit=10)
    assert (
        act(world.decide(world.post("p3"), "other.community", ("remove",), batch=("b3", 9))[0], "remove").state
        == "pending"
    )


def test_a_rule_that_runs_away_is_held(world: World) -> None:
    from watchfloor.enforcement import automation
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        automation.save_limits(w, order=100, rule=2, minutes=60)
    rule = {"actor": "system:drain", "origin": "rule", "asked_by": "rule:Eager"}
    states = [
        act(world.decide(world.post(f"p{number}"), "other.community", ("remove",), **rule)[0], "remove").state
        for number in range(4)
    ]
    assert states == ["pending", "pending", "held", "held"]
    other, _ = world.decide(world.post("p9"), "other.community", ("remove",), **rule | {"asked_by": "rule:Calm"})
    assert act(other, "remove").state == "pending"


def stop(why: str = "R12 is wrong"):
    from watchfloor.enforcement import automation
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        return automation.stop(w, why=why)


def test_the_switch_holds_what_rules_decide_and_takes_back_what_is_on_its_way(world: World) -> None:
    from watchfloor.enforcement import automation, withholding
    from watchfloor.enforcement.models import Action, Attempt, Endpoint
    from watchfloor.kernel.ids import encode
    from watchfloor.ledger.models import Outbox
    from watchfloor.ledger.writer import writing

    rule = {"actor": "system:drain", "origin": "rule", "asked_by": "rule:R12"}
    waiting, _ = world.decide(world.post("p1", "ann"), "other.community", ("remove",), **rule)
    tried, _ = world.decide(world.post("p2", "ben"), "other.community", ("remove",), **rule)
    arrived, _ = world.decide(world.post("p3", "carl"), "other.community", ("remove",), **rule)
    human, _ = world.decide(world.post("p4", "dan"), "other.community", ("remove",))
    do("confirm", act(arrived, "remove").pk, True, actor="system:delivery")
    Outbox.objects.filter(key=encode("act", act(arrived, "remove").pk)).update(state="confirmed")
    endpoint = Endpoint.objects.create(name="x", url="https://x.example/", created_at=clock.now())
    message = Outbox.objects.get(key=encode("act", act(tried, "remove").pk))
    Attempt.objects.create(outbox_id=message.pk, key=message.key, endpoint=endpoint, at=clock.now(), ok=False)

    stop()
    with pytest.raises(Conflict):
        stop()
    new, _ = world.decide(world.post("p5", "eve"), "other.community", ("remove",), **rule)
    assert act(new, "remove").held_for == "automation"
    assert withholding.withhold_due() == 2 and withholding.withhold_due() == 0
    states = {name: act(each, "remove").state for name, each in
              {"waiting": waiting, "tried": tried, "arrived": arrived, "human": human, "new": new}.items()}  # fmt: skip
    assert states == {"waiting": "held", "tried": "held", "arrived": "confirmed", "human": "pending", "new": "held"}
    assert world.post("p1", "ann").state == "active" and world.post("p3", "carl").state == "removed"
    left = set(Outbox.objects.filter(topic="action", state="pending").values_list("key", flat=True))
    assert left == {encode("act", act(human, "remove").pk)}

    do("reject", act(waiting, "remove").pk)
    do("reject", act(tried, "remove").pk)
    inverses = Action.objects.filter(inverse_of__isnull=False)
    assert [row.inverse_of_id for row in inverses] == [act(tried, "remove").pk], "it may have arrived"
    with writing("user:ada") as w:
        automation.resume(w, why="R12 is off")
    assert act(new, "remove").state == "held", "a person says yes or no"
    do("approve", act(new, "remove").pk)
    after, _ = world.decide(world.post("p6", "fay"), "other.community", ("remove",), **rule)
    assert {act(new, "remove").state, act(after, "remove").state} == {"pending"}


def test_while_stopped_people_are_delivered_and_rules_are_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.integration.enforcement.receiver import Receiver

    from watchfloor.enforcement import delivery, endpoints
    from watchfloor.ledger.writer import writing

    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    platform = Receiver()
    try:
        with writing("user:ada") as w:
            endpoints.add(w, name="platform", url=platform.url, topics=("action",))
        world.decide(world.post("p1", "ann"), "other.community", ("remove",), origin="rule", asked_by="rule:R")
        world.decide(world.post("p2", "ben"), "other.community", ("remove",))
        stop()
        delivery.deliver_due()
        assert [request["body"]["item"]["id"] for request in platform.requests] == ["p2"]
    finally:
        platform.close()


def test_a_scheduled_automatic_action_does_not_begin_while_stopped(world: World) -> None:
    from watchfloor.enforcement import actions

    kind(key="soon", does="remove", name="Remove soon", delay_hours=1)
    decision, _ = world.decide(world.post(), "other.community", ("soon",), origin="rule", asked_by="rule:R")
    stop()
    with clock.at(clock.now() + timedelta(hours=2)):
        actions.expire_due()
    assert (act(decision, "soon").state, act(decision, "soon").held_for) == ("held", "automation")
    assert messages() == []
