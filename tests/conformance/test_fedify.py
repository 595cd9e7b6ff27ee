"""ActivityPub by another implementation: ``@fedify/fedify`` (npm) signs and sends a Flag, and verifies the requests that we sign."""

from __future__ import annotations

from typing import Any

import pytest

FEDIFY = ["@fedify/fedify@2.3.6", "@fedify/vocab@2.3.6"]
SCRIPT = """
import { createServer } from "node:http"
import { generateCryptoKeyPair, signRequest, verifyRequest, exportJwk } from "@fedify/fedify"
import { CryptographicKey, Flag, Service } from "@fedify/fedify/vocab"
import { getDocumentLoader } from "@fedify/fedify"
const [base, port] = process.argv.slice(2)
const own = `http://localhost:${port}`
const documentLoader = getDocumentLoader({ allowPrivateAddress: true })
let pair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")
const owner = new URL(`${own}/actor`), keyId = new URL(`${own}/actor#main-key`)
const verified = []
const server = createServer(async (asked, answer) => {
  const request = new Request(own + asked.url, { headers: asked.headers })
  const by = await verifyRequest(request, { documentLoader, contextLoader: documentLoader })
  verified.push(by?.ownerId?.href ?? null)
  const key = new CryptographicKey({ id: keyId, owner, publicKey: pair.publicKey })
  const actor = new Service({ id: owner, preferredUsername: "instance", inbox: new URL(`${own}/inbox`), publicKey: key })
  answer.setHeader("content-type", "application/activity+json")
  answer.end(JSON.stringify(await actor.toJsonLd()))
})
await new Promise((done) => server.listen(Number(port), "localhost", done))
async function send(flag, { key = pair.privateKey, change, spec } = {}) {
  const body = JSON.stringify(await flag.toJsonLd())
  const request = new Request(`${base}/ap/inbox`, { method: "POST", body, headers: { "content-type": "application/activity+json" } })
  const signed = await signRequest(request, key, keyId, spec ? { spec } : {})
  const sent = change ? new Request(signed, { body: body.replace("Spam", "Ham "), method: "POST" }) : signed
  const response = await fetch(sent)
  return [response.status, (await response.json()).receipts ?? []]
}
const flag = (n, more = {}) => new Flag({ id: new URL(`${own}/flags/${n}`), actor: owner, content: "Spam everywhere",
  objects: [new URL("https://ours.example/users/mallory"), new URL("https://ours.example/posts/p1")], ...more })
const told = { first: await send(flag(1)), again: await send(flag(1)), changed: await send(flag(2), { change: true }) }
const other = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")
told.stranger = await send(flag(3), { key: other.privateKey })
told.another = await send(flag(4, { actor: new URL(`${own}/somebody`) }))
pair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")
told.exchanged = await send(flag(5))
console.log(JSON.stringify({ ...told, verified }))
server.close(); process.exit(0)
"""


def test_fedify_reports_and_believes_us(
    transactional_db: None, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    from django.test import Client
    from tests.support.npm import packages, script

    from watchfloor.identity.domain import system
    from watchfloor.intake.drain import drain
    from watchfloor.interop.activitypub import keys
    from watchfloor.interop.activitypub.models import PeerKey
    from watchfloor.interop.senders import actions
    from watchfloor.items import defaults as items
    from watchfloor.items import queries as item_queries
    from watchfloor.items.actions import see
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing
    from watchfloor.review.models import Report

    folder = packages("fedify-1", *FEDIFY)
    from tests.support.floor import install

    install()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with writing(system("test")) as w:
        items.install(w)
        item_queries.forget_types()
        see(
            w, ItemSeen(type="post", id="p1", data={"text": "Cheap pills", "author_id": "mallory"}, seen_at=clock.now())
        )
        actions.save(w, kind="fediverse", name="Peer", address=f"localhost:{port}", reason_key="spam")
    settings.PUBLIC_URL = live_server.url
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    monkeypatch.setattr(keys, "AGAIN", keys.AGAIN * 0)
    told = script(folder, SCRIPT, live_server.url, str(port))
    assert told["first"][0] == 202 and len(told["first"][1]) == 1
    assert told["again"] == told["first"]  # the same activity: the same receipt
    assert [told[name][0] for name in ("changed", "stranger", "another")] == [401, 401, 401]
    assert told["exchanged"][0] == 202  # another key: asked for once more, and believed
    assert told["verified"] and set(told["verified"]) == {
        f"{live_server.url}/ap/actor"
    }  # fedify believes our signature
    assert drain() == 2 and PeerKey.objects.count() == 1
    report = Report.objects.select_related("item__author").first()
    assert (report.item.external_id, report.item.author.external_id, report.note) == (
        "p1",
        "mallory",
        "Spam everywhere",
    )
    assert report.reporter == f"http://localhost:{port}/actor" and report.channel == "platform"

    browser = Client()
    host = live_server.url.removeprefix("http://")
    found = browser.get(f"/.well-known/webfinger?resource=acct:reports@{host}").json()
    assert found["links"][0]["href"] == f"{live_server.url}/ap/actor"
    assert browser.get("/.well-known/webfinger?resource=acct:nobody@x").status_code == 404
    assert browser.post("/ap/inbox", b"{}", content_type="application/activity+json").status_code == 401
    stranger = 'keyId="https://169.254.169.254/actor",headers="(request-target) host date digest",signature="AAAA"'
    refused = browser.post(
        "/ap/inbox", b"{}", content_type="application/activity+json", headers={"Signature": stranger}
    )
    assert refused.status_code == 401 and "not one that reports here" in refused.json()["error"]
