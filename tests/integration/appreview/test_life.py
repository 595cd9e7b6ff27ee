"""The life of an app: handed in, asked, answered, approved narrower, stopped by steps and set free, changed, refused, reopened."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support import apps
from tests.support.people import member, signed_in

from watchfloor.appreview import catalogue, links, queries
from watchfloor.appreview.actions import deciding, stepping, submitting
from watchfloor.appreview.actions.deciding import Verdict
from watchfloor.appreview.models import ApiApp, Application, AppStep
from watchfloor.identity.domain import system
from watchfloor.identity.tokens import create_token
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db


def sent() -> list[tuple[str, bool]]:
    return [(row.payload["step"], row.payload["undo"]) for row in Outbox.objects.filter(topic="app").order_by("id")]


def decide(row: Application, **verdict: Any) -> None:
    with writing(apps.REVIEWER) as w:
        deciding.claim(w, apps.REVIEWER, row.pk)
        deciding.decide(w, apps.REVIEWER, row.pk, Verdict(**verdict))


def test_from_the_question_to_the_narrower_approval() -> None:
    row = apps.hand_in()
    assert row.state == "submitted" and row.findings == [] and row.risk == 25 and row.due_at is not None
    decide(row, kind="ask_more", words="Who writes the replies?")
    app = ApiApp.objects.get()
    with writing(system("developer-page")) as w:
        deciding.write_message(w, app, "Agents, by hand.", by="developer", from_developer=True)
    row.refresh_from_db()
    assert row.state == "submitted" and row.reviewer == ""
    decide(row, kind="approve_narrower", scopes=("profile.read",), daily_limit=500, conditions="No templates.")
    app.refresh_from_db()
    assert (app.state, app.scopes, app.daily_limit, app.conditions) == (
        "approved",
        ["profile.read"],
        500,
        "No templates.",
    )
    assert [each.kind for each in queries.told(app)] == ["approve_narrower", "ask_more"]
    assert sent() == [("ask_more", False), ("approve_narrower", False)]
    said = str([list(Event.objects.values_list("data", "changes"))])
    assert "No templates" not in said and "Blast Ltd" not in said and "by hand" not in said  # free text stays out


def test_what_cannot_be_decided() -> None:
    row = apps.hand_in()
    with pytest.raises(Conflict, match="not taken"), writing(apps.REVIEWER) as w:
        deciding.decide(w, apps.REVIEWER, row.pk, Verdict(kind="approve"))
    for verdict, code in (
        (Verdict(kind="refuse"), "no_violation"), (Verdict(kind="ask_more"), "say_what"), (Verdict(kind="nod"), "unknown_kind"),
        (Verdict(kind="approve_narrower", scopes=("message.write", "profile.read")), "not_narrower"),
        (Verdict(kind="approve_narrower", scopes=("email.read",)), "no_scopes"),
        (Verdict(kind="approve_narrower", scopes=("profile.read",), daily_limit=10_001), "bad_limit"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            deciding.settle(row, verdict)
        assert refused.value.code == code
    with pytest.raises(Conflict, match="being reviewed"):
        apps.hand_in()
    with pytest.raises(Conflict, match="another developer"):
        apps.hand_in(developer="dev-2")


def test_refused_mended_and_an_imitation() -> None:
    approved = apps.approve(apps.hand_in("app-1", "dev-0", name="Townsquare"))
    assert approved.state == "approved"
    row = apps.hand_in(name="Tоwnsquare")  # with a Cyrillic letter
    assert [each["violation"] for each in row.findings] == ["AR-301"]
    decide(row, kind="refuse", violations=("AR-301",))
    assert ApiApp.objects.get(external_id="app-17").state == "refused"
    again = apps.hand_in()
    assert (again.number, again.trigger, again.findings) == (2, "resubmitted", [])
    assert {each["key"]: each["points"] for each in again.weights}["refusals"] == 15
    with writing(system("test")) as w:
        submitting.withdraw(w, again.app)
    assert ApiApp.objects.get(external_id="app-17").state == "withdrawn"


def test_a_change_leaves_what_was_granted_until_it_is_decided() -> None:
    app = apps.approve(apps.hand_in())
    change = apps.hand_in(tier="standard", volume=200_000)
    app.refresh_from_db()
    assert (change.trigger, app.state, app.tier, app.daily_limit) == ("changed", "approved", "small", 10_000)
    decide(change, kind="refuse", violations=("AR-502",))
    app.refresh_from_db()
    assert (app.state, app.daily_limit) == ("approved", 10_000)


def test_steps_and_their_inverses() -> None:
    app = apps.approve(apps.hand_in())
    taken: list[AppStep] = []
    for kind, more in (
        ("warn", {}),
        ("limit_writes", {"limit": 50}),
        ("suspend_token", {"token": "tok-1"}),
        ("suspend_app", {}),
    ):
        with writing(apps.REVIEWER) as w:
            taken.append(stepping.take(w, apps.REVIEWER, app, kind, why="Spam.", violations=["AR-602"], **more))  # type: ignore[arg-type]
        app.refresh_from_db()
        assert app.step == kind
    with pytest.raises(Conflict, match="in force"), writing(apps.REVIEWER) as w:
        stepping.take(w, apps.REVIEWER, app, "suspend_app", why="Again.", violations=["AR-602"])
    for row, left in zip(reversed(taken), ("suspend_token", "limit_writes", "warn", ""), strict=True):
        with writing(apps.REVIEWER) as w:
            stepping.undo(w, apps.REVIEWER, row.pk, why="Mended.")
        app.refresh_from_db()
        assert app.step == left
    kinds = ["warn", "limit_writes", "suspend_token", "suspend_app"]
    assert sent()[1:] == [(kind, False) for kind in kinds] + [(kind, True) for kind in reversed(kinds)]
    keys = list(Outbox.objects.filter(topic="app").values_list("key", flat=True))
    assert len(set(keys)) == len(keys)


def test_a_running_app_is_reopened_once_and_evidence_gathers() -> None:
    app = apps.approve(apps.hand_in())
    first = {"figure": "write_share", "day": "2026-03-01", "seen": 0.9, "declared": 0.3, "before": 0.31}
    with writing(system("appreview")) as w:
        row = submitting.reopen(w, app, trigger="drift", evidence=[first])
    assert row is not None and row.risk == 85 and [each["figure"] for each in row.evidence] == ["write_share"]
    with writing(system("appreview")) as w:
        same = submitting.reopen(w, app, trigger="drift", evidence=[first, first | {"figure": "spam_share"}])
    assert (
        same is not None
        and same.pk == row.pk
        and {each["figure"] for each in same.evidence} == {"write_share", "spam_share"}
    )
    with pytest.raises(Conflict, match="no application to withdraw"), writing(system("test")) as w:
        submitting.withdraw(w, app)  # what we began is not the developer's to end


def test_the_secret_link_and_its_exchange() -> None:
    app = apps.hand_in().app
    token = links.developer_token(app)
    assert links.from_token(token).pk == app.pk
    for bad in (token[:-2], token.replace("-1.", "-2."), ""):
        with pytest.raises(NotFound):
            links.from_token(bad)
    with writing(apps.REVIEWER) as w:
        deciding.new_link(w, app)
    with pytest.raises(NotFound):
        links.from_token(token)


def test_by_api_and_pages(client: Any) -> None:
    with writing(system("test")) as w:
        _, secret = create_token(w, system("test"), name="portal", source="portal", permissions=["app.submit"])
    head = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "content_type": "application/json"}
    body = {
        "app_id": "app-9", "developer_id": "d", "developer_name": "Dee", "name": "Nine", "use_case": "short",
        "scopes": [{"scope": "content.read", "reason": "Shows the newest posts."}],
    }  # fmt: skip
    assert client.post("/v1/apps", body | {"draft": True}, **head).json()["state"] == "draft"
    stand = client.post("/v1/apps", body, **head).json()
    assert stand["state"] == "waiting" and stand["application_state"] == "submitted"
    assert client.post("/v1/apps/app-9/messages", {"text": "Hello"}, **head).json()["messages"][0]["from_developer"]
    assert client.get("/v1/apps", **head).status_code == 403
    assert client.get("/v1/apps/app-8", **head).status_code == 404
    bad = client.post("/v1/apps", body | {"app_id": "x", "tier": "giant"}, **head)
    assert bad.status_code == 422 and bad.json()["error"]["where"] == "tier"

    page = signed_in(member({"app.view"}))
    row = Application.objects.get()
    assert b"Nine" in page.get("/apps").content and b"Nine" in page.get("/apps/all?q=nin").content
    assert b"app-9" in b"".join(page.get("/apps?format=csv"))
    assert page.post(f"/apps/applications/{row.pk}", {"do": "claim"}).status_code == 403
    assert page.post(f"/apps/of/{row.app_id}", {"do": "step"}).status_code == 403
    link = stand["link"].split("/developer/")[1]
    shown = client.get(f"/developer/{link}")
    assert b"Nine" in shown.content and shown["Cache-Control"] == "no-store"
    assert client.post(f"/developer/{link}", {"text": " "}).status_code == 422
    assert client.get("/developer/made-up").status_code == 404


def test_the_catalogue_is_changed_as_the_next_version_and_judges_what_comes_after() -> None:
    before = apps.hand_in()
    person = member({"app.view", "app.catalogue"}, "Cato Catalogue")
    client = signed_in(person)
    page = client.get("/apps/scopes").content.decode()
    assert "message.write" in page and "As shipped" in page and "Put it in force" in page
    assert "Put it in force" not in signed_in(member({"app.view"})).get("/apps/scopes").content.decode()

    shipped = catalogue.current()
    form = {
        "number": "0", "key": [*shipped.scopes, "clip.write"], "about": [*(each.about for each in shipped.scopes.values()), "Cut clips"],
        "grade": [*(each.grade for each in shipped.scopes.values()), "write"],
        "hints": [*(", ".join(each.hints) for each in shipped.scopes.values()), "clip, Highlight"],
        "calls_small": "3000", "hours_small": "24", "calls_standard": "1000000", "hours_standard": "72", "calls_large": "50000000",
        "hours_large": "48", "why": "",
    }  # fmt: skip
    refused = client.post("/apps/scopes", form)
    assert refused.status_code == 422 and 'value="clip.write"' in refused.content.decode()
    assert client.post("/apps/scopes", form | {"why": "Clips", "calls_small": "2000000"}).status_code == 422
    assert (
        client.post("/apps/scopes", form | {"why": "Clips are new, and small apps are kept small."}).status_code == 302
    )
    assert client.post("/apps/scopes", form | {"why": "again"}).status_code == 422  # made from an older version
    now = catalogue.current()
    assert (now.number, now.scopes["clip.write"].hints, now.tiers["small"].calls) == (1, ("clip", "highlight"), 3_000)
    assert now.scopes["message.write"] == shipped.scopes["message.write"]
    assert "+ clip.write" in client.get("/apps/scopes").content.decode()

    after = apps.hand_in("app-99", "dev-9", name="Clipper")
    assert (before.catalogue, after.catalogue) == (0, 1)
    assert {each["violation"] for each in after.findings} - {each["violation"] for each in before.findings} == {
        "AR-502"
    }
    assert after.due_at is not None and after.submitted_at is not None
    assert (after.due_at - after.submitted_at).total_seconds() == 24 * 3600
    sequencer.catch_up()
    assert rebuild.check().differences == []
