"""What other systems send, as rows of ours: Mastodon's webhooks, Flags, Salesforce's outbound messages, and HTML as text."""

from __future__ import annotations

from typing import Any

import pytest

from watchfloor.interop.activitypub import flags
from watchfloor.interop.mastodon import sent
from watchfloor.interop.plain import text_of
from watchfloor.interop.servicecloud import messages
from watchfloor.kernel.errors import BadInput

NAMES = sent.Names("account", "post")
TYPES = flags.Types("account", "post")
ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D5e000000HEcP</OrganizationId>
<ActionId>04k5e000000GnaB</ActionId><SessionId>secret</SessionId>{}</notifications></soapenv:Body></soapenv:Envelope>"""
CASE = """<Notification><Id>04l5e00000{:05}</Id><sObject xsi:type="sf:Case" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
<sf:Id>5005e00000{:05}</sf:Id>{}</sObject></Notification>"""


def outbound(*fields: str) -> str:
    return ENVELOPE.format("".join(CASE.format(number, number, each) for number, each in enumerate(fields)))


def test_html_is_read_as_text() -> None:
    assert (
        text_of("<p>One<br>two</p><p>&lt;three&gt; &amp; <a href='x'>four</a></p><script>no</script>")
        == "One\ntwo\n<three> & four"
    )
    assert text_of("<![x>a<b>c") == "ac" and text_of("a < b &amp;&lt;c&gt; <!-- no --> <!-- d") == "a < b &<c>  <!-- d"
    assert text_of("plain") == "plain" and text_of("<script>never ends") == ""
    for endless in ("<a " * 60_000, "<" * 60_000, "<!--" * 40_000, "<script></script " * 9_000, " " * 60_000 + "<"):
        text_of(endless)  # for some of these the standard library's parser needs hours


def test_a_report_of_mastodon_is_one_for_each_status() -> None:
    admin: dict[str, Any] = {
        "id": "7",
        "username": "mallory",
        "account": {"id": "7", "acct": "mallory", "note": "<p>Hi</p>", "followers_count": 3},
    }
    report = {
        "id": "1",
        "comment": "bad",
        "category": "spam",
        "account": {"id": "9"},
        "target_account": admin,
        "statuses": [],
    }
    [row] = sent.reports({"object": report}, NAMES, "spam")
    assert row["item"] == {"type": "account", "id": "7", "data": {"handle": "mallory", "bio": "Hi", "followers": 3}}
    assert row["reporter"] == {"kind": "user", "id": "9"} and row["note"] == "bad"
    statuses = [
        {"id": "31", "content": "<p>Buy</p>", "language": "en"},
        {"id": "32", "content": "", "account": {"id": "8"}},
    ]
    rows = sent.reports({"object": {**report, "statuses": statuses}}, NAMES, "spam")
    assert [(row["item"]["id"], row["item"]["author"]["id"]) for row in rows] == [("31", "7"), ("32", "8")]
    assert rows[0]["item"]["data"]["text"] == "Buy" and rows[0]["language"] == "en"
    told = sent.event(
        {"event": "status.created", "created_at": "2026-01-01T00:00:00Z", "object": {**statuses[0], "account": admin}},
        NAMES,
    )
    assert told["name"] == "mastodon.status.created" and told["item"]["author"] == {"type": "account", "id": "7"}
    for bad in ({}, {"object": []}, {"object": {"target_account": {}}}, {"object": {"target_account": {"id": True}}}):
        with pytest.raises(BadInput):
            sent.reports(bad, NAMES, "spam")


def test_the_objects_of_a_flag_are_told_apart() -> None:
    def rows(given: Any, known: dict[str, flags.Named] | None = None) -> list[tuple[str, str, str]]:
        found = flags.rows({"actor": "https://a.example/actor", "object": given, "content": "<p>bad</p>"}, TYPES, reason="other",
                           known=lambda url: (known or {}).get(url))  # fmt: skip
        assert all(row["note"] == "bad" and row["reporter"]["id"] == "https://a.example/actor" for row in found)
        return [(row["item"]["type"], row["item"]["id"], row["item"].get("author", {}).get("id", "")) for row in found]

    user, post = "https://b.example/users/mallory", "https://b.example/users/mallory/statuses/1"
    assert rows([user, post]) == [("post", post, user)]
    assert rows(user) == rows([user, user]) == [("account", user, "")]
    assert rows(post) == [("post", post, "")]
    assert rows([post, user], {user: flags.Named("account", "mallory"), post: flags.Named("post", "1")}) == [
        ("post", "1", "mallory")
    ]
    assert rows({"id": post, "type": "Note", "content": "Buy"}) == [("post", post, "")]
    assert flags.ids_to_try("https://b.example/@mallory") == ["https://b.example/@mallory", "@mallory", "mallory"]
    for bad in (None, [], [7], [{}], "x" * 251, [f"https://b.example/{n}" for n in range(101)]):
        with pytest.raises(BadInput):
            rows(bad)


def test_outbound_messages() -> None:
    plain = "<sf:Subject>Look</sf:Subject><sf:Description>at &lt;this&gt;</sf:Description><sf:Origin>Email</sf:Origin>"
    named = "<sf:Item_Type__c>post</sf:Item_Type__c><sf:Item_Id__c>p1</sf:Item_Id__c><sf:SuppliedEmail>a@b.example</sf:SuppliedEmail>"
    told = messages.read(outbound(plain, named))
    assert told.organisation == "00D5e000000HEcP" and "secret" not in repr(told)
    first, second = (messages.row_of(case, reason="other", message="message") for case in told.cases)
    assert first["item"]["data"] == {"subject": "Look", "text": "at <this>"} and first["channel"] == "email"
    assert second["item"] == {"type": "post", "id": "p1", "data": {}} and second["reporter"]["id"] == "a@b.example"
    assert messages.whole_id("500D000000IbW2J") == messages.whole_id("500D000000IbW2JIAV") == "500D000000IbW2JIAV"
    assert b"<Ack>true</Ack>" in messages.acknowledgement(taken=True)
    doctype = outbound("").replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>')
    for bad in ("", "<a/>", doctype, ENVELOPE.format(""), outbound(*[""] * 101)):
        with pytest.raises(BadInput):
            messages.read(bad)
    with pytest.raises(BadInput):
        messages.row_of({"Id": "nonsense"}, reason="other", message="message")
