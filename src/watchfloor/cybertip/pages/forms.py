"""The draft's form: what stands in its fields, and the draft again from what was typed. What the log says is never a field."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from watchfloor.cybertip.domain import incidents
from watchfloor.cybertip.domain.drafts import Draft, FileDraft
from watchfloor.cybertip.domain.parts import DeviceId, Email, IpCaptureEvent, Part, Person, Phone
from watchfloor.cybertip.domain.report import (
    FileAnnotations,
    IncidentSummary,
    IntendedRecipient,
    LawEnforcement,
    PersonOrUserReported,
    Report,
    ReportAnnotations,
    Victim,
)
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.datefields import YEARS, day_or_none

P = TypeVar("P", bound=Part)
Typed = dict[str, str]
EVENTS: Final = ("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")
PLACES: Final[dict[str, type[Part]]] = {
    "web_page_incident": incidents.WebPageIncident, "chat_im_incident": incidents.ChatImIncident,
    "email_incident": incidents.EmailIncident, "online_gaming_incident": incidents.OnlineGamingIncident,
    "newsgroup_incident": incidents.NewsgroupIncident, "cell_phone_incident": incidents.CellPhoneIncident,
    "peer2peer_incident": incidents.Peer2peerIncident, "non_internet_incident": incidents.NonInternetIncident,
}  # fmt: skip
NAMED: Final = {  # the field in which each kind of place says its name
    "chat_im_incident": "chat_client", "online_gaming_incident": "game_name", "newsgroup_incident": "name",
    "peer2peer_incident": "client", "non_internet_incident": "location_name",
}  # fmt: skip


def typed_of(draft: Draft) -> Typed:
    """The fields as they stand."""
    report, summary = draft.report, draft.report.incident_summary
    reported = report.person_or_user_reported or PersonOrUserReported()
    person = reported.person or Person()
    typed = {
        "incident_type": summary.incident_type, "when": _moment_text(summary.incident_date_time),
        "when_description": summary.incident_date_time_description, "platform": summary.platform,
        "escalate": summary.escalate_to_high_priority, "additional_info": report.additional_info,
        "first_name": person.first_name, "last_name": person.last_name, "age": "" if person.age is None else str(person.age),
        "born": person.date_of_birth.isoformat() if person.date_of_birth else "", "emails": _lines(each.value for each in person.email),
        "phones": _lines(each.value for each in person.phone), "esp_identifier": reported.esp_identifier,
        "esp_service": reported.esp_service, "screen_name": reported.screen_name, "display_names": _lines(reported.display_name),
        "profile_urls": _lines(reported.profile_url), "bio": reported.profile_bio,
        "ips": _lines(_capture_text(each) for each in reported.ip_capture_event),
        "devices": _lines(_device_text(each) for each in reported.device_id),
        "compromised": _tri_text(reported.compromised_account), "third_party": _tri_text(reported.third_party_user_reported),
        "prior": _lines(str(each) for each in reported.prior_ct_reports), "reported_info": reported.additional_info,
        "agency": report.law_enforcement.agency_name if report.law_enforcement else "",
        "agency_case": report.law_enforcement.case_number if report.law_enforcement else "",
        "recipients": _lines(_account_text(each) for each in report.intended_recipient),
        "victims": _lines(_account_text(each) for each in report.victim),
    }  # fmt: skip
    for name, value in _flags(summary.report_annotations).items():
        typed[f"mark-{name}"] = value
    typed |= _place_typed(report)
    for each in draft.files:
        typed |= _file_typed(each)
    return typed


def read(post: QueryDict, draft: Draft) -> tuple[Typed, Draft]:
    """What was typed, and the draft of it; of fields the form does not have (an associated account, say) what there was.

    Raises ``BadInput`` naming the field.
    """
    typed = typed_of(draft) | dict.fromkeys(_checkboxes(draft), "")
    typed |= {name: str(value).replace("\r\n", "\n").strip() for name, value in post.items() if name in typed}
    files = tuple(_file(typed, each) for each in draft.files)
    return typed, msgspec.structs.replace(draft, report=_report(typed, draft.report), files=files)


def _report(typed: Mapping[str, str], old: Report) -> Report:
    summary = IncidentSummary(
        incident_type=typed["incident_type"],  # type: ignore[arg-type]
        platform=typed["platform"], escalate_to_high_priority=typed["escalate"],
        report_annotations=_marks(ReportAnnotations, typed, "mark-"), incident_date_time=_moment(typed["when"], "when"),
        incident_date_time_description=typed["when_description"],
    )  # fmt: skip
    agency = None
    if typed["agency"]:
        before = old.law_enforcement or LawEnforcement(agency_name="-")
        agency = msgspec.structs.replace(before, agency_name=typed["agency"], case_number=typed["agency_case"])
    recipients = tuple(
        IntendedRecipient(esp_identifier=number, screen_name=name)
        for number, name, _age in _accounts(typed["recipients"], "recipients")
    )
    victims = tuple(
        Victim(esp_identifier=number, screen_name=name, person=Person(age=age))
        for number, name, age in _accounts(typed["victims"], "victims")
    )
    report = msgspec.structs.replace(
        old,
        incident_summary=summary,
        internet_details=_place(typed, old),
        law_enforcement=agency,
        person_or_user_reported=_reported(typed, old),
        intended_recipient=recipients,
        victim=victims,
        additional_info=typed["additional_info"],
    )
    return _checked(report)


def _reported(typed: Mapping[str, str], old: Report) -> PersonOrUserReported | None:
    before = old.person_or_user_reported or PersonOrUserReported()
    known = before.person or Person()
    emails = {each.value: each for each in known.email}
    phones = {each.value: each for each in known.phone}
    person = msgspec.structs.replace(
        known, first_name=typed["first_name"], last_name=typed["last_name"], age=_number(typed["age"], "age"),
        date_of_birth=day_or_none(typed["born"], "born"),
        email=tuple(emails.get(each, Email(value=each)) for each in _split(typed["emails"])),
        phone=tuple(phones.get(each, Phone(value=each)) for each in _split(typed["phones"])),
    )  # fmt: skip
    prior = [_number(each, "prior") for each in _split(typed["prior"])]
    ips = {_capture_text(each): each for each in before.ip_capture_event}
    devices = {_device_text(each): each for each in before.device_id}
    reported = msgspec.structs.replace(
        before, person=None if person == Person() else person, esp_identifier=typed["esp_identifier"], esp_service=typed["esp_service"],
        screen_name=typed["screen_name"], display_name=_split(typed["display_names"]), profile_url=_split(typed["profile_urls"]),
        profile_bio=typed["bio"], ip_capture_event=tuple(ips.get(each) or _capture(each, "ips") for each in _split(typed["ips"])),
        device_id=tuple(devices.get(each) or _device(each) for each in _split(typed["devices"])),
        compromised_account=_tri(typed["compromised"]),
        third_party_user_reported=_tri(typed["third_party"]), prior_ct_reports=tuple(each for each in prior if each),
        additional_info=typed["reported_info"],
    )  # fmt: skip
    return None if reported == PersonOrUserReported() else reported


def _place_typed(report: Report) -> Typed:
    typed = {"place": "", "place_name": "", "urls": "", "place_content": "", "place_info": ""}
    for details in report.internet_details[:1]:
        for kind in PLACES:
            place = getattr(details, kind)
            if place is not None:
                typed["place"] = kind
                typed["place_name"] = str(getattr(place, NAMED.get(kind, ""), "")) if kind in NAMED else ""
                typed["urls"] = _lines(getattr(place, "url", ()))
                typed["place_content"] = getattr(place, "content", "")
                typed["place_info"] = place.additional_info
    return typed


def _place(typed: Mapping[str, str], old: Report) -> tuple[incidents.InternetDetails, ...]:
    kind = typed["place"]
    if not kind:
        return ()
    if kind not in PLACES:
        raise BadInput("unknown_place", _("Where did it happen?"), where="place")
    before = getattr(old.internet_details[0], kind) if old.internet_details else None
    place = before or PLACES[kind]()
    values: dict[str, Any] = {"additional_info": typed["place_info"]}
    if kind in NAMED:
        values[NAMED[kind]] = typed["place_name"]
    if kind == "web_page_incident":
        values["url"] = _split(typed["urls"])
    if hasattr(place, "content"):
        values["content"] = typed["place_content"]
    found: dict[str, Any] = {kind: msgspec.structs.replace(place, **values)}
    return (incidents.InternetDetails(**found), *old.internet_details[1:])


def _file_typed(file: FileDraft) -> Typed:
    at, told = f"f-{file.media}-", file.details
    typed = {
        "included": "on" if file.included else "", "relevance": told.file_relevance or "", "class": told.industry_classification or "",
        "public": _tri_text(told.publicly_available), "name": told.original_file_name, "location": told.location_of_file,
        "uploaded": _moment_text(told.uploaded_to_esp_timestamp), "info": _lines(told.additional_info),
        "ip": _capture_text(told.ip_capture_event) if told.ip_capture_event else "", "whole": "on" if file.whole else "",
    }  # fmt: skip
    for name, value in _flags(told.file_annotations).items():
        typed[f"mark-{name}"] = value
    return {at + name: value for name, value in typed.items()}


def _file(typed: Mapping[str, str], file: FileDraft) -> FileDraft:
    at = f"f-{file.media}-"
    before, line = file.details.ip_capture_event, typed[f"f-{file.media}-ip"]
    if before is None or line != _capture_text(before):
        before = _capture(line, at + "ip") if line else None
    details = msgspec.structs.replace(
        file.details, file_relevance=typed[at + "relevance"] or None, industry_classification=typed[at + "class"] or None,
        publicly_available=_tri(typed[at + "public"]), original_file_name=typed[at + "name"], location_of_file=typed[at + "location"],
        uploaded_to_esp_timestamp=_moment(typed[at + "uploaded"], at + "uploaded") if typed[at + "uploaded"] else None,
        additional_info=_split(typed[at + "info"]), file_annotations=_marks(FileAnnotations, typed, at + "mark-"),
        ip_capture_event=before,
    )  # fmt: skip
    return msgspec.structs.replace(
        file, details=_checked(details), included=bool(typed[at + "included"]), whole=bool(typed[at + "whole"])
    )


def _checkboxes(draft: Draft) -> list[str]:
    """Fields that a browser leaves out when they are not ticked."""
    marks = [f"mark-{name}" for name in ReportAnnotations.__struct_fields__]
    for file in draft.files:
        at = f"f-{file.media}-"
        marks += [at + "included", at + "whole", *(f"{at}mark-{name}" for name in FileAnnotations.__struct_fields__)]
    return marks


def _flags(marks: ReportAnnotations | FileAnnotations | None, kind: type[Part] | None = None) -> Typed:
    if marks is None:
        return {}
    return {name: "on" if getattr(marks, name) else "" for name in marks.__struct_fields__}


def _marks(kind: type[P], typed: Mapping[str, str], before: str) -> P | None:
    found = {name: bool(typed.get(before + name)) for name in kind.__struct_fields__}
    return kind(**found) if any(found.values()) else None


def _checked(part: P) -> P:
    """The same, its lengths and choices held against NCMEC's."""
    try:
        msgspec.convert(msgspec.to_builtins(part), type(part))
    except msgspec.ValidationError as error:
        text, _at, path = str(error).partition(" - at `")
        name = path.rstrip("`").rpartition(".")[2].partition("[")[0]
        raise BadInput(
            "not_taken", _("NCMEC does not take this: %(why)s") % {"why": text}, where=_FIELD.get(name, name)
        ) from None
    return part


