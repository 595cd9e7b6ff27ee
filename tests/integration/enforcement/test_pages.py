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
    assert "Approve" in text(ada.get("/enforcement?state=held", follow=True))
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


MANAGE = (*ALL, "enforcement.lift", "enforcement.stop", "enforcement.catalogue", "enforcement.confirm")


def test_an_action_has_a_page_of_its_life_and_is_taken_back_there(world: World, sign_in) -> None:
    from watchfloor.enforcement.models import Action
    from watchfloor.kernel.ids import encode

    world.decide(world.post("<b>p1"), "other.community", ("remove",))
    row = Action.objects.get()
    address = f"/enforcement/actions/{encode('act', row.pk)}"
    ada = sign_in("ada", MANAGE)
    page = text(ada.get(address))
    assert "Takes it down for everybody." in page and "&lt;b&gt;p1" in page and "Not tried yet" in page
    assert ada.post(address, {"why": ""}).status_code == 422
    assert ada.post(address, {"why": "a quote"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "reversed" and "Undone by" in text(ada.get(address))
    assert sign_in("viewer", ("enforcement.view",)).post(address, {"why": "x"}).status_code == 403
    assert sign_in("french", MANAGE, markets=["FR"]).get(address).status_code == 404
    assert "a quote" in text(ada.get(address))
    rows = b"".join(ada.get("/enforcement?format=csv&kind_key=remove").streaming_content).decode().splitlines()
    assert len(rows) == 2 and rows[1].startswith("act_") and ",<b>p1," in rows[1]


def test_many_held_actions_are_seen_in_numbers_first(world: World, sign_in) -> None:
    from watchfloor.enforcement.models import Action

    ada = sign_in("ada", MANAGE)
    me = f"user:{ada.session['_auth_user_id']}"
    for number in range(3):
        world.decide(world.post(f"p{number}", f"a{number}"), "other.community", ("suspend",))
    world.decide(world.post("own", "zoe"), "other.community", ("suspend",), actor=me)
    page = text(ada.get("/enforcement/held"))
    assert "You decided it: somebody else answers." in page and "Its kind always does" in page
    asked = text(ada.post("/enforcement/held/many", {"which": "all", "answer": "yes"}))
    assert "Approve 3 actions?" in asked and "Left out: you decided them" in asked
    assert Action.objects.filter(state="held").count() == 4, "nothing has happened yet"
    ids = asked.split('name="action" value="')[1].split('"')[0]
    assert len(ids.split()) == 3
    assert ada.post("/enforcement/held/many", {"answer": "yes", "sure": "1", "action": ids}).status_code == 302
    assert sorted(Action.objects.values_list("state", flat=True)) == ["held", "pending", "pending", "pending"]


def test_the_ladder_says_what_it_would_have_done_before_it_holds(world: World, sign_in) -> None:
    from watchfloor.enforcement import queries
    from watchfloor.enforcement.models import LadderStep

    for number in range(3):
        world.decide(world.post(f"p{number}"), "spam.bulk", ())
    ada = sign_in("ada", MANAGE)
    steps = {"points": ["1", "3", ""], "action": ["warn", "suspend_7d", ""], "name": ["first", "third", ""]}
    page = text(ada.post("/enforcement/catalogue", {**steps, "step": "preview"}))
    assert "3 strikes were given." in page and "by 1 accounts" in page
    assert {step.points for step in queries.ladder()} == {2, 4, 6}
    assert ada.post("/enforcement/catalogue", {**steps, "step": "save"}).status_code == 302
    assert [(step.points, step.action_key) for step in queries.ladder()] == [(1, "warn"), (3, "suspend_7d")]
    assert LadderStep.objects.filter(enabled=False).count() == 3
    bad = ada.post(
        "/enforcement/catalogue", {"points": ["1", "1"], "action": ["warn", "warn"], "name": ["", ""], "step": "save"}
    )
    assert bad.status_code == 422 and "Two steps" in bad.content.decode()
    assert sign_in("viewer", ("enforcement.view",)).post("/enforcement/catalogue", steps).status_code == 403


def test_the_catalogue_is_edited_and_archived(world: World, sign_in) -> None:
    from watchfloor.enforcement import queries

    ada = sign_in("ada", MANAGE)
    new = {
        "does": "suspend",
        "key": "suspend_3d",
        "name": "Suspend for 3 days",
        "duration_hours": "72",
        "phrase_en": "Three days.",
        "params": "",
    }
    assert ada.post("/enforcement/catalogue/new", {**new, "duration_hours": "x"}).status_code == 422
    kept = ada.post("/enforcement/catalogue/new", {**new, "params": "[1]"})
    assert kept.status_code == 422 and "Suspend for 3 days" in kept.content.decode()
    assert ada.post("/enforcement/catalogue/new", new).status_code == 302
    assert queries.kind("suspend_3d").duration_hours == 72
    assert ada.post("/enforcement/catalogue/new", new).status_code == 422, "the key is taken"
    assert ada.post("/enforcement/catalogue/suspend_3d", {"step": "archive"}).status_code == 302
    assert "suspend_3d" not in {kind.key for kind in queries.kinds()}
    refused = ada.post("/enforcement/catalogue/suspend_7d", {"step": "archive"})
    assert refused.status_code == 422 and "ladder" in refused.content.decode()
    assert "Archived" in text(ada.get("/enforcement/catalogue"))


def test_the_switch_the_drift_page_and_the_standing(world: World, sign_in) -> None:
    from datetime import timedelta

    from watchfloor.enforcement import automation, reconciling
    from watchfloor.enforcement.models import Action, Drift
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import encode

    with clock.at(clock.now() - timedelta(hours=1)):
        world.decide(world.post(), "hate.slur", ("suspend_24h",))
        Action.objects.update(state="confirmed", confirmed_at=clock.now())
        from watchfloor.ledger.models import Outbox

        Outbox.objects.update(state="confirmed")
    reconciling.push("token:platform", [], "ndjson")
    ada = sign_in("ada", MANAGE)
    page = text(ada.get("/enforcement/drift"))
    assert "Missing there" in page and "It was told, and confirmed it." in page
    [row] = Drift.objects.all()
    drift = encode("drift", row.pk)
    assert ada.post("/enforcement/drift/answer", {"drift": drift, "answer": "accept"}).status_code == 302
    assert Drift.objects.get().state == "open", "a reason is wanted"
    assert ada.post("/enforcement/drift/answer", {"drift": drift, "answer": "send"}).status_code == 302
    assert Drift.objects.get().state == "sent"
    assert "suspend" in b"".join(ada.get("/enforcement/drift?state=sent&format=csv").streaming_content).decode()
    standing = text(ada.get(f"/enforcement/accounts/{encode('itm', world.account().pk)}"))
    assert "Suspend for 24 hours" in standing and "1 point to it" in standing
    assert ada.post("/enforcement/automation", {"step": "stop", "why": ""}).status_code == 422
    assert ada.post("/enforcement/automation", {"step": "stop", "why": "R12"}).status_code == 302
    assert automation.stopped() is not None
    assert "Automatic actions are stopped." in text(ada.get("/enforcement/held"))
    assert "Automatic actions are stopped." in text(ada.get("/settings"))
    assert (
        ada.post("/enforcement/automation", {"step": "limits", "order": "50", "rule": "9", "minutes": "5"}).status_code
        == 302
    )
    assert automation.limits() == automation.Limits(order=50, rule=9, minutes=5)
    assert (
        ada.post("/enforcement/automation", {"step": "limits", "order": "0", "rule": "9", "minutes": "5"}).status_code
        == 422
    )


def test_programs_do_the_same_by_json(world: World) -> None:
    import json

    from django.test import Client

    from watchfloor.enforcement.models import Action
    from watchfloor.identity.domain import system
    from watchfloor.identity.tokens import create_token
    from watchfloor.kernel.ids import encode
    from watchfloor.ledger.writer import writing

    with writing("user:ada") as w:
        _, secret = create_token(w, system("test"), name="platform", source="parley", permissions=list(MANAGE))
        _, poor = create_token(w, system("test"), name="poor", source="poor", permissions=["report.submit"])

    def ask(
        method: str, path: str, body=None, token: str = secret, kind: str = "application/json", expected: int = 200
    ):
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = Client().generic(method, f"/v1{path}", data, content_type=kind, HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code == expected, answer.content
        return json.loads(answer.content)

    world.decide(world.post("p1"), "other.community", ("lock_until_fixed", "suspend"))
    listed = ask("GET", "/actions?limit=1")
    assert listed["actions"][0]["state"] == "held" and listed["next"]
    [lock] = ask("GET", f"/actions?after={listed['next']}")["actions"]
    life = ask("GET", f"/actions/{lock['id']}")
    assert life["messages"][0]["payload"]["version"] == 1 and life["action"]["effect"] == "lock_until_fixed"
    assert ask("POST", f"/actions/{lock['id']}/fixed")["state"] == "reversed"
    held = encode("act", Action.objects.get(kind_key="suspend").pk)
    assert ask("POST", f"/actions/{held}/approve")["state"] == "pending"
    assert ask("POST", f"/actions/{held}/reject", expected=409)["error"]["code"] == "not_held"
    assert ask("POST", f"/actions/{held}/lift", {"why": "mistake"})["state"] == "reversed"
    account = encode("itm", world.account().pk)
    assert ask("GET", f"/accounts/{account}/standing")["next_at"] == 2
    line = b'{"item": {"type": "post", "id": "zz"}, "effect": "remove"}\n'
    run = ask("POST", "/reconciliations", line, kind="application/x-ndjson")
    assert (run["state"], run["theirs"], run["extra"]) == ("done", 1, 1)
    [row] = ask("GET", "/drift")["drift"]
    assert ask("POST", f"/drift/{row['id']}", {"answer": "accept", "note": "theirs"})["state"] == "accepted"
    assert ask("POST", "/reconciliations", b"x", kind="text/plain", expected=422)["error"]["code"] == "bad_type"
    assert (
        ask("POST", "/automation", {"stopped": True, "why": "R12"})["stopped"]
        and ask("GET", "/automation")["why"] == "R12"
    )
    assert ask("POST", "/deliveries/replay", {}) == {"sent": 0, "stale": 0}
    assert ask("GET", "/endpoints") == {"endpoints": []}
    assert "ActionMessage" in ask("GET", "/schemas/webhooks")["$defs"]
    ask("GET", "/actions", token=poor, expected=403)
    ask("POST", f"/actions/{held}/lift", {"why": "x"}, token=poor, expected=403)


def test_a_statement_is_reworded_by_those_who_may_take_actions_back(world: World, sign_in) -> None:
    from watchfloor.enforcement import statement_queries
    from watchfloor.kernel.ids import encode

    decision, enforced = world.decide(world.post("p1"), "hate.slur")
    address = f"/enforcement/statements/{encode('dec', decision)}"
    assert address in text(sign_in("ada").get(f"/enforcement/actions/{encode('act', enforced.actions[0])}"))
    viewer = sign_in("viewer", permissions=("enforcement.view",))
    page = text(viewer.get(address))
    assert "Illegal or harmful speech" in page and "Correct the statement" not in page
    assert viewer.post(address, {"facts": "x"}).status_code == 403
    boss = sign_in("boss", permissions=MANAGE)
    named = boss.post(address, {"facts": "It insults @bob_1987.", "explanation": ""})
    assert named.status_code == 422 and "It insults @bob_1987." in named.content.decode()
    assert boss.post(address, {"facts": "It insults a neighbour.", "explanation": ""}).status_code == 302
    versions = statement_queries.versions(decision)
    assert (len(versions), versions[-1].facts, versions[-1].state) == (2, "It insults a neighbour.", "corrected")
    assert sign_in("french", markets=["FR"]).get(address).status_code == 404


def test_the_held_list_and_the_standing_are_given_as_csv(world: World, sign_in) -> None:
    from watchfloor.enforcement.models import Action
    from watchfloor.kernel.ids import encode

    world.decide(world.post(), "manipulation.evasion", ("suspend",))
    world.decide(world.post("p2"), "hate.slur")
    ada = sign_in("ada")
    held = b"".join(ada.get("/enforcement/held?format=csv").streaming_content).decode()
    assert held.count("\n") == 1 + Action.objects.filter(state="held").count() and "manipulation.evasion" in held
    account = Action.objects.filter(state="held")[0].item_id
    standing = f"/enforcement/accounts/{encode('itm', account)}?format=csv&list="
    assert "hate" in b"".join(ada.get(standing + "strikes").streaming_content).decode()
    assert "suspend" in b"".join(ada.get(standing + "actions").streaming_content).decode()
