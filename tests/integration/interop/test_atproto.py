"""The AT Protocol door: who may call, what is refused in whose words, what nobody may know of, and that decisions are decisions."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from watchfloor.interop.atproto.domain import signing
from watchfloor.kernel import clock

pytestmark = pytest.mark.django_db
MODERATES = ["report.submit", "case.view", "review.work", "review.claim_case", "review.undo", "review.reassign"]
SPAM = "com.atproto.moderation.defs#reasonSpam"
KIND = "tools.ozone.moderation.defs#modEvent"
STATE = "tools.ozone.moderation.defs#review"


def token(*permissions: str, name: str = "bot") -> str:
    """A secret with these rights."""
    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        return tokens.create_token(w, system("test"), name=name, source=name, permissions=list(permissions))[1]


class Client:
    """A client of the protocol, with one Authorization header."""

    def __init__(self, header: str = "") -> None:
        from django.test import Client as Plain

        self._client = Plain(headers={"authorization": header} if header else {})

    def get(self, method: str, **params: Any) -> Any:
        """A query."""
        return self._client.get(f"/xrpc/{method}", params)

    def post(self, method: str, body: Any = None, **headers: str) -> Any:
        """A procedure."""
        data = body if isinstance(body, bytes) else json.dumps(body or {})
        return self._client.post(f"/xrpc/{method}", data, content_type="application/json", headers=headers)

    def emit(self, kind: str, uri: str, **more: Any) -> Any:
        """A moderator's event about a record."""
        outside = {name: more.pop(name) for name in ("externalId", "modTool", "createdBy") if name in more}
        subject = {"$type": "com.atproto.repo.strongRef", "uri": uri, "cid": "bafkrei"}
        body = {"event": {"$type": KIND + kind, **more}, "subject": subject, "createdBy": "did:web:x", **outside}
        return self.post("tools.ozone.moderation.emitEvent", body)


def bearer(secret: str) -> Client:
    """With a token."""
    return Client(f"Bearer {secret}")


def fault(answer: Any) -> tuple[int, str]:
    """Status and name of an error, which has the protocol's form."""
    said = answer.json()
    assert set(said) == {"error", "message"} and said["message"], said
    return answer.status_code, said["error"]


@pytest.fixture
def _writer_ends() -> Iterator[None]:
    yield
    from watchfloor.intake.asgi import app

    app.close()


