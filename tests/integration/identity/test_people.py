"""Users, roles, grants, tokens, invitations: what the actions let through, what the pages show, and to whom."""

from __future__ import annotations

import re
import time
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from watchfloor.identity import actions, audit, defaults, people
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import ApiToken, Grant, RestrictedRead, Role, User
from watchfloor.identity.queries import actor_for, token_for
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
PASSWORD = "a lamp on the quiet floor"
BY = system("test")


@pytest.fixture(autouse=True)
def roles() -> None:
    with writing(BY) as w:
        defaults.install(w)


def make(name: str, *roles: str, **limits: object) -> User:
    with writing(BY) as w:
        user = actions.create_user(w, email=f"{name}@example.org", name=name.title(), password=PASSWORD)
        for role in roles:
            actions.grant(w, BY, user, role, **limits)  # type: ignore[arg-type]
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def proved(client: Client) -> None:
    """They gave their password just now."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


@pytest.fixture
def admin() -> User:
    return make("ana", "administrator")


class TestGranting:
    def test_not_what_one_does_not_hold(self, admin: User) -> None:
        other = make("ben")
        with pytest.raises(Forbidden, match=r"glass\.break"), writing(actor_for(admin)) as w:
            actions.grant(w, actor_for(admin), other, "escalation_lead")

    def test_not_where_one_does_not_hold_it(self, admin: User) -> None:
        lead, other = make("lea", "administrator", vendors=["b"]), make("ben")
        with pytest.raises(Forbidden), writing(actor_for(lead)) as w:
            actions.grant(w, actor_for(lead), other, "reviewer")
        with pytest.raises(Forbidden), writing(actor_for(lead)) as w:
            actions.grant(w, actor_for(lead), other, "reviewer", vendors=["b", "c"])
        with writing(actor_for(lead)) as w:
            actions.grant(w, actor_for(lead), other, "reviewer", vendors=["b"], max_severity=3)
        assert actor_for(other).may("review.work", vendor="b", severity=3)
        assert not actor_for(other).may("review.work", vendor="b", severity=4)

    def test_not_longer_than_one_has_it(self, admin: User) -> None:
        end = clock.now() + timedelta(days=1)
        guest, other = make("gus", "administrator", expires_at=end), make("ben")
        with pytest.raises(Forbidden), writing(actor_for(guest)) as w:
            actions.grant(w, actor_for(guest), other, "reviewer")
        with writing(actor_for(guest)) as w:
            actions.grant(w, actor_for(guest), other, "reviewer", expires_at=end)

    def test_no_clearance_one_does_not_hold(self, admin: User) -> None:
        with pytest.raises(Forbidden), writing(actor_for(admin)) as w:
            actions.grant(w, actor_for(admin), make("ben"), "reviewer", clearances=["child_safety"])

    def test_a_role_cannot_be_widened_beyond_its_editor(self, admin: User) -> None:
        with pytest.raises(Forbidden, match=r"restricted\.view"), writing(actor_for(admin)) as w:
            actions.save_role(
                w, key="reviewer", name="Reviewer", permissions=["review.work", "restricted.view"], by=actor_for(admin)
            )

    def test_no_link_for_someone_who_holds_more(self, admin: User) -> None:
        chief = make("cleo", "administrator", "escalation_lead", clearances=["child_safety"])
        with pytest.raises(Forbidden), writing(actor_for(admin)) as w:
            actions.invite(w, chief, by=actor_for(admin))
        with writing(actor_for(admin)) as w:  # but a cleared person who leaves can be locked out by someone without it
            make("dora", "administrator", "escalation_lead")
            lead = User.objects.get(email="dora@example.org")
            actions.set_active(w, chief, False, by=actor_for(lead))
        assert not User.objects.get(pk=chief.pk).is_active

    def test_the_last_administrator_stays(self, admin: User) -> None:
        row = Grant.objects.get(user_id=admin.pk)
        with pytest.raises(Conflict, match="Nobody would be left"), writing(BY) as w:
            actions.revoke_grant(w, row)
        with pytest.raises(Conflict, match="Nobody would be left"), writing(BY) as w:
            actions.set_active(w, admin, False)
        make("bea", "administrator")
        with pytest.raises(Conflict, match="yourself"), writing(actor_for(admin)) as w:
            actions.set_active(w, admin, False, by=actor_for(admin))

    @pytest.mark.parametrize(
        ("role", "limits", "where"),
        [
            ("nobody", {}, "role"),
            ("reviewer", {"max_severity": 9}, "max_severity"),
            ("reviewer", {"expires_at": clock.now() - timedelta(days=1)}, "expires_at"),
        ],
    )
    def test_bad_input_names_its_place(self, role: str, limits: dict[str, object], where: str) -> None:
        with pytest.raises(BadInput) as caught, writing(BY) as w:
            actions.grant(w, BY, make("ben"), role, **limits)  # type: ignore[arg-type]
        assert caught.value.where == where

    def test_who_gave_it_is_known(self, admin: User) -> None:
        other = make("ben")
        with writing(actor_for(admin)) as w:
            actions.grant(w, actor_for(admin), other, "reviewer", queues=["spam.en"], max_severity=3)
        (given,) = people.grants(other)
        assert (given.role, given.given_by, given.ended) == ("Reviewer", "Ana", "")
        assert given.limits == "queues spam.en; severity up to 3"


class TestSessions:
    def test_disabling_ends_every_session_for_good(self, admin: User) -> None:
        user = make("ben", "reviewer")
        client = signed_in(user)
        assert client.get(reverse("account")).status_code == 200
        with writing(actor_for(admin)) as w:
            actions.set_active(w, user, False, by=actor_for(admin))
        assert client.get(reverse("account")).status_code == 302
        user.refresh_from_db()
        with writing(actor_for(admin)) as w:
            actions.set_active(w, user, True, by=actor_for(admin))
        assert client.get(reverse("account")).status_code == 302  # the old session does not come back to life

    def test_signing_out_others_keeps_this_one(self, admin: User) -> None:
        here, there = signed_in(admin), signed_in(admin)
        assert here.post(reverse("sign_out_others"))["Location"].startswith("/settings/prove")
        assert there.get(reverse("account")).status_code == 200
        proved(here)
        assert here.post(reverse("sign_out_others"))["Location"] == reverse("account")
        assert here.get(reverse("account")).status_code == 200
        assert there.get(reverse("account")).status_code == 302

    def test_idling_signs_out(self, admin: User, settings: object) -> None:
        client = signed_in(admin)
        client.get(reverse("account"))
        session = client.session
        session["wf-seen"] -= 481 * 60
        session.save()
        answer = client.get(reverse("people"))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
        assert "/settings/people" in answer["Location"]

    def test_signing_in_is_in_the_ledger(self, admin: User) -> None:
        client = Client()
        client.post(reverse("account_login"), {"login": admin.email, "password": PASSWORD})
        assert client.get(reverse("account")).status_code == 200
        event = Event.objects.get(type="user.signed_in", subject=f"user:{admin.pk}")
        assert event.data == {"by": "password"}
        assert PASSWORD not in str(event.__dict__) and admin.email not in str(event.__dict__)

    def test_wrong_passwords_are_limited(self, admin: User) -> None:
        from django.core.cache import cache

        cache.clear()
        client = Client()
        for _ in range(5):
            client.post(reverse("account_login"), {"login": admin.email, "password": "wrong"})
        answer = client.post(reverse("account_login"), {"login": admin.email, "password": PASSWORD})
        cache.clear()
        assert "Too many failed" in answer.content.decode()
        assert client.get(reverse("account")).status_code == 302


class TestInvitation:
    def link(self, admin: User, **fields: str) -> str:
        data = {"name": "Ben", "email": "ben@example.org", "role": "reviewer", **fields}
        answer = signed_in(admin).post(reverse("people_invite"), data)
        assert answer.status_code == 200, answer.content.decode()
        found = re.search(r'value="http://testserver(/join/[^"]+)"', answer.content.decode())
        assert found
        return found.group(1)

    def test_a_link_lets_in_once(self, admin: User) -> None:
        link = self.link(admin)
        client = Client()
        assert "Welcome, Ben" in client.get(link).content.decode()
        weak = client.post(link, {"password": "short", "again": "short"})
        assert weak.status_code == 422 and "too short" in weak.content.decode()
        differ = client.post(link, {"password": PASSWORD, "again": "another lamp in the hall"})
        assert differ.status_code == 422 and "not the same" in differ.content.decode()
        assert client.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
        assert client.get(reverse("account")).status_code == 200
        assert actor_for(User.objects.get(email="ben@example.org")).may("review.work", queue="spam.en", severity=5)
        second = Client().post(link, {"password": "another lamp in the hall", "again": "another lamp in the hall"})
        assert second.status_code == 410

    def test_a_link_of_someone_disabled_is_dead(self, admin: User) -> None:
        link = self.link(admin)
        with writing(actor_for(admin)) as w:
            actions.set_active(w, User.objects.get(email="ben@example.org"), False, by=actor_for(admin))
        assert Client().get(link).status_code == 410

    def test_a_link_is_dead_after_three_days(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        link = self.link(admin)
        from django.contrib.auth.tokens import default_token_generator

        now = default_token_generator._now()
        monkeypatch.setattr(default_token_generator, "_now", lambda: now + timedelta(hours=73))
        assert Client().get(link).status_code == 410

    def test_the_form_keeps_what_was_typed(self, admin: User) -> None:
        data = {"name": "Ben", "email": "ben.example.org", "role": "reviewer", "queues": "a, b"}
        answer = signed_in(admin).post(reverse("people_invite"), data)
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "is not an e-mail address" in text and 'value="ben.example.org"' in text and 'value="a, b"' in text
        assert not User.objects.filter(name="Ben").exists()

    def test_nobody_is_made_when_the_role_is_refused(self, admin: User) -> None:
        data = {"name": "Ben", "email": "ben@example.org", "role": "escalation_lead"}
        answer = signed_in(admin).post(reverse("people_invite"), data)
        assert answer.status_code == 422 and "You cannot grant" in answer.content.decode()
        assert not User.objects.filter(name="Ben").exists()


class TestPages:
    @pytest.mark.parametrize(
        "name", ["settings", "people", "people_invite", "roles", "tokens", "restricted_reads", "account", "mfa_index",
                 "account_change_password", "account_reauthenticate", "welcome-next"],
    )  # fmt: skip
    def test_every_page_opens_for_an_administrator(self, admin: User, name: str) -> None:
        answer = signed_in(admin).get(reverse(name))
        assert answer.status_code == 200, name
        assert 'class="brand' in answer.content.decode()  # in our own frame, allauth's pages too

    @pytest.mark.parametrize("name", ["people", "people_invite", "roles", "tokens", "restricted_reads", "welcome-next"])
    def test_no_page_opens_without_its_permission(self, admin: User, name: str) -> None:
        assert signed_in(make("ben", "reviewer")).get(reverse(name)).status_code == 403
        assert Client().get(reverse(name)).status_code == 302

    def test_a_vendors_manager_sees_only_the_vendors_people(self, admin: User) -> None:
        lead = make("lea", "administrator", vendors=["b"])
        inside, outside = make("ina", "reviewer", vendors=["b"]), make("otto", "reviewer", vendors=["b", "c"])
        names = {user.name for user in people.listed(actor_for(lead))}
        assert names == {"Ina", "Lea"}
        client = signed_in(lead)
        assert client.get(reverse("person", args=[inside.pk])).status_code == 200
        assert client.get(reverse("person", args=[outside.pk])).status_code == 404
        assert client.get(reverse("person", args=[admin.pk])).status_code == 404

    def test_the_matrix_can_be_edited(self, admin: User) -> None:
        client = signed_in(admin)
        data = {"name": "Reviewer", "description": "", "permissions": ["review.work", "case.view", "case.search"]}
        assert client.post(reverse("role", args=["reviewer"]), data).status_code == 302
        assert Role.objects.get(key="reviewer").permissions == ["case.search", "case.view", "review.work"]
        bad = client.post(
            reverse("role", args=["new"]), {"key": "No Spaces", "name": "N", "permissions": ["case.view"]}
        )
        assert bad.status_code == 422 and "cannot be a key" in bad.content.decode()
        assert 'value="No Spaces"' in bad.content.decode() and 'value="case.view" checked' in bad.content.decode()

    def test_language_direction_and_zone_follow_the_person(self, admin: User) -> None:
        client = signed_in(admin)
        data = {"name": "Ana", "language": "ar", "time_zone": "Asia/Tokyo"}
        assert client.post(reverse("account"), data).status_code == 302
        text = client.get(reverse("account")).content.decode()
        assert '<html lang="ar" dir="rtl"' in text and 'data-zone="Asia/Tokyo"' in text
        bad = client.post(reverse("account"), {"name": "Ana", "language": "ar", "time_zone": "Mars/Base"})
        assert bad.status_code == 422 and "Mars/Base" in bad.content.decode()
        assert User.objects.get(pk=admin.pk).time_zone == "Asia/Tokyo"

    def test_the_browsers_zone_counts_until_one_is_set(self, admin: User) -> None:
        client = signed_in(admin)
        client.cookies["wf-zone"] = "Europe/Madrid"
        assert 'data-zone="Europe/Madrid"' in client.get(reverse("account")).content.decode()
        client.cookies["wf-zone"] = "../../etc/passwd"
        assert 'data-zone="UTC"' in client.get(reverse("account")).content.decode()

    def test_signing_up_is_closed(self, admin: User) -> None:
        assert "closed" in Client().get(reverse("account_signup")).content.decode().lower()


class TestTokens:
    def test_the_secret_is_shown_once_and_works(self, admin: User) -> None:
        client = signed_in(admin)
        answer = client.post(reverse("tokens"), {"source": "chat", "permissions": ["report.submit", "ledger.view"]})
        secret = re.search(r'value="(wf_[^"]+)"', answer.content.decode())
        assert secret
        assert secret.group(1) not in client.get(reverse("tokens")).content.decode()
        row = token_for(secret.group(1))
        assert row is not None and row.permissions == ["ledger.view", "report.submit"]
        assert ApiToken.objects.get(pk=row.pk).last_used_at is not None
        header = {"HTTP_AUTHORIZATION": f"Bearer {secret.group(1)}"}
        me = Client().get("/v1/me", **header).json()  # type: ignore[arg-type]
        assert me["source"] == "chat" and me["permissions"] == ["ledger.view", "report.submit"]
        assert Client().get("/v1/tokens", **header).status_code == 403  # type: ignore[arg-type]
        client.post(reverse("token_revoke", args=[row.pk]))
        assert Client().get("/v1/me", **header).status_code == 401  # type: ignore[arg-type]

    def test_not_more_than_its_maker_holds(self, admin: User) -> None:
        engineer = actor_for(make("eve", "platform_engineer"))
        with pytest.raises(Forbidden), writing(engineer) as w:
            actions.create_token(w, engineer, name="", source="x", permissions=["people.manage"])

    @pytest.mark.parametrize(
        ("data", "where"),
        [
            ({"permissions": ["report.submit"]}, "source"),
            ({"source": "x" * 61, "permissions": ["report.submit"]}, "source"),
            ({"source": "chat"}, "permissions"),
            ({"source": "chat", "permissions": ["nothing.known"]}, "permissions"),
            ({"source": "chat", "permissions": ["report.submit"], "expires_at": "yesterday"}, "expires_at"),
            ({"source": "chat", "permissions": ["report.submit"], "expires_at": "2001-02-03"}, "expires_at"),
        ],
    )
    def test_bad_input_says_where(self, admin: User, data: dict[str, object], where: str) -> None:
        answer = signed_in(admin).post(reverse("tokens"), data)
        assert answer.status_code == 422
        assert f'id="{where}-error"' in answer.content.decode()
        assert not ApiToken.objects.exists()

    def test_use_is_noted_at_most_every_five_minutes(self, admin: User) -> None:
        with writing(BY) as w:
            row, secret = actions.create_token(w, BY, name="", source="x", permissions=["report.submit"])
        start = clock.now()
        noted = []
        for minutes in (0, 2, 6):
            with clock.at(start + timedelta(minutes=minutes)):
                token_for(secret)
            noted.append((ApiToken.objects.get(pk=row.pk).last_used_at or start) - start)
        assert noted == [timedelta(0), timedelta(0), timedelta(minutes=6)]


def test_restricted_reads_are_written_and_shown(admin: User) -> None:
    actor: Actor = actor_for(admin)
    audit.record(actor, f"case:{uuid.uuid4()}", "appeal of the author")
    assert RestrictedRead.objects.get().actor == f"user:{admin.pk}"
    text = signed_in(admin).get(reverse("restricted_reads")).content.decode()
    assert "appeal of the author" in text and "Ana" in text


def test_someone_unknown_is_not_found(admin: User) -> None:
    with pytest.raises(NotFound):
        people.visible(actor_for(admin), uuid.uuid4())


def test_the_palette_offers_people_only_to_who_manages_them(admin: User) -> None:
    from watchfloor.identity.palette import provide

    make("ben", "reviewer")
    titles = [entry["title"] for entry in provide(actor_for(admin), "be")]
    assert "Ben" in titles
    ben = actor_for(User.objects.get(email="ben@example.org"))
    assert "Ben" not in [entry["title"] for entry in provide(ben, "be")]


def test_demo_cards_only_in_a_demo(admin: User, settings: object) -> None:
    with writing(BY) as w:
        person = actions.create_user(
            w, email="sim@example.org", name="Sim", password=None, simulated=True,
            preferences={"demo_card": {"title": "Reviewer, vendor B", "help": "Takes the next case"}},
        )  # fmt: skip
    assert "Reviewer, vendor B" not in Client().get(reverse("account_login")).content.decode()
    assert Client().post(reverse("demo_sign_in"), {"person": str(person.pk)}).status_code == 404
    settings.DEMO = True  # type: ignore[attr-defined]
    client = Client()
    assert "Reviewer, vendor B" in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("demo_sign_in")).status_code == 405
    assert client.post(reverse("demo_sign_in"), {"person": str(admin.pk)}).status_code == 404  # never a real person
    assert Client(enforce_csrf_checks=True).post(reverse("demo_sign_in"), {"person": str(person.pk)}).status_code == 403
    assert client.post(reverse("demo_sign_in"), {"person": str(person.pk)}).status_code == 302
    assert client.get(reverse("account")).status_code == 200
