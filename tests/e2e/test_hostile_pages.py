"""Every page, with hostile texts in every field that others write, in a real browser: nothing runs, nothing loads, nothing becomes an element.

The browser's requests are answered by Django's test client from a floor that is built, tainted and thrown away in one transaction.
``WATCHFLOOR_XSS=12`` is the whole run: so many rounds with every vector on every page, on the demo's fortnight too; it prints its numbers.
"""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

import html
import mimetypes
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connections
from tests.support import tainted, vectors

ROUNDS = int(os.environ.get("WATCHFLOOR_XSS", "0") or 0)
WHOLE = ROUNDS > 0
pytestmark = pytest.mark.e2e
if WHOLE:
    from tests.integration.demo.test_replay import played  # noqa: F401 - a fixture
STATIC = Path(__file__).parents[2] / "src/watchfloor/console/static"
ORIGIN = "http://testserver"
FEW = 72
# In the short form: one page of each kind that shows what others wrote. The whole form opens all there are.
MAIN = (
    "/floor", "/review", "/review/queue/spam.en", "/cases", "/policies", "/policies/spam", "/enforcement", "/enforcement/delivery", "/settings",
    "/settings/people", "/settings/roles", "/settings/tokens", "/settings/reads", "/rules", "/insight/boards", "/insight/topics",
)  # fmt: skip
# What a query names is shown again; what is none of these is ignored.
ASKED = (
    "q",
    "since",
    "state",
    "span",
    "by",
    "queue",
    "market",
    "policy_key",
    "top",
    "sort",
    "from",
    "to",
    "name",
    "kind",
    "key",
    "next",
    "source",
    "type",
    "id",
    "page",
)
QUIET = """() => {
  const found = [];
  if (window.__pwn) found.push("ran");
  if (document.title === "taken") found.push("title");
  if (Object.prototype["wf-pwn"]) found.push("prototype");
  for (const each of document.querySelectorAll("*")) {
    if (each.localName === "wf-pwn") found.push("element " + each.outerHTML.slice(0, 120));
    for (const { name, value } of each.attributes) {
      if (name === "wf-pwn" || /^on/.test(name) || name === "srcdoc") found.push("attribute " + each.outerHTML.slice(0, 120));
      if (["href", "src", "action", "formaction", "data", "xlink:href"].includes(name)
          && /^[\\s\\x00-\\x20]*(javascript|vbscript|data:text)/i.test(value)) found.push("address " + each.outerHTML.slice(0, 120));
    }
    const to = each.localName === "a" && each.getAttribute("href") !== null ? each.href : "";
    if (to && !["http:", "https:", "mailto:"].includes(new URL(to, location.href).protocol)) found.push("link " + to.slice(0, 120));
  }
  return found;
}"""
WATCH = "window.__csp = []; document.addEventListener('securitypolicyviolation', (e) => window.__csp.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));"


