"""Pages and endpoints of exchanges and files, asked as somebody who may, and as somebody who may not."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.support.exchanges import pdq

from watchfloor.detection.banks.actions import create_bank
from watchfloor.detection.banks.contracts import BankIn
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges.models import Exchange, Import
from watchfloor.identity import actions as people
from watchfloor.identity.domain import system
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing


@pytest.fixture
def enter(bank: Bank) -> Callable[..., Client]:
    def sign_in(*permissions: str) -> Client:
        with writing(system("test")) as w:
            user = people.create_user(w, email="a@example.org", name="Ana", password=None)
            people.save_role(w, key="r", name="r", permissions=list(permissions))
            people.grant(w, system("test"), user, "r")
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_a_file_is_uploaded_looked_at_taken_in_and_back(
    enter: Callable[..., Client], standing: Callable[[], set[str]]
) -> None:
    client = enter("exchange.manage", "bank.view")
    assert "/banks/of/shared/matches" in client.get("/exchanges/files/shared").content.decode()  # the tabs of the bank
    assert "/exchanges/files/shared" in client.get("/banks/of/shared").content.decode()
    assert "/banks/floods" in client.get("/exchanges").content.decode()
    nothing = client.post("/exchanges/files/shared", {"format": "csv"})
    assert nothing.status_code == 422 and "Choose a file." in nothing.content.decode()
    file = io.BytesIO(f"kind,value\npdq,{pdq(1)}\npdq,xx\n".encode())
    file.name = "partner.csv"
    shown = client.post("/exchanges/files/shared", {"file": file}, follow=True)
    page = shown.content.decode()
    assert "Put 1 entry in" in page and "line 3" in page and pdq(1) in page and standing() == set()
    load = Import.objects.get()
    assert client.get(f"/exchanges/imports/{load.pk}/bad").getvalue().decode().count("\n") == 2
    client.post(f"/exchanges/imports/{load.pk}", {"step": "take"})
    assert standing() == {pdq(1)}
    assert client.post(f"/exchanges/imports/{load.pk}", {"step": "undo", "why": ""}).status_code == 422
    client.post(f"/exchanges/imports/{load.pk}", {"step": "undo", "why": "wrong list"})
    assert standing() == set()


def test_an_exchange_is_set_up_read_paused_and_its_secret_is_never_shown(enter: Callable[..., Client]) -> None:
    client = enter("exchange.manage")
    form = {
        "name": "ncii",
        "bank": "shared",
        "subscription_key": "s3cr3t-key",
        "fetch_function_key": "f",
        "every_minutes": "60",
    }
    wrong = client.post("/exchanges/new/stopncii", form | {"fetch_function_key": ""})
    assert (
        wrong.status_code == 422
        and "s3cr3t-key" not in wrong.content.decode()
        and 'value="ncii"' in wrong.content.decode()
    )
    assert client.post("/exchanges/new/stopncii", form).status_code == 302
    row = Exchange.objects.get()
    assert b"s3cr3t-key" not in bytes(row.secret or b"")
    assert "s3cr3t-key" not in str(list(Event.objects.values_list("data", "changes")))
    page = client.get("/exchanges/follow/ncii").content.decode()
    assert "Not read yet" in page and "s3cr3t-key" not in page
    assert client.post("/exchanges/follow/ncii", {"step": "pause", "why": ""}).status_code == 422
    client.post("/exchanges/follow/ncii", {"step": "pause", "why": "the key changes"})
    assert "the key changes" in client.get("/exchanges/follow/ncii").content.decode()
    assert client.post("/exchanges/follow/ncii", {"step": "run"}).status_code == 422
    client.post("/exchanges/follow/ncii", {"step": "resume"})
    client.post("/exchanges/follow/ncii", {"step": "save", "every_minutes": "5", "feedback": "on"})
    assert Exchange.objects.get().every_minutes == 5
    assert "ncii" in client.get("/exchanges?as=csv").getvalue().decode()
    client.post("/exchanges/follow/ncii", {"step": "archive", "why": "over"})
    assert client.get("/exchanges/follow/ncii").status_code == 404 and Exchange.objects.get().secret is None


def test_a_restricted_bank_does_not_leave_and_is_not_there_for_others(enter: Callable[..., Client], bank: Bank) -> None:
    with writing(system("test")) as w:
        create_bank(w, BankIn(key="hidden", name="Hidden", negative=True, clearance="child_safety"))
    client = enter("exchange.manage")
    assert client.get("/exchanges/files/hidden").status_code == 404
    assert client.post("/exchanges/files/hidden/export", {"format": "csv"}).status_code == 404
    assert "Hidden" not in client.get("/exchanges").content.decode()
    out = client.post("/exchanges/files/shared/export", {"format": "csv"})
    assert out.getvalue().decode().startswith("kind,value") and Event.objects.filter(type="bank.exported").count() == 1


def test_without_the_permission_nothing_is_there(enter: Callable[..., Client]) -> None:
    client = enter("bank.view")
    answers: list[Any] = [
        client.get(path).status_code for path in ("/exchanges", "/exchanges/files/shared", "/exchanges/new/ncmec")
    ]
    assert answers == [403, 403, 403] and Entry.objects.count() == 0


def test_what_ncmec_shares_goes_only_into_a_bank_that_needs_a_clearance(enter: Callable[..., Client]) -> None:
    form = {
        "name": "ncmec",
        "bank": "shared",
        "environment": "Industry",
        "user": "u",
        "password": "p",
        "every_minutes": "60",
    }
    answer = enter("exchange.manage").post("/exchanges/new/ncmec", form)
    assert (
        answer.status_code == 422 and "needs a clearance" in answer.content.decode() and not Exchange.objects.exists()
    )
