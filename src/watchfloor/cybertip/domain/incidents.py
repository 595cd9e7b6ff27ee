"""Where it happened: the eight kinds of ``internetDetails``, of which each carries exactly one."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from watchfloor.cybertip.domain.parts import Address, Email, IpCaptureEvent, Part, Phone, Text255


class WebPageIncident(Part, frozen=True, kw_only=True):
    """On web pages: their addresses."""

    attributes: ClassVar[frozenset[str]] = frozenset({"third_party_hosted_content"})
    third_party_hosted_content: bool | None = None
    url: tuple[str, ...] = ()
    additional_info: str = ""


class EmailIncident(Part, frozen=True, kw_only=True):
    """By e-mail."""

    email_address: tuple[Email, ...] = ()
    content: str = ""
    additional_info: str = ""


class NewsgroupIncident(Part, frozen=True, kw_only=True):
    """In a newsgroup."""

    name: Text255 = ""
    email_address: tuple[Email, ...] = ()
    content: str = ""
    additional_info: str = ""


class ChatImIncident(Part, frozen=True, kw_only=True):
    """In messages or a chat."""

    chat_client: Text255 = ""
    chat_room_name: Text255 = ""
    content: str = ""
    additional_info: str = ""


class OnlineGamingIncident(Part, frozen=True, kw_only=True):
    """In an online game."""

    game_name: Text255 = ""
    console: Text255 = ""
    content: str = ""
    additional_info: str = ""


class CellPhoneIncident(Part, frozen=True, kw_only=True):
    """By a mobile telephone."""

    phone_number: Phone | None = None
    latitude: float | None = None
    longitude: float | None = None
    additional_info: str = ""


class NonInternetIncident(Part, frozen=True, kw_only=True):
    """Without computer, network or telephone."""

    location_name: Text255 = ""
    incident_address: tuple[Address, ...] = ()
    additional_info: str = ""


class Peer2peerIncident(Part, frozen=True, kw_only=True):
    """In a peer-to-peer network."""

    client: Text255 = ""
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    file_names: str = ""
    additional_info: str = ""


class InternetDetails(Part, frozen=True, kw_only=True):
    """One of the eight."""

    web_page_incident: WebPageIncident | None = None
    email_incident: EmailIncident | None = None
    newsgroup_incident: NewsgroupIncident | None = None
    chat_im_incident: ChatImIncident | None = None
    online_gaming_incident: OnlineGamingIncident | None = None
    cell_phone_incident: CellPhoneIncident | None = None
    non_internet_incident: NonInternetIncident | None = None
    peer2peer_incident: Peer2peerIncident | None = field(default=None, name="peer2peerIncident")
