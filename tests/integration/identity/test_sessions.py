"""One's password and sessions: what is asked for, what ends, and how guessing is slowed."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity import actions
from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
OLD = "  A lamp: on the quiet floor, " + "x" * 60 + "ß "  # spaces at both ends and all: exactly as it was typed


@pytest.fixture
def ana(settings: Any) -> Any:
    cache.clear()  # attempts are counted there
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the slow one is slow on purpose
    person = member({"case.view"}, "ana")
    with writing(system("test")) as w:
        actions.set_password(w, person, OLD)
    return person


def enter(person: Any, password: str = OLD, *, client: Client | None = None) -> tuple[Client, int]:
    client = client or Client()
    client.cookies.pop("sessionid", None)
    answer = client.post("/account/login/", {"login": person.email, "password": password})
    return client, answer.status_code


def inside(client: Client) -> bool:
    return client.get("/settings/me").status_code == 200


def test_a_session_is_new_at_sign_in_and_over_when_it_ends(ana: Any) -> None:
    client, status = enter(ana)
    assert status == 302 and inside(client)
    key = client.session.session_key
    assert re.fullmatch(r"[0-9a-z]{32}", str(key))
    page = client.get("/settings/me").content.decode()
    assert reverse("signon_leave") in page  # on every page: the menu is the frame's
    again, _ = enter(ana)
    assert again.session.session_key != key
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(pk=key).exists() and not inside(client)
    stolen = Client()
    stolen.cookies["sessionid"] = str(key)
    assert not inside(stolen)
    assert inside(again)
    admin = member(PERMISSIONS, "root", clearances=[])
    signed_in(admin).post(f"/settings/people/{ana.pk}/sign-out")
    assert not inside(again)
    again, _ = enter(ana)
    with writing(system("test")) as w:
        actions.set_active(w, ana, False)
    assert not inside(again) and not inside(enter(ana)[0])
    said = list(
        Event.objects.filter(type="user.signed_in", subject=f"user:{ana.pk}").values_list("data__by", flat=True)
    )
    assert said.count("password") == 3


def test_a_password_is_changed_by_who_knows_it_and_others_are_out(ana: Any) -> None:
    client, _ = enter(ana)
    other, _ = enter(ana)
    where = reverse("account_change_password")
    fields = client.get(where).content.decode()
    assert (
        fields.count('type="password"') >= 2 and "onpaste" not in fields and 'autocomplete="current-password"' in fields
    )
    new = "an umbrella for Tuesday " + "0" * 70
    wrong = client.post(where, {"oldpassword": OLD.strip(), "password1": new, "password2": new})
    assert wrong.status_code == 200 and enter(ana, new)[1] != 302
    cache.clear()
    assert (
        client.post(
            where, {"oldpassword": OLD, "password1": "watchfloor-2026", "password2": "watchfloor-2026"}
        ).status_code
        == 200
    )
    assert client.post(where, {"oldpassword": OLD, "password1": new, "password2": new}).status_code == 302
    assert inside(client) and not inside(other)
    cache.clear()
    assert enter(ana)[1] != 302 and enter(ana, new)[1] == 302
    assert enter(ana, new.upper())[1] != 302 and enter(ana, new + " ")[1] != 302


def test_guessing_is_slowed_and_tells_nothing(ana: Any) -> None:
    answers = [
        Client().post("/account/login/", {"login": ana.email, "password": f"guess number {n}"}) for n in range(7)
    ]
    assert answers[0].status_code == 200 and enter(ana)[1] != 302  # the right one too, for a while
    cache.clear()
    ghost = Client().post("/account/login/", {"login": "nobody@example.org", "password": "guess number 0"})
    words = [
        re.sub(r"\s+", " ", re.sub(r'(value|content)="[^"]*"|<[^>]+>', "", a.content.decode()))
        for a in (answers[0], ghost)
    ]
    assert words[0].replace(ana.email, "") == words[1].replace("nobody@example.org", "")


def test_idling_ends_it_and_a_link_does_not_pass_a_second_factor(ana: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = enter(ana)
    assert inside(client)
    now = time.time()
    monkeypatch.setattr("watchfloor.identity.middleware.time.time", lambda: now + 481 * 60)
    assert not inside(client)
    monkeypatch.undo()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(ana, secret)
    client, _ = enter(ana)
    assert not inside(client)  # the code is still to come
    code = f"{totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))):06d}"
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302 and inside(client)
    second, _ = enter(ana)
    assert second.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200 and not inside(
        second
    )  # once only
    with writing(system("test")) as w:
        fresh_ana = get_user_model().objects.get(pk=ana.pk)
        key = actions.invite(w, fresh_ana, by=actor_of(member(PERMISSIONS, "root", clearances=[])))
    path = reverse("join", args=[urlsafe_base64_encode(str(ana.pk).encode()), key])
    fresh = Client()
    new = "an umbrella for Wednesday"
    sent = fresh.post(path, {"password": new, "again": new})
    assert sent.status_code == 302 and not inside(fresh)  # it led to the front door
    assert fresh.get(path).status_code == 410  # once
    # Changing a factor asks again who it is.
    late = signed_in(get_user_model().objects.get(pk=ana.pk))  # signed in, and not just now by a factor
    asked = late.get(reverse("mfa_deactivate_totp"))
    assert asked.status_code == 302 and "reauthenticate" in asked.headers["Location"]