class Seen:
    """A browser page whose requests this process answers, and all that must not happen in it."""

    def __init__(self, browser: Any, client: Any) -> None:
        client.raise_request_exception = False
        self.client, self.faults, self.requests, self.shown = client, [], 0, 0
        self.slow: list[str] = []
        self.floor = connections["default"]
        self.context = browser.new_context(base_url=ORIGIN, viewport={"width": 1440, "height": 900})
        self.context.add_init_script(WATCH)
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        self.page.on("console", self._said)
        self.page.on("popup", lambda popup: self.faults.append(f"popup {popup.url}"))
        self.page.on("download", lambda got: self.faults.append(f"download {got.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _said(self, message: Any) -> None:
        if (
            "Content Security Policy" in message.text
            or "TrustedHTML" in message.text
            or "TrustedScript" in message.text
        ):
            self.faults.append(message.text)

    def _answer(self, route: Any) -> None:
        asked = route.request
        parts = urlsplit(asked.url)
        if f"{parts.scheme}://{parts.netloc}" != ORIGIN:
            self.faults.append(f"asked {asked.url[:200]}")
            route.abort()
        elif parts.path.startswith("/static/"):
            file = STATIC / parts.path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(
                status=200 if file.is_file() else 404,
                body=file.read_bytes() if file.is_file() else b"",
                content_type=kind,
            )
        elif "text/event-stream" in asked.headers.get("accept", "") or asked.method != "GET":
            route.abort()
        else:
            self.requests += 1
            where = parts.path + (f"?{parts.query}" if parts.query else "")
            answer = self._get(where, asked.headers.get("accept", "text/html"))
            if answer.status_code >= 500:
                self.faults.append(f"{answer.status_code} at {where[:200]}")
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            self.shown += b"wf-pwn" in body
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in ("set-cookie", "content-length")}
            route.fulfill(status=answer.status_code, body=body, headers=kept)

    def _get(self, where: str, accept: str) -> Any:
        """The answer at the end of its redirects, which must lead nowhere else."""
        connections["default"] = (
            self.floor
        )  # the browser calls from a context of its own, which would have a connection of its own
        for _ in range(5):
            answer = self.client.get(where, headers={"accept": accept})
            if answer.status_code not in (301, 302, 303, 307, 308):
                break
            where = answer.headers["Location"]
            if urlsplit(where).netloc not in ("", "testserver") or where.startswith(("//", "\\")):
                self.faults.append(f"led to {where[:200]}")
                break
        return answer

    def open(self, where: str) -> str:
        """Open it and look; what was found goes to ``faults``."""
        before = len(self.faults)
        try:
            self.page.goto(where, wait_until="load", timeout=60_000)
        except Exception as error:
            if not WHOLE:  # there, one that is too slow for a busy machine is looked at as far as it came
                raise
            self.slow.append(f"{where}: {error}"[:200])
        found = self.page.evaluate(QUIET) + self.page.evaluate("window.__csp || []")
        self.faults += found
        self.faults[before:] = [f"{where[:120]}: {fault}" for fault in self.faults[before:]]
        return str(self.page.url)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Everything there is on a small floor, in a transaction that is undone."""
    from django.db import transaction
    from tests.integration.permissions.people import World

    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock(), transaction.atomic():
        built = World(patch, tmp_path_factory.mktemp("lake"))
        built.plant_restricted()
        yield built
        built.close()
        transaction.set_rollback(True)
    patch.undo()


def places(world: Any) -> list[str]:
    """Addresses of pages, and of the same with hostile words in their query and in their path."""
    from tests.integration.permissions.crawl import addresses

    planted = world.planted["zzclear"]
    found = dict.fromkeys(
        each
        for each in addresses(world, planted)
        if "format=" not in each and ".json" not in each and "/export" not in each
    )
    if WHOLE:
        return list(found)
    cases = [each for each in found if str(planted.open) in each or "case_" in each or str(planted.job) in each]
    boards = [each for each in found if "/insight/board" in each or "/spikes/" in each or "/investigate" in each]
    return list(dict.fromkeys([*MAIN, *cases[:6], *boards[:6]]))


def reflections(some: list[str]) -> list[str]:
    """Pages asked with hostile words for everything that a query can say, in turn."""
    pages = ("/cases", "/enforcement", "/investigate", "/insight", "/settings/people", "/rules", "/account/login/")
    made = []
    for number, vector in enumerate(some):
        where = pages[number % len(pages)]
        made.append(f"{where}?" + "&".join(f"{name}={quote(vector)}" for name in ASKED))
    return [*made, f"/nothing/{quote(some[0], safe='')}", f"/cases/{quote(some[-1], safe='')}"]


def test_every_page_stays_silent(world: Any, browser: Any) -> None:
    from watchfloor.ledger.models import Event

    every = vectors.vectors() if WHOLE else vectors.few(FEW)
    rounds = range(0, len(every), -(-len(every) // ROUNDS)) if WHOLE else (0,)
    seen = Seen(browser, world.client("cleared"))
    where, opened, events = places(world), 0, Event.objects.count()
    for offset in rounds:
        with world.undone():
            touched = tainted.taint(every, offset)
            assert len(touched) > 40, touched
            world.forget()
            for each in where:
                seen.open(each)
                opened += 1
    for each in reflections(every[:: 8 if WHOLE else len(every) // 6]):
        seen.open(each)
        opened += 1
    seen.context.close()
    assert not seen.faults, "\n".join(seen.faults[:40])
    assert seen.shown > opened / 2  # the texts are there, as texts
    _tell(every, touched, opened, seen)
    looks = {"media.revealed", "case.viewed"}
    new = set(Event.objects.order_by("pk")[events:].values_list("type", flat=True))
    assert new <= looks, new  # reading by GET changes nothing


@pytest.mark.skipif(not WHOLE, reason="the whole run: WATCHFLOOR_XSS=1")
@pytest.mark.django_db
def test_a_fortnight_stays_silent(played: Any, browser: Any) -> None:
    """Every kind of page that links lead to, three of each kind, on a floor where every part of the program has something."""
    from tests.support.people import member, signed_in

    from watchfloor.identity.domain import PERMISSIONS

    client = signed_in(member(PERMISSIONS, "everything", clearances=["child_safety", "identity"]))
    every = vectors.vectors()
    touched = tainted.taint(every)
    where = _spidered(client)
    seen = Seen(browser, client)
    rounds = range(0, len(every), -(-len(every) // ROUNDS))
    for offset in rounds:
        if offset:
            tainted.taint(every, offset)
        for each in where:
            seen.open(each)
    seen.context.close()
    _tell(every, touched, len(where) * len(rounds), seen)
    assert len(where) > 150 and not seen.faults, "\n".join(seen.faults[:60])


def _spidered(client: Any) -> list[str]:
    """Addresses that links lead to; of those that differ only in what they are about, three."""
    found, kinds = ["/floor"], {}
    for each in found:
        answer = client.get(each)
        if not answer.headers.get("Content-Type", "").startswith("text/html") or answer.streaming:
            continue
        for link in re.findall(r'href="(/[^"#]*)', answer.content.decode()):
            link = html.unescape(link)
            path = link.partition("?")[0]
            kind = re.sub(r"/(?=[^/]*\d)[^/]+|(?<=/)[a-z_]+_[0-9a-z]{26}", "/*", path) + ("?" if "?" in link else "")
            if (
                link in found
                or path.startswith(("/static", "/account/logout"))
                or "format=" in link
                or kinds.get(kind, 0) >= 3
            ):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            found.append(link)
    return found


def _tell(every: list[str], touched: dict[str, int], opened: int, seen: Seen) -> None:
    print(
        f"{len(every)} vectors, {len(touched)} columns, {sum(touched.values())} values a round, {opened} pages, {seen.shown} with them in it, "
        f"{len(seen.faults)} faults, {len(seen.slow)} too slow {seen.slow[:2]}"
    )


def test_the_browser_would_see_it(browser: Any) -> None:
    """Each kind of thing that is looked for is found where it is."""

    class Open:
        raise_request_exception = True

        def get(self, where: str, **_: Any) -> Any:
            from django.http import HttpResponse

            kind = where.rpartition("/")[2]
            if not kind.isdigit():
                return HttpResponse("", status=404)
            kind = int(kind)
            body = (
                "<script>window.__pwn=1</script>", "<img src=x onerror=alert(1)>", "<wf-pwn>", "<a href='java\tscript:x'>x</a>", "<img src=//evil.invalid/x>",
                "<script>alert(1)</script>",
            )[kind]  # fmt: skip
            headers = {"Content-Security-Policy": "script-src 'self'"} if kind == 5 else {}
            return HttpResponse(f"<!doctype html><title>x</title>{body}", headers=headers)

    seen = Seen(browser, Open())
    for number in range(6):
        before = len(seen.faults)
        seen.open(f"/{number}")
        assert len(seen.faults) > before, number
    seen.context.close()
