"""The small parts that reports and file details share: people, addresses, captures of IP addresses and devices.

Names, lengths and the order of fields are those of NCMEC's CyberTipline Reporting API (report.cybertip.org/ispws/documentation): a
struct's fields stand in the order in which their elements must. An empty text, tuple or None is an element that is left out.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

Text20 = Annotated[str, Meta(max_length=20)]
Text50 = Annotated[str, Meta(max_length=50)]
Text64 = Annotated[str, Meta(max_length=64)]
Text100 = Annotated[str, Meta(max_length=100)]
Text255 = Annotated[str, Meta(max_length=255)]
Text256 = Annotated[str, Meta(max_length=256)]
Text300 = Annotated[str, Meta(max_length=300)]
Text3000 = Annotated[str, Meta(max_length=3000)]
Url = Annotated[str, Meta(max_length=2083)]
Age = Annotated[int, Meta(ge=0, le=150)]
Port = Annotated[int, Meta(ge=1, le=65535)]

EventName = Literal["Login", "Registration", "Purchase", "Upload", "Other", "Unknown"]
PhoneType = Literal["Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery"]
EmailType = Literal["Home", "Work", "Business", "Recovery"]
AddressType = Literal["Home", "Business", "Billing", "Shipping", "Technical"]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename="camel"):
    """One element. ``attributes``: fields written as XML attributes; ``own_text``: the field that is the element's own text;
    ``flags``: a true field is an empty element (``<viral/>``), a false one none."""

    attributes: ClassVar[frozenset[str]] = frozenset()
    own_text: ClassVar[str] = ""
    flags: ClassVar[bool] = False


class Email(Part, frozen=True, kw_only=True):
    """An e-mail address."""

    attributes: ClassVar[frozenset[str]] = frozenset({"type", "verified", "verification_date"})
    own_text: ClassVar[str] = "value"
    value: Text255
    type: EmailType | None = None
    verified: bool | None = None
    verification_date: datetime | None = None


class Phone(Part, frozen=True, kw_only=True):
    """A telephone number; ``country_calling_code`` like ``+1``."""

    attributes: ClassVar[frozenset[str]] = frozenset(
        {"type", "verified", "verification_date", "country_calling_code", "extension"}
    )
    own_text: ClassVar[str] = "value"
    value: Text50
    type: PhoneType | None = None
    verified: bool | None = None
    verification_date: datetime | None = None
    country_calling_code: Annotated[str, Meta(pattern=r"^(\+[0-9]{1,3})?$")] = ""
    extension: Annotated[str, Meta(pattern=r"^[0-9]{0,10}$")] = ""


class Address(Part, frozen=True, kw_only=True):
    """A postal address; ``state`` of the United States, ``non_usa_state`` elsewhere; ``country`` as two letters."""

    attributes: ClassVar[frozenset[str]] = frozenset({"type"})
    type: AddressType | None = None
    address: Text255 = ""
    city: Text100 = ""
    zip_code: Text20 = ""
    state: Text20 = ""
    non_usa_state: Text100 = ""
    country: Text20 = ""


class IpCaptureEvent(Part, frozen=True, kw_only=True):
    """An IP address, and the event at which it was seen."""

    ip_address: Text64
    event_name: EventName | None = None
    date_time: datetime | None = None
    possible_proxy: bool | None = None
    port: Port | None = None


class DeviceId(Part, frozen=True, kw_only=True):
    """A device's number: ``id_type`` is IMEI, ICCID, SSID ..."""

    id_type: Text255
    id_value: Url
    event_name: EventName | None = None
    date_time: datetime | None = None


class EstimatedLocation(Part, frozen=True, kw_only=True):
    """Where a person or account is thought to be."""

    attributes: ClassVar[frozenset[str]] = frozenset({"verified", "timestamp"})
    verified: bool | None = None
    timestamp: datetime | None = None
    city: Text255 = ""
    region: Text255 = ""
    country_code: Text20 = ""


class Person(Part, frozen=True, kw_only=True):
    """A person of the real world."""

    first_name: Text100 = ""
    last_name: Text100 = ""
    phone: tuple[Phone, ...] = ()
    email: tuple[Email, ...] = ()
    address: tuple[Address, ...] = ()
    age: Age | None = None
    age_assertion_discrepancy: bool | None = None
    date_of_birth: date | None = None


class ContactPerson(Part, frozen=True, kw_only=True):
    """Somebody to ask, in their profession."""

    first_name: Text100 = ""
    last_name: Text100 = ""
    phone: tuple[Phone, ...] = ()
    email: tuple[Email, ...] = ()
    address: tuple[Address, ...] = ()
