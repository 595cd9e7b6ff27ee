"""Clients of Mastodon, unmodified, report and moderate here: ``Mastodon.py`` (PyPI), ``masto`` and ``megalodon`` (npm)."""

from __future__ import annotations

from typing import Any

import pytest

CLIENTS = ["masto@8.0.0", "megalodon@10.3.0"]
PERMISSIONS = [
    "report.submit",
    "case.view",
    "review.work",
    "review.claim_case",
    "item.read",
    "enforcement.lift",
    "case.arrange",
]
REPORTS = """
import { createRestAPIClient } from "masto"
import * as megalodon from "megalodon"
const [url, accessToken, post] = process.argv.slice(2)
const masto = createRestAPIClient({ url, accessToken })
const made = await masto.v1.reports.create({ accountId: "mallory", statusIds: [post], comment: "buy", category: "spam" })
const server = await masto.v1.instance.fetch()
const other = megalodon.default("mastodon", url, accessToken)
const again = await other.report("mallory", { status_ids: [post], comment: "more", category: "violation", rule_ids: ["scam"] })
console.log(JSON.stringify({ made: made.id, again: again.data.id, category: made.category, version: server.version }))
"""
MODERATES = """
import { createRestAPIClient } from "masto"
const [url, accessToken] = process.argv.slice(2)
const masto = createRestAPIClient({ url, accessToken })
const listed = []
for await (const page of masto.v1.admin.reports.list({ limit: 1 })) listed.push(...page.map((each) => each.id))
const held = await masto.v1.admin.reports.$select(listed[0]).assignToSelf()
const back = await masto.v1.admin.reports.$select(listed[0]).unassign()
let refused = ""
try { await masto.v1.admin.reports.$select("rpt_00000000000000000000000000").fetch() } catch (error) { refused = error.statusCode }
console.log(JSON.stringify({ listed, held: held.assignedAccount.username, back: back.assignedAccount ?? null,
  text: held.statuses[0].content, refused }))
"""


@pytest.fixture
def door(transactional_db: None, live_server: Any) -> tuple[str, Any, str]:
    """(address, the token's row, its secret) of a floor that knows one post of mallory's."""
    from tests.support.floor import install

    from watchfloor.identity import tokens
    from watchfloor.identity.domain import system
    from watchfloor.items import defaults as items
    from watchfloor.items import queries as item_queries
    from watchfloor.items.actions import see
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    install()
    with writing(system("test")) as w:
        items.install(w)
        item_queries.forget_types()
        data = {"text": "Cheap pills <b>now</b>", "author_id": "mallory"}
        see(w, ItemSeen(type="post", id="p1", data=data, seen_at=clock.now()))
        row, secret = tokens.create_token(w, system("test"), name="bot", source="fedi", permissions=PERMISSIONS)
    return live_server.url, row, secret


