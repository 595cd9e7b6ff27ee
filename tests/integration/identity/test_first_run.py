"""The first page of a new installation: one administrator, whatever happens, and nobody from outside without the code."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from watchfloor.console import install
from watchfloor.identity import first, setup_code
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel.errors import Conflict
from watchfloor.review.models import Queue

FORM = {"name": "Ana", "email": "ana@example.org", "password": "a lamp on the quiet floor"}
HERE = {"SERVER_NAME": "127.0.0.1"}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.django_db
class TestFirstRun:
    @pytest.mark.parametrize("path", ["/", "/settings/people", "/account/login/", "/floor", "/nowhere"])
    def test_every_page_leads_there_and_the_api_does_not(self, path: str) -> None:
        answer = Client(**HERE).get(path)
        assert (answer.status_code, answer["Location"]) == (302, reverse("welcome"))
        assert Client(**HERE).get("/v1/me").status_code == 401

    def test_three_fields_make_a_working_house(self) -> None:
        client = Client(**HERE)
        client.cookies["wf-zone"] = "Europe/Madrid"
        answer = client.post(reverse("welcome"), FORM)
        assert (answer.status_code, answer["Location"]) == (302, reverse("welcome-next"))
        page = client.get(reverse("welcome-next")).content.decode()
        assert "Make a token" in page and Queue.objects.order_by("position", "key")[0].name in page
        user = User.objects.get()
        assert user.time_zone == "Europe/Madrid"
        assert {"people.manage", "settings.manage", "review.work"} <= actor_for(user).permissions
        assert Client(**HERE).get(reverse("welcome"))["Location"] == reverse("account_login")
        assert Client(**HERE).post(reverse("welcome"), FORM | {"email": "b@example.org"})["Location"] == reverse(
            "account_login"
        )
        assert User.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "where", "says"),
        [
            ({"name": " "}, "name", "A name is needed"),
            ({"email": "ana"}, "email", "is not an e-mail address"),
            ({"password": "short"}, "password", "too short"),
            ({"password": "q1w2e3r4t5y6"}, "password", "common"),
            ({"password": "x" * 2_000}, "password", "at most 1,000"),
        ],
    )
    def test_bad_input_keeps_what_was_typed(self, change: dict[str, str], where: str, says: str) -> None:
        sent = FORM | change
        answer = Client(**HERE).post(reverse("welcome"), sent)
        text = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="{where}-error"' in text and says in text
        for field in ("name", "email"):
            assert f'value="{sent[field]}"' in text
        assert 'value="' + sent["password"] not in text
        assert not User.objects.exists() and not Queue.objects.exists()

    @pytest.mark.parametrize(
        "visit",
        [
            {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "192.0.2.7"},
            {"SERVER_NAME": "localhost", "REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
            {"SERVER_NAME": "testserver", "REMOTE_ADDR": "127.0.0.1"},
        ],
    )
    def test_from_elsewhere_a_code_is_asked_for(self, visit: dict[str, str], own_home: Path) -> None:
        client = Client(**visit)
        assert 'name="code"' in client.get(reverse("welcome")).content.decode()
        for wrong in ("", "aaaaa-aaaaa-aaaaa"):
            assert client.post(reverse("welcome"), FORM | {"code": wrong}).status_code == 422
        assert not User.objects.exists()
        code = (own_home / "keys" / "setup.code").read_text().strip()
        assert (own_home / "keys" / "setup.code").stat().st_mode & 0o077 == 0
        assert client.post(reverse("welcome"), FORM | {"code": f" {code.upper()} "}).status_code == 302
        assert not (own_home / "keys" / "setup.code").exists()

    def test_at_the_machine_itself_none_is_asked_for(self) -> None:
        assert 'name="code"' not in Client(**HERE).get(reverse("welcome")).content.decode()

    def test_the_code_stays_the_same_until_used(self) -> None:
        assert setup_code.code() == setup_code.code()


@pytest.mark.django_db(transaction=True)
def test_at_once_eight_people_make_one_administrator() -> None:
    start, made, refused = threading.Barrier(8), [], []

    def press(number: int) -> None:
        try:
            start.wait()
            made.append(
                first.make_administrator(
                    name="Ana",
                    email=f"a{number}@example.org",
                    password=FORM["password"],
                    time_zone="",
                    install=install.defaults,
                )
            )
        except Conflict as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert refused == ["already_set_up"] * 7
    assert User.objects.count() == 1
