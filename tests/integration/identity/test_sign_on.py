"""Sign-on by OpenID Connect: who comes in, what every false answer comes to, groups that become roles, the way out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner
from django.test import Client
from tests.integration.identity.test_people import make, proved, signed_in
from tests.support import op

from watchfloor.identity import defaults, granting
from watchfloor.identity.domain import system
from watchfloor.identity.models import Grant, User
from watchfloor.identity.queries import actor_for
from watchfloor.identity.signon import groups, oidc, policies, providers
from watchfloor.identity.signon.domain.oidc import LOGOUT
from watchfloor.identity.signon.models import Provider, Session, Tie
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.workforce.actions import save_vendor
from watchfloor.workforce.models import Reviewer

pytestmark = pytest.mark.django_db
BY = system("test")


@pytest.fixture(autouse=True)
def _roles() -> None:
    oidc.forget()
    with writing(BY) as w:
        defaults.install(w)


@pytest.fixture
def there() -> Iterator[op.Provider]:
    with op.running() as provider:
        with writing(BY) as w:
            providers.save_provider(
                w, key="house", name="House", kind="oidc", client_id=op.CLIENT, secret=op.SECRET, issuer=provider.url,
                domains=["example.org"],
            )  # fmt: skip
        yield provider


def come(there: op.Provider, client: Client | None = None, query: str = "", state: str = "") -> tuple[Client, Any]:
    """The whole way, as a browser goes it."""
    client = client or Client()
    sent = client.get(f"/account/sign-on/house{query}")
    assert sent.status_code == 302 and sent["Location"].startswith(f"{there.url}/auth?")
    code, own = there.code(sent["Location"])
    return client, client.get("/account/sign-on/house/back", {"code": code, "state": state or own})


def who(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


def test_somebody_known_comes_in_and_a_stranger_does_not(there: op.Provider) -> None:
    make("adam")
    assert "Sign in with House" in Client().get("/account/login/").content.decode()
    client, answer = come(there)
    assert answer.status_code == 403 and "not known here yet" in answer.content.decode() and not who(client)
    ana = make("ana", "reviewer")
    sent = Client().get("/account/sign-on/house?next=/settings/me", headers={"Sec-Fetch-Site": "cross-site"})
    assert sent["Location"] == "/account/login/?next=/settings/me"  # no other site makes a session of ours
    client, answer = come(there, query="?next=/settings/me")
    assert (answer.status_code, answer["Location"], who(client)) == (302, "/settings/me", str(ana.pk))
    there.person |= {
        "email": "other@elsewhere.test"
    }  # the account is known by what it is called there, not by its address
    assert who(come(there)[0]) == str(ana.pk)
    there.person |= {"sub": "ben", "email": "ben@elsewhere.test"}
    make("ben")
    User.objects.filter(email="ben@example.org").update(email="ben@elsewhere.test")
    assert come(there)[1].status_code == 403  # no domain it may vouch for
    there.person |= {"email": "ana@example.org"}
    assert come(there)[1].status_code == 403  # ana's address belongs to another account there
    there.person |= {"email": "ana@example.org", "email_verified": False, "sub": "eve"}
    assert come(there)[1].status_code == 403
    whys = list(Event.objects.filter(type="signon.refused").order_by("ordinal").values_list("data__why", flat=True))
    assert whys == ["unknown", "domain", "other_account", "no_address"]
    assert Event.objects.filter(type="user.signed_in", data__by="oidc house").count() == 2
    assert Tie.objects.count() == 1 and "ana-there" not in str(list(Event.objects.values_list("data", "changes")))


def _with(**more: Any) -> Callable[[op.Provider], op.Made]:
    return lambda there: lambda claims: there.keys[-1].sign({**claims, **more})


def _without(name: str) -> Callable[[op.Provider], op.Made]:
    return lambda there: lambda claims: there.keys[-1].sign({key: one for key, one in claims.items() if key != name})


FALSE: dict[str, tuple[str, Callable[[op.Provider], op.Made]]] = {
    "unsigned": ("algorithm", lambda there: op.unsigned),
    "signed by the public key": ("algorithm", lambda there: lambda claims: op.by_public_key(there, claims)),
    "signed by another key": ("signature", lambda there: op.Key("one").sign),
    "signed by an unknown key": ("signature", lambda there: op.Key("strange").sign),
    "changed": ("signature", lambda there: lambda claims: _changed(there.keys[-1].sign(claims))),
    "no token": ("token", lambda there: lambda claims: "no token"),
    "for another": ("audience", _with(aud="another")),
    "for several": ("audience", _with(aud=[op.CLIENT, "another"])),
    "given to another": ("audience", _with(azp="another")),
    "another issuer's": ("issuer", _with(iss="https://evil.example.org")),
    "over": ("expired", _with(exp=int(time.time()) - 600)),
    "of the future": ("time", _with(iat=int(time.time()) + 3_600)),
    "old": ("time", _with(iat=int(time.time()) - 7_200)),
    "another sign-on's": ("nonce", _with(nonce="another")),
    "no sign-on's": ("nonce", _without("nonce")),
    "nobody's": ("subject", _without("sub")),
}


def _changed(token: str) -> str:
    head, _, signature = token.split(".")
    other = jwt.encode({"sub": "ana-there"}, "k" * 32, algorithm="HS256").split(".")[1]
    return f"{head}.{other}.{signature}"


def test_false_tokens_let_nobody_in(there: op.Provider) -> None:
    make("ana", "administrator")
    for name, (why, made) in FALSE.items():
        there.token = made(there)
        client, answer = come(there)
        assert answer.status_code == 403 and not who(client), name
        last = Event.objects.filter(type="signon.refused").order_by("-ordinal")[0]
        assert last.data["why"] == why, name
    there.token = lambda claims: there.keys[-1].sign(claims)
    there.userinfo = {**there.person, "sub": "somebody else"}
    assert come(there)[1].status_code == 403
    there.userinfo = None
    noted = Event.objects.filter(type="signon.refused").count()
    client, answer = come(there, state="made up")
    assert answer.status_code == 403 and not who(client)
    sent = Client().get("/account/sign-on/house")[
        "Location"
    ]  # begun in one browser, ended in another: somebody else's sign-on
    code, state = there.code(sent)
    assert Client().get("/account/sign-on/house/back", {"code": code, "state": state}).status_code == 403
    client, answer = come(there)
    assert who(client)
    replayed = client.get("/account/sign-on/house/back", {"code": "code-0", "state": state})
    assert replayed.status_code == 403
    assert Event.objects.filter(type="signon.refused").count() == noted  # strangers write nothing into the ledger


def test_keys_change_and_the_switched_off_are_out(there: op.Provider) -> None:
    ana = make("ana", "reviewer")
    assert who(come(there)[0])
    there.keys = [op.Key("two")]
    oidc._known[there.url].keys_at -= 60
    assert who(come(there)[0]) == str(ana.pk) and there.asked.count("/keys") == 2
    old = op.Key("one")
    there.token = old.sign
    assert not who(come(there)[0])
    there.token = lambda claims: there.keys[-1].sign(claims)
    from watchfloor.identity import actions

    with writing(BY) as w:
        actions.set_active(w, ana, False)
    assert come(there)[1].status_code == 403
    with writing(BY) as w:
        providers.switch(w, Provider.objects.get(), False)
    assert Client().get("/account/sign-on/house").status_code == 404


def test_groups_become_roles_and_leave_with_them(there: op.Provider) -> None:
    admin = make("adam", "administrator")
    limited = make("lea", "administrator", vendors=["north"])
    with pytest.raises(Forbidden), writing(actor_for(limited)) as w:
        groups.save_rule(w, actor_for(limited), source="house", group="admins", role_key="administrator")
    with writing(actor_for(admin)) as w:
        by = actor_for(admin)
        groups.save_rule(w, by, source="house", group="floor", role_key="reviewer", vendors=["north"], markets=["DE"])
        leads = groups.save_rule(w, by, source="*", group="leads", role_key="program_manager")
        Provider.objects.update(join="groups")
    there.person |= {"sub": "cy", "email": "cy@example.org", "name": "Cy", "groups": ["none of ours"]}
    assert come(there)[1].status_code == 403 and not User.objects.filter(email="cy@example.org").exists()
    there.person["groups"] = ["floor", "leads"]
    client, _ = come(there)
    cy = User.objects.get(email="cy@example.org")
    actor = actor_for(cy)
    assert who(client) == str(cy.pk) and not cy.has_usable_password() and cy.name == "Cy"
    assert actor.may("review.work", vendor="north", market="DE") and not actor.may(
        "review.work", vendor="south", market="DE"
    )
    assert actor.has("queue.manage")
    make_by_hand = make("dee", "reviewer")
    there.person["groups"] = ["leads"]
    come(there)
    assert not actor_for(cy).has("review.work") and actor_for(cy).has("queue.manage")
    with writing(actor_for(admin)) as w:
        assert groups.end_rule(w, actor_for(admin), leads.pk) == 1
    there.person["_claim_names"] = {"groups": "elsewhere"}
    assert come(there)[1].status_code == 403  # left out is not the same as none
    assert not actor_for(cy).permissions and actor_for(make_by_hand).has("review.work")
    with writing(BY) as w:  # a group that would take the last administrator's role leaves it
        groups.save_rule(w, BY, source="house", group="bosses", role_key="administrator")
        groups.settle(w, cy, "house", ["bosses"])
        for grant in Grant.objects.filter(user_id__in=[admin.pk, limited.pk], revoked_at=None):
            w.update(grant, revoked_at=grant.revoked_at or cy.created_at)
        w.event(groups.GroupsSettled(provider="house", given=0, taken=0), ("user", cy.pk))
    with writing(BY) as w:
        groups.settle(w, cy, "house", [])
    assert actor_for(cy).has("people.manage")


def test_from_a_file_and_the_way_back_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.cli.signon import sign_on

    ana = make("ana")
    with writing(BY) as w:
        save_vendor(w, key="north", name="North")
    file = tmp_path / "sign-on.json"
    said = {
        "providers": [{"key": "house", "name": "House", "kind": "oidc", "issuer": "https://login.example.org", "client_id": "wf",
                       "secret_env": "HOUSE_SECRET", "domains": ["example.org"]}],
        "groups": [{"source": "house", "group": "floor", "role": "reviewer", "vendor": "north", "team": "blue"}],
        "sessions": [{"passwords": False, "networks": ["10.0.0.0/8"]}, {"role": "reviewer", "lifetime_hours": 8}],
    }  # fmt: skip
    file.write_text(json.dumps(said))
    run = CliRunner()
    assert isinstance(run.invoke(sign_on, ["apply", str(file)]).exception, BadInput)  # the variable is not set
    monkeypatch.setenv("HOUSE_SECRET", "hush")
    for saved in ({"providers": 1, "groups": 1, "sessions": 2}, {"providers": 1, "groups": 0, "sessions": 2}):
        assert json.loads(run.invoke(sign_on, ["apply", str(file), "--json"]).output) == saved
    assert (
        "hush" not in run.invoke(sign_on, ["list", "--json"]).output
        and providers.secret_of(Provider.objects.get()) == "hush"
    )
    with writing(BY) as w:
        groups.settle(w, ana, "house", ["floor"])
    row = Reviewer.objects.get(pk=ana.pk)
    assert (row.vendor_key, row.team) == ("north", "blue") and actor_for(ana).has("review.work")
    asked = policies.of_person(ana.pk)
    assert not asked.passwords and asked.networks == (("10.0.0.0/8",),) and asked.lifetime_hours == 8
    assert run.invoke(sign_on, ["rescue"]).exit_code == 0
    asked = policies.of_person(ana.pk)
    assert asked.passwords and not asked.networks
    for false in ("[]", "{", '{"strange": []}', '{"groups": [{"x": 1}]}'):
        file.write_text(false)
        assert isinstance(run.invoke(sign_on, ["apply", str(file)]).exception, BadInput)


def _sign_out_there(token: str) -> int:
    return Client().post("/account/sign-on/house/back-channel", {"logout_token": token}).status_code


def test_the_way_out_and_the_house_rules(there: op.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = make("ana", "reviewer")
    first, second = come(there)[0], come(there)[0]
    logout = {**there.claims(), "events": {LOGOUT: {}}}
    logout.pop("nonce")
    for false in ({**logout, "nonce": "n"}, {**logout, "aud": "another"}, {**logout, "events": {}}):
        assert _sign_out_there(there.keys[0].sign(false, typed="logout+jwt")) == 400
    untyped, typed = there.keys[0].sign(logout), there.keys[0].sign(logout, typed="Logout+JWT")
    assert _sign_out_there(untyped) == 400 and first.get("/settings/me").status_code == 200
    assert _sign_out_there(typed) == 200
    assert first.get("/settings/me").status_code == second.get("/settings/me").status_code == 302
    client, _ = come(there)
    monkeypatch.setenv("WATCHFLOOR_LOGOUT_UNTYPED", "1")
    assert _sign_out_there(untyped) == 200 and client.get("/settings/me").status_code == 302
    client, _ = come(there)
    asked = client.get("/account/sign-on/house?again=1")["Location"]
    assert "prompt=login" in asked and "max_age=0" in asked
    with writing(BY) as w:
        policies.save(w, fresh_minutes=5)
    token = {"source": "a", "permissions": "report.submit"}
    with writing(BY) as w:
        granting.grant(w, BY, ana, "platform_engineer")
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3_600
    session.save()
    assert client.post("/settings/tokens", token)["Location"].startswith("/settings/prove")
    assert "Through House" in client.get("/settings/prove").content.decode()
    there.token = lambda claims: there.keys[-1].sign({**claims, "auth_time": int(time.time()) - 3_600})
    assert come(there, client, "?again=1")[1].status_code == 403  # the provider only said what it knew already
    there.token = lambda claims: there.keys[-1].sign({**claims, "sub": "other"})
    there.userinfo = {**there.person, "sub": "other"}
    assert come(there, client, "?again=1")[1].status_code == 403  # somebody else's proof
    there.userinfo, there.token = None, lambda claims: there.keys[-1].sign(claims)
    assert come(there, client, "?again=1&next=/settings/tokens")[1]["Location"] == "/settings/tokens"
    assert client.post("/settings/tokens", token).status_code == 200
    left = client.post("/account/leave")
    assert f"{there.url}/end?client_id={op.CLIENT}" in left.content.decode().replace("&amp;", "&") and not who(client)
    with writing(BY) as w:
        policies.save(w, passwords=False)
        policies.save(w, role_key="administrator", passwords=True)
    make("ben", "administrator")
    password = "a lamp on the quiet floor"
    for name, comes in (("ana", False), ("ben", True)):
        client = Client()
        client.post("/account/login/", {"login": f"{name}@example.org", "password": password})
        assert bool(who(client)) is comes, name
    assert who(come(there)[0]) == str(ana.pk)


def test_sessions_end_as_the_house_says() -> None:
    ana = make("ana", "reviewer")
    first, second, third = (signed_in(ana) for _each in range(3))
    assert first.get("/settings/me/sessions").content.decode().count('/end"') == 2
    other = Session.objects.filter(user_id=ana.pk).order_by("began_at")[1]
    ben = signed_in(make("ben", "reviewer"))
    proved(ben)
    assert ben.post(f"/settings/me/sessions/{other.pk}/end").status_code == 404  # nobody ends another's
    ending = f"/settings/me/sessions/{other.pk}/end"
    assert (
        first.post(ending)["Location"].startswith("/settings/prove") and second.get("/settings/me").status_code == 200
    )
    proved(first)  # who only found the browser open ends nothing
    assert first.post(ending)["Location"] == "/settings/me/sessions"
    assert second.get("/settings/me").status_code == 302 and third.get("/settings/me").status_code == 200
    for days, status in ((13, 200), (15, 302)):  # two weeks, however much it is used
        session = third.session
        session["wf-began"] = int(time.time()) - 86_400 * days
        session.save()
        assert third.get("/settings/me").status_code == status
    third = signed_in(ana)
    with writing(BY) as w:
        policies.save(w, at_once=1, lifetime_hours=8)
        policies.save(w, role_key="reviewer", networks=["10.0.0.0/8"])
    newest = signed_in(ana)
    assert third.get("/settings/me").status_code == 302  # one at a time
    assert newest.get("/settings/me").status_code == 403  # not from here
    assert newest.get("/settings/me", REMOTE_ADDR="10.2.3.4").status_code == 200
    row = Session.objects.get(user_id=ana.pk, ended_at=None)
    Session.objects.filter(pk=row.pk).update(began_at=row.began_at.replace(year=row.began_at.year - 1))
    assert newest.get("/settings/me", REMOTE_ADDR="10.2.3.4").status_code == 302
    whys = list(
        Event.objects.filter(type="signon.session_ended").order_by("ordinal").values_list("data__why", flat=True)
    )
    assert whys[0] == "own" and whys[-1] == "lifetime" and "too_many" in whys
    with writing(BY) as w:
        policies.save(w, second_factor=True)
    held = ben.get("/floor", REMOTE_ADDR="10.2.3.4")
    assert held.status_code == 302 and "/2fa/" in held["Location"]


def test_the_pages_keep_what_was_typed_and_shut_nobody_out(there: op.Provider) -> None:
    admin = make("ana", "administrator")
    client = signed_in(admin)
    new = {
        "kind": "oidc",
        "key": "two",
        "name": "Two",
        "issuer": "http://example.org",
        "client_id": "x",
        "join": "groups",
    }
    answer = client.post("/settings/sign-on/new", new)
    assert (
        answer.status_code == 422
        and "https address" in answer.content.decode()
        and 'value="Two"' in answer.content.decode()
    )
    assert client.post("/settings/sign-on/new", {**new, "issuer": f"{there.url}/nothing"}).status_code == 422
    made = client.post(
        "/settings/sign-on/new",
        {**new, "issuer": there.url, "secret": "hush-hush", "domains": "example.org @b.example"},
    )
    row = Provider.objects.get(key="two")
    assert (
        made.status_code == 302
        and row.on
        and row.domains == ["b.example", "example.org"]
        and providers.secret_of(row) == "hush-hush"
    )
    page = client.get("/settings/sign-on/providers/two").content.decode()
    assert "hush-hush" not in page and "/account/sign-on/two/back" in page
    assert (
        client.post("/settings/sign-on/providers/two", {**new, "issuer": there.url, "name": "Zwei"}).status_code == 302
    )
    row.refresh_from_db()
    assert row.name == "Zwei" and providers.secret_of(row) == "hush-hush"
    assert client.post("/settings/sign-on", {"source": "two", "group": "", "role": "reviewer"}).status_code == 422
    assert client.post("/settings/sign-on", {"source": "two", "group": "floor", "role": "reviewer"}).status_code == 302
    assert "floor" in client.get("/settings/sign-on").content.decode()
    assert (
        client.post("/settings/sessions", {"role": "", "networks": "10.0.0.0/8", "passwords": "on"}).status_code == 422
    )
    assert client.post("/settings/sessions", {"role": "", "lifetime_hours": "12", "passwords": "on"}).status_code == 302
    assert client.get("/settings/sessions?role=reviewer").status_code == 200
    limited = signed_in(make("lea", "administrator", vendors=["north"]))
    assert limited.get("/settings/sign-on").status_code == limited.get("/settings/sessions").status_code == 403
    with pytest.raises(BadInput), writing(BY) as w:
        providers.save_provider(w, key="x", name="X", kind="oidc", client_id="x", issuer="https://u:p@example.org")
