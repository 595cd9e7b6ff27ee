"""Boards sent by themselves: once for each time they are due, with the owner's rights, and no more when the owner is gone."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.integration.enforcement.receiver import Receiver
from tests.support.people import signed_in

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.insight.boards import keeping, parcels, sending
from watchfloor.insight.boards.domain.document import Document, Panel
from watchfloor.insight.boards.models import Schedule, Sending
from watchfloor.insight.boards.standing import Standing
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

BOARD = Document(
    panels=(Panel(id="a", metrics=("incoming_manual",)), Panel(id="b", form="bars", metrics=("backlog",), by="market")),
    span="24h",
)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    found = Receiver()
    yield found
    found.close()


def scheduled(actor: Actor, **more: Any) -> Schedule:
    row = keeping.make(actor, "Ours", BOARD, shared=True)
    values = {"kind": "mail", "address": "reader@example.org", "every": "day", "minute": 480, "zone": "UTC", **more}
    return sending.save(actor, row.pk, **values)


def when_due(row: Schedule, more: timedelta = timedelta(seconds=1)) -> Any:
    row.refresh_from_db()
    assert row.next_at is not None
    return clock.at(row.next_at + more)


def test_a_mail_with_a_picture_a_sentence_and_a_link_once(actor: Actor, mona: User) -> None:
    User.objects.filter(pk=mona.pk).update(email="reader@example.org", language="es", time_zone="Europe/Madrid")
    row = scheduled(actor, zone="", query="market=DE")
    assert (row.zone, row.language) == ("Europe/Madrid", "es")
    assert sending.send_due() == 0
    with when_due(row):
        while sending.send_due():
            pass
        assert sending.send_due() == 0
    [message] = mail.outbox
    done = Sending.objects.get()
    assert done.state == "sent" and message.extra_headers["Message-ID"] == f"<board.{done.pk}@watchfloor>"
    assert f"/insight/boards/{row.board_id}?market=DE" in message.body
    [picture] = message.attachments
    assert picture[1].startswith((b"\x89PNG", b"<svg"))
    with when_due(row):
        while sending.send_due():
            pass
    assert len(mail.outbox) == 2 and Sending.objects.count() == 2


def test_a_try_that_died_is_tried_again_under_the_same_id(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    row = scheduled(actor)
    with when_due(row):
        with monkeypatch.context() as patch:
            patch.setattr(Standing, "run", lambda _order, _row: None)  # the process dies between the claim and the mail
            sending.send_due()
        assert mail.outbox == [] and sending.send_due() == 0
    with when_due(row, timedelta(0) - timedelta(days=1) + timedelta(minutes=11)):
        assert sending.send_due() == 1
    assert len(mail.outbox) == 1 and Sending.objects.get().tries == 2


def test_a_signed_webhook_and_its_failures(actor: Actor, receiver: Receiver) -> None:
    row = scheduled(actor, kind="webhook", address=receiver.url)
    receiver.behave = [500]
    with when_due(row):
        while sending.send_due():
            pass
        done = Sending.objects.get()
        assert (done.state, done.problem) == ("claimed", "The endpoint answered 500.")
    with clock.at(done.try_at + timedelta(seconds=1)):
        while sending.send_due():
            pass
    first, second = receiver.requests
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"] == f"board_{done.pk.hex}"
    assert second["headers"]["webhook-signature"] != ""
    with pytest.raises(WebhookVerificationError):  # another's secret does not fit
        Webhook(parcels.new_secret()).verify(second["raw"], second["headers"])
    body = json.loads(second["raw"])
    assert body["type"] == "board.sent" and base64.b64decode(body["data"]["picture"]["base64"])[1:4] == b"PNG"
    assert body["data"]["lines"][0].startswith("Incoming, manual: ")
    assert Sending.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("why", "said"), [("left", "has left"), ("rights", "no longer see"), ("archive", "in the archive")]
)
def test_it_stops_with_a_sentence(actor: Actor, mona: User, why: str, said: str) -> None:
    row = scheduled(actor)
    if why == "left":
        User.objects.filter(pk=mona.pk).update(is_active=False)
    elif why == "archive":
        keeping.archive(actor, row.board_id)
    else:
        from watchfloor.identity.models import Grant

        Grant.objects.filter(user_id=mona.pk).update(revoked_at=clock.now())
    with when_due(row):
        while sending.send_due():
            pass
    row.refresh_from_db()
    assert mail.outbox == [] and row.next_at is None and said in row.stopped_why


def test_the_page_tests_and_ends_it_and_refuses_nonsense(actor: Actor, mona: User) -> None:
    row = scheduled(actor)
    address = f"/insight/boards/{row.board_id}/schedules"
    browser = signed_in(mona)
    browser.post(address, {"do": "test", "schedule": str(row.pk)})
    assert len(mail.outbox) == 1 and mail.outbox[0].subject == "Test: Ours"
    wrong = browser.post(
        address,
        {"do": "make", "kind": "mail", "address": "nobody", "every": "day", "time": "25:99", "zone": "Mars/Base"},
    )
    assert wrong.status_code == 422 and 'value="nobody"' in wrong.content.decode()
    browser.post(address, {"do": "stop", "schedule": str(row.pk)})
    assert "Not sent yet" in browser.get(address).content.decode()
    for bad in (
        {"kind": "pigeon"},
        {"every": "never"},
        {"zone": "Mars/Base"},
        {"minute": 1440},
        {"kind": "webhook", "address": "ftp://x"},
    ):
        with pytest.raises(BadInput):
            scheduled(actor, **bad)