_FIELD: Final = {
    "incidentType": "incident_type", "platform": "platform", "escalateToHighPriority": "escalate", "firstName": "first_name",
    "incidentDateTimeDescription": "when_description", "lastName": "last_name", "age": "age", "value": "emails",
    "espIdentifier": "esp_identifier", "espService": "esp_service", "screenName": "screen_name", "idType": "devices", "idValue": "devices",
    "agencyName": "agency", "caseNumber": "agency_case", "ipAddress": "ips", "port": "ips", "chatClient": "place_name",
    "gameName": "place_name", "name": "place_name", "client": "place_name", "locationName": "place_name",
}  # fmt: skip


def _accounts(text: str, where: str) -> list[tuple[str, str, int | None]]:
    """``number | name | age`` a line."""
    found = []
    for line in _split(text):
        number, name, age, *more = [*(part.strip() for part in line.split("|")), "", ""]
        if any(more):
            raise BadInput("bad_line", _("One account a line: number | name | age."), where=where)
        found.append((number, name, _number(age, where)))
    return found


def _account_text(row: IntendedRecipient | Victim) -> str:
    age = row.person.age if row.person is not None else None
    parts = [row.esp_identifier, row.screen_name, "" if age is None else str(age)]
    return " | ".join(parts).rstrip(" |")


