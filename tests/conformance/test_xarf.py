"""XARF with its own samples and its own client: all of the specification's reports come in, and what goes out is read by others."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.django_db

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "xarf"
ITEMS = {
    "content": {"link"}, "copyright": {"link", "ip_address", "mail"}, "messaging": {"mail"}, "connection": {"ip_address"},
    "vulnerability": {"ip_address"}, "infrastructure": {"ip_address"}, "reputation": {"ip_address"},
}  # fmt: skip
POLICIES = {
    "spam": "spam", "bulk_messaging": "spam", "phishing": "scam", "malware": "scam", "fraud": "scam", "csam": "child-safety",
    "csem": "child-safety", "exposed_data": "harassment", "brand_infringement": "ip", "copyright": "ip", "p2p": "ip",
    "cyberlocker": "ip", "ddos": "manipulation", "scraping": "manipulation", "botnet": "manipulation", "cve": "manipulation",
}  # fmt: skip


INCOMPLETE = {"incomplete: first_seen", "incomplete: compromise_evidence"}  # came as version 3, which asked for less


def samples() -> list[tuple[str, dict[str, Any]]]:
    """All 36, by file."""
    found = [(file.name, json.loads(file.read_text())) for file in sorted(DATA.glob("v[34]/*.json"))]
    if not found:
        pytest.skip("the specification's samples are not here (WATCHFLOOR_DATA)")
    return found


def drained() -> None:
    from watchfloor.intake.drain import drain

    while drain():
        pass


def test_samples_in_and_decisions_out(transactional_db: None, tmp_path: Path) -> None:
    import xarf
    from django.test import Client
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry, Resource
    from tests.support.doors import door

    from watchfloor.cli import export_xarf
    from watchfloor.interop.xarf.domain.vocabulary import OUT, TYPES
    from watchfloor.items.media.models import Media
    from watchfloor.items.models import Item, ItemVersion
    from watchfloor.kernel.ids import decode, new_id
    from watchfloor.review.models import Case, Decision, Report

    secret = door({"report.submit"}, source="xarf-test")
    given = samples()

    def post(body: Any, key: str = secret) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client().post(
            "/v1/xarf", raw, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    assert post([]).status_code == 422 and post(b"{").status_code == 400 and post({}, "wf_no").status_code == 401
    answer = post([each for _, each in given])
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert (body["accepted"], body["rejected"]) == (36, 0), [each for each in body["results"] if "error" in each]
    again = post([each for _, each in given]).json()["results"]
    assert all(
        each["duplicate"] and each["id"] == first["id"] for each, first in zip(again, body["results"], strict=True)
    )
    drained()
    for (name, sample), result in zip(given, body["results"], strict=True):
        report = Report.objects.get(pk=decode("rpt", result["id"]))
        data = ItemVersion.objects.get(hash=report.item_version).data
        category, kind = data["xarf"]["category"], data["xarf"]["type"]
        assert report.case.policy_key == POLICIES.get(kind, report.case.policy_key), name
        assert report.item.type_key in ITEMS[category], name
        assert report.reporter_kind == "platform" and report.reporter == data["xarf"]["reporter"]["domain"], name
        assert len(data["evidence"]) == len(sample.get("evidence", sample.get("Report", {}).get("Attachment", [])))
        if "source_identifier" in sample:
            assert (
                data["xarf"]["source_identifier"] == sample["source_identifier"]
                and sample["report_id"] == result["report_id"]
            )
    assert Media.objects.count() >= 1  # the screenshot of a phishing page, sealed
    csam = Item.objects.filter(type_key="link", external_id="https://example.com/illegal-content").get()
    assert {report.case.clearance for report in Report.objects.filter(item=csam)} == {"child_safety"}

    # Strict on what is required: one field away from each sample, and the answer names it.
    spoiled = {
        "report_id": "missing_field", "timestamp": "missing_field", "reporter": "missing_field", "sender": "missing_field",
        "source_identifier": "missing_field", "category": "missing_field", "type": "missing_field",
    }  # fmt: skip
    sample = next(each for name, each in given if name == "connection-ddos.json")
    for field, code in spoiled.items():
        wrong = {key: value for key, value in sample.items() if key != field}
        error = post(wrong).json()["error"]
        assert (error["code"], error["where"]) == (code, field)
    for change, where in (
        ({"protocol": "pigeon"}, "protocol"), ({"source_port": None}, "source_port"), ({"timestamp": "today"}, "timestamp"),
        ({"report_id": "7"}, "report_id"), ({"type": "rain"}, "type"), ({"evidence": [{}]}, "evidence[0].payload"),
        ({"reporter": {"org": "A", "contact": "a@b.example"}}, "reporter.domain"), ({"xarf_version": "5.0.0"}, "xarf_version"),
        ({"evidence": [{"content_type": "a/b", "payload": "%%%"}]}, "evidence[0].payload"),
    ):  # fmt: skip
        answer = post({**sample, "report_id": "9ac39cd1-85f3-4c31-ae87-a0a95f3ebc00", **change})
        assert answer.status_code == 422 and answer.json()["error"]["where"] == where, answer.content
    mixed = post(
        [{**copy.deepcopy(sample), "unknown": {"deep": [1, 2**70]}, "description": "other"}, {**sample, "type": "rain"}]
    )
    assert [each["status"] for each in mixed.json()["results"]] == ["rejected", "rejected"]
    assert mixed.json()["results"][0]["error"]["code"] == "key_reused"
    assert mixed.json()["results"][1]["error"]["where"] == "reports[1].type"
    fresh = {**sample, "report_id": "9ac39cd1-85f3-4c31-ae87-a0a95f3ebc01", "unknown": {"deep": [2**70, "\x00"]}}
    assert post(fresh).status_code == 202

    # One decision for every case, as it stands in the database after a reviewer found it violating.
    rows = []
    for case in Case.objects.all():
        for version in ItemVersion.objects.filter(item=case.item):
            rows.append(Decision(id=new_id(), case=case, item_version=version.hash, policy_key=case.policy_key, violation_key="",
                                 verdict="violating", origin="human", decider="user:x", at=case.opened_at))  # fmt: skip
    template = Case.objects.filter(clearance="", item__type_key="link").first()
    assert template is not None
    plain = ItemVersion.objects.create(hash="f" * 64, item=template.item, seen_at=template.opened_at,
                                       data={"url": "https://spam.example/x", "text": "Buy now"})  # fmt: skip
    for violation in OUT:
        rows.append(Decision(id=new_id(), case=template, item_version=plain.hash, policy_key=template.policy_key, violation_key=violation,
                             verdict="violating", origin="rule", decider="rule:x", at=template.opened_at))  # fmt: skip
    Decision.objects.bulk_create(rows)
    file = tmp_path / "out.jsonl"
    made = export_xarf.write(file, "Chirp", "abuse@chirp.example", "", None, None, "https://chirp.example/{type}/{id}")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == made["rows"] and set(made["left_out"]) <= INCOMPLETE, made
    produced = {(line["category"], line["type"]) for line in lines}
    every = {(category, name) for category, names in TYPES.items() for name in names}
    assert every - produced == {("content", "csam"), ("content", "csem")}  # restricted: it never leaves
    resources = []
    for path in (DATA / "schemas" / "v4").rglob("*.json"):
        schema = json.loads(path.read_text())
        resources.append((schema["$id"], Resource.from_contents(schema)))
    master = json.loads((DATA / "schemas" / "v4" / "xarf-v4-master.json").read_text())
    validator = Draft202012Validator(
        master, registry=Registry().with_resources(resources), format_checker=FormatChecker()
    )
    for line in lines:
        assert not [error.message for error in validator.iter_errors(line)], line
        read = xarf.parse(json.dumps(line))
        assert read.report is not None and not read.errors, (line, read.errors)
        assert "csam" not in json.dumps(line) and line["sender"]["domain"] == "chirp.example"
