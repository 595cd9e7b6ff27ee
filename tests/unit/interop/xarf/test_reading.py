"""XARF read: every type there is, made from what it needs; version 3; what is missing is named; what nobody could keep is bent."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from watchfloor.interop.xarf.domain import shaping
from watchfloor.interop.xarf.domain.reading import is_xarf, read
from watchfloor.interop.xarf.domain.vocabulary import LIST, OUT, TYPES, WEB, WHOLE, reason_of
from watchfloor.items.domain import check
from watchfloor.kernel.errors import BadInput

PARTY = {"org": "Net", "contact": "abuse@net.example", "domain": "net.example"}
VALUES: dict[str, Any] = {WHOLE: 7, LIST: ["x"], WEB: "https://bad.example/x"}


def document(category: str, name: str, **more: Any) -> dict[str, Any]:
    """The least that a report of this type must say."""
    kind = TYPES[category][name]
    made: dict[str, Any] = {
        "xarf_version": "4.2.0", "report_id": "9ac39cd1-85f3-4c31-ae87-a0a95f3ebc83", "timestamp": "2026-01-02T03:04:05Z",
        "reporter": PARTY, "sender": PARTY, "source_identifier": "192.0.2.1", "source_port": 25, "category": category, "type": name,
        "smtp_from": "a@b.example", "swarm_info": {"info_hash": "0" * 40}, "message_info": {"message_id": "<a@b>"},
    }  # fmt: skip
    for need in kind.needs:
        is_time = need.name in ("first_seen", "registration_date")
        made[need.name] = (
            "2026-01-01T00:00:00Z" if is_time else need.among[0] if need.among else VALUES.get(need.shape, "x")
        )
    if kind.has_url:
        made.setdefault(kind.has_url, "https://bad.example/x")
    return {**made, **more}


EVERY = [(category, name) for category, names in TYPES.items() for name in names]


@pytest.mark.parametrize(("category", "name"), EVERY)
def test_every_type_is_read_and_shaped(category: str, name: str) -> None:
    given = document(category, name, unknown={"deep": [[[[[[[[[[1]]]]]]]]]], "big": 2**80, "text": "a\x00b"})
    found = read(given)
    report = shaping.report(found, (), channel="api", reporter={"kind": "platform", "id": found.reporter.domain})
    check([], report["item"]["data"])  # it fits what any item may hold
    assert (
        report["item"]["type"] in {"link", "mail", "ip_address"}
        and report["reason"]
        and report["note"].startswith("Net")
    )
    assert report["item"]["data"]["xarf"]["unknown"]["big"] == str(2**80)
    for need in TYPES[category][name].needs:
        with pytest.raises(BadInput) as caught:
            read({key: value for key, value in given.items() if key != need.name}, "reports[2]")
        assert (caught.value.code, caught.value.where) == ("missing_field", f"reports[2].{need.name}")
        if need.among:
            with pytest.raises(BadInput) as caught:
                read({**given, need.name: "nonsense"})
            assert (caught.value.code, caught.value.where) == ("unknown_value", need.name)


def test_32_types_and_the_way_back() -> None:
    assert len(EVERY) == 32
    for category, name, _constant in OUT.values():
        assert name in TYPES[category]
    assert reason_of("content", "csem", {"exploitation_type": "sextortion"})[0] == "grooming"
    assert reason_of("content", "csem", {"exploitation_type": "possession"})[0] == "child-abuse"
    assert reason_of("content", "brand_infringement", {"infringement_type": "counterfeit"}) == (
        "copyright",
        "ip.counterfeit",
    )
    assert reason_of("reputation", "blocklist", {"threat_type": "spam"})[0] == "spam"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"xarf_version": "5.0.0"}, "xarf_version"), ({"report_id": "x"}, "report_id"), ({"timestamp": "2026-01-02"}, "timestamp"),
        ({"reporter": {**PARTY, "domain": "no host"}}, "reporter.domain"), ({"sender": {**PARTY, "contact": "x"}}, "sender.contact"),
        ({"category": "rain"}, "category"), ({"type": "rain"}, "type"), ({"source_port": 70_000}, "source_port"),
        ({"url": "no address"}, "url"), ({"evidence": {}}, "evidence"), ({"evidence": [7]}, "evidence[0]"),
        ({"evidence": [{"content_type": "a/b", "payload": "x"}]}, "evidence[0].payload"), ({"evidence": [{}] * 51}, "evidence"),
        ({"source_identifier": "x" * 3_000}, "source_identifier"), ({"source_identifier": 7}, "source_identifier"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as caught:
        read({**document("content", "phishing"), **change})
    assert caught.value.where == where
    assert not is_xarf([]) and is_xarf({"xarf_version": "4.2.0"})


def test_conditions() -> None:
    for category, name, gone, where in (
        ("messaging", "spam", "smtp_from", "smtp_from"), ("messaging", "spam", "source_port", "source_port"),
        ("connection", "ddos", "source_port", "source_port"), ("copyright", "p2p", "swarm_info", "swarm_info"),
        ("copyright", "usenet", "message_info", "message_info"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            read({key: value for key, value in document(category, name).items() if key != gone})
        assert caught.value.where == where
    assert read({**document("connection", "ddos", source_identifier="bad.example"), "source_port": None})


def test_items_by_what_the_source_is() -> None:
    def item(source: str, **more: Any) -> tuple[str, str]:
        kind, name, _data = shaping.item_of(
            read(document("vulnerability", "open_service", source_identifier=source, **more)), ()
        )
        return kind, name

    assert item("2001:DB8::1") == ("ip_address", "2001:db8::1") and item("Bad.Example") == ("domain", "bad.example")
    assert item("https://bad.example/a")[0] == "link" and item("user 7") == ("account", "user 7")
    chat = read(document("messaging", "spam", protocol="sms", source_identifier="+49 30 123"))
    assert shaping.item_of(chat, ())[:2] == ("account", "+49 30 123")
    long = "https://bad.example/" + "a" * 900
    assert len(shaping.shortened(long)) <= 250 and shaping.shortened(long) != shaping.shortened(long + "b")


def test_version_3_is_read() -> None:
    given: dict[str, Any] = {
        "Version": "3.0.0", "ReporterInfo": {"ReporterOrg": "Net", "ReporterOrgDomain": "Net.Example", "ReporterOrgEmail": "a@net.example"},
        "Report": {
            "ReportType": "Login-Attack", "Date": "2026-01-02T03:04:05Z", "Source": {"IP": "192.0.2.1", "Port": 22},
            "Attachment": [{"ContentType": "text/plain", "Data": base64.b64encode(b"log").decode()}],
            "AdditionalInfo": {"DestinationIP": "203.0.113.1", "SMTPFrom": "a@b.example"},
        },
    }  # fmt: skip
    found = read(given)
    assert (found.category, found.type, found.source, found.reporter.domain) == (
        "connection",
        "login_attack",
        "192.0.2.1",
        "net.example",
    )
    assert found.fields["destination_ip"] == "203.0.113.1" and found.fields["smtp_from"] == "a@b.example"
    assert found.evidence[0].data == b"log" and shaping.external_id(found) == shaping.external_id(read(given))
    with pytest.raises(BadInput) as caught:
        read({**given, "Report": {**given["Report"], "ReportType": "rain"}})
    assert caught.value.where == "Report.ReportType"
