"""HMA's own tests of its interface, unmodified, asked of our door.

They are not part of this repository: name a checkout of github.com/facebook/ThreatExchange in ``WATCHFLOOR_HMA_SOURCE`` to run them. What
they import of HMA's inside (its app, its storage, its index builder) is stood in for here; what they ask over HTTP goes to the door.
Left out are tests that patch HMA's inside, and those that fetch from the internet.
"""

from __future__ import annotations

import functools
import http.server
import importlib.util
import inspect
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

SOURCE = os.environ.get("WATCHFLOOR_HMA_SOURCE", "")
TESTS = Path(SOURCE, "hasher-matcher-actioner/src/OpenMediaMatch/tests")
FILES = ("test_api_banks", "test_e2e_workflow", "test_api", "test_match_api")
# They look into HMA's process (its cache, its roles, its storage), or set exchanges up over HTTP, which ours leaves to the console.
INSIDE = {
    "test_status_response", "test_status_live_always_alive", "test_openapi_documentation_available", "test_lookup_without_role",
    "test_exchange_api_set_auth", "test_exchange_api_schema", "test_exchange_delete", "test_exchange_get_fetch_status",
    "test_raw_lookups", "test_lookups",
}  # fmt: skip
PERMISSIONS = ["bank.view", "bank.edit", "bank.manage", "exchange.manage"]
pytestmark = pytest.mark.skipif(
    not (SOURCE and TESTS.is_dir()), reason="WATCHFLOOR_HMA_SOURCE names no checkout of HMA"
)


class Answered:
    """An answer as Flask's test client gives it."""

    def __init__(self, answer: Any) -> None:
        self.status_code, self.data = answer.status_code, answer.content
        self._json = answer.json() if "json" in answer.headers.get("content-type", "") else None

    @property
    def json(self) -> Any:
        """The body."""
        return self._json

    def get_json(self) -> Any:
        """The body."""
        return self._json


class Asking:
    """Flask's test client, as far as HMA's tests use it, on Django's; the token rides along."""

    def __init__(self, secret: str) -> None:
        from django.test import Client

        self._client = Client(headers={"authorization": f"Bearer {secret}"})

    def _ask(self, method: str, path: str, *, json: Any = None, data: Any = None, query_string: Any = None) -> Answered:
        more: dict[str, Any] = {}
        if query_string:
            path += "?" + urlencode(query_string)
        if json is not None:
            more = {"data": json, "content_type": "application/json"}
        elif data is not None:
            more = {"data": {name: Path(each[0]).open("rb") for name, each in data.items()}}  # noqa: SIM115
        return Answered(getattr(self._client, method)(f"/hma{path}", **more))

    def __getattr__(self, method: str) -> Callable[..., Answered]:
        return functools.partial(self._ask, method)


class Storage:
    """What HMA's tests put into its storage directly."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    def get_signal_type_index(self, _: Any) -> None:
        """HMA's tests look that nothing is built yet; ours is never built apart."""

    def bank_update(self, bank: Any, *, create: bool) -> None:
        """A new bank."""
        assert self._ask.post("/c/banks", json={"name": bank.name}).status_code == 201

    def bank_add_content(self, bank: str, signals: dict[Any, str]) -> None:
        """Signals in a bank."""
        given = {kind.get_name(): value for kind, value in signals.items()}
        assert self._ask.post(f"/c/bank/{bank}/signal", json=given).status_code == 200


def _functions() -> Iterator[tuple[str, str]]:
    import re

    for file in FILES:
        path = TESTS / f"{file}.py"
        if not path.is_file():
            continue
        for part in re.split(r"(?m)^(?=def |@)", path.read_text()):
            name = re.match(r"def (test_\w+)", part)
            if name and name[1] not in INSIDE and "github.com" not in part:
                yield file, name[1]


