"""What is written: order, escaping, what is left out; and what is read of replies."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cybertip import ORDER, faults
from tests.support.tip_documents import AT, LEVELS, PLAIN, RICH, WHO

from watchfloor.cybertip.domain import report as domain
from watchfloor.cybertip.domain import xml
from watchfloor.cybertip.domain.checks import bad_url, problems
from watchfloor.cybertip.domain.codes import Meaning, meaning
from watchfloor.cybertip.domain.drafts import Draft
from watchfloor.cybertip.domain.parts import Part
from watchfloor.kernel.errors import BadInput


@pytest.mark.parametrize("level", LEVELS)
def test_the_strict_service_finds_no_fault(level: str) -> None:
    for part in LEVELS[level]:
        assert faults(ET.fromstring(xml.write(part))) == []
        assert faults(ET.fromstring(xml.pretty(part))) == []


def test_the_rich_level_holds_every_element_there_is() -> None:
    """So that a new field which nobody writes fails here."""
    empty: list[str] = []

    def walk(part: Part) -> None:
        for each in msgspec.structs.fields(type(part)):
            value = getattr(part, each.name)
            if value in (None, "", ()) or (value is False and part.flags):
                empty.append(f"{type(part).__name__}.{each.name}")
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Part):
                    walk(one)

    for part in LEVELS["rich"]:
        walk(part)
    one_of_eight = {each for each in empty if each.startswith("InternetDetails.")}
    assert set(empty) - one_of_eight <= {"Address.non_usa_state", "NameValuePair.type"}


def test_the_writers_order_is_the_documentations() -> None:
    kinds = {"report": domain.Report, "incidentSummary": domain.IncidentSummary, "reporter": domain.Reporter,
             "lawEnforcement": domain.LawEnforcement, "personOrUserReported": domain.PersonOrUserReported, "victim": domain.Victim,
             "intendedRecipient": domain.IntendedRecipient, "fileDetails": domain.FileDetails, "fileAnnotations": domain.FileAnnotations,
             "reportAnnotations": domain.ReportAnnotations}  # fmt: skip
    for tag, kind in kinds.items():
        ours = [each.encode_name for each in msgspec.structs.fields(kind) if each.name not in kind.attributes]
        assert ours == [each.rstrip("!*") for each in ORDER[tag].split()]


def test_a_wrong_order_would_be_seen() -> None:
    root = ET.fromstring(xml.write(PLAIN))
    first = root[0]
    root.remove(first)
    root.append(first)
    assert faults(root) == ["report: incidentSummary out of order"]


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_comes_back_or_is_refused(text: str) -> None:
    part = domain.Report(
        incident_summary=domain.IncidentSummary(incident_type="Child Sex Tourism", incident_date_time=AT), reporter=WHO,
        additional_info=text,
    )  # fmt: skip
    if xml.FORBIDDEN.search(text):
        with pytest.raises(BadInput, match="cannot be sent"):
            xml.write(part)
        return
    written = xml.write(part)
    read = ET.fromstring(written).findtext("additionalInfo") or ""
    assert read == text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_moment_needs_its_zone() -> None:
    naive = msgspec.structs.replace(PLAIN.incident_summary, incident_date_time=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(BadInput):
        xml.write(msgspec.structs.replace(PLAIN, incident_summary=naive))


def test_replies() -> None:
    said = (
        b"<responseCode>0</responseCode><responseDescription>Success</responseDescription><reportId>4564654</reportId>"
    )
    opened = b"<reportResponse>" + said + b"</reportResponse>"
    assert xml.read_reply(opened).report_id == 4564654
    files = b"<responseCode>0</responseCode><reportId>7</reportId><files><fileId>a</fileId><fileId>b</fileId></files>"
    spaced = (
        b'<?xml version="1.0"?><reportDoneResponse xmlns="https://report.cybertip.org/ispws">'
        + files
        + b"</reportDoneResponse>"
    )
    assert xml.read_reply(spaced).file_ids == ("a", "b")
    for bad in (
        b"",
        b"busy",
        b"<html/>",
        b"<reportResponse/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + opened,
        b" " * 2_000_000,
    ):
        with pytest.raises(BadInput):
            xml.read_reply(bad)


def test_codes_by_class() -> None:
    said = {
        Meaning.OK: (0,), Meaning.AGAIN: (1000, 1100, 1110, 1111, 1300), Meaning.STOP: (2000, 3000, 3100, 3300),
        Meaning.HUMAN: (4000, 4100, 4110, 4200, 6000, -1), Meaning.MISSING: (5001, 5002),
        Meaning.RETRACTED: (5101,), Meaning.FINISHED: (5102,),
    }  # fmt: skip
    assert all(meaning(code) == what for what, codes in said.items() for code in codes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "https://a.example/\n",
        "https://a.example/\x7f",
        "no address",
        "http:",
        "https://a.example/ ",
        "//a.example",
    ],
)
def test_bad_addresses(text: str) -> None:
    assert bad_url(text)
    place = domain.InternetDetails(web_page_incident=RICH.internet_details[0].web_page_incident)
    assert place.web_page_incident is not None
    place = msgspec.structs.replace(
        place, web_page_incident=msgspec.structs.replace(place.web_page_incident, url=(text or " ",))
    )
    found = problems(Draft(report=msgspec.structs.replace(PLAIN, internet_details=(place,))))
    assert any(each.where == "urls" and each.blocks for each in found)
    assert not any(each.where == "urls" for each in problems(Draft(report=PLAIN)))
