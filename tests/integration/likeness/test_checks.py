"""Identity checks: asked, answered by the secret link, seen by the cleared only, decided; the evidence goes when its time is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support.floor import install
from tests.support.people import actor_of, member, signed_in

from watchfloor.detection.likeness import checks, register
from watchfloor.detection.likeness.models import Evidence, IdentityCheck, ProtectedName
from watchfloor.detection.likeness.tasks import forget
from watchfloor.identity.domain import Actor, system
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.media import store
from watchfloor.items.media.access import may_see
from watchfloor.items.media.models import Media
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing

pytest.importorskip("PIL", reason="pictures need watchfloor[media]")
pytest.importorskip("av", reason="pictures need watchfloor[media]")
pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor(kind="user", id="ann", all_powerful=True)


def picture(seed: int = 0) -> bytes:
    from tests.support.media import photo

    return photo(seed, size=(64, 48))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Item:
    install()
    register.forget()
    with writing(system("intake")) as w:
        item, _ = items.see(
            w, ItemSeen(type="account", id="jane", data={}, seen_at=clock.now(), market="US", language="en")
        )
    return item


def asked(account: Item, **more: Any) -> IdentityCheck:
    with writing(ANN) as w:
        return checks.ask(w, account, wanted="Please show us a document with your name.", **more)


def answered(row: IdentityCheck, *files: bytes) -> IdentityCheck:
    with writing(system("identity-page")) as w:
        return checks.answer(w, row, list(files), "It is me.")


def decided(row: IdentityCheck, outcome: str = "verified") -> IdentityCheck:
    with writing(ANN) as w:
        return checks.decide(w, row, outcome, why="The document shows it.")


def test_evidence_is_gone_when_its_time_is_over(account: Item) -> None:
    with writing(ANN) as w:
        name = register.protect(w, register.NameIn(name="Jane Doe", kind="person", evidence="In the news."))
    row = decided(answered(asked(account, protected=name, forget_after=30), picture(1), picture(2)))
    assert ProtectedName.objects.get().account_id == account.pk  # verified: it is the real one
    media = [each.media for each in row.evidence.all()]
    assert all(each is not None and each.clearance == "identity" for each in media)
    assert checks.forget_at(row) == row.decided_at + timedelta(days=30)
    with clock.at(row.decided_at + timedelta(days=30) - timedelta(seconds=1)):
        assert forget() == 0 and Evidence.objects.filter(media__isnull=False).count() == 2
    with clock.at(row.decided_at + timedelta(days=30)):
        assert forget() == 2
    assert not Evidence.objects.filter(media__isnull=False).exists()
    for each in media:
        gone = Media.objects.get(pk=each.pk)
        assert gone.state == "gone" and gone.key is None
        with pytest.raises(NotFound), store.opened(gone, "original"):
            pass
    row.refresh_from_db()
    assert row.note == "" and row.why == "The document shows it."
    told = [
        (each.payload["step"], bool(each.payload["link"]))
        for each in Outbox.objects.filter(topic="identity").order_by("id")
    ]
    assert told == [("asked", True), ("verified", False)]
    assert "It is me" not in str(list(Event.objects.values_list("data", "changes")))


def test_what_is_never_decided_goes_too_and_what_belongs_elsewhere_stays(account: Item) -> None:
    row = answered(asked(account, answer_days=1, forget_after=0), picture(3))
    shared = Evidence.objects.get().media
    from watchfloor.items.media.models import MediaLink

    MediaLink.objects.create(item_version="f" * 64, field="avatar", media=shared)  # it is also somebody's picture
    with clock.at(row.due_at):
        assert forget() == 1
    assert Media.objects.get(pk=shared.pk).key is not None
    assert MediaLink.objects.filter(media=shared).count() == 1


def test_the_page_behind_the_link_and_who_sees_it(account: Item) -> None:
    plain, cleared = (
        member({"likeness.verify", "case.view"}),
        member({"likeness.verify", "case.view"}, clearances=["identity"]),
    )
    row = asked(account)
    person, link = Client(), f"/identity/with/{checks.token(row)}"
    assert b"a document with your name" in person.get(link).content
    assert person.get(link[:-3]).status_code == 404
    assert person.post(link, {}).status_code == 422
    wrong = person.post(link, {"files": SimpleUploadedFile("a.jpg", b"<html>hello</html>")})
    assert wrong.status_code == 422 and not Evidence.objects.exists()
    assert person.post(link, {"files": SimpleUploadedFile("a.jpg", picture(4)), "note": "Hello"}).status_code == 302
    assert b"We have 1 picture of yours" in person.get(link).content
    plain, cleared = (
        member({"likeness.verify", "case.view"}),
        member({"likeness.verify", "case.view"}, clearances=["identity"]),
    )
    assert not may_see(actor_of(plain), "identity") and may_see(actor_of(cleared), "identity")
    url = f"/identity/{row.pk}"
    assert b"you are not cleared to see" in signed_in(plain).get(url).content
    reviewer = signed_in(cleared)
    assert b"jane" in reviewer.get("/identity").content and b"you are not cleared" not in reviewer.get(url).content
    assert reviewer.post(url, {"outcome": "verified"}).status_code == 422
    assert reviewer.post(url, {"outcome": "impostor", "why": "Another face."}).status_code == 302
    assert b"does not show that you are" in person.get(link).content
    assert b"impostor" in reviewer.get("/identity?state=all&format=csv").getvalue()
    assert person.post(link, {"note": "But"}).status_code == 422
    assert signed_in(member({"case.view"})).get("/identity").status_code == 403


def test_what_cannot_be(account: Item) -> None:
    row = asked(account)
    with pytest.raises(Conflict, match="being asked already"):
        asked(account)
    with pytest.raises(Conflict, match="Nothing was handed in"):
        decided(row)
    with pytest.raises(BadInput, match="no outcome"):
        decided(row, "maybe")
    with pytest.raises(BadInput, match="At most 5"):
        answered(row, *(picture(number) for number in range(6)))
    assert decided(row, "refused").state == "refused"
    with pytest.raises(Conflict, match="decided already"):
        decided(row, "refused")
    with pytest.raises(BadInput):
        asked(account, forget_after=181)
