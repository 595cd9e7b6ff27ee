"""Messages reach a real server, in order per account, signed, and survive its refusals, hangs and cuts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError
from tests.integration.enforcement.receiver import Receiver

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World


@pytest.fixture(autouse=True)
def private_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")


@pytest.fixture
def platform() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def endpoint(world: World, platform: Receiver):
    return connect(platform)


def connect(platform: Receiver, topics: tuple[str, ...] = ("action",), name: str = "platform"):
    from watchfloor.enforcement import endpoints
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        return endpoints.add(w, name=name, url=platform.url, topics=topics)


def deliver_all() -> int:
    from watchfloor.enforcement import delivery

    total = 0
    while done := delivery.deliver_due():
        total += done
    return total


def on_call() -> None:
    """Somebody is paged for everything that is severe."""
    from watchfloor.identity.actions import create_user
    from watchfloor.ledger.writer import writing
    from watchfloor.oncall import actions as oncall

    with writing("user:ada") as w:
        person = create_user(w, email="nora@example.org", name="Nora", password=None)
        oncall.save_policy(
            w, key="floor", name="Floor", steps=[{"targets": [f"user:{person.pk}"], "minutes": 5}], repeat=0
        )
        oncall.save_matrix(w, [{"escalation_policy": "floor", "min_severity": 3}])


def later(**delta: float):
    return clock.at(clock.now() + timedelta(**delta))


def outbox(topic: str = "action"):
    from watchfloor.ledger.models import Outbox

    return list(Outbox.objects.filter(topic=topic).order_by("id"))


def test_an_action_arrives_signed_and_is_confirmed(world, platform, endpoint) -> None:
    from watchfloor.enforcement import queries

    decision_id, _ = world.decide(world.post())
    assert deliver_all() == 1
    [request] = platform.requests
    [row] = outbox()
    assert request["path"] == "/hook?for=us"
    assert request["headers"]["webhook-id"] == row.key == request["body"]["action_id"]
    assert Webhook(endpoint.secrets[0]).verify(request["raw"], request["headers"]) == row.payload
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secrets[0]).verify(request["raw"].replace(b"remove", b"retain"), request["headers"])
    [action] = queries.of_decision(decision_id)
    assert (action.state, row.state) == ("confirmed", "confirmed")
    assert action.confirmed_at is not None
    assert deliver_all() == 0


def test_nothing_is_lost_while_no_one_listens(world, platform) -> None:
    world.decide(world.post())
    assert deliver_all() == 0
    connect(platform)
    assert deliver_all() == 1


@pytest.mark.parametrize("trouble", [500, 404, 301, "cut", "hang"])
def test_after_trouble_the_same_key_is_sent_again(world, platform, endpoint, trouble, monkeypatch) -> None:
    from watchfloor.enforcement import queries, sending

    if trouble == "hang":
        monkeypatch.setattr(sending, "TOTAL_SECONDS", 0.3)
    decision_id, _ = world.decide(world.post())
    platform.behave = [trouble]
    assert deliver_all() == 1
    [row] = outbox()
    assert row.state == "failed" and row.last_error and row.attempts == 1
    assert queries.of_decision(decision_id)[0].state == "failed"
    assert deliver_all() == 0, "not before its time"
    with later(seconds=6):
        assert deliver_all() == 1
    assert platform.applied == {row.key: 1}
    assert len({request["headers"]["webhook-id"] for request in platform.requests}) == 1
    assert queries.of_decision(decision_id)[0].state == "confirmed"


def test_a_lane_keeps_its_order_and_others_go_on(world, platform, endpoint) -> None:
    first, _ = world.decide(world.post("a1", "ann"), "other.community")
    world.decide(world.post("a2", "ann"), "other.community")
    world.reverse(first)
    platform.behave = [500]
    assert deliver_all() == 1
    world.decide(world.post("b1", "ben"), "other.community")
    assert deliver_all() == 1
    assert platform.requests[-1]["body"]["item"]["id"] == "b1"
    with later(seconds=6):
        assert deliver_all() == 3
    ann = [
        (request["body"]["item"]["id"], request["body"]["kind"])
        for request in platform.requests
        if request["body"]["item"]["id"] != "b1"
    ]
    assert ann == [("a1", "remove"), ("a1", "remove"), ("a2", "remove"), ("a1", "restore")]


def test_a_letter_dies_after_three_days_frees_its_lane_and_can_be_replayed(world, platform, endpoint) -> None:
    from watchfloor.enforcement import delivery, queries
    from watchfloor.enforcement.models import Endpoint

    decision_id, _ = world.decide(world.post("p1"), "other.community")
    world.decide(world.post("p2"), "other.community")
    platform.then = 500
    start = moment = clock.now()
    for _ in range(len(delivery.BACKOFF) + 1):
        Endpoint.objects.update(failures=0)  # this test is about the letter
        with clock.at(moment):
            assert delivery.deliver_due() == 1
        moment = outbox()[0].next_at
    assert timedelta(days=2.5) < moment - start < timedelta(days=4)
    first, second = outbox()
    assert (first.state, first.attempts, second.attempts) == ("dead", len(delivery.BACKOFF) + 1, 0)
    assert queries.of_decision(decision_id)[0].state == "dead"
    platform.then = 200
    with clock.at(moment + timedelta(days=1)):
        assert deliver_all() == 1, "the lane is free"
        assert delivery.replay_dead("user:ada") == delivery.Replayed(sent=1, stale=0)
        assert deliver_all() == 1
        assert delivery.replay_dead("user:ada") == delivery.Replayed(sent=0, stale=0)
    assert platform.applied == {first.key: 1, second.key: 1}
    assert queries.of_decision(decision_id)[0].state == "confirmed"


def test_what_was_undone_since_is_not_replayed(world, platform, endpoint) -> None:
    from watchfloor.enforcement import delivery
    from watchfloor.ledger.models import Outbox
    from watchfloor.ledger.writer import writing

    decision_id, _ = world.decide(world.post(), "other.community")
    Outbox.objects.filter(topic="action").update(state="dead")
    world.reverse(decision_id)
    assert delivery.replay_dead("user:ada") == delivery.Replayed(sent=0, stale=1)
    dead = Outbox.objects.get(state="dead")
    with pytest.raises(Conflict, match="undone since"), writing("user:ada") as w:
        delivery.replay(w, dead.pk)
    deliver_all()
    assert platform.kinds == ["restore"]


def test_a_process_that_dies_while_sending_loses_nothing(world, platform, endpoint, monkeypatch) -> None:
    from watchfloor.enforcement import delivery, sending

    world.decide(world.post())
    send_all = sending.send_all

    def die(lanes):
        send_all(lanes)
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "send_all", die)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver_due()
    monkeypatch.setattr(sending, "send_all", send_all)
    assert deliver_all() == 0, "the claim holds"
    with later(seconds=delivery.CLAIM_SECONDS + 1):
        assert deliver_all() == 1
    [row] = outbox()
    assert platform.applied == {row.key: 2}, "at least once, under one key"
    assert row.state == "confirmed"


def test_a_late_answer_does_not_overrule_the_newer_claim(world, platform, endpoint) -> None:
    from watchfloor.enforcement import claims, delivery, recording
    from watchfloor.enforcement.models import Endpoint
    from watchfloor.enforcement.sending import Answer

    world.decide(world.post())
    claims.fan_out()
    [stale] = claims.claim([row.pk for row in Endpoint.objects.all()], 10)
    with later(seconds=delivery.CLAIM_SECONDS + 1):
        assert deliver_all() == 1
    recording._record([(stale, Answer(parcel=None, ok=False, error="late"))])
    assert outbox()[0].attempts == 2
    assert outbox()[0].state == "confirmed"


REFUSE_ONE = """
CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.key = '{key}' AND NEW.state = 'confirmed' THEN RAISE EXCEPTION 'this row cannot be written'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_one BEFORE UPDATE ON ledger_outbox FOR EACH ROW EXECUTE FUNCTION refuse_one();
"""


def test_one_answer_that_cannot_be_written_costs_no_neighbour(world, platform, endpoint) -> None:
    for name in ("m1", "m2", "m3"):
        world.decide(world.post(name, author=name))
    stubborn = outbox()[1].key
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_ONE.format(key=stubborn))
    try:
        deliver_all()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse_one ON ledger_outbox; DROP FUNCTION refuse_one()")
    assert sorted((row.key == stubborn, row.state) for row in outbox()) == [
        (False, "confirmed"), (False, "confirmed"), (True, "pending"),
    ]  # fmt: skip


def test_two_endpoints_each_get_it_once(world, platform, endpoint) -> None:
    other = Receiver()
    try:
        connect(other, name="archive")
        world.decide(world.post())
        other.behave = [503]
        assert deliver_all() == 2
        assert outbox()[0].state == "failed"
        with later(seconds=6):
            assert deliver_all() == 1
        assert len(platform.requests) == 1 and len(other.requests) == 2
        assert outbox()[0].state == "confirmed"
    finally:
        other.close()


def test_a_notice_is_completed_when_it_is_sent(world, platform, endpoint) -> None:
    connect(platform, topics=("notice",), name="mail")
    world.decide(world.post(), reporters=("bob",))
    assert deliver_all() == 3
    told = {
        request["body"]["to"]: request["body"] for request in platform.requests if request["body"]["type"] == "notice"
    }
    assert told["author"]["recipient"] == "ann" and told["reporter"]["recipient"] == "bob"
    assert told["author"]["appeal_link"] in told["author"]["body"]
    for row in outbox("notice"):
        assert set(row.payload) == {"type", "notice_id", "decision_id", "policy"}


def test_retry_after_is_respected(world, platform, endpoint) -> None:
    world.decide(world.post())
    platform.behave, platform.headers = [429], {"retry-after": "1800"}
    deliver_all()
    with later(seconds=1700):
        assert deliver_all() == 0
    with later(seconds=1801):
        assert deliver_all() == 1


def test_both_keys_sign_during_a_rotation(world, platform, endpoint) -> None:
    from watchfloor.enforcement import endpoints
    from watchfloor.ledger.writer import writing

    old = endpoint.secrets[0]
    with writing("user:ada") as w:
        new = endpoints.rotate(w, endpoint)
    world.decide(world.post("p1"), "other.community")
    deliver_all()
    with writing("user:ada") as w:
        endpoints.retire_old_secrets(w, endpoint)
    world.decide(world.post("p2"), "other.community")
    deliver_all()
    during, after = platform.requests
    for key in (old, new):
        Webhook(key).verify(during["raw"], during["headers"])
    Webhook(new).verify(after["raw"], after["headers"])
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after["raw"], after["headers"])


def test_an_endpoint_that_fails_for_a_day_is_turned_off_paged_tried_and_called_again(world, platform, endpoint) -> None:
    from watchfloor.enforcement import health
    from watchfloor.ledger.models import Event
    from watchfloor.oncall.models import Page

    on_call()
    platform.then = 500
    for number in range(health.DISABLE_FAILURES):
        world.decide(world.post(f"p{number}", f"author{number}"), "other.community")
    deliver_all()
    endpoint.refresh_from_db()
    assert endpoint.enabled and endpoint.failures == health.DISABLE_FAILURES
    with later(hours=25):
        deliver_all()
    endpoint.refresh_from_db()
    assert not endpoint.enabled and "Every delivery failed" in endpoint.disabled_reason
    assert Event.objects.get(type="endpoint.disabled").data["name"] == "platform"
    page = Page.objects.get()
    assert (page.about, page.severity, page.state) == ("delivery", health.SEVERITY, "raised")
    seen = len(platform.requests)
    with later(hours=26):
        assert health.probe_due() == 1 and health.probe_due() == 0, "every quarter of an hour, no more often"
    assert platform.requests[-1]["body"]["type"] == "test" and len(platform.requests) == seen + 1
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    platform.then = 200
    with later(days=9):
        assert deliver_all() == 0
        assert health.probe_due() == 1
        page.refresh_from_db()
        assert page.state == "resolved"
        assert deliver_all() == health.DISABLE_FAILURES
    assert all(row.state == "confirmed" for row in outbox())
    assert Event.objects.get(type="endpoint.recovered").data["off_ms"] > 7 * 24 * 3600 * 1000


def test_who_turned_an_endpoint_off_turns_it_on_again(world, platform, endpoint) -> None:
    from watchfloor.enforcement import endpoints, health
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        endpoints.turn_off(w, endpoint, "We move.")
    world.decide(world.post())
    with later(days=2):
        assert health.probe_due() == 0 and deliver_all() == 0
        with writing("user:ada") as w:
            endpoints.turn_on(w, endpoint)
        assert deliver_all() == 1


def test_an_endpoint_that_says_it_is_gone_is_turned_off(world, platform, endpoint) -> None:
    world.decide(world.post())
    platform.behave = [410]
    deliver_all()
    endpoint.refresh_from_db()
    assert not endpoint.enabled and "410" in endpoint.disabled_reason


def test_private_addresses_are_refused_at_the_door_and_on_the_way(world, platform, endpoint, monkeypatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "0")
    with pytest.raises(BadInput):
        connect(platform)
    world.decide(world.post())
    deliver_all()
    assert platform.requests == []
    assert "https" in outbox()[0].last_error


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_each_message_once(transactional_db, platform) -> None:
    from tests.integration.enforcement.world import World

    from watchfloor.enforcement import delivery

    world = World()
    connect(platform)
    for number in range(12):
        world.decide(world.post(f"p{number}", f"author{number}"), "other.community")
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        try:
            while delivery.deliver_due(limit=2):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(platform.applied.values()) == len(platform.applied) == 12
    assert {row.state for row in outbox()} == {"confirmed"}


def test_what_goes_over_the_wire_is_what_the_types_say(world, platform, endpoint) -> None:
    """Actions, inverses, restatements, notices and tests, decoded strictly: no field is missing, none too many."""
    import msgspec

    from watchfloor.enforcement import health, messages

    connect(platform, topics=("notice",), name="mail")
    decision, _ = world.decide(world.post("p1"), "hate.harm", reporters=("bob",))
    world.decide(world.post("p2"), "spam.bulk")
    world.reverse(decision)
    assert health.test(endpoint).ok
    deliver_all()
    kinds = set()
    for request in platform.requests:
        message = msgspec.convert(request["body"], messages.Message)
        assert msgspec.to_builtins(message) == request["body"]
        kinds.add((request["body"]["type"], request["body"].get("undo")))
    assert {("action", False), ("action", True), ("notice", None), ("test", None)} <= kinds
