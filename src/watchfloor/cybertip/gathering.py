"""Fills a draft from what the floor knows: the account, its cases, every file on them, what the platform told of them.

Only what is there is written; nothing is guessed. Values that are kept as keyed hashes (``items.keys``) cannot be told; they are counted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from watchfloor.cybertip import viewing
from watchfloor.cybertip.domain.checks import bad_url
from watchfloor.cybertip.domain.drafts import Draft, FileDraft
from watchfloor.cybertip.domain.incidents import ChatImIncident, InternetDetails, WebPageIncident
from watchfloor.cybertip.domain.parts import DeviceId, Email, IpCaptureEvent, Person
from watchfloor.cybertip.domain.report import (
    FileDetails,
    IncidentSummary,
    PersonOrUserReported,
    Report,
)
from watchfloor.cybertip.domain.xml import FORBIDDEN
from watchfloor.cybertip.house import House
from watchfloor.cybertip.models import Tip
from watchfloor.items.domain import role
from watchfloor.items.keys import MARK
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import Item, ItemVersion
from watchfloor.items.queries import types
from watchfloor.review.models import Case

INCIDENTS: Final = {
    "child-safety.grooming": "Online Enticement of Children for Sexual Acts",
    "child-safety.csam": "Child Pornography (possession, manufacture, and distribution)",
}
EVENTS: Final = {each.lower(): each for each in ("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")}
CHATS: Final = ("message",)
MOST_VALUES: Final = 50


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the data of some versions say."""

    names: tuple[str, ...] = ()
    screen_name: str = ""
    bio: str = ""
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    ips: tuple[IpCaptureEvent, ...] = ()
    devices: tuple[DeviceId, ...] = ()
    withheld: int = 0


def draft(account: Item, cases: Sequence[Case], house: House, violation: str = "") -> Draft:
    """A new draft of everything known of the account on these cases."""
    said = _account(account)
    items = list({case.item_id: case.item for case in cases}.values())
    content = [item for item in items if item.pk != account.pk]
    versions = _versions(content)
    on_items = read(content, versions)
    prior = Tip.objects.filter(account=account, state=Tip.State.FINISHED, environment="production")
    reported = PersonOrUserReported(
        person=Person(email=tuple(Email(value=each) for each in said.emails)) if said.emails else None,
        esp_identifier=account.external_id[:255],
        esp_service=house.service,
        screen_name=said.screen_name[:256],
        display_name=said.names,
        profile_url=said.urls,
        profile_bio=said.bio,
        ip_capture_event=_once((*said.ips, *on_items.ips)),
        device_id=_once((*said.devices, *on_items.devices)),
        prior_ct_reports=tuple(tip.report_id for tip in prior if tip.report_id is not None),
    )
    when = min(
        (_when(item, versions.get(item.pk, {})) or item.first_seen_at for item in items), default=account.first_seen_at
    )
    report = Report(
        incident_summary=IncidentSummary(
            incident_type=INCIDENTS.get(violation, INCIDENTS["child-safety.csam"]),  # type: ignore[arg-type]
            platform=house.service, incident_date_time=when,
        ),
        internet_details=_places(items, on_items, house),
        reporter=house.reporter(),
        person_or_user_reported=reported,
    )  # fmt: skip
    return refreshed(Draft(report=report, withheld=said.withheld + on_items.withheld), cases)


def refreshed(draft: Draft, cases: Sequence[Case]) -> Draft:
    """The draft with the files as they are now: new ones added, what a person said of the others kept, the log read again."""
    known = {each.media: each for each in draft.files}
    log = viewing.looks([case.pk for case in cases])
    files: list[FileDraft] = []
    for media, link, case, item in _media(cases):
        there = media.state in (Media.State.READY, Media.State.DECODING, Media.State.REFUSED) and media.key is not None
        each = known.pop(media.pk, None) or _file(media, link, case, item)
        each = msgspec.structs.replace(each, there=there)
        files.append(seen(each, log.get(media.pk)))
    files += [msgspec.structs.replace(seen(each, log.get(each.media)), there=False) for each in known.values()]
    return msgspec.structs.replace(draft, files=tuple(files))


def seen(file: FileDraft, look: viewing.Look | None) -> FileDraft:
    """A file with what the log says of it."""
    details = msgspec.structs.replace(
        file.details,
        file_viewed_by_esp=viewing.viewed(file.kind, look, whole=file.whole),
        exif_viewed_by_esp=look is not None and look.metadata,
    )
    return msgspec.structs.replace(file, details=details, played=look is not None and look.played)


def read(items: Iterable[Item], versions: dict[UUID, dict[str, Any]]) -> Told:
    """What the present data of items say, each value once."""
    found = [_said(item, versions.get(item.pk, {})) for item in items]
    return Told(
        emails=_once(value for each in found for value in each.emails),
        urls=_once(value for each in found for value in each.urls),
        ips=_once(value for each in found for value in each.ips),
        devices=_once(value for each in found for value in each.devices),
        withheld=sum(each.withheld for each in found),
    )


def _account(account: Item) -> Told:
    return _said(account, _versions([account]).get(account.pk, {}))


