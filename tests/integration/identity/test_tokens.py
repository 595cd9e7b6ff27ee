"""API tokens: two secrets while one is changed, networks, rates, whose they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.integration.identity.test_people import make, signed_in

from watchfloor.identity import actions, defaults, programs
from watchfloor.identity.domain import system
from watchfloor.identity.models import ApiToken, User
from watchfloor.identity.queries import actor_for, token_for
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
BY = system("test")


@pytest.fixture(autouse=True)
def _roles() -> None:
    programs.buckets.forget()
    with writing(BY) as w:
        defaults.install(w)


@pytest.fixture
def admin() -> User:
    return make("ana", "administrator")


def asked(secret: str, address: str = "127.0.0.1") -> tuple[int, dict[str, str]]:
    answer = Client().get("/v1/me", headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address)
    return answer.status_code, dict(answer.headers)


def test_two_secrets_work_while_a_token_is_rotated(admin: User) -> None:
    actor = actor_for(admin)
    with writing(actor) as w:
        row, first = actions.create_token(w, actor, name="", source="chat", permissions=["report.submit"])
        row, second = actions.rotate_token(w, actor, row.pk, overlap=timedelta(hours=1))
    assert asked(first)[0] == asked(second)[0] == 200
    row.refresh_from_db()
    assert row.old_used_at and row.last_used_at  # the page says that somebody still uses the old one
    with pytest.raises(Conflict, match="Two secrets"), writing(actor) as w:
        actions.rotate_token(w, actor, row.pk)
    later = clock.now() + timedelta(hours=2)
    with clock.at(later):
        assert token_for(first) is None and token_for(second) is not None
        with writing(actor) as w:
            _, third = actions.rotate_token(w, actor, row.pk, overlap=timedelta(0))
        assert token_for(second) is None and token_for(third) is not None
    assert list(
        Event.objects.filter(type="token.rotated").order_by("ordinal").values_list("data__minutes", flat=True)
    ) == [60, 0]
    weak = make("wes")
    with pytest.raises(Forbidden), writing(actor_for(weak)) as w:  # who is shown a secret could use it
        actions.rotate_token(w, actor_for(weak), row.pk)


def test_networks_rates_and_whose_it_is(admin: User) -> None:
    with writing(BY) as w:
        row, secret = actions.create_token(
            w,
            BY,
            name="",
            source="chat",
            permissions=["verdict.ask"],
            networks=["10.0.0.0/8"],
            per_minute=2,
            owner_id=admin.pk,
        )
    assert asked(secret, "192.0.2.1")[0] == 401 and token_for(secret) is None  # also for a door that does not say
    status, headers = asked(secret, "10.1.1.1")
    assert (status, headers["RateLimit-Limit"], headers["RateLimit-Remaining"]) == (200, "2", "1")
    door = Client().post(
        "/v1/moderations", {"input": "hello"}, content_type="application/json", REMOTE_ADDR="10.1.1.1",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert door.status_code == 200 and door["RateLimit-Remaining"] == "0"  # one bucket for all doors
    status, headers = asked(secret, "10.1.1.1")
    assert status == 429 and 1 <= int(headers["Retry-After"]) <= 30
    make("bea", "administrator")
    with writing(BY) as w:
        actions.set_active(w, admin, False)
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_the_pages_make_limit_and_rotate(admin: User) -> None:
    client = signed_in(admin)
    made = client.post(
        "/settings/tokens", {"source": "chat", "permissions": "report.submit", "networks": "10.0.0.0/8 nonsense"}
    )
    assert (
        made.status_code == 422
        and "no network" in made.content.decode()
        and "10.0.0.0/8 nonsense" in made.content.decode()
    )
    made = client.post("/settings/tokens", {"source": "chat", "permissions": "report.submit", "mine": "on"})
    row = ApiToken.objects.get()
    assert made.status_code == 200 and row.owner_id == admin.pk and row.prefix in made.content.decode()
    page = f"/settings/tokens/{row.pk}"
    assert client.post(page, {"per_minute": "0"}).status_code == 422
    assert client.post(page, {"per_minute": "30", "networks": "10.0.0.0/8"}).status_code == 302
    row.refresh_from_db()
    assert (row.per_minute, row.networks) == (30, ["10.0.0.0/8"])
    assert "wf_" in client.post(page, {"step": "rotate", "overlap": "60"}).content.decode()
    assert "Two secrets work" in client.get(page).content.decode()
    assert client.post(page, {"step": "end-old"}).status_code == 302
    row.refresh_from_db()
    assert row.old_digest == ""
    assert client.get("/settings/tokens").status_code == 200


def test_a_leak_is_found_and_ended_from_the_command_line() -> None:
    from watchfloor.cli.tokens import token

    with writing(BY) as w:
        _, secret = actions.create_token(w, BY, name="", source="chat", permissions=["report.submit"])
    clean = CliRunner().invoke(token, ["find", "-"], input="nothing here")
    assert clean.exit_code == 0
    found = CliRunner().invoke(token, ["find", "-", "--revoke", "--json"], input=f"export T={secret}\n")
    assert found.exit_code == 1 and '"revoked now"' in found.output and secret not in found.output
    assert token_for(secret) is None
