"""Pages of policy and enforcement: who may open them, what they show, what their buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from tests.integration.enforcement.world import World

ALL = ("policy.view", "policy.edit", "policy.approve", "enforcement.view", "enforcement.manage", "enforcement.approve")


@pytest.fixture(autouse=True)
def private_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")


@pytest.fixture
def sign_in(world: World):
    def enter(name: str, permissions=ALL, *, markets=None, clearances=()) -> Client:
        from django.test import Client

        from watchfloor.identity import actions
        from watchfloor.identity.domain import system
        from watchfloor.ledger.writer import writing

        with writing(system("test")) as w:
            user = actions.create_user(w, email=f"{name}@example.org", name=name, password=None)
            actions.save_role(w, key=f"role-{name}", name=name, permissions=list(permissions))
            actions.grant(w, system("test"), user, f"role-{name}", markets=markets, clearances=list(clearances))
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.mark.parametrize("address", ["/policies", "/policies/spam", "/enforcement", "/enforcement/delivery"])
def test_pages_are_for_those_who_may(sign_in, address: str) -> None:
    from django.test import Client

    assert Client().get(address).status_code == 302
    assert sign_in("nobody", permissions=("floor.view",)).get(address).status_code == 403
    assert sign_in("ada").get(address).status_code == 200


def test_a_policy_shows_text_violations_and_who_answers(sign_in) -> None:
    client = sign_in("ada")
    page = text(client.get("/policies/hate"))
    for part in ("5.2", "Dehumanising a group", "DE", "Reclaimed use", "Approved by"):
        assert part in page
    assert client.get("/policies/nope").status_code == 404
    assert "Hate" in text(client.get("/policies?sort=-severity")) and "Spam" not in text(client.get("/policies?q=hate"))


def test_a_version_goes_from_draft_to_force_by_two_people(sign_in) -> None:
    from watchfloor.policy import queries

    ada, bo = sign_in("ada"), sign_in("bo")
    made = ada.post("/policies/spam/draft", {"summary": "Less.", "text": "9.1 None.\r\n\r\n9.2 At all."})
    assert made.status_code == 302
    page = text(bo.get(made["Location"]))
    version = page.split('name="version" value="')[1].split('"')[0]
    assert ada.post("/policies/spam/step", {"version": version, "step": "approve"}).status_code == 403
    assert bo.post("/policies/spam/step", {"version": version, "step": "approve"}).status_code == 302
    assert bo.post("/policies/spam/step", {"version": version, "step": "force"}).status_code == 302
    now = queries.version_in_force("spam")
    assert (now.number, now.text) == (2, "9.1 None.\n\n9.2 At all.")
    assert now.questions, "the tree is kept"
    assert "What changed from version 1 to version 2" in text(ada.get("/policies/spam"))


def test_actions_are_listed_filtered_and_hidden(world: World, sign_in) -> None:
    world.decide(world.post("p1"), "spam.links", market="DE")
    world.decide(world.post("p2", "ben"), "hate.slur", market="FR")
    world.decide(world.post("secret-item", "carl"), "child-safety.csam", market="DE")
    ada = sign_in("ada")
    page = text(ada.get("/enforcement"))
    assert "spam.links" in page and "hate.slur" in page
    assert "secret-item" not in page and "child-safety" not in page
    assert "secret-item" in text(sign_in("cleared", clearances=("child_safety",)).get("/enforcement"))
    german = text(sign_in("german", markets=["DE"]).get("/enforcement"))
    assert "spam.links" in german and "hate.slur" not in german
    only = text(ada.get("/enforcement?kind_key=limit_features"))
    assert "Limit features" in only and "hate.slur" not in only


def test_a_held_action_is_approved_by_somebody_else(world: World, sign_in) -> None:
    from watchfloor.enforcement.models import Action
    from watchfloor.kernel.ids import encode

    world.decide(world.post(), "manipulation.evasion", ("suspend",))
    held = list(Action.objects.filter(state="held").order_by("id"))
    ada = sign_in("ada")
    assert "Approve" in text(ada.get("/enforcement?state=held"))
    assert ada.post("/enforcement/judge", {"action": encode("act", held[0].pk), "answer": "yes"}).status_code == 302
    assert ada.post("/enforcement/judge", {"action": encode("act", held[1].pk), "answer": "no"}).status_code == 302
    assert [Action.objects.get(pk=row.pk).state for row in held] == ["pending", "rejected"]
    viewer = sign_in("viewer", permissions=("enforcement.view",))
    assert viewer.post("/enforcement/judge", {"action": encode("act", held[0].pk), "answer": "yes"}).status_code == 403
    french = sign_in("french", markets=["FR"])
    assert french.post("/enforcement/judge", {"action": encode("act", held[0].pk)}).status_code == 404


def test_endpoints_dead_letters_and_replay(world: World, sign_in) -> None:
    from watchfloor.enforcement.models import Endpoint
    from watchfloor.ledger.models import Outbox

    ada = sign_in("ada")
    assert (
        ada.post("/enforcement/endpoints", {"name": "P", "url": "http://127.0.0.1:9/x", "topics": "action"}).status_code
        == 302
    )
    page = text(ada.get("/enforcement/delivery"))
    endpoint = Endpoint.objects.get()
    assert endpoint.secrets[0] in page
    assert endpoint.secrets[0] not in text(ada.get("/enforcement/delivery")), "shown once"
    world.decide(world.post(), reporters=("bob",))
    Outbox.objects.filter(topic="action").update(state="dead", last_error="The endpoint answered 500.")
    page = text(ada.get("/enforcement/delivery"))
    assert "answered 500" in page and "Replay dead letters" in page and "Notice" in page
    assert ada.post("/enforcement/delivery/replay").status_code == 302
    assert Outbox.objects.get(topic="action").state == "pending"
    viewer = sign_in("viewer", permissions=("enforcement.view",))
    assert "Replay dead letters" not in text(viewer.get("/enforcement/delivery"))
    assert viewer.post("/enforcement/delivery/replay").status_code == 403


def test_hostile_names_are_text(world: World, sign_in) -> None:
    world.decide(world.post("<script>alert(1)</script>"))
    page = text(sign_in("ada").get("/enforcement"))
    assert "<script>alert" not in page and "&lt;script&gt;" in page