def _said(item: Item, data: dict[str, Any]) -> Told:
    known = types().get(item.type_key)
    fields = known[1] if known else []
    kinds = {each.name: each for each in fields}
    emails: list[str] = []
    urls: list[str] = []
    ips: list[IpCaptureEvent] = []
    devices: list[DeviceId] = []
    withheld = 0
    for name, value in data.items():
        if isinstance(value, str) and value.startswith(MARK):
            withheld += 1
        elif name in ("email", "emails", "email_address"):
            emails += [each for each in _texts(value) if "@" in each and " " not in each and len(each) <= 255]
        elif (name in kinds and kinds[name].type == "url") or name in ("profile_url", "permalink", "url"):
            urls += [each for each in _texts(value) if not bad_url(each)]
        elif name in ("ip_events", "ip_capture_events", "logins"):
            ips += [event for each in (value if isinstance(value, list) else [value]) if (event := _capture(each))]
        elif name in ("devices", "device_ids") and isinstance(value, list):
            devices += [device for each in value if (device := _device(each))]
        elif name in ("ip", "ip_address", "client_ip", "signup_ip") and (event := _capture({"ip": value})):
            ips.append(event)
    display = _clean(data.get(role(fields, "displayName") or "display_name", ""))
    return Told(
        names=(display,) if display else (), screen_name=_clean(data.get("handle") or data.get("username") or ""),
        bio=_clean(data.get("bio", "")), emails=_once(emails), urls=_once(urls), ips=_once(ips), devices=_once(devices),
        withheld=withheld,
    )  # fmt: skip


def _places(items: Sequence[Item], said: Told, house: House) -> tuple[InternetDetails, ...]:
    if said.urls:
        return (InternetDetails(web_page_incident=WebPageIncident(url=said.urls)),)
    if any(item.type_key in CHATS for item in items):
        return (InternetDetails(chat_im_incident=ChatImIncident(chat_client=house.service)),)
    return ()


def _versions(items: Iterable[Item]) -> dict[UUID, dict[str, Any]]:
    hashes = {item.current_version: item.pk for item in items if item.current_version}
    rows = ItemVersion.objects.filter(hash__in=list(hashes), erased_at__isnull=True)
    return {hashes[row.hash]: row.data for row in rows}


def _media(cases: Sequence[Case]) -> list[tuple[Media, MediaLink, Case, Item]]:
    """Every medium that any version of the cases' items carries, once, oldest first."""
    by_item = {case.item_id: case for case in cases}
    versions = dict(ItemVersion.objects.filter(item__in=list(by_item)).values_list("hash", "item_id"))
    links = (
        MediaLink.objects.filter(item_version__in=list(versions))
        .select_related("media", "media__same_as")
        .order_by("id")
    )
    found: dict[UUID, tuple[Media, MediaLink, Case, Item]] = {}
    for link in links:
        media = link.media.same_as or link.media
        case = by_item[versions[link.item_version]]
        if media.sha256:
            found.setdefault(media.pk, (media, link, case, case.item))
    return list(found.values())


def _file(media: Media, link: MediaLink, case: Case, item: Item) -> FileDraft:
    row = ItemVersion.objects.filter(pk=link.item_version, erased_at__isnull=True).first()
    data = row.data if row is not None else {}
    name = _clean(data.get("file_name") or data.get("filename") or "")
    public = data.get("public")
    address = media.url if media.url and not bad_url(media.url) else ""
    details = FileDetails(
        report_id=0, file_id="", original_file_name=name[:2056], uploaded_to_esp_timestamp=_when(item, data),
        location_of_file=address[:2083], publicly_available=public if isinstance(public, bool) else None, file_relevance="Reported",
    )  # fmt: skip
    return FileDraft(
        media=media.pk, case=case.pk, item=item.pk, version=link.item_version, kind=media.kind, mime=media.mime,
        bytes=media.bytes, sha256=media.sha256, details=details,
    )  # fmt: skip


def _when(item: Item, data: dict[str, Any]) -> datetime | None:
    known = types().get(item.type_key)
    name = role(known[1], "createdAt") if known else "created_at"
    return _moment(data.get(name or "created_at"))


def _capture(value: Any) -> IpCaptureEvent | None:
    """``{"ip", "event", "at", "port"}`` as a platform may send it."""
    if not isinstance(value, dict):
        return None
    try:
        address = str(ipaddress.ip_address(str(value.get("ip") or value.get("ip_address") or "").strip()))
    except ValueError:
        return None
    port = value.get("port")
    return IpCaptureEvent(
        ip_address=address,
        event_name=EVENTS.get(str(value.get("event") or "").lower()),
        date_time=_moment(value.get("at") or value.get("time")),
        port=port if isinstance(port, int) and 1 <= port <= 65535 else None,
    )


def _device(value: Any) -> DeviceId | None:
    if not isinstance(value, dict) or not value.get("id") or str(value["id"]).startswith(MARK):
        return None
    return DeviceId(id_type=_clean(value.get("type") or "Other")[:255], id_value=_clean(value["id"])[:2083])


def _moment(value: Any) -> datetime | None:
    """A moment with its zone; one without says nothing of when it was."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if found is None or is_naive(found) else found


def _texts(value: Any) -> list[str]:
    return [each.strip() for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _clean(value: Any) -> str:
    return FORBIDDEN.sub("", value).strip()[:3000] if isinstance(value, str) else ""


def _once(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))[:MOST_VALUES]