@pytest.mark.usefixtures("_writer_ends")
def test_reports_come_in_by_four_kinds_of_right(transactional_db: None) -> None:
    from tests.support.floor import install
    from tests.support.people import member, signed_in

    from watchfloor.intake.drain import drain
    from watchfloor.intake.models import Spooled
    from watchfloor.interop.atproto.here import here
    from watchfloor.interop.atproto.models import Session
    from watchfloor.review.models import Report

    install()
    secret, other = token("report.submit", "appeal.submit", name="chirp"), token("case.view", name="reader")
    person = member({"settings.manage"})
    report, create = "com.atproto.moderation.createReport", "com.atproto.server.createSession"
    account = {"reasonType": SPAM, "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": "did:plc:mallory"}}
    for header in ("", "Bearer wf_wrong", "Basic " + base64.b64encode(b"admin:wrong").decode(), "Basic !", "Digest x"):
        assert fault(Client(header).post(report, account)) == (401, "AuthenticationRequired"), header
    assert fault(bearer(other).post(report, account)) == (403, "Forbidden")

    by_token = bearer(secret).post(report, account)
    assert by_token.status_code == 200, by_token.content
    assert (
        bearer(secret).post(report, account).json()["id"]
        == by_token.json()["id"]
        == Client("Basic " + base64.b64encode(f"admin:{secret}".encode()).decode()).post(report, account).json()["id"]
    )
    for identifier, password in (("nobody", secret), ("chirp", "x"), ("no@example.org", secret), ("reader", secret)):
        assert fault(Client().post(create, {"identifier": identifier, "password": password})) == (
            401,
            "AuthenticationRequired",
        )
    session = Client().post(create, {"identifier": person.email, "password": secret}).json()
    in_session = bearer(session["accessJwt"])
    assert in_session.get("com.atproto.server.getSession").json()["did"] == session["did"]
    assert in_session.post(report, account).json()["id"] == by_token.json()["id"]
    assert fault(bearer(session["refreshJwt"]).post(report, account)) == (400, "InvalidToken")
    again = bearer(session["refreshJwt"]).post("com.atproto.server.refreshSession").json()
    used = bearer(session["refreshJwt"]).post("com.atproto.server.refreshSession")
    assert fault(used) == (400, "ExpiredToken")
    assert bearer(again["refreshJwt"]).post("com.atproto.server.deleteSession").status_code == 200
    assert fault(bearer(again["accessJwt"]).get("com.atproto.server.getSession")) == (400, "ExpiredToken")
    assert not Session.objects.exists()

    # Somebody of another service, by a token of their own: only when their document is kept here, for this method, and for us.
    keys, did = signing.private_key(b"alice"), "did:web:alice.example"
    method = {"id": "#atproto", "type": "Multikey", "publicKeyMultibase": signing.multibase(signing.public(keys))}
    browser, page = signed_in(person), "/settings/atproto"

    def signed(**change: Any) -> str:
        claims = {"iss": did, "aud": here().did, "lxm": report, "exp": int(clock.now().timestamp()) + 60, **change}
        head, body = (
            base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=")
            for each in ({"alg": "ES256K"}, claims)
        )
        made = base64.urlsafe_b64encode(signing.sign(keys, f"{head}.{body}".encode())).decode().rstrip("=")
        return f"{head}.{body}.{made}"

    assert fault(bearer(signed()).post(report, account)) == (401, "BadJwtSignature")
    for wrong in ("", "[]", "{}", json.dumps({"id": did}), json.dumps({"id": "x", "verificationMethod": [method]})):
        assert browser.post(page, {"document": wrong}).status_code == 422, wrong
    assert browser.post(page, {"document": json.dumps({"id": did, "verificationMethod": [method]})}).status_code == 302
    theirs = bearer(signed()).post(report, account)
    assert theirs.json()["reportedBy"] == did and theirs.json()["id"] != by_token.json()["id"]
    wrong_claims = {
        "aud": "did:web:other",
        "lxm": "com.atproto.server.getSession",
        "exp": 1,
        "iss": "did:web:bob.example",
    }
    for name, value in wrong_claims.items():
        assert fault(bearer(signed(**{name: value})).post(report, account))[0] == 401, name
    assert fault(bearer(signed(lxm="tools.ozone.server.getConfig")).get("tools.ozone.server.getConfig")) == (
        403,
        "Forbidden",
    )
    assert did in browser.get(page).content.decode() and did in browser.get(page + "?format=csv").getvalue().decode()  # type: ignore[attr-defined]
    assert browser.post(page, {"do": "forget", "did": did}).status_code == 302
    assert fault(bearer(signed()).post(report, account)) == (401, "BadJwtSignature")

    # What is no report is nobody's: nothing is kept of it, and never a failure of ours.
    at_message = {"$type": "chat.bsky.convo.defs#messageRef", "did": "did:plc:m", "convoId": "c", "messageId": "7"}
    for body in (
        b"{", b"[]", b"\xff", {}, {**account, "reasonType": "x"}, {**account, "reasonType": 7}, {**account, "subject": "x"},
        {**account, "subject": {}}, {**account, "subject": {"did": "x"}}, {**account, "subject": {"$type": "x", "did": "did:plc:a"}},
        {**account, "subject": {"$type": "com.atproto.repo.strongRef", "uri": "https://x"}}, {**account, "reason": "x" * 10_001},
        {**account, "reason": "a\x00b"}, {**account, "subject": {**at_message, "convoId": ""}},
        {**account, "reasonType": "com.atproto.moderation.defs#reasonAppeal"},
        {**account, "subject": {"$type": "com.atproto.repo.strongRef", "uri": "at://did:plc:a/app.x/" + "k" * 300}},
    ):  # fmt: skip
        assert fault(bearer(secret).post(report, body)) == (400, "InvalidRequest"), body
    message = bearer(secret).post(report, {**account, "subject": at_message}, **{"Idempotency-Key": "k-1"})
    assert message.status_code == 200
    changed = bearer(secret).post(
        report, {**account, "subject": at_message, "reason": "x"}, **{"Idempotency-Key": "k-1"}
    )
    assert fault(changed) == (400, "DuplicateExternalId")
    assert fault(bearer(secret).get(report)) == (405, "InvalidRequest")
    assert fault(bearer(secret).post("com.example.unknown")) == (501, "MethodNotImplemented")
    assert Spooled.objects.count() == 3
    assert drain() == 3
    assert set(Report.objects.values_list("source", "reporter_kind", "reporter")) == {
        ("chirp", "platform", "chirp"),
        ("atproto", "user", did),
    }
    documents = [Client()._client.get(f"/.well-known/{name}.json").json() for name in ("did", "ozone-metadata")]
    assert documents[0]["id"] == documents[1]["did"] == here().did
    declared = {"repo": here().did, "collection": "app.bsky.labeler.service", "rkey": "self"}
    record = Client().get("com.atproto.repo.getRecord", **declared).json()["value"]
    assert "spam" in record["policies"]["labelValues"] and SPAM in record["reasonTypes"]
    assert fault(Client().get("com.atproto.repo.getRecord", **{**declared, "rkey": "x"})) == (400, "RecordNotFound")
    assert {each["id"].partition("#")[2] for each in documents[0]["verificationMethod"]} >= {"atproto_label"}


