"""Ozone's own page at our door. Always: the requests it makes, as it makes them, and that each is answered with what it goes on with.
With ``WATCHFLOOR_OZONE_UI`` naming a folder where the page is built (docs/how-to/atproto.md says how): the page itself, in a browser.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.conformance.test_atproto_clients import floor

LABELER = "did:plc:watchfloorpageproof22222"
DEFS = "tools.ozone.moderation.defs#"
OZONE, REPORT = "tools.ozone.moderation", "tools.ozone.report"
TOOL = {"name": "ozone-ui/quick-action"}
PORT, PAGE_PORT = 8796, 8798  # the page is built for the first


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    from watchfloor.intake.asgi import app

    app.close()


def reported(*posts: tuple[str, str]) -> None:
    """Posts of accounts, each reported; and one of a kind that needs a clearance."""
    from tests.support.floor import Floor

    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    secret = ("tools.ozone.report.defs#reasonChildSafetyCSAM", ("hidden", "hidden-1"))
    for reason, (author, post) in (*(("spam", each) for each in posts), secret):
        data = {"text": "Win a prize", "author_id": author}
        seen = ItemSeen(type="post", id=post, data=data, seen_at=clock.now(), market="US", language="en")
        with writing(system("test")) as w:
            item, version = items.see(w, seen)
        Floor().report(item, version, reason=reason)


class Page:
    """What the page sends, from another origin and by way of its proxy header."""

    def __init__(self, secret: str) -> None:
        from django.test import Client

        self._client = Client()
        made = self._client.post(
            "/xrpc/com.atproto.server.createSession", json.dumps({"identifier": "bot", "password": secret}),
            content_type="application/json",
        )  # fmt: skip
        assert made.status_code == 200, made.content
        self.did = made.json()["did"]
        self._headers = {
            "authorization": f"Bearer {made.json()['accessJwt']}", "origin": "https://ozone.example",
            "atproto-proxy": f"{LABELER}#atproto_labeler", "atproto-accept-labelers": f"{LABELER};redact",
        }  # fmt: skip

    def get(self, method: str, **params: Any) -> Any:
        """A query that must be answered."""
        found = self._client.get(f"/xrpc/{method}", params, headers=self._headers)
        assert found.status_code == 200, (method, found.content)
        assert found.headers["Access-Control-Allow-Origin"] == "*"
        return found.json()

    def post(self, method: str, body: dict[str, Any], status: int = 200) -> Any:
        """A procedure."""
        made = self._client.post(
            f"/xrpc/{method}", json.dumps(body), content_type="application/json", headers=self._headers
        )
        assert made.status_code == status, (method, made.content)
        return made.json()

    def emit(self, subject: dict[str, Any], kind: str, status: int = 200, **fields: Any) -> Any:
        """A decision from the panel: the record is asked for first."""
        event = {"$type": f"{DEFS}modEvent{kind}", **fields}
        body = {"subject": subject, "createdBy": self.did, "subjectBlobCids": [], "event": event, "modTool": TOOL}
        return self.post(f"{OZONE}.emitEvent", body, status)

    def record(self, uri: str) -> dict[str, Any]:
        """As the panel names a record."""
        found = self.get(f"{OZONE}.getRecord", uri=uri)
        return {"$type": "com.atproto.repo.strongRef", "uri": found["uri"], "cid": found["cid"]}


def test_the_requests_of_the_page(transactional_db: None, settings: Any) -> None:
    from django.test import Client

    from watchfloor.items.models import Item
    from watchfloor.review.models import Job

    settings.PUBLIC_URL, settings.ATPROTO_DID = "https://floor.example.org", LABELER
    secret = floor()
    reported(("ann_1", "p-0"), ("ben", "p-1"), ("ben", "p-2"), ("cid", "p-3"))
    # It configures itself: metadata, the directory's entry, the labeler's record; then it asks whether it may call.
    meta = Client().get("/.well-known/ozone-metadata.json")
    entry = Client().get(f"/{LABELER}/data").json()
    assert meta.json() == {
        "did": LABELER,
        "url": settings.PUBLIC_URL,
        "publicKey": entry["verificationMethods"]["atproto_label"],
    }
    assert entry["services"]["atproto_labeler"]["endpoint"] == settings.PUBLIC_URL and entry["did"] == LABELER
    assert Client().get("/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/data").status_code == 404
    record = {"repo": LABELER, "collection": "app.bsky.labeler.service", "rkey": "self"}
    assert "spam" in Client().get("/xrpc/com.atproto.repo.getRecord", record).json()["value"]["policies"]["labelValues"]
    asked = Client().options(f"/xrpc/{OZONE}.emitEvent", headers={"origin": "https://ozone.example"})
    assert {"authorization", "atproto-proxy", "atproto-accept-labelers"} <= set(
        asked.headers["Access-Control-Allow-Headers"].split(", ")
    ) and "Access-Control-Allow-Credentials" not in asked.headers

    page = Page(secret)
    config = page.get("tools.ozone.server.getConfig")
    assert config["pds"]["url"] == settings.PUBLIC_URL and config["viewer"]["role"].endswith("Moderator")
    assert page.get("app.bsky.actor.getProfile", actor=page.did)["did"] == page.did
    [rules] = page.get("tools.ozone.setting.listOptions", scope="instance", keys="tools.ozone.setting.policyList")[
        "options"
    ]
    assert rules["value"]["spam.bulk"]["name"] == "spam.bulk" and not any("csam" in key for key in rules["value"])
    sent: dict[str, Any] = {
        "limit": 100,
        "includeMuted": "true",
        "sortField": "lastReportedAt",
        "sortDirection": "desc",
        "reviewState": f"{DEFS}reviewOpen",
    }
    queue = page.get(f"{OZONE}.queryStatuses", **sent)["subjectStatuses"]
    uris = [each["subject"]["uri"] for each in queue]
    assert [uri.rpartition("/")[2] for uri in uris] == ["p-3", "p-2", "p-1", "p-0"]
    # The protocol's library for npm reads a DID with dots only without % and _.
    assert all(re.fullmatch(r"at://[a-z0-9][a-z0-9.:-]*/.+", uri, re.I) for uri in uris)
    for field in ("lastReportedAt", "lastReviewedAt", "priorityScore", "reportedRecordsCount", "takendownRecordsCount"):
        for direction in ("asc", "desc"):
            seen, cursor = [], {}
            while cursor is not None:
                got = page.get(
                    f"{OZONE}.queryStatuses",
                    **{**sent, "limit": 1, "sortField": field, "sortDirection": direction},
                    **cursor,
                )
                seen += [each["subject"]["uri"] for each in got["subjectStatuses"]]
                cursor = {"cursor": got["cursor"]} if "cursor" in got else None  # type: ignore[assignment]
            assert sorted(seen) == sorted(uris), (field, direction)
    pk = "01a20c8a-19a4-7000-b408-9900fdcb024c"
    for wrong in (
        "x", f"size|1|{pk}", f"reportedRecordsCount|nan|{pk}", f"priorityScore|inf|{pk}", f"takendownRecordsCount|1e99|{pk}",
        f"lastReportedAt|2026-11-24T08:00:00|{pk}", f"lastReviewedAt|soon|{pk}", "opened_at|2026-11-24T08:00:00+00:00|7",
    ):  # fmt: skip
        refused = page._client.get(f"/xrpc/{OZONE}.queryStatuses", {"cursor": wrong}, headers=page._headers)
        assert (refused.status_code, refused.json()["message"]) == (400, "The cursor is none of ours."), wrong
    for name, value in (
        ("minPriorityScore", 101), ("minReportedRecordsCount", 1), ("minTakendownRecordsCount", 1), ("minAccountSuspendCount", 1),
        ("hostingStatuses", "deleted"), ("onlyMuted", "true"), ("ageAssuranceState", "assured"), ("lastReviewedBy", page.did),
    ):  # fmt: skip
        assert page.get(f"{OZONE}.queryStatuses", **{**sent, name: value})["subjectStatuses"] == [], name
    three, two, one, nought = uris
    # The panel: the record, its account, its events; then decisions as the form sends them.
    author = page.get(f"{OZONE}.getRecords", uris=nought)["records"][0]["repo"]["did"]
    assert author == "did:web:floor.example.org:user:ann:5F1"
    assert page.get(f"{OZONE}.getRepos", dids=author)["repos"][0]["did"] == author
    assert page.get("app.bsky.actor.getProfile", actor=author)["displayName"] == "ann_1"
    assert page.get(f"{OZONE}.queryEvents", subject=author, includeAllUserRecords="true", limit=100, withStrike="true")[
        "events"
    ]
    assert (
        page.get("app.bsky.labeler.getServices", dids=LABELER, detailed="true")["views"][0]["creator"]["did"] == LABELER
    )
    page.emit(page.record(nought), "Acknowledge", comment="", acknowledgeAccountSubjects=False)
    taken = {"durationInHours": 0, "acknowledgeAccountSubjects": False, "policies": ["spam.bulk"], "strikeCount": 0}
    page.emit(page.record(one), "Takedown", **taken)
    assert Item.objects.get(external_id="p-1").state == Item.State.REMOVED
    page.emit(page.record(one), "ReverseTakedown")
    assert Item.objects.get(external_id="p-1").state == Item.State.ACTIVE
    labels = {"createLabelVals": ["spam"], "negateLabelVals": [], "durationInHours": 0}
    assert "first word" in page.emit(page.record(two), "Label", 400, comment="", **labels)["message"]
    page.emit(page.record(two), "Label", comment="spam.bulk: the same everywhere", **labels)
    page.emit(page.record(three), "Mute", comment="", durationInHours=6)
    [muted] = page.get(f"{OZONE}.queryStatuses", onlyMuted="true")["subjectStatuses"]
    assert muted["subject"]["uri"] == three and muted["muteUntil"]
    assert three not in str(page.get(f"{OZONE}.queryStatuses", includeMuted="false"))
    account = {"$type": "com.atproto.admin.defs#repoRef", "did": page.get(f"{OZONE}.getRecord", uri=two)["repo"]["did"]}
    page.emit(account, "Takedown", 400, **taken, targetServices=["pds"])
    page.emit(account, "Takedown", **taken, targetServices=["appview"])
    assert Item.objects.get(external_id="ben").state == Item.State.REMOVED
    # Reports: to open one is to look at it, the next is looked at instead; what is assigned stays.
    reported(("dan", "p-5"), ("eve", "p-6"))
    held = page.get(f"{REPORT}.queryReports", limit=100, status="queued", sortField="createdAt", isMuted="false")[
        "reports"
    ]
    assert all(each["queue"]["reportTypes"] for each in held)
    first, second = [each["id"] for each in held if each["subject"]["subject"].endswith(("p-5", "p-6"))]
    for number in (first, second):
        look = page.post(f"{REPORT}.assignModerator", {"reportId": number})
        assert look["reportId"] == number and look["endAt"]
        assert "assignment" not in page.get(f"{REPORT}.getReport", id=number)
    assert Job.objects.filter(state=Job.State.LEASED).count() == 1
    note = {"$type": f"{REPORT}.defs#noteActivity"}
    page.post(f"{REPORT}.createActivity", {"reportId": second, "activity": note, "internalNote": "kept in mind"})
    told = page.get(f"{REPORT}.listActivities", reportId=second, limit=50)["activities"]
    assert [(each["activity"]["$type"].rpartition("#")[2], each.get("internalNote")) for each in told] == [
        ("noteActivity", "kept in mind"), ("assignmentActivity", None),
    ]  # fmt: skip
    assert "endAt" not in page.post(f"{REPORT}.assignModerator", {"reportId": second, "isPermanent": True})
    assert page.get(f"{REPORT}.getReport", id=second)["assignment"]["did"] == page.did
    assert {
        each["reportId"] for each in page.get(f"{REPORT}.getAssignments", onlyActive="true", limit=30)["assignments"]
    } == {second}
    assert page.post(f"{REPORT}.assignModerator", {"reportId": first}, 400)["error"] == "InvalidAssignment"
    page.post(f"{REPORT}.createActivity", {"reportId": second, "activity": {"$type": f"{REPORT}.defs#closeActivity"}})
    assert page.get(f"{REPORT}.getReport", id=second)["status"] == "closed"
    # Lookings up and figures. What needs a clearance is nowhere; a family of reasons may have words nobody knows here.
    assert [each["did"] for each in page.get(f"{OZONE}.searchRepos", q="ann", limit=25)["repos"]] == [author]
    assert page.get("app.bsky.actor.searchActorsTypeahead", q="@ann")["actors"][0]["did"] == author
    hidden = "did:web:floor.example.org:user:hidden"
    assert (
        not page.get(f"{OZONE}.searchRepos", q="hidden")["repos"]
        and not page.get(f"{OZONE}.searchRepos", q=hidden)["repos"]
    )
    assert page.get("app.bsky.actor.getProfiles", actors=[hidden, author])["profiles"][0]["did"] == author
    families = ["tools.ozone.report.defs#reasonOfTomorrow", "tools.ozone.report.defs#reasonMisleadingSpam"]
    assert page.get(f"{REPORT}.getLiveStats", reportTypes=families)["stats"]["inboundCount"] >= 6
    for method in (
        f"{OZONE}.listScheduledActions",
        "tools.ozone.communication.listTemplates",
        "tools.ozone.set.querySets",
    ):
        assert page.post(method, {}, 501)["error"] == "MethodNotImplemented"


# -- the page itself --------------------------------------------------------------------------------------------------------


@contextmanager
def page_server(folder: Path) -> Iterator[str]:
    """The built page, served by its own server."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node to serve the page with")
    process = subprocess.Popen(
        [node, "node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", str(PAGE_PORT)],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "NEXT_TELEMETRY_DISABLED": "1"},
    )  # fmt: skip
    url = f"http://127.0.0.1:{PAGE_PORT}"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/reports", timeout=5)
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < end, "the page does not start"
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_the_page_in_a_browser(transactional_db: None, settings: Any) -> None:
    from tests.e2e.conftest import FLAGS, browser_path
    from tests.support.web import served

    from watchfloor.items.models import Item
    from watchfloor.review.models import Decision

    folder = os.environ.get("WATCHFLOOR_OZONE_UI", "")
    if not folder:
        pytest.skip("WATCHFLOOR_OZONE_UI names no folder with Ozone's page built in it: see docs/how-to/atproto.md")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)) == 0:
            pytest.skip(f"port {PORT}, which the page is built for, is in use")
    secret = floor()
    settings.PUBLIC_URL = f"http://localhost:{PORT}"
    reported(("ann", "p-0"), ("ben", "p-1"))

    def address(author: str, post: str) -> str:
        return f"at://did:web:localhost%3A{PORT}:user:{author}/local.watchfloor.post/{post}"

    with (
        served(port=PORT, WATCHFLOOR_URL=settings.PUBLIC_URL, WATCHFLOOR_ATPROTO_DID=LABELER),
        page_server(Path(folder)) as url,
        playwright.sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=browser_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(f"{url}/reports")
        page.fill("#service-url", settings.PUBLIC_URL)
        page.fill("#account-handle", "bot")
        page.fill("#password", secret)
        page.click("button:has-text('Sign in')")
        page.wait_for_selector("table a[href*='p-1'] >> visible=true")

        def decided(author: str, post: str, kind: str, said: str) -> None:
            page.goto(f"{url}/reports?quickOpen={quote(address(author, post), safe='')}")
            submit = page.locator("button:has-text('(S)ubmit')")
            submit.wait_for()
            page.wait_for_selector("#mod-action-panel :text('Requires Review'), #mod-action-panel :text('Reviewed')")
            if kind != "Acknowledge":
                page.click("#mod-action-panel button:has-text('Acknowledge')")
                page.click(f"[role=menuitem] >> text='{kind}'")
            if kind == "Takedown":
                page.fill("input[placeholder^='Select policy']", "spam.bulk")
                page.click("[role=option]:has-text('spam.bulk')")
            submit.click()
            page.wait_for_selector(f".Toastify__toast:has-text('{said}')")

        decided("ann", "p-0", "Acknowledge", "was acknowledged")
        decided("ben", "p-1", "Takedown", "was taken-down")
        seen = httpx.get(  # not by the database: the browser's loop runs in this thread
            f"{settings.PUBLIC_URL}/xrpc/{OZONE}.getRecord", params={"uri": address("ben", "p-1")},
            headers={"authorization": f"Bearer {secret}"},
        ).json()  # fmt: skip
        assert seen["moderation"]["subjectStatus"]["takendown"] is True
        decided("ben", "p-1", "Reverse Takedown", "was reinstated")
        browser.close()
    assert {each.verdict for each in Decision.objects.filter(case__item__external_id="p-0")} == {"clean"}
    found = Decision.objects.get(case__item__external_id="p-1", verdict="violating")
    assert found.violation_key == "spam.bulk" and found.superseded_at is not None
    assert Item.objects.get(external_id="p-1").state == Item.State.ACTIVE
    assert [each for each in broken if "Symbol.dispose" not in each] == []