def _capture(line: str, where: str) -> IpCaptureEvent:
    """``address | event | moment | port``; all but the address may be left out."""
    address, event, when, port, *more = [*(part.strip() for part in line.split("|")), "", "", ""]
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise BadInput("bad_ip", _("%(text)s is no IP address.") % {"text": repr(address[:60])}, where=where) from None
    if any(more) or (event and event not in EVENTS):
        raise BadInput(
            "bad_line", _("One a line: address | event | moment | port."), where=where, hint=", ".join(EVENTS)
        )
    return _checked(
        IpCaptureEvent(
            ip_address=address, event_name=event or None,  # type: ignore[arg-type]
            date_time=_moment(when, where) if when else None, port=_number(port, where),
        )
    )  # fmt: skip


def _capture_text(event: IpCaptureEvent) -> str:
    parts = [
        event.ip_address,
        event.event_name or "",
        _moment_text(event.date_time),
        "" if event.port is None else str(event.port),
    ]
    return " | ".join(parts).rstrip(" |")


def _device_text(device: DeviceId) -> str:
    return f"{device.id_type} | {device.id_value}"


def _device(line: str) -> DeviceId:
    kind, bar, value = (part.strip() for part in line.partition("|"))
    if not (kind and bar and value):
        raise BadInput("bad_line", _("One device a line: kind | number."), where="devices")
    return DeviceId(id_type=kind, id_value=value)


def _moment(text: str, where: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise BadInput("bad_moment", _("Day, time and zone, like 2026-11-22T14:05:00Z."), where=where)
    return found


def _moment_text(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(text: str, where: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadInput("bad_number", _("A whole number."), where=where)
    return int(text)


def _tri(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _tri_text(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _lines(values: Any) -> str:
    return "\n".join(values)


def _split(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())