def test_mastodon_py(door: tuple[str, Any, str]) -> None:
    mastodon = pytest.importorskip("mastodon", reason="pip install Mastodon.py")
    from watchfloor.enforcement.actions import approve
    from watchfloor.enforcement.models import Action
    from watchfloor.identity.domain import system
    from watchfloor.intake.drain import drain
    from watchfloor.items.models import Item
    from watchfloor.ledger.writer import writing
    from watchfloor.review.models import Case, Decision

    address, row, secret = door
    client = mastodon.Mastodon(client_id=row.prefix, client_secret=secret, api_base_url=address)
    token = client.log_in  # a person's password is asked for nowhere here
    assert callable(token)
    asked = client.session.post(f"{address}/oauth/token", data={
        "grant_type": "client_credentials", "client_id": row.prefix, "client_secret": secret, "scope": "write:reports",
    })  # fmt: skip
    assert (asked.status_code, asked.json()["token_type"]) == (200, "Bearer")
    bad = client.session.post(
        f"{address}/oauth/token",
        data={"grant_type": "client_credentials", "client_id": row.prefix, "client_secret": "no"},
    )
    assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")
    client = mastodon.Mastodon(access_token=asked.json()["access_token"], api_base_url=address)
    assert client.me().username == "fedi" and client.app_verify_credentials().name == "bot"
    assert client.instance().version.startswith("4.") and "spam" in {rule.id for rule in client.instance_rules()}
    made = client.report("mallory", status_ids=["p1", "p2"], comment="Spam again", category="spam", forward=True)
    assert made.id.startswith("rpt_") and made.status_ids == ["p1", "p2"] and made.action_taken is False
    whole = client.report("trent", comment="Bullies people", category="violation", rule_ids=["harassment"])
    assert drain() == 3
    assert {each.item.external_id for each in Case.objects.select_related("item")} == {"p1", "p2", "trent"}

    first = client.admin_reports(limit=2)
    everything = client.fetch_remaining(first)
    assert len(first) == 2 and len(everything) == 3 and everything[0].id > everything[2].id
    assert client.fetch_previous(client.fetch_next(first))[0].id == first[0].id
    assert [each.id for each in client.admin_reports(target_account_id="trent")] == [whole.id]
    shown = client.admin_report(made.id)
    assert shown.statuses[0].content == "<p>Cheap pills &lt;b&gt;now&lt;/b&gt;</p>"
    assert (
        shown.account.id in ("0", 0) and shown.target_account.account.acct == "mallory"
    )  # this token may not know who reports

    held = client.admin_report_assign(made.id)
    assert held.assigned_account.username == "bot"
    with pytest.raises(mastodon.MastodonAPIError):  # one case at a time, as at the workbench
        client.admin_report_assign(whole.id)
    client.admin_account_moderate("mallory", "suspend", report_id=made.id, text="Third time")
    done = client.admin_report(made.id)
    assert done.action_taken and done.action_taken_by_account.username == "bot"
    action = Action.objects.get()
    assert (action.kind_key, action.state) == ("suspend", "held")  # a second person must agree, as at the workbench
    assert not client.admin_account("mallory").suspended
    with writing(system("second")) as w:
        approve(w, action.pk)
    assert client.admin_account("mallory").suspended
    decision = Decision.objects.get(case__item__external_id="p1")
    assert (decision.verdict, decision.rationale, decision.origin) == ("violating", "Third time", "human")
    assert not client.admin_account_unsuspend("mallory").suspended
    assert client.admin_report_resolve(whole.id).action_taken
    assert [each.id for each in client.admin_reports(resolved=True)] == sorted([made.id, whole.id], reverse=True)
    assert not client.admin_report_reopen(whole.id).action_taken

    other = client.admin_reports()[-1].id  # the post p2: its category is changed, so it goes to another policy's case
    answer = client.session.put(f"{address}/api/v1/admin/reports/{other}", json={"category": "violation", "rule_ids": ["scam"]},
                                headers={"Authorization": f"Bearer {secret}"})  # fmt: skip
    assert (
        answer.status_code == 200
        and Case.objects.filter(item=Item.objects.get(external_id="p2"), policy_key="scam").exists()
    )
    for account, more in (
        ("", {}),
        ("x", {"category": "nonsense"}),
        ("x", {"category": "spam", "rule_ids[]": "nonsense"}),
        ("x" * 300, {}),
    ):
        wrong = client.session.post(
            f"{address}/api/v1/reports",
            data={"account_id": account, **more},
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert wrong.status_code == 422 and wrong.json()["error"], wrong.text
    for raw in (b"{", b"[]", b'{"account_id": "a\\u0000", "category": "spam"}'):
        wrong = client.session.post(
            f"{address}/api/v1/reports",
            data=raw,
            headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
        )
        assert wrong.status_code in (400, 422), wrong.text
    with pytest.raises(mastodon.MastodonNotFoundError):
        client.admin_report("rpt_00000000000000000000000000")
    with pytest.raises(mastodon.MastodonUnauthorizedError):
        mastodon.Mastodon(access_token="nobody", api_base_url=address).admin_reports()


def test_the_npm_clients(door: tuple[str, Any, str]) -> None:
    from tests.support.npm import packages, script

    from watchfloor.intake.drain import drain

    address, _, secret = door
    folder = packages("mastodon-1", *CLIENTS)
    made = script(folder, REPORTS, address, secret, "p1")
    assert made["category"] == "spam" and made["version"].startswith("4.")
    assert drain() == 2
    told = script(folder, MODERATES, address, secret)
    assert told["listed"] == [made["again"], made["made"]]
    assert (told["held"], told["back"], told["refused"]) == ("bot", None, 404)
    assert told["text"] == "<p>Cheap pills &lt;b&gt;now&lt;/b&gt;</p>"
