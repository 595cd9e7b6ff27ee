"""One answer to very many held actions: an order that a worker carries out, that dies and goes on, is stopped and taken back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World

MARKETS = ("DE", "FR")
RIGHTS = ("enforcement.view", "enforcement.approve", "enforcement.lift")


def held(world: World, count: int, actor: str = "user:rita") -> list[UUID]:
    """So many suspensions that wait, each of an account of its own, in two markets."""
    from watchfloor.enforcement.models import Action

    for number in range(count):
        item = world.post(f"{actor}{number}", f"{actor}-author{number}")
        world.decide(item, "other.community", ("suspend",), actor=actor, market=MARKETS[number % 2])
    return list(Action.objects.filter(state="held", requested_by=actor).order_by("id").values_list("pk", flat=True))


def someone(name: str, permissions: tuple[str, ...] = RIGHTS, markets: list[str] | None = None):
    """A person with these rights: the actor, and their browser."""
    from django.test import Client

    from watchfloor.identity import actions, queries
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        user = actions.create_user(w, email=f"{name}@example.org", name=name, password=None)
        actions.save_role(w, key=f"role-{name}", name=name, permissions=list(permissions))
        actions.grant(w, system("test"), user, f"role-{name}", markets=markets, clearances=[])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return queries.actor_for(user), client


def states(ids: list[UUID]) -> Counter[str]:
    from watchfloor.enforcement.models import Action

    return Counter(Action.objects.filter(pk__in=ids).values_list("state", flat=True))


def all_of_it() -> None:
    from watchfloor.enforcement import tasks

    while tasks.answers():
        pass


def test_very_many_are_an_order_with_its_progress_and_its_way_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchfloor.enforcement import answering
    from watchfloor.enforcement.models import Action, HeldOrder
    from watchfloor.enforcement.pages import held as page
    from watchfloor.ledger.models import Event
    from watchfloor.ledger.rebuild import check as rebuilt
    from watchfloor.ledger.sequencer import catch_up

    monkeypatch.setattr(page, "AT_ONCE", 4)
    ada, browser = someone("ada")
    ids, own = held(world, 8), held(world, 1, str(ada))
    asked = browser.post("/enforcement/held/many", {"which": "all", "answer": "yes"}).content.decode()
    assert "Approve 8 actions?" in asked and "Left out: you decided them" in asked and "in the background" in asked
    given = asked.split('name="action" value="')[1].split('"')[0]
    sent = browser.post("/enforcement/held/many", {"answer": "yes", "sure": "1", "action": given})
    order = HeldOrder.objects.get()
    assert sent.status_code == 302 and sent["Location"] == f"/enforcement/held/orders/{order.pk}"
    assert states(ids) == {"held": 8}, "the button only orders it"

    # What is in hand is not ordered again, and says so in the list, which leads back to the order.
    listed = browser.get("/enforcement/held").content.decode()
    assert listed.count("Being answered with many others") == 8 and sent["Location"] in listed
    assert (
        "Approve 0 actions?"
        in browser.post("/enforcement/held/many", {"which": "all", "answer": "yes"}).content.decode()
    )

    assert answering.work(3) == 3
    assert (states(ids)["pending"], answering.progress(order).worked) == (3, 3)
    moving = browser.get(sent["Location"]).content.decode()
    assert 'value="3" max="8"' in moving and "every 2s" in moving and "Stop here" in moving

    # A worker that dies within a row leaves it as it was; somebody else answers another meanwhile.
    def dies(*_given: object) -> None:
        raise SystemExit

    whole = answering._answer
    monkeypatch.setattr(answering, "_answer", lambda *given: (whole(*given), dies()))
    with pytest.raises(SystemExit):
        answering.work()
    monkeypatch.setattr(answering, "_answer", whole)
    assert (states(ids)["pending"], answering.progress(order).worked) == (3, 3)
    from watchfloor.enforcement import actions
    from watchfloor.ledger.writer import writing

    with writing("user:bob") as w:
        actions.reject(w, ids[-1])
    all_of_it()
    order.refresh_from_db()
    assert (order.state, states(ids), states(own)) == ("done", {"pending": 7, "rejected": 1}, {"held": 1})
    assert set(Action.objects.filter(pk__in=ids[:7]).values_list("approved_by", flat=True)) == {str(ada)}
    ended = browser.get(sent["Location"]).content.decode()
    assert "every 2s" not in ended and "Answered or ended by others meanwhile" in ended and "Stop here" not in ended
    lines = b"".join(browser.get(sent["Location"] + "?format=csv").streaming_content).decode().splitlines()
    assert len(lines) == 9 and lines[8].endswith("suspend,skipped,not_held")

    # Back as a whole: never without a reason; what was taken back by hand before is kept.
    assert browser.post(sent["Location"] + "/back", {"why": " "}).status_code == 422
    with writing(ada) as w:
        actions.lift(w, ids[0], why="a mistake")
    assert browser.post(sent["Location"] + "/back", {"why": "the wrong campaign"}).status_code == 302
    all_of_it()
    order.refresh_from_db()
    assert (order.state, states(ids)) == ("reversed", {"reversed": 7, "rejected": 1})
    assert answering.progress(order).counts == {"reversed": 6, "kept": 1, "skipped": 1}
    steps = Event.objects.filter(type="held_order.ended").order_by("ordinal").values_list("data__step", flat=True)
    assert list(steps) == ["done", "reversed"]
    assert Event.objects.filter(type="action.approved").count() == 7, "none was answered twice"
    catch_up()
    assert rebuilt().differences == []


def test_an_order_is_stopped_and_is_nobody_elses(world: World) -> None:
    from watchfloor.enforcement import answering
    from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound

    ada, _ = someone("ada")
    ids = held(world, 6)
    order = answering.begin(ada, ids[:4], yes=True)
    answering.work(2)
    assert answering.stop(ada, order.pk).state == "done"
    assert answering.work() == 0 and states(ids) == {"pending": 2, "held": 4}
    assert answering.progress(order).reasons == (("stopped", 2),)
    with pytest.raises(Conflict):
        answering.stop(ada, order.pk)
    with pytest.raises(BadInput):
        answering.begin(ada, [], yes=True)

    # Who answers in one market alone does not know of it; who may not lift cannot take it back; a second of all markets may.
    french, window = someone("french", markets=["FR"])
    address = f"/enforcement/held/orders/{order.pk}"
    assert window.get(address).status_code == 404 and window.post(f"{address}/back", {"why": "x"}).status_code == 404
    assert answering.recent(french) == [] and address not in window.get("/enforcement/held").content.decode()
    with pytest.raises(NotFound):
        answering.take_back(french, order.pk, "x")
    poor, shut = someone("poor", RIGHTS[:2])
    assert "Take it all back" not in shut.get(address).content.decode()
    assert shut.post(f"{address}/back", {"why": "x"}).status_code == 403
    with pytest.raises(Forbidden):
        answering.begin(someone("viewer", RIGHTS[:1])[0], ids, yes=True)
    answering.take_back(someone("bob")[0], order.pk, "the wrong ones")
    all_of_it()
    assert states(ids) == {"reversed": 2, "held": 4}

    # A no goes the same way, and is not brought back by a button.
    refused = answering.begin(poor, ids[4:], yes=False)
    all_of_it()
    refused.refresh_from_db()
    assert (refused.state, states(ids[4:])) == ("done", {"rejected": 2})
    with pytest.raises(Conflict):
        answering.take_back(ada, refused.pk, "x")
