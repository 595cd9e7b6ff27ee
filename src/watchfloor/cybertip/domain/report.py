"""The ``<report>`` document and the ``<fileDetails>`` document of NCMEC's CyberTipline Reporting API, in the order of their elements."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta, field

from watchfloor.cybertip.domain.incidents import InternetDetails
from watchfloor.cybertip.domain.parts import (
    Address,
    Age,
    ContactPerson,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    Part,
    Person,
    Phone,
    Text64,
    Text100,
    Text255,
    Text256,
    Text300,
    Text3000,
    Url,
)

IncidentType = Literal[
    "Child Pornography (possession, manufacture, and distribution)",
    "Child Sex Trafficking",
    "Child Sex Tourism",
    "Child Sexual Molestation",
    "Misleading Domain Name",
    "Misleading Words or Digital Images on the Internet",
    "Online Enticement of Children for Sexual Acts",
    "Unsolicited Obscene Material Sent to a Child",
]
INCIDENT_TYPES: Final[tuple[str, ...]] = IncidentType.__args__  # type: ignore[attr-defined]
AccountType = Literal["Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other"]
Relevance = Literal["Reported", "Supplemental Reported"]
Classification = Literal["A1", "A2", "B1", "B2"]
SUPPLEMENTAL: Final = "Supplemental Reported"


class ReportAnnotations(Part, frozen=True, kw_only=True):
    """What the report is about, as marks."""

    flags: ClassVar[bool] = True
    sextortion: bool = False
    csam_solicitation: bool = False
    minor_to_minor_interaction: bool = False
    spam: bool = False
    sadistic_online_exploitation: bool = False
    informational: bool = False


class IncidentSummary(Part, frozen=True, kw_only=True):
    """What happened, and when."""

    incident_type: IncidentType
    platform: Text256 = ""
    escalate_to_high_priority: Text3000 = ""
    report_annotations: ReportAnnotations | None = None
    incident_date_time: datetime
    incident_date_time_description: Text3000 = ""


class LawEnforcement(Part, frozen=True, kw_only=True):
    """An agency that knows of it already."""

    attributes: ClassVar[frozenset[str]] = frozenset({"flea_country"})
    flea_country: str = ""
    agency_name: Text255
    case_number: Text100 = ""
    officer_contact: ContactPerson | None = None
    reported_to_le: bool | None = None
    served_legal_process_domestic: bool | None = None
    served_legal_process_international: bool | None = None


class Reporter(Part, frozen=True, kw_only=True):
    """Who reports, for which company."""

    reporting_person: Person
    contact_person: ContactPerson | None = None
    company_template: str = ""
    terms_of_service: str = ""
    legal_url: Url = field(default="", name="legalURL")


class AssociatedAccount(Part, frozen=True, kw_only=True):
    """Another account of the same person."""

    attributes: ClassVar[frozenset[str]] = frozenset({"account_type", "third_party_user"})
    account_type: AccountType | None = None
    third_party_user: bool | None = None
    platform: Text256 = ""
    first_name: Text256 = ""
    middle_name: Text256 = ""
    last_name: Text256 = ""
    approximate_age: Age | None = None
    age_assertion_discrepancy: bool | None = None
    phone: tuple[Phone, ...] = ()
    email: tuple[Email, ...] = ()
    all_emails_reported: bool | None = None
    address: tuple[Address, ...] = ()
    esp_service: Text256 = ""
    esp_identifier: Text256 = ""
    profile_url: tuple[str, ...] = ()
    screen_name: Text256 = ""
    display_name: tuple[str, ...] = ()
    profile_bio: str = ""
    group_identifier: Text256 = ""
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    additional_info: str = ""


class PersonOrUserReported(Part, frozen=True, kw_only=True):
    """The account that is reported."""

    person: Person | None = field(default=None, name="personOrUserReportedPerson")
    vehicle_description: Text300 = ""
    esp_identifier: Text255 = ""
    esp_service: Text100 = ""
    compromised_account: bool | None = None
    screen_name: Text256 = ""
    display_name: tuple[str, ...] = ()
    profile_url: tuple[str, ...] = ()
    profile_bio: str = ""
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    third_party_user_reported: bool | None = None
    prior_ct_reports: tuple[int, ...] = field(default=(), name="priorCTReports")
    group_identifier: Text255 = ""
    estimated_location: EstimatedLocation | None = None
    all_emails_reported: bool | None = None
    associated_account: tuple[AssociatedAccount, ...] = ()
    additional_info: str = ""


class IntendedRecipient(Part, frozen=True, kw_only=True):
    """Whom it was meant for."""

    person: Person | None = field(default=None, name="intendedRecipientPerson")
    esp_identifier: Text255 = ""
    esp_service: Text100 = ""
    compromised_account: bool | None = None
    screen_name: Text256 = ""
    display_name: tuple[str, ...] = ()
    profile_url: tuple[str, ...] = ()
    profile_bio: str = ""
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    prior_ct_reports: tuple[int, ...] = field(default=(), name="priorCTReports")
    group_identifier: Text255 = ""
    estimated_location: EstimatedLocation | None = None
    all_emails_reported: bool | None = None
    additional_info: str = ""


class Victim(Part, frozen=True, kw_only=True):
    """A child it was done to."""

    person: Person = field(name="victimPerson")
    esp_identifier: Text255 = ""
    esp_service: Text100 = ""
    compromised_account: bool | None = None
    screen_name: Text256 = ""
    display_name: tuple[str, ...] = ()
    profile_url: tuple[str, ...] = ()
    profile_bio: str = ""
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    school_name: Text255 = ""
    prior_ct_reports: tuple[int, ...] = field(default=(), name="priorCTReports")
    estimated_location: EstimatedLocation | None = None
    all_emails_reported: bool | None = None
    associated_account: tuple[AssociatedAccount, ...] = ()
    additional_info: str = ""


class BatchedReport(Part, frozen=True, kw_only=True):
    """One report about several people."""

    attributes: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: Literal["VIRAL_POTENTIAL_MEME"]


class Report(Part, frozen=True, kw_only=True):
    """The document that opens a report."""

    batched_report: BatchedReport | None = None
    incident_summary: IncidentSummary
    internet_details: tuple[InternetDetails, ...] = ()
    law_enforcement: LawEnforcement | None = None
    reporter: Reporter
    person_or_user_reported: PersonOrUserReported | None = None
    intended_recipient: tuple[IntendedRecipient, ...] = ()
    victim: tuple[Victim, ...] = ()
    additional_info: str = ""


class FileAnnotations(Part, frozen=True, kw_only=True):
    """What a file shows, as marks."""

    flags: ClassVar[bool] = True
    anime_drawing_virtual_hentai: bool = False
    potential_meme: bool = False
    viral: bool = False
    possible_self_production: bool = False
    physical_harm: bool = False
    violence_gore: bool = False
    bestiality: bool = False
    live_streaming: bool = False
    infant: bool = False
    generative_ai: bool = False


class OriginalFileHash(Part, frozen=True, kw_only=True):
    """A hash of the file as it was uploaded to the platform; ``hash_type`` like ``MD5``."""

    attributes: ClassVar[frozenset[str]] = frozenset({"hash_type"})
    own_text: ClassVar[str] = "value"
    value: str
    hash_type: Text64


class NameValuePair(Part, frozen=True, kw_only=True):
    """One line of a file's metadata."""

    attributes: ClassVar[frozenset[str]] = frozenset({"type"})
    type: Literal["EXIF", "HASH"] | None = None
    name: Text64
    value: str


class Details(Part, frozen=True, kw_only=True):
    """Metadata of a file."""

    name_value_pair: tuple[NameValuePair, ...]


class FileDetails(Part, frozen=True, kw_only=True):
    """The document that tells of one uploaded file. ``file_viewed_by_esp`` is taken from the viewing log, never typed."""

    report_id: int
    file_id: str
    original_file_name: Annotated[str, Meta(max_length=2056)] = ""
    uploaded_to_esp_timestamp: datetime | None = None
    location_of_file: Url = ""
    file_viewed_by_esp: bool | None = None
    exif_viewed_by_esp: bool | None = None
    publicly_available: bool | None = None
    file_relevance: Relevance | None = None
    file_annotations: FileAnnotations | None = None
    industry_classification: Classification | None = None
    original_file_hash: tuple[OriginalFileHash, ...] = ()
    ip_capture_event: IpCaptureEvent | None = None
    device_id: tuple[DeviceId, ...] = ()
    details: tuple[Details, ...] = ()
    additional_info: tuple[str, ...] = ()