@pytest.fixture
def hma(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The fixtures of HMA's tests: a client, an app, two pictures on a server, and its modules stood in for."""
    from django.db import connection

    from watchfloor.identity.domain import Actor, Scope, system
    from watchfloor.identity.tokens import create_token
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import defaults

    holder = Actor(kind="system", id="t", name="t", scopes=(Scope(role="r", permissions=frozenset(PERMISSIONS)),))
    with writing(system("test")) as w:
        defaults.install(w)
        _, secret = create_token(w, holder, name="p", source="hma", permissions=PERMISSIONS)
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE detection_door_content_id_seq RESTART WITH 1")
    _pictures(tmp_path)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("WATCHFLOOR_MEDIA_HOSTS", base.removeprefix("http://"))
    client = Asking(secret)
    _stand_in(monkeypatch, client, base)
    yield {"client": client, "app": object(), "image_server": base}
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("file", "name"), list(_functions()) if TESTS.is_dir() else [])
def test_of_hma(file: str, name: str, hma: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One of HMA's tests."""
    spec = importlib.util.spec_from_file_location(f"hma_{file}", TESTS / f"{file}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fixtures = dict(hma)
    fixture = getattr(module, "client_with_multi_bank_data", None)
    if fixture is not None:
        fixtures["client_with_multi_bank_data"] = hma["client"]
    wanted = inspect.signature(getattr(module, name)).parameters
    if "client_with_multi_bank_data" in wanted:
        storage = Storage(hma["client"])
        kind = module.PdqSignal
        for bank in ("BANK_A", "BANK_B", "BANK_C"):
            storage.bank_update(types.SimpleNamespace(name=bank), create=True)
            storage.bank_add_content(bank, {kind: kind.get_examples()[0]})
    getattr(module, name)(**{each: fixtures[each] for each in wanted})


def _pictures(folder: Path) -> None:
    """The two checkerboards that HMA's tests serve."""
    from PIL import Image

    for name, cell in (("image1.jpg", 8), ("image2.jpg", 16)):
        picture = Image.new("RGB", (128, 128))
        picture.putdata(
            [((255,) * 3 if (x // cell + y // cell) % 2 else (0,) * 3) for y in range(128) for x in range(128)]
        )
        picture.save(folder / name, format="JPEG")


def _stand_in(monkeypatch: pytest.MonkeyPatch, client: Asking, base: str) -> None:
    def module(name: str, **members: Any) -> None:
        made = types.ModuleType(name)
        made.__dict__.update(members)
        monkeypatch.setitem(sys.modules, name, made)

    hashes = {
        f"{base}/{name}": client.get(f"/h/hash?url={base}/{name}").json["pdq"] for name in ("image1.jpg", "image2.jpg")
    }

    def create_bank(ask: Asking, name: str) -> None:
        made = ask.post("/c/banks", json={"name": name})
        assert (made.status_code, made.json) == (201, {"matching_enabled_ratio": 1.0, "name": name})

    def add_hash_to_bank(ask: Asking, bank: str, url: str, number: int = 1) -> None:
        added = ask.post(f"/c/bank/{bank}/content?url={url}&content_type=photo")
        assert (added.status_code, added.json) == (200, {"id": number, "signals": {"pdq": hashes[url]}})

    nothing = types.SimpleNamespace
    module("flask", Flask=object)
    module("flask.testing", FlaskClient=object)
    for name in ("OpenMediaMatch", "OpenMediaMatch.tests", "OpenMediaMatch.background_tasks"):
        module(name, fetcher=nothing(), build_index=nothing(build_all_indices=lambda *_: None))
    module("OpenMediaMatch.background_tasks.build_index", build_all_indices=lambda *_: None)
    module("OpenMediaMatch.persistence", get_storage=lambda: Storage(client))
    module("OpenMediaMatch.blueprints", matching=nothing())
    module("OpenMediaMatch.blueprints.matching", TMatchByBank=dict)
    module(
        "OpenMediaMatch.tests.utils", app=None, client=None, image_server=None, create_bank=create_bank,
        add_hash_to_bank=add_hash_to_bank, IMAGE_URL_TO_PDQ=hashes,
    )  # fmt: skip
