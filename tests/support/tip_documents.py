"""Reports at three levels of richness, for the writer's tests and the second implementation."""

from __future__ import annotations

from datetime import UTC, date, datetime

from watchfloor.cybertip.domain import incidents, parts
from watchfloor.cybertip.domain import report as domain

AT = datetime(2026, 11, 1, 10, 0, 0, tzinfo=UTC)
WHO = domain.Reporter(
    reporting_person=parts.Person(
        first_name="Ada", last_name="Reporter", email=(parts.Email(value="ada@chirp.example"),)
    )
)

BARE = domain.Report(
    incident_summary=domain.IncidentSummary(incident_type="Child Sex Tourism", incident_date_time=AT), reporter=WHO
)

PLAIN = domain.Report(
    incident_summary=domain.IncidentSummary(
        incident_type="Child Pornography (possession, manufacture, and distribution)", platform="Chirp", incident_date_time=AT,
        report_annotations=domain.ReportAnnotations(sextortion=True), escalate_to_high_priority="A child is in danger now: <\"&'>.",
    ),
    internet_details=(
        incidents.InternetDetails(web_page_incident=incidents.WebPageIncident(url=("https://chirp.example/p/1?a=1&b=2",))),
    ),
    reporter=WHO,
    person_or_user_reported=domain.PersonOrUserReported(
        esp_identifier="42", screen_name="mal", display_name=("Mal", "مالوري"),
        ip_capture_event=(parts.IpCaptureEvent(ip_address="203.0.113.7", event_name="Upload", date_time=AT),),
    ),
    additional_info="Zeile eins\nZeile zwei",
)  # fmt: skip

_CAPTURE = parts.IpCaptureEvent(
    ip_address="2001:db8::7", event_name="Login", date_time=AT, possible_proxy=True, port=443
)
_DEVICE = parts.DeviceId(id_type="IMEI", id_value="490154203237518", event_name="Registration", date_time=AT)
_ADDRESS = parts.Address(
    type="Home", address="1 Road", city="Town", zip_code="12345", state="VA", non_usa_state="", country="US"
)
_EMAIL = parts.Email(value="a@b.example", type="Recovery", verified=False, verification_date=AT)
_PHONE = parts.Phone(
    value="5551234", type="Mobile", verified=True, verification_date=AT, country_calling_code="+1", extension="99"
)
_PLACE = parts.EstimatedLocation(verified=True, timestamp=AT, city="Town", region="VA", country_code="US")
_PERSON = parts.Person(
    first_name="Mal", last_name="Ory", phone=(_PHONE,), email=(_EMAIL, _EMAIL), address=(_ADDRESS,), age=0,
    age_assertion_discrepancy=False, date_of_birth=date(1990, 2, 28),
)  # fmt: skip
_CONTACT = parts.ContactPerson(first_name="Lee", last_name="Gal", phone=(_PHONE,), email=(_EMAIL,), address=(_ADDRESS,))
_ACCOUNT = domain.AssociatedAccount(
    account_type="Parent/Guardian", third_party_user=True, platform="Other", first_name="A", middle_name="B", last_name="C",
    approximate_age=40, age_assertion_discrepancy=True, phone=(_PHONE,), email=(_EMAIL,), all_emails_reported=True, address=(_ADDRESS,),
    esp_service="Chirp", esp_identifier="7", profile_url=("https://chirp.example/u/7",), screen_name="c", display_name=("C",),
    profile_bio="bio", group_identifier="g", ip_capture_event=(_CAPTURE,), device_id=(_DEVICE,), additional_info="more",
)  # fmt: skip
_SHARED = {
    "esp_identifier": "42", "esp_service": "Chirp", "compromised_account": False, "screen_name": "mal", "display_name": ("Mal",),
    "profile_url": ("https://chirp.example/u/42",), "profile_bio": "bio", "ip_capture_event": (_CAPTURE, _CAPTURE),
    "device_id": (_DEVICE,), "prior_ct_reports": (1, 2), "estimated_location": _PLACE, "all_emails_reported": False, "additional_info": "x",
}  # fmt: skip

