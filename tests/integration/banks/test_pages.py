"""The pages and the API of banks: everything opens, a bank is kept through them, who may not is told so or finds nothing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.banks import a_hash, flipped
from tests.support.floor import SPAM, someone

from watchfloor.detection.banks import learning, retro_work
from watchfloor.detection.banks.models import Bank, Entry, Match, Retro
from watchfloor.kernel.ids import encode
from watchfloor.ledger import sequencer
from watchfloor.review.models import Case, Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from tests.support.banks import Banks

ALL = ("bank.view", "bank.edit", "bank.manage", "case.view", "policy.view")


@pytest.fixture
def sign_in(banks: Banks) -> Callable[..., Client]:
    """A client of someone with these permissions."""
    numbers = count()

    def enter(*permissions: str, **limits: Any) -> Client:
        from django.test import Client

        from watchfloor.identity import actions
        from watchfloor.identity.domain import system
        from watchfloor.ledger.writer import writing

        name = f"p{next(numbers)}"
        with writing(system("test")) as w:
            user = actions.create_user(w, email=f"{name}@example.org", name=name, password=None)
            actions.save_role(w, key=name, name=name, permissions=list(permissions or ALL))
            actions.grant(w, system("test"), user, name, **limits)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


def test_a_bank_is_begun_filled_changed_and_rolled_back(banks: Banks, sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    assert b"No banks yet" in client.get("/banks").content
    wrong = client.post("/banks", {"key": "Bad Key", "name": "X", "policy_key": "spam"})
    assert wrong.status_code == 422 and b"Bad Key" in wrong.content
    made = client.post("/banks", {"key": "known", "name": "Known", "policy_key": "spam", "violation_key": "spam.bulk", "action": "decide",
                                  "sample": "12,5"})  # fmt: skip
    assert made.status_code == 302 and Bank.objects.get().sample == 0.125
    page = client.post("/banks/of/known", {"kind": "pdq", "values": f"{a_hash(1)}\nnonsense\n{a_hash(2)}"})
    assert page.status_code == 422 and b"line 2" in page.content and Entry.objects.count() == 2
    assert (
        client.get(f"/banks/of/known?q={a_hash(1)[:9]}").content.count(b"/banks/entries/") == 2
    )  # the row and its link
    saved = client.post("/banks/of/known/settings", {"name": "Known", "policy_key": "spam", "action": "queue", "radius": "12",
                                                     "seen": "1", "why": "too wide"})  # fmt: skip
    assert saved.status_code == 302 and (Bank.objects.get().radius, Bank.objects.get().action) == (12, "queue")
    stale = client.post(
        "/banks/of/known/settings", {"name": "K", "policy_key": "spam", "action": "note", "seen": "1", "why": "x"}
    )
    assert stale.status_code == 422 and b"meanwhile" in stale.content
    for never in ("nan", "inf", "1e999"):
        form = {"name": "K", "policy_key": "spam", "action": "note", "radius": never, "why": "x"}
        assert client.post("/banks/of/known/settings", form).status_code == 422
    client.post("/banks/of/known/settings", {"step": "restore", "version": "1", "why": "it was right"})
    assert (Bank.objects.get().version, Bank.objects.get().radius) == (3, 31)
    entry = Entry.objects.first()
    assert entry is not None
    client.post(f"/banks/entries/{entry.pk}", {"step": "remove", "why": "wrong"})
    assert client.get("/banks/of/known/csv?state=removed").getvalue().count(b"\n") == 2
    client.post("/banks/of/known/settings", {"step": "archive", "why": "no longer"})
    assert b"No bank like that" not in client.get("/banks?show=archived").content


def test_matches_are_explained_and_judged(banks: Banks, sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    bank = banks.bank(action="decide", sample=1)
    banks.add(bank, a_hash(1), tags=("a",), source="exchange", evidence="found by hand")
    banks.add(banks.bank("good", negative=True), a_hash(7))
    for distance in (3, 12, 25):
        banks.medium(flipped(a_hash(1), distance), banks.item())
    banks.medium("", banks.item(), frames=[flipped(a_hash(1), 2)])
    banks.match()
    for match in Match.objects.all():
        assert client.get(f"/banks/matches/{match.pk}").status_code == 200
    match = Match.objects.get(distance=3)
    client.post(f"/banks/matches/{match.pk}", {"step": "wrong", "why": "a beach"})
    page = client.get(f"/banks/matches/{match.pk}").content.decode()
    assert (
        "Wrong" in page
        and not Decision.objects.filter(case_id=match.case_id, origin="rule", superseded_at__isnull=True).exists()
    )
    settings = client.get("/banks/of/known/settings").content.decode()
    assert "What another threshold would have done" in settings
    assert "To be checked" in client.get("/banks/of/known/matches?verdict=check").content.decode()
    assert client.get("/banks/of/known/matches?csv=1").getvalue().count(b"\n") == 5
    assert client.get(f"/banks/entries/{match.entry_id}").status_code == 200
    assert client.get("/banks.csv").getvalue().count(b"\n") == 3


def test_a_stopped_entry_is_released_from_the_list_of_floods(banks: Banks, sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    assert b"No entry is stopped" in client.get("/banks/floods").content
    banks.add(banks.bank(flood_limit=5), a_hash(1))
    banks.medium(a_hash(1), *[banks.item() for _ in range(7)])
    banks.match()
    assert b"6 hits in an hour, 5 are usual" in client.get("/banks/floods").content
    entry = Entry.objects.get()
    assert client.post("/banks/floods", {"entry": entry.pk, "step": "release", "why": " "}).status_code == 422
    for address in ("/banks/floods", f"/banks/entries/{entry.pk}"):  # no limit releases nothing, and stands there still
        bad = client.post(address, {"entry": entry.pk, "step": "release", "limit": "5,000", "why": "a song"})
        assert (bad.status_code, Entry.objects.get().state) == (422, "quarantined")
        assert b'value="5,000"' in bad.content
        assert b'value="a song"' in bad.content
    client.post("/banks/floods", {"entry": entry.pk, "step": "release", "limit": "500", "why": "a song"})
    entry.refresh_from_db()
    assert (entry.state, entry.flood_limit) == ("live", 500)


def test_from_a_decision_to_a_bank_and_back(banks: Banks, sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    banks.bank(action="decide")
    item, version = banks.item("a text that is long enough to be told from all the others there are")
    banks.medium(a_hash(1), (item, version))
    banks.medium(flipped(a_hash(1), 5), *[banks.item() for _ in range(3)])
    case = banks.report(item, version)
    address = f"/banks/from/{encode('case', case.pk)}"
    form = {"bank": "known", "numbers": ["0", "1"], "days": "30", "why": "a campaign"}
    assert client.post(address, form).status_code == 422  # nobody has decided it
    banks.decide(someone(), SPAM)
    assert address.encode() in client.get(f"/cases/{encode('case', case.pk)}").content
    assert client.get(address).content.count(b'name="numbers"') == 3  # the picture, the file, the text
    assert client.post(address, {**form, "numbers": []}).status_code == 422
    assert client.post(address, form).status_code == 302
    row = Retro.objects.get()
    assert b"Being counted" in client.get(f"/banks/searches/{row.pk}").content
    retro_work.work()
    page = client.get(f"/banks/searches/{row.pk}").content.decode()
    assert "Bank it, and do it to 4 items" in page and Case.objects.count() == 1
    client.post(f"/banks/searches/{row.pk}", {"step": "confirm"})
    retro_work.work()
    assert Decision.objects.filter(origin="rule").count() == 3
    client.post(f"/banks/searches/{row.pk}", {"step": "undo", "why": "a mistake"})
    while retro_work.work():
        pass
    assert b"Taken back" in client.get(f"/banks/searches/{row.pk}").content
    assert not Entry.objects.exclude(state="removed").exists()


def test_who_is_not_cleared_finds_nothing(banks: Banks, sign_in: Callable[..., Client]) -> None:
    bank = banks.bank(clearance="secret")
    banks.add(bank, a_hash(1))
    banks.medium(a_hash(1), banks.item())
    banks.match()
    match = Match.objects.get()
    stranger = sign_in()
    pages = ["/banks/of/known", "/banks/of/known/csv", "/banks/of/known/matches", "/banks/of/known/settings",
             f"/banks/entries/{match.entry_id}", f"/banks/matches/{match.pk}"]  # fmt: skip
    assert [stranger.get(each).status_code for each in pages] == [404] * len(pages)
    assert b"Known" not in stranger.get("/banks").content
    cleared = sign_in(clearances=["secret"])
    assert [cleared.get(each).status_code for each in pages] == [200] * len(pages)
    assert sign_in("case.view").get("/banks").status_code == 403
    viewer = sign_in("bank.view", clearances=["secret"])
    assert viewer.post("/banks/of/known", {"kind": "pdq", "values": a_hash(2)}).status_code == 403


def test_the_api_keeps_a_bank(banks: Banks) -> None:
    from django.test import Client

    from watchfloor.identity import tokens

    learning.follow()
    secret = _token(tokens)
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(method: str, path: str, body: Any = None) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        found = getattr(client, method)(f"/v1{path}", **more)
        return found.status_code, found.json()

    status, made = send(
        "post", "/banks", {"key": "known", "name": "Known", "policy_key": "spam", "violation_key": "spam.bulk"}
    )
    assert (status, made["version"], made["precision"]) == (201, 1, [0, 0, 1])
    status, added = send(
        "post",
        "/banks/known/entries",
        {"entries": [{"kind": "pdq", "value": a_hash(1)}, {"kind": "pdq", "value": "x"}]},
    )
    assert (status, added["new"], added["problems"][0]["index"]) == (200, 1, 1)
    status, found = send("post", "/banks/look-up", {"kind": "pdq", "value": flipped(a_hash(1), 7)})
    assert (found[0]["bank"], found[0]["distance"], found[0]["margin"]) == ("known", 7, 24)
    assert send("post", "/banks/look-up", {"kind": "pdq", "value": a_hash(1), "banks": []})[1] == []
    settings = {key: made[key] for key in ("key", "name", "policy_key", "violation_key")}
    assert send("put", "/banks/known", {**settings, "radius": 9, "why": "nearer"})[1]["version"] == 2
    assert send("get", "/banks/known/entries")[1]["entries"][0]["value"] == a_hash(1)
    status, search = send("post", "/banks/known/searches", {"ids": added["ids"], "days": 3, "why": "x"})
    assert (status, search["state"]) == (201, "counting")
    retro_work.work()
    assert send("get", f"/banks/searches/{search['id']}")[1]["state"] == "ready"
    assert send("post", f"/banks/searches/{search['id']}/confirm", {})[1]["state"] == "running"
    assert send("post", "/banks/known/remove", {"ids": added["ids"], "why": "wrong"})[1] == {"count": 1}
    assert send("get", "/banks/nowhere")[0] == 404 and len(send("get", "/banks")[1]) == 1
    sequencer.catch_up()


def _token(tokens: Any) -> str:
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        return str(tokens.create_token(w, system("test"), name="t", source="t", permissions=list(ALL))[1])
