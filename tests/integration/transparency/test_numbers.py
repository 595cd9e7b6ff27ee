"""The Santa Clara numbers beside an independent query, the frameworks' evidence, and the commands."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.integration.transparency.test_submitting import stated
from tests.support import floor as people
from tests.support.floor import SCAM, Floor

from watchfloor.cli import law_reports
from watchfloor.console import prepare
from watchfloor.identity.domain import system
from watchfloor.ledger.models import Event
from watchfloor.ledger.schema import registry
from watchfloor.ledger.writer import writing
from watchfloor.transparency import entries, evidence, numbers
from watchfloor.transparency.domain import maps
from watchfloor.transparency.domain.annex import report as annex
from watchfloor.transparency.domain.annex.facts import Period

pytestmark = pytest.mark.django_db
ALWAYS = Period(first=date(2025, 1, 1), last=date(2026, 12, 31))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands in this process, on this test's transaction."""
    monkeypatch.setattr(prepare, "django", lambda: None)
    return CliRunner()


def of(rows: list[numbers.Row], question: str, by: str = numbers.TOTAL) -> dict[str, int]:
    return {row.value: row.count for row in rows if row.question == question and row.by == by}


def test_numbers_equal_a_count_of_the_events_one_by_one(floor: Floor) -> None:
    from tests.support.year import Year

    item, _ = floor.item()
    Year(item, seed=5).live(150)
    for _ in range(3):
        floor.report(reason="scam", market="FR")
        floor.decide(people.someone(people.SENIOR), SCAM)
    rows = numbers.count(ALWAYS)
    events = list(Event.objects.values_list("type", "data", "subject"))

    def count(kind: str, **wanted: str) -> int:
        return sum(
            type_ == kind and all(str(data.get(name)) == value for name, value in wanted.items())
            for type_, data, _ in events
        )

    assert of(rows, "flags") == {"": count("report.received")}
    assert of(rows, "flags", "source")["trusted_flagger"] == count("report.received", reporter_kind="trusted_flagger")
    assert of(rows, "flags", "country")["FR"] == count("report.received", market="FR")
    assert of(rows, "content_actioned") == {"": count("action.taken", target="item", held="False")}
    assert of(rows, "content_actioned", "rule")["scam.phishing"] == count(
        "action.taken", target="item", violation="scam.phishing"
    )
    assert of(rows, "content_actioned", "format")["text"] == 3
    assert of(rows, "appeals") == {"": count("appeal.filed")}
    decided = {subject: data["outcome"] for type_, data, subject in events if type_ == "appeal.decided"}
    assert of(rows, "appeals_successful") == {"": sum(each in ("overturned", "modified") for each in decided.values())}
    assert of(rows, "appeals_unsuccessful") == {"": sum(each == "upheld" for each in decided.values())}
    automated = {subject for type_, data, subject in events if type_ == "appeal.filed" and data["origin"] == "rule"}
    assert of(rows, "appeals_automated") == {"": len(automated)}
    assert of(rows, "automated_actions") == {"": count("decision.made", origin="rule", verdict="violating")}
    assert of(rows, "state_requests", "source") == {"government": count("report.received", reporter_kind="government")}
    for question in numbers.QUESTIONS:
        for by in numbers.BY:
            split = of(rows, question, by)
            assert not split or by == numbers.TOTAL or sum(split.values()) == of(rows, question)[""], (question, by)


def test_evidence_names_events_that_exist_and_counts_them(floor: Floor) -> None:
    for context in ("insight", "training", "workforce", "oncall", "policy", "identity"):
        import_module(f"watchfloor.{context}.events")
    elsewhere = {"order.received", "order.answered", "law.register_changed"}  # of contexts that may not be there
    named = {event for each in maps.practices().practice for event in each.events}
    assert named - elsewhere <= set(registry())
    found = {each.practice.key: each for each in evidence.gather()}
    assert found["governance.policies"].state == "shown" and found["governance.policies"].count >= 15
    assert found["enforcement.appeals"].state == "not_shown" and found["improvement.partners"].state == "outside"
    assert {each.practice.clause for each in found.values()} == set(maps.COMMITMENTS)
    assert {each.section for each in maps.inhope().mapping} <= set(maps.inhope().sections)


def test_law_statements_writes_payloads_and_names_what_is_kept_back(floor: Floor, command: CliRunner) -> None:
    stated(floor, 5)
    done = command.invoke(law_reports.law, ["statements", "--since", "2020-01-01", "--jsonl"])
    assert done.exit_code == 0, done.output
    assert len({json.loads(line)["puid"] for line in done.output.splitlines()}) == 5
    stated(floor, 1, facts="Ask jo@example.com.")
    check = command.invoke(law_reports.law, ["statements", "--since", "2020-01-01", "--check"])
    assert check.exit_code == 1 and "decision_facts: This text seems to name a person" in check.output


def test_law_transparency_writes_eleven_files(floor: Floor, command: CliRunner, tmp_path: Path) -> None:
    with writing(system("test")) as w:
        entries.write(w, "service", "Example")
        entries.write_recipients(
            w, Period(first=date(2026, 1, 1), last=date(2026, 6, 30)), {"TOTAL": "1,200", "AT": "300"}
        )
    asked = ["transparency", "--from", "2026-01-01", "--to", "2026-06-30", str(tmp_path / "report"), "--json"]
    done = command.invoke(law_reports.law, asked)
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "report").iterdir()} == {annex.file_name(part) for part in annex.PARTS}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report" / annex.file_name(10)).read_text())))
    assert [row["Value"] for row in rows[:3]] == ["1200", "300", ""] and rows[0]["Service"] == "Example"
    assert command.invoke(law_reports.law, asked).exit_code != 0  # never into a folder that holds something


def test_law_numbers_as_text_csv_and_json(floor: Floor, command: CliRunner) -> None:
    floor.report()
    span = ["numbers", "--from", "2026-01-01", "--to", "2099-01-01"]
    assert "Flags received" in command.invoke(law_reports.law, span).output
    assert {"question": "flags", "by": "total", "value": "", "count": 1} in json.loads(
        command.invoke(law_reports.law, [*span, "--json"]).output
    )
    assert "flags,source,user,1" in command.invoke(law_reports.law, [*span, "--csv"]).output
