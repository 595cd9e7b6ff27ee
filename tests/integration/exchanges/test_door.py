"""The door for HMA's clients: the answers HMA's own tests and documentation give for the same questions, and a token for each."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.support.exchanges import pdq

from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges.hma import hashing
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.identity.tokens import create_token
from watchfloor.ledger import sequencer
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing
from watchfloor.policy import defaults

ALL = ["bank.view", "bank.edit", "bank.manage", "exchange.manage"]
SPECIMENS = (
    "facd8bcb2a49bcebdec1985298d5fe84bcd006c187c598c720c3c087b3fdb318",
    "facd8bcb2a49bcebdec1985228d5ae84bcd006c187c598c720c2b087b3fdb318",
)
Ask = Callable[..., Any]


@pytest.fixture
def ask(db: None) -> Callable[..., Ask]:
    """Ask as a program with these permissions."""
    with writing(system("test")) as w:
        defaults.install(w)
    holder = Actor(kind="system", id="t", name="t", scopes=(Scope(role="r", permissions=frozenset(ALL)),))

    def enter(*permissions: str) -> Ask:
        with writing(system("test")) as w:
            _, secret = create_token(w, holder, name="p", source="hma", permissions=list(permissions or ALL))
        client = Client(headers={"authorization": f"Bearer {secret}"})

        def send(method: str, path: str, json: Any = None, **more: Any) -> Any:
            if json is not None:
                more |= {"data": json, "content_type": "application/json"}
            return getattr(client, method)(f"/hma{path}", **more)

        return send

    return enter


def test_banks_are_made_changed_renamed_and_put_away(ask: Callable[..., Ask]) -> None:
    send = ask()
    assert send("get", "/c/banks").json() == []
    assert send("post", "/c/banks", {"name": "01_TEST"}).status_code == 400
    assert send("post", "/c/banks", {"name": "my_bank"}).status_code == 400
    assert send("post", "/c/banks", {}).status_code == 422
    made = send("post", "/c/banks", {"name": "MY_BANK"})
    assert (made.status_code, made.json()) == (201, {"matching_enabled_ratio": 1.0, "name": "MY_BANK"})
    again = send("post", "/c/banks", {"name": "MY_BANK"})
    assert (again.status_code, again.json()) == (403, {"message": "Bank already exists"})
    assert send("put", "/c/bank/MY_BANK", {"name": "1_no"}).status_code == 400
    assert send("put", "/c/bank/MY_BANK", {"name": "RENAMED"}).json()["name"] == "RENAMED"
    assert send("put", "/c/bank/RENAMED", {"enabled": False}).json()["matching_enabled_ratio"] == 0
    assert send("put", "/c/bank/RENAMED", {"enabled_ratio": 0.5}).json()["matching_enabled_ratio"] == 0.5
    assert send("get", "/c/banks").json() == [{"name": "RENAMED", "matching_enabled_ratio": 0.5}]
    missing = send("get", "/c/bank/MY_BANK")
    assert (missing.status_code, missing.json()) == (404, {"message": "bank 'MY_BANK' not found"})
    for _ in range(2):
        assert send("delete", "/c/bank/RENAMED").json() == {"message": "Done"}
    assert send("post", "/c/banks", {"name": "RENAMED"}).status_code == 201
    assert Bank.objects.filter(archived_at=None).count() == 1
    sequencer.sequence()
    assert check().differences == []


def test_signals_are_found_by_bank_number_and_distance(ask: Callable[..., Ask]) -> None:
    send = ask()
    for name in ("BANK_A", "BANK_B"):
        send("post", "/c/banks", {"name": name})
    first = send("post", "/c/bank/BANK_A/signal", {"pdq": SPECIMENS[0], "note": "from a campaign"})
    number = first.json()["id"]
    assert (first.status_code, first.json()) == (200, {"id": number, "signals": {"pdq": SPECIMENS[0]}})
    other = send("post", "/c/bank/BANK_B/signal", {"video_md5": "a" * 32}).json()["id"]
    query = f"signal_type=pdq&signal={SPECIMENS[1]}"
    assert send("get", f"/m/raw_lookup?{query}").json() == {"matches": [number]}
    told = send("get", f"/m/raw_lookup?{query}&include_distance=true").json()
    assert told == {"matches": [{"bank_content_id": number, "distance": "9"}]}
    assert send("get", f"/m/raw_lookup?{query}&banks=BANK_B").json() == {"matches": []}
    assert send("get", f"/m/lookup?{query}").json() == {"BANK_A": [{"bank_content_id": number, "distance": "9"}]}
    assert send("get", f"/m/lookup?{query}&banks=NONE").json() == {}
    assert send("get", f"/m/lookup?signal_type=video_md5&signal={'a' * 32}").json() == {
        "BANK_B": [{"bank_content_id": other, "distance": "-"}]
    }
    assert send("get", f"/m/lookup?signal_type=pdq&signal={'5' * 64}").json() == {}
    shown = send("get", f"/c/bank/BANK_A/content/{number}?include_signals=true").json()
    assert shown == {
        "id": number, "disable_until_ts": 1, "original_media_uri": None, "note": "from a campaign",
        "bank": {"name": "BANK_A", "matching_enabled_ratio": 1.0}, "signals": {"pdq": SPECIMENS[0]},
    }  # fmt: skip
    send("put", f"/c/bank/BANK_A/content/{number}", {"disable_until_ts": 0})
    assert send("get", f"/m/lookup?{query}").json() == {}
    assert send("get", f"/c/bank/BANK_A/content/{number}").json()["disable_until_ts"] == 0
    assert send("put", f"/c/bank/BANK_A/content/{number}", {"disable_until_ts": 1, "note": ""}).json()["note"] is None
    send("put", "/c/bank/BANK_A", {"enabled": False})
    assert send("get", f"/m/lookup?{query}").json() == {} and send("get", f"/m/raw_lookup?{query}").json() == {
        "matches": [number]
    }
    status = send("get", "/m/index/status?signal_type=pdq").json()
    assert set(status) == {"pdq"} and status["pdq"]["present"] and status["pdq"]["size"] == 1
    assert send("delete", f"/c/bank/BANK_A/content/{number}").json() == {"deleted": 1}
    assert send("delete", f"/c/bank/BANK_A/content/{number}").json() == {"deleted": 0}
    assert send("get", f"/m/raw_lookup?{query}").json() == {"matches": []}


def test_entries_from_elsewhere_get_a_number_that_stays(ask: Callable[..., Ask]) -> None:
    from watchfloor.detection.banks.actions import add_entries
    from watchfloor.detection.banks.contracts import EntryIn

    send = ask()
    send("post", "/c/banks", {"name": "BANK_A"})
    with writing(system("test")) as w:
        add_entries(w, Bank.objects.get(), [EntryIn(kind="pdq", value=pdq(7))])
    numbers = [send("get", f"/m/raw_lookup?signal_type=pdq&signal={pdq(7)}").json()["matches"] for _ in range(2)]
    assert numbers[0] == numbers[1] and len(numbers[0]) == 1
    assert Entry.objects.get().value == pdq(7)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/m/raw_lookup", None, 422), ("get", "/m/lookup", None, 400),
        ("get", "/m/lookup?signal_type=pdq&signal=xx", None, 400), ("get", "/m/lookup?signal_type=nope&signal=xx", None, 400),
        ("get", "/h/hash", None, 422), ("get", "/h/hash?url=ftp://a.example/x", None, 400), ("post", "/h/hash", {}, 400),
        ("get", "/h/hash?url=http://127.0.0.1:80/x", None, 400), ("get", "/h/hash?url=https://a.example&content_type=x", None, 400),
        ("post", "/m/compare", ["banana"], 400), ("post", "/m/compare", {"pdq": "banana"}, 400), ("post", "/m/compare", {"pdq": []}, 400),
        ("post", "/m/compare", {"pdq": ["banana", "banana"]}, 400), ("post", "/m/compare", {"nope": ["a", "b"]}, 400),
        ("get", "/c/bank/NONE/content/1", None, 404), ("post", "/c/bank/NONE/signal", {}, 404),
        ("get", "/m/index/status?signal_type=x", None, 400),
        ("get", "/c/exchange/NONE", None, 404), ("get", "/c/exchange/NONE/status", None, 404), ("post", "/c/exchanges", {}, 501),
        ("get", "/c/exchanges/api/nope", None, 400), ("get", "/c/exchanges/api/nope/schema", None, 404),
        ("delete", "/m/compare", None, 405),
    ],
)  # fmt: skip
def test_what_hma_refuses_is_refused_with_its_status(
    ask: Callable[..., Ask], method: str, path: str, body: Any, status: int
) -> None:
    answer = ask()(method, path, body)
    assert answer.status_code == status
    assert isinstance(answer.json(), list) if status == 422 else list(answer.json()) == ["message"]


def test_comparison_types_and_kinds_of_exchanges(ask: Callable[..., Ask]) -> None:
    send = ask()
    assert send("post", "/m/compare", {"pdq": list(SPECIMENS)}).json() == {"pdq": [True, {"distance": 9}]}
    assert {each["name"] for each in send("get", "/c/signal_type").json()} >= {"pdq", "video_md5", "raw_text"}
    assert send("get", "/c/content_type").json() == [
        {"name": "photo", "enabled": True},
        {"name": "video", "enabled": True},
    ]
    assert set(send("get", "/c/exchanges/apis").json()) >= {"fb_threatexchange", "ncmec", "stopncii", "local_file"}
    assert send("get", "/c/exchanges/api/ncmec").json() == {
        "supports_authentification": True,
        "has_set_authentification": False,
    }
    fields = {
        each["name"]: each
        for each in send("get", "/c/exchanges/api/fb_threatexchange/schema").json()["config_schema"]["fields"]
    }
    assert fields["privacy_group"]["type"] == "number" and fields["privacy_group"]["required"] is True
    assert send("get", "/c/exchanges/api/local_file/schema").json()["credentials_schema"] is None
    assert send("get", "/c/exchanges").json() == []


def test_without_a_token_or_with_too_little_nothing_is_told(ask: Callable[..., Ask]) -> None:
    send = ask("bank.view")
    assert Client().get("/hma/c/banks").status_code == 401
    assert Client(headers={"authorization": "Bearer wf_wrong"}).get("/hma/c/banks").status_code == 401
    assert send("get", "/c/banks").status_code == 200
    assert send("post", "/c/banks", {"name": "A"}).status_code == 403
    assert Client().get("/hma/status").content == b"I-AM-ALIVE"
    assert "/m/lookup" in Client().get("/hma/site-map").json()


def test_a_file_is_hashed_in_the_cage_and_banked(ask: Callable[..., Ask]) -> None:
    pdqhash = pytest.importorskip("pdqhash")
    numpy, image = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")
    send = ask()
    send("post", "/c/banks", {"name": "BANK_A"})
    noise = numpy.random.default_rng(5).integers(0, 255, (16, 16, 3)).astype("uint8")
    picture = image.fromarray(noise).resize((640, 512))
    out = io.BytesIO()
    picture.save(out, "PNG")

    def upload() -> Any:
        return _named(out.getvalue(), "a.png")

    hashed = send("post", "/h/hash", data={"photo": upload()}).json()
    bits, _ = pdqhash.compute(numpy.asarray(picture))
    wanted = int("".join(str(int(bit)) for bit in bits), 2)
    assert set(hashed) == {"pdq"} and (int(hashed["pdq"], 16) ^ wanted).bit_count() <= 12
    assert send("post", "/h/hash", data={"video": upload()}).json() == {
        "video_md5": hashlib.md5(out.getvalue()).hexdigest()
    }
    added = send(
        "post", "/c/bank/BANK_A/content", data={"photo": upload(), "metadata": '{"content_id": "c-1"}', "note": "n"}
    )
    assert added.json()["signals"] == hashed
    number = added.json()["id"]
    shown = send("get", f"/c/bank/BANK_A/content/{number}").json()
    assert shown["metadata"]["content_id"] == "c-1" and shown["note"] == "n"
    assert send("post", "/m/lookup", data={"photo": upload()}).json() == {
        "pdq": {"BANK_A": [{"bank_content_id": number, "distance": "0"}]}
    }
    assert (
        send("post", "/c/bank/BANK_A/content", data={"photo": upload(), "metadata": '{"wrong": 5}'}).status_code == 400
    )
    assert send("post", "/c/bank/BANK_A/content", data={"photo": upload(), "note": "x" * 256}).status_code == 400
    assert send("post", "/h/hash", data={"file": upload()}).json() == {"message": "no such content_type: 'file'"}
    assert send("post", "/h/hash", data={"photo": _named(b"no picture", "a.jpg")}).status_code == 400
    assert hashing.LARGEST == 100 * 1024 * 1024


def _named(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file