def test_what_a_token_may_not_know_of_is_not_there(db: None) -> None:
    from tests.support.floor import Floor, install

    from watchfloor.interop.atproto import numbers, subjects
    from watchfloor.interop.atproto.here import here
    from watchfloor.ledger.models import Event
    from watchfloor.review.models import Report

    install()
    floor = Floor()
    client = bearer(token(*MODERATES, "reporter.view", "case.arrange", "enforcement.lift"))
    seen, hidden = floor.report(), floor.report(reason="tools.ozone.report.defs#reasonChildSafetyCSAM")
    assert hidden.clearance
    uri, secret_uri = (subjects.uri(here(), case.item) for case in (seen, hidden))
    never = subjects.uri(here(), seen.item) + "0"
    ozone = "tools.ozone.moderation"
    states = client.get(f"{ozone}.queryStatuses").json()["subjectStatuses"]
    assert [each["subject"]["uri"] for each in states] == [uri]
    events = client.get(f"{ozone}.queryEvents").json()["events"]
    assert {each["subject"]["uri"] for each in events} == {uri}
    reports = client.get("tools.ozone.report.queryReports").json()["reports"]
    assert [each["subject"]["subject"] for each in reports] == [uri]
    secret_report = numbers.number(numbers.REPORT, Report.objects.get(case=hidden).pk)
    secret_event = (
        Event.objects.filter(case_id=hidden.pk, type="report.received").values_list("ordinal", flat=True).get()
    )
    for address in (secret_uri, never):
        assert fault(client.get(f"{ozone}.getRecord", uri=address)) == (400, "RecordNotFound")
        assert client.get(f"{ozone}.queryEvents", subject=address).json() == {"events": []}
        assert client.get(f"{ozone}.queryStatuses", subject=address).json() == {"subjectStatuses": []}
        assert client.get(f"{ozone}.getSubjects", subjects=address).json() == {
            "subjects": [{"type": "record", "subject": address}]
        }
        for kind, more in (
            ("Takedown", {"policies": ["spam.bulk"]}), ("Acknowledge", {}), ("Comment", {"comment": "x"}), ("ReverseTakedown", {}),
            ("Tag", {"add": ["x"], "remove": []}), ("Escalate", {}), ("Mute", {"durationInHours": 1}),
        ):  # fmt: skip
            assert fault(client.emit(kind, address, **more)) == (400, "SubjectNotFound"), kind
        assert fault(client.post("tools.ozone.report.closeReports", {"subject": address})) == (400, "SubjectNotFound")
    for given in (secret_report, 10**12):
        assert fault(client.get("tools.ozone.report.getReport", id=given)) == (400, "NotFound")
        assert fault(client.post("tools.ozone.report.assignModerator", {"reportId": given})) == (
            400,
            "InvalidAssignment",
        )
    for given in (secret_event, 10**12):
        assert fault(client.get(f"{ozone}.getEvent", id=given)) == (400, "EventNotFound")
    author = subjects.uri(here(), hidden.item.author)  # the same account made both: it is known by the other
    known = client.get(f"{ozone}.getRepo", did=author).json()
    assert known["moderation"] == {} and secret_uri not in json.dumps(known)
    # Who may only report reads nothing; who may only read decides nothing; what is no number, time or state is said to be none.
    assert fault(bearer(token("report.submit")).get(f"{ozone}.queryStatuses")) == (403, "Forbidden")
    assert fault(bearer(token("case.view")).emit("Takedown", uri, policies=["spam.bulk"])) == (403, "Forbidden")
    assert seen.state == "open"
    for name, value in (
        ("limit", "0"),
        ("limit", "x"),
        ("cursor", "x"),
        ("reportedAfter", "soon"),
        ("reportedAfter", "2026-01-01"),
    ):
        assert fault(client.get(f"{ozone}.queryStatuses", **{name: value})) == (400, "InvalidRequest")
    assert client.get(f"{ozone}.queryStatuses", reviewState="x").json() == {"subjectStatuses": []}


