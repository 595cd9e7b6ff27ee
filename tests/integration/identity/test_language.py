"""Which language a page is in: one's own choice, else the cookie of the sign-in page, else what the browser says."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.support.people import member, signed_in

pytestmark = pytest.mark.django_db


def test_the_choice_is_kept_with_the_person() -> None:
    user = member({"floor.view"})
    client = signed_in(user)
    assert b'lang="ja"' in client.get("/settings/mine", headers={"Accept-Language": "ja"}).content
    form = {"language": "ar", "decide_by": "tree", "tab": "history", "idle_minutes": "4"}
    assert client.post("/settings/mine", form).status_code == 302
    page = signed_in(user).get("/settings/mine", headers={"Accept-Language": "ja"})  # another browser
    assert b'<html lang="ar" dir="rtl"' in page.content
    assert page["Content-Language"] == "ar"


def test_a_language_we_do_not_speak_is_refused_and_nothing_is_saved() -> None:
    user = member({"floor.view"})
    form = {"language": "xx", "decide_by": "list", "tab": "history", "idle_minutes": "4"}
    assert signed_in(user).post("/settings/mine", form).status_code == 422
    user.refresh_from_db()
    assert (user.language, user.preferences) == ("", {})


def test_before_signing_in_a_cookie_holds_it() -> None:
    member({"floor.view"})
    client = Client()
    answer = client.post("/language", {"language": "es", "next": "/account/login/?next=/floor"})
    assert answer["Location"] == "/account/login/?next=/floor"
    assert b'lang="es"' in client.get("/account/login/", headers={"Accept-Language": "ja"}).content
    client.post("/language", {"language": "", "next": "/"})
    assert b'lang="ja"' in client.get("/account/login/", headers={"Accept-Language": "ja"}).content


def test_it_leads_to_no_other_site() -> None:
    member({"floor.view"})
    assert Client().post("/language", {"language": "es", "next": "https://evil.example/"})["Location"] == "/"