_MORE = "more"
_PLACES = (
    incidents.InternetDetails(
        web_page_incident=incidents.WebPageIncident(
            third_party_hosted_content=True, url=("https://a.example", "https://b.example"), additional_info=_MORE
        )
    ),
    incidents.InternetDetails(
        email_incident=incidents.EmailIncident(email_address=(_EMAIL,), content="c", additional_info=_MORE)
    ),
    incidents.InternetDetails(
        newsgroup_incident=incidents.NewsgroupIncident(
            name="n", email_address=(_EMAIL,), content="c", additional_info=_MORE
        )
    ),
    incidents.InternetDetails(
        chat_im_incident=incidents.ChatImIncident(
            chat_client="cl", chat_room_name="r", content="c", additional_info=_MORE
        )
    ),
    incidents.InternetDetails(
        online_gaming_incident=incidents.OnlineGamingIncident(
            game_name="g", console="k", content="c", additional_info=_MORE
        )
    ),
    incidents.InternetDetails(
        cell_phone_incident=incidents.CellPhoneIncident(
            phone_number=_PHONE, latitude=38.5, longitude=-77.25, additional_info=_MORE
        )
    ),
    incidents.InternetDetails(
        non_internet_incident=incidents.NonInternetIncident(
            location_name="l", incident_address=(_ADDRESS,), additional_info=_MORE
        )
    ),
    incidents.InternetDetails(
        peer2peer_incident=incidents.Peer2peerIncident(
            client="p", ip_capture_event=(_CAPTURE,), file_names="f", additional_info=_MORE
        )
    ),
)

RICH = domain.Report(
    batched_report=domain.BatchedReport(reason="VIRAL_POTENTIAL_MEME"),
    incident_summary=domain.IncidentSummary(
        incident_type="Online Enticement of Children for Sexual Acts", platform="Chirp", escalate_to_high_priority="now",
        report_annotations=domain.ReportAnnotations(
            sextortion=True, csam_solicitation=True, minor_to_minor_interaction=True, spam=True, sadistic_online_exploitation=True,
            informational=True,
        ),
        incident_date_time=AT, incident_date_time_description="the upload",
    ),
    internet_details=_PLACES,
    law_enforcement=domain.LawEnforcement(
        flea_country="US", agency_name="Police", case_number="C-1", officer_contact=_CONTACT, reported_to_le=True,
        served_legal_process_domestic=True, served_legal_process_international=False,
    ),
    reporter=domain.Reporter(
        reporting_person=_PERSON, contact_person=_CONTACT, company_template="t", terms_of_service="tos", legal_url="https://chirp.example/l"
    ),
    person_or_user_reported=domain.PersonOrUserReported(
        person=_PERSON, vehicle_description="red", third_party_user_reported=True, group_identifier="g",
        associated_account=(_ACCOUNT,), **_SHARED,
    ),
    intended_recipient=(domain.IntendedRecipient(person=_PERSON, group_identifier="g", **_SHARED),),
    victim=(domain.Victim(person=_PERSON, school_name="s", associated_account=(_ACCOUNT,), **_SHARED),),
    additional_info="that is all",
)  # fmt: skip

BARE_FILE = domain.FileDetails(report_id=7, file_id="aa")
PLAIN_FILE = domain.FileDetails(
    report_id=7, file_id="aa", original_file_name="a.jpg", file_viewed_by_esp=False, exif_viewed_by_esp=False, publicly_available=True,
    file_relevance="Reported", file_annotations=domain.FileAnnotations(generative_ai=True), industry_classification="B2",
    original_file_hash=(domain.OriginalFileHash(value="0" * 32, hash_type="MD5"),),
)  # fmt: skip
_HASHES = (
    domain.OriginalFileHash(value="0" * 32, hash_type="MD5"),
    domain.OriginalFileHash(value="1" * 64, hash_type="SHA256"),
)
_LINES = (
    domain.NameValuePair(type="EXIF", name="Make", value="Canon"),
    domain.NameValuePair(name="n", value="v"),
)
_DETAILS = domain.Details(name_value_pair=_LINES)
RICH_FILE = domain.FileDetails(
    report_id=7, file_id="aa", original_file_name="a.jpg", uploaded_to_esp_timestamp=AT, location_of_file="https://chirp.example/a.jpg",
    file_viewed_by_esp=True, exif_viewed_by_esp=True, publicly_available=False, file_relevance="Reported",
    file_annotations=domain.FileAnnotations(**dict.fromkeys(domain.FileAnnotations.__struct_fields__, True)), industry_classification="A1",
    original_file_hash=_HASHES,
    ip_capture_event=_CAPTURE, device_id=(_DEVICE,), additional_info=("one", "two"),
    details=(_DETAILS,),
)  # fmt: skip

LEVELS = {"bare": (BARE, BARE_FILE), "plain": (PLAIN, PLAIN_FILE), "rich": (RICH, RICH_FILE)}