def test_decisions_are_the_floors_own(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.floor import Floor, install

    from watchfloor.enforcement.models import Strike
    from watchfloor.interop.atproto import labelling, muting, subjects
    from watchfloor.interop.atproto.here import here, label_key
    from watchfloor.items import actions as items
    from watchfloor.law.erasing import elsewhere, who
    from watchfloor.ledger import rebuild, sequencer
    from watchfloor.ledger.models import Outbox
    from watchfloor.ledger.writer import writing
    from watchfloor.review.models import Case, Job

    install()
    floor = Floor()
    client = bearer(
        token(*MODERATES, "case.arrange", "enforcement.lift", "review.escalation", "queue.manage", "floor.view")
    )
    case = floor.report()
    uri = subjects.uri(here(), case.item)

    # What is not said is not guessed, and what cannot be done is said.
    assert fault(client.emit("Takedown", uri)) == (400, "InvalidRequest")
    assert "spam.bulk" in client.emit("Takedown", uri).json()["message"]
    for kind, more in (
        ("Takedown", {"policies": ["spam.bulk"], "durationInHours": 5}),
        ("Takedown", {"policies": ["spam.bulk"], "targetServices": ["pds"]}),
        ("Takedown", {"policies": "x"}), ("Takedown", {"policies": ["nothing.of.this"]}), ("Label", {}),
        ("Label", {"createLabelVals": ["porn"], "modTool": {"name": "x", "meta": {"policies": ["spam.bulk"]}}}),
        ("Label", {"negateLabelVals": ["spam"]}), ("Mute", {"durationInHours": 0}), ("Unmute", {}), ("ResolveAppeal", {}),
        ("ReverseTakedown", {}), ("Tag", {"add": ["A B\n!"], "remove": []}), ("Comment", {}), ("MuteReporter", {}),
    ):  # fmt: skip
        assert client.emit(kind, uri, **more).status_code in (400, 403), kind
    for kind in ("Email", "Divert", "PriorityScore", "Nothing"):
        assert fault(client.emit(kind, uri)) == (400, "UnsupportedEvent")
    case.refresh_from_db()
    assert case.state == "open" and not Job.objects.filter(state="leased").exists()

    # Muted for an hour, then it wakes by itself.
    assert client.emit("Mute", uri, durationInHours=1).status_code == 200
    assert Job.objects.get(case=case).state == "waiting" and muting.unmute_due() == 0
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert muting.unmute_due() == 1 and Job.objects.get(case=case).state == "ready"

    # A takedown is a decision: strike, outbox, statement; twice is refused; an outside id counts once; what is reversed is undone.
    assert client.emit("Takedown", uri, policies=["spam.bulk"], externalId="e-1").status_code == 200
    assert fault(client.emit("Takedown", uri, policies=["spam.bulk"], externalId="e-1")) == (400, "DuplicateExternalId")
    assert fault(client.emit("Takedown", uri, policies=["spam.bulk"])) == (400, "SubjectHasAction")
    sent = Outbox.objects.filter(topic="action").count()
    assert sent and Strike.objects.filter(state="active").count() == 1
    assert client.emit("ReverseTakedown", uri, comment="satire").status_code == 200
    assert Strike.objects.filter(state="active").count() == 0 and Outbox.objects.filter(topic="action").count() > sent
    assert client.emit("Acknowledge", uri).status_code == 200
    case.refresh_from_db()
    assert (case.state, case.closed_how) == ("closed", "manual")
    assert fault(client.emit("Acknowledge", uri)) == (400, "InvalidRequest")
    shown = client.get("tools.ozone.moderation.queryStatuses", reviewState=f"{STATE}Closed").json()["subjectStatuses"]
    assert [each["subject"]["uri"] for each in shown] == [uri]

    # Nobody reported it, and it is taken down all the same: the case is opened for it.
    item, _ = floor.item("own find")
    own = subjects.uri(here(), item)
    assert client.emit("Takedown", own, policies=["spam.bulk"]).status_code == 200
    assert Case.objects.get(item=item).channel == "platform"

    # Reports as tickets: taken, given back, handed up, closed.
    third = floor.report()
    of_third = subjects.uri(here(), third.item)
    [ticket] = client.get("tools.ozone.report.queryReports", status="queued").json()["reports"]
    assert ticket["subject"]["subject"] == of_third
    name = "tools.ozone.report"
    assert client.post(f"{name}.assignModerator", {"reportId": ticket["id"]}).status_code == 200
    assert client.get(f"{name}.getReport", id=ticket["id"]).json()["status"] == "assigned"
    assert fault(client.post(f"{name}.assignModerator", {"reportId": ticket["id"], "did": "did:web:other"}))[0] == 400
    assert client.post(f"{name}.unassignModerator", {"reportId": ticket["id"]}).status_code == 200
    note = {"reportId": ticket["id"], "activity": {"$type": f"{name}.defs#noteActivity"}, "internalNote": "seen"}
    assert client.post(f"{name}.createActivity", note).status_code == 200
    up = {**note, "activity": {"$type": f"{name}.defs#escalationActivity"}}
    assert client.post(f"{name}.createActivity", up).json()["activity"]["activity"]["previousStatus"] == "queued"
    assert fault(client.post(f"{name}.createActivity", up)) == (400, "AlreadyInTargetState")
    closed = client.post(f"{name}.closeReports", {"subject": of_third}).json()
    assert closed == {"closedCount": 1, "reportIds": [ticket["id"]]}
    made = client.post("tools.ozone.queue.createQueue", {"name": "From outside"}).json()["queue"]
    assert made["id"] in {each["id"] for each in client.get("tools.ozone.queue.listQueues").json()["queues"]}
    changed = client.post("tools.ozone.queue.updateQueue", {"queueId": made["id"], "enabled": False}).json()["queue"]
    assert changed["enabled"] is False
    assert client.post("tools.ozone.queue.deleteQueue", {"queueId": made["id"]}).json() == {"deleted": True}
    days = client.get(f"{name}.getHistoricalStats").json()["stats"]  # two hours later it may be another day
    assert sum(each["inboundCount"] for each in days) == 2

    # Public labels: put on, made to last longer, taken off, ended; each word signed, in an order that does not change.
    sequencer.catch_up()
    labelling.follow(10_000)
    ends = clock.now() + timedelta(days=1)
    with writing("system:test") as w:
        label = items.add_label(w, item, "graphic-media", source="test", public=True)
        items.add_label(w, item, "inside", source="test")
    step = _published
    assert step() == [("graphic-media", False, "")]
    with writing("system:test") as w:
        items.add_label(w, item, "graphic-media", source="test", public=True, expires_at=ends)
    [(_, _, exp)] = step()
    assert exp and step() == []
    with writing("system:test") as w:
        items.remove_label(w, label)
    assert step() == [("graphic-media", True, "")]
    asked = Client().get("com.atproto.label.queryLabels", uriPatterns=f"{own[:-1]}*").json()["labels"]
    assert [(each["val"], each["neg"]) for each in asked] == [("graphic-media", True)]
    assert Client().get("com.atproto.label.queryLabels", uriPatterns="at://elsewhere*").json()["labels"] == []
    assert fault(Client().get("com.atproto.label.queryLabels", uriPatterns="a*b")) == (400, "InvalidRequest")
    signature = base64.b64decode(asked[0].pop("sig")["$bytes"] + "==")
    key = signing.public(label_key())
    # Under another address of ours it is said anew, and what was said under the old one is taken back, once.
    before = settings.PUBLIC_URL
    with writing("system:test") as w:
        moved = items.add_label(w, item, "gore", source="test", public=True)
    assert step() == [("gore", False, "")]
    settings.PUBLIC_URL, settings.ATPROTO_DID = "https://moved.example.org", here().did
    with writing("system:test") as w:
        items.add_label(w, item, "gore", source="test", public=True, expires_at=ends)
    assert [(val, neg) for val, neg, _ in step()] == [("gore", False), ("gore", True)]
    with writing("system:test") as w:
        items.remove_label(w, moved)
    assert step() == [("gore", True, "")]
    settings.PUBLIC_URL, settings.ATPROTO_DID = before, ""
    assert signing.verifies(key, signing.label_bytes(asked[0]), signature)
    assert not signing.verifies(key, signing.label_bytes({**asked[0], "neg": False}), signature)
    assert sum(step(None, who.of(item.author)).get("interop_atproto_label", 0) for step in elsewhere.steps()[-1:]) > 2  # type: ignore[arg-type]
    assert Client().get("com.atproto.label.queryLabels", uriPatterns=own).json()["labels"] == []
    assert not rebuild.check().differences


def _published() -> list[tuple[str, bool, str]]:
    """What following the ledger adds to the stream."""
    from watchfloor.interop.atproto import labelling
    from watchfloor.interop.atproto.models import Published
    from watchfloor.ledger import sequencer

    before = Published.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    sequencer.catch_up()
    labelling.follow(10_000)
    return list(Published.objects.filter(seq__gt=before).order_by("seq").values_list("val", "neg", "exp"))


def test_the_stream_says_when_a_cursor_is_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.interop.atproto import stream

    monkeypatch.setattr(stream, "_top", lambda: 7)

    async def heard(query: bytes) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        messages = iter([{"type": "websocket.connect"}])

        async def receive() -> Any:
            found = next(messages, None)
            return found or await asyncio.sleep(3600)

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {"type": "websocket", "path": stream.PATH, "query_string": query}
        await asyncio.wait_for(stream.Stream()(scope, receive, send), 30)
        return sent

    accepted, error, closed = asyncio.run(heard(b"cursor=8"))
    assert accepted["type"] == "websocket.accept" and closed["type"] == "websocket.close"
    assert b"FutureCursor" in error["bytes"] and error["bytes"].startswith(b"\xa1bop")


def test_no_method_fails_whatever_it_is_sent(db: None) -> None:
    """Three odd things for each method; all of them (some 1,200 calls) with ``WATCHFLOOR_DOOR_FUZZ=1``."""
    from tests.support.floor import Floor, install

    from watchfloor.identity.domain import PERMISSIONS
    from watchfloor.interop.atproto import methods, subjects
    from watchfloor.interop.atproto.asking import GET, METHODS
    from watchfloor.interop.atproto.here import here

    install()
    uri = subjects.uri(here(), Floor().report().item)
    client = bearer(token(*sorted(PERMISSIONS)))
    odd = ["", "x", "-1", "9" * 30, "did:plc:a", uri, "\x00", "\ud7ff", "2026-13-01T00:00:00Z", "%", "0|0", "true"]
    names = [
        "limit",
        "cursor",
        "subject",
        "subjects",
        "uri",
        "uris",
        "did",
        "dids",
        "id",
        "createdBy",
        "status",
        "types",
        "queueId",
    ]
    values = [
        None,
        7,
        -1,
        2**80,
        True,
        "",
        "x",
        [],
        [1],
        {},
        {"$type": 7},
        {"$type": KIND + "Tag", "add": "x"},
        1.5,
        "a\x00",
    ]
    fields = [
        "subject",
        "event",
        "reportId",
        "queueId",
        "name",
        "activity",
        "identifier",
        "reasonType",
        "modTool",
        "externalId",
    ]
    assert methods and len(METHODS) > 30
    whole_list = bool(os.environ.get("WATCHFLOOR_DOOR_FUZZ"))
    for place, (name, method) in enumerate(sorted(METHODS.items())):
        every = list(enumerate(odd if method.verb == GET else values))
        for number, each in every if whole_list else every[place % 4 :: 4][:3]:
            if method.verb == GET:
                answers = [
                    client.get(name, **{names[(number + shift) % len(names)]: each})
                    for shift in range(3 if whole_list else 1)
                ]
                answers.append(client.get(name, **dict.fromkeys(names[2:10], each)))
            else:
                event = {
                    "$type": KIND + ("Takedown", "Label", "Comment", "Mute", "Tag")[number % 5],
                    "comment": each,
                    "add": each,
                }
                whole = {
                    "subject": {"uri": uri},
                    "event": {**event, "policies": each, "durationInHours": each},
                    "reportId": 1,
                }
                bodies = [dict.fromkeys(fields, each), {**whole, fields[number % len(fields)]: each}]
                answers = [client.post(name, body) for body in bodies]
            for answer in answers:  # what is not expected is raised by the test's client itself
                assert answer.status_code in (200, 400, 401, 403, 405), (name, each, answer.content)
