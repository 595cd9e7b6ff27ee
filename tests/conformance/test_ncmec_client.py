"""The second implementation: a client library of others parses what we write to the model it makes of the same facts itself, and goes
its whole way against the strict stand-in that our sender is judged by.

Needs ``ncmec-cybertip`` (PyPI, Python 3.13 or newer), so it runs in another interpreter: ``WATCHFLOOR_NCMEC_PYTHON``, else
``python3.13`` on the path. To have it: ``python3.13 -m venv v && v/bin/pip install ncmec-cybertip``, then
``WATCHFLOOR_NCMEC_PYTHON=v/bin/python pytest tests/conformance``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import msgspec
import pytest
from tests.support.cybertip import Service
from tests.support.tip_documents import LEVELS

from watchfloor.cybertip.domain import xml
from watchfloor.cybertip.domain.parts import Part

# Reads {"kind", "facts", "xml"} a line; says whether both ways lead to one model, and what differs.
READER = """
import json, sys
import ncmec_cybertip as library
for line in sys.stdin:
    said = json.loads(line)
    model = {"report": library.Report, "fileDetails": library.FileDetails}[said["kind"]]
    built, parsed = model.model_validate(said["facts"]), model.from_xml(said["xml"].encode())
    again = model.from_xml(parsed.to_xml(encoding="utf-8", exclude_none=True))
    same = built == parsed == again
    print(json.dumps({"same": same, "built": "" if same else repr(built), "parsed": "" if same else repr(parsed)}), flush=True)
"""
JOURNEY = """
import asyncio, json, sys
from datetime import UTC, datetime
from ncmec_cybertip import ApiError, CyberTiplineClient, FileDetails, IncidentSummary, IncidentType, Person, Report, Reporter
async def go():
    async with CyberTiplineClient(username="watch", password="floor", base_url=sys.argv[1]) as client:
        summary = IncidentSummary(incident_type=IncidentType.CHILD_SEX_TOURISM, incident_date_time=datetime(2026, 1, 1, tzinfo=UTC))
        report = Report(incident_summary=summary, reporter=Reporter(reporting_person=Person(first_name="A")))
        await client.status()
        number = (await client.submit(report)).report_id
        file = await client.upload(number, b"bytes")
        await client.file_info(FileDetails(report_id=number, file_id=file.file_id))
        done = await client.finish(number)
        codes = []
        for again in (client.finish, client.retract):
            try:
                await again(number)
            except ApiError as error:
                codes.append(error.response_code)
        other = (await client.submit(report)).report_id
        await client.retract(other)
        print(json.dumps({"files": done.file_ids == [file.file_id], "hash": file.hash, "codes": codes}))
asyncio.run(go())
"""


@pytest.fixture(scope="module")
def interpreter() -> str:
    """One that has the library; else the test says what is missing."""
    found = os.environ.get("WATCHFLOOR_NCMEC_PYTHON") or shutil.which("python3.13") or ""
    asked = (
        found
        and subprocess.run([found, "-c", "import ncmec_cybertip"], capture_output=True, check=False).returncode == 0
    )
    if not asked:
        pytest.skip(f"no ncmec-cybertip in {found or 'python3.13'}: see the head of this file")
    return found


def facts(part: Part) -> dict[str, Any]:
    """A struct by the names of its fields, without what is left out; the library's names are the same words."""
    found: dict[str, Any] = {}
    for each in msgspec.structs.fields(type(part)):
        value = getattr(part, each.name)
        if value is None or value in ("", ()) or (part.flags and not value):
            continue
        plain = [_plain(one) for one in value] if isinstance(value, tuple) else _plain(value)
        found[each.name] = plain
    return found


def _plain(value: Any) -> Any:
    return facts(value) if isinstance(value, Part) else msgspec.to_builtins(value)


def test_it_parses_ours_to_an_equal_model(interpreter: str) -> None:
    asked = []
    for report, file in LEVELS.values():
        asked += [
            {"kind": "report", "facts": facts(report), "xml": xml.write(report).decode()},
            {"kind": "fileDetails", "facts": facts(file), "xml": xml.write(file).decode()},
        ]
    lines = "".join(json.dumps(each) + "\n" for each in asked)
    done = subprocess.run([interpreter, "-c", READER], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 6
    assert [each for each in answers if not each["same"]] == []


def test_it_would_see_a_difference(interpreter: str) -> None:
    report = LEVELS["plain"][0]
    other = msgspec.structs.replace(report, additional_info="something else")
    line = json.dumps({"kind": "report", "facts": facts(other), "xml": xml.write(report).decode()})
    done = subprocess.run([interpreter, "-c", READER], input=line, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["same"] is False


def test_it_goes_its_way_against_the_stand_in(interpreter: str) -> None:
    service = Service()
    try:
        done = subprocess.run([interpreter, "-c", JOURNEY, service.url], capture_output=True, text=True, check=False)
    finally:
        service.close()
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"files": True, "hash": "4b3a6218bb3e3a7303e8a171a60fcf92", "codes": [5102, 5102]}
    assert [len(service.of_state(each)) for each in ("finished", "retracted", "open")] == [1, 1, 0]
