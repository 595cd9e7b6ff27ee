"""A XARF document read: strict on what the specification requires, lenient on everything else; version 3 becomes the shape of 4.

Errors name the field by its own path (``reporter.domain``, ``evidence[2].payload``), so that whoever sends can mend it.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from watchfloor.interop.xarf.domain.vocabulary import (
    IP_SOURCES_WITH_PORT,
    LIST,
    TEXT,
    TYPES,
    V3,
    WEB,
    WHOLE,
    Need,
    Type,
)
from watchfloor.kernel.errors import BadInput

MOST_EVIDENCE: Final = 50
MOST_BYTES: Final = 5 * 1024 * 1024  # of one piece of evidence, as the specification says
LONGEST: Final = 2_000  # characters of an identifier or an address
_VERSION = re.compile(r"4\.\d+\.\d+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+", re.IGNORECASE)
_SHAPES: Final[dict[str, tuple[type, str]]] = {
    TEXT: (str, "a text"), WHOLE: (int, "a whole number"), LIST: (list, "a list"), WEB: (str, "an address"),
}  # fmt: skip


class Party(msgspec.Struct, frozen=True):
    """Who complains, or who files it for them."""

    org: str
    contact: str
    domain: str


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence, decoded. ``claimed``: the digest it came with, ``""`` for none."""

    content_type: str
    description: str
    data: bytes
    claimed: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A report of either version. ``fields``: everything it says beside its evidence and its parties."""

    version: str
    report_id: str
    at: datetime
    reporter: Party
    sender: Party
    source: str
    category: str
    type: str
    fields: dict[str, Any]
    evidence: tuple[Piece, ...] = ()

    @property
    def kind(self) -> Type:
        """What its type means here."""
        return TYPES[self.category][self.type]


def is_xarf(value: Any) -> bool:
    """Whether an object claims to be XARF, of whichever version."""
    return isinstance(value, dict) and ("xarf_version" in value or ("ReporterInfo" in value and "Report" in value))


def read(value: Any, where: str = "") -> Document:
    """A decoded document. ``BadInput`` names the first field that is missing or wrong."""
    if not isinstance(value, dict):
        raise BadInput("wrong_type", "A XARF report must be a JSON object.", where=where)
    place = _Place(value, where)
    if "xarf_version" not in value and ("Version" in value or "ReporterInfo" in value):
        return _third(place)
    return _fourth(place)


def is_ip(text: str) -> bool:
    """Whether it is an address of the internet protocol."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_host(text: str) -> bool:
    """Whether it is a name of a host."""
    return len(text) <= 253 and _HOST.fullmatch(text) is not None and not is_ip(text)


class _Place:
    """An object being read, and where it stands."""

    def __init__(self, value: dict[str, Any], where: str) -> None:
        self.value, self.where = value, where

    def at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def text(self, name: str, *, required: bool = True, limit: int = LONGEST) -> str:
        given = self.value.get(name)
        if given is None or given == "":
            if required:
                raise BadInput("missing_field", f"The field {name!r} is required.", where=self.at(name))
            return ""
        if not isinstance(given, str):
            raise BadInput("wrong_type", f"The field {name!r} must be a text.", where=self.at(name))
        if len(given) > limit:
            raise BadInput("too_long", f"The field {name!r} has more than {limit:,} characters.", where=self.at(name))
        return given.strip()

    def inner(self, name: str) -> _Place:
        given = self.value.get(name)
        if given is None:
            raise BadInput("missing_field", f"The field {name!r} is required.", where=self.at(name))
        if not isinstance(given, dict):
            raise BadInput("wrong_type", f"The field {name!r} must be an object.", where=self.at(name))
        return _Place(given, self.at(name))

    def time(self, name: str) -> datetime:
        try:
            found = datetime.fromisoformat(self.text(name).replace("Z", "+00:00"))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise BadInput(
                "bad_time", "This is no time with a zone.", where=self.at(name), hint="Like 2026-11-22T09:30:00Z."
            )
        return found


def _fourth(place: _Place) -> Document:
    version = place.text("xarf_version")
    if not _VERSION.fullmatch(version):
        raise BadInput("unknown_version", f"{version[:20]!r} is no version that is read here.", where=place.at("xarf_version"),
                       hint="4.x.y, or version 3 as it was.")  # fmt: skip
    try:
        report_id = str(UUID(place.text("report_id")))
    except ValueError:
        raise BadInput("bad_id", "The report's id must be a UUID.", where=place.at("report_id")) from None
    at = place.time("timestamp")
    reporter, sender = _party(place.inner("reporter")), _party(place.inner("sender"))
    source = place.text("source_identifier")
    category = place.text("category")
    if category not in TYPES:
        raise BadInput("unknown_category", f"There is no category {category[:60]!r}.", where=place.at("category"),
                       hint="One of: " + ", ".join(TYPES) + ".")  # fmt: skip
    name = place.text("type")
    if name not in TYPES[category]:
        raise BadInput("unknown_type", f"There is no type {name[:60]!r} of {category}.", where=place.at("type"),
                       hint="One of: " + ", ".join(TYPES[category]) + ".")  # fmt: skip
    _port(place)
    for need in TYPES[category][name].needs:
        _needed(place, need)
    _conditions(place, category, name, source)
    kind = TYPES[category][name]
    if kind.has_url and place.value.get(kind.has_url) is not None:
        _web(place, kind.has_url)
    return Document(
        version=version, report_id=report_id, at=at, reporter=reporter, sender=sender, source=source, category=category,
        type=name, evidence=_evidence(place), fields=_rest(place.value, _FOURTH),
    )  # fmt: skip


_FOURTH: Final = frozenset(
    {"evidence", "_internal", "reporter", "sender", "xarf_version", "report_id", "timestamp", "category", "type"}
)


def _party(place: _Place) -> Party:
    contact, domain = place.text("contact", limit=254), place.text("domain", limit=253).lower()
    if contact.count("@") != 1 or contact.startswith("@") or contact.endswith("@") or " " in contact:
        raise BadInput("bad_format", "The contact must be an e-mail address.", where=place.at("contact"))
    if not is_host(domain):
        raise BadInput("bad_format", "The domain must be the name of a host.", where=place.at("domain"))
    return Party(place.text("org", limit=200), contact, domain)


def _port(place: _Place) -> None:
    port = place.value.get("source_port")
    if port is not None and (not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65_535):
        raise BadInput("out_of_range", "A port is a whole number from 1 to 65535.", where=place.at("source_port"))


def _needed(place: _Place, need: Need) -> None:
    given = place.value.get(need.name)
    where = place.at(need.name)
    if given is None or given == "" or given == []:
        raise BadInput("missing_field", f"The field {need.name!r} is required for this type.", where=where)
    wanted, words = _SHAPES[need.shape]
    if not isinstance(given, wanted) or isinstance(given, bool):
        raise BadInput("wrong_type", f"The field {need.name!r} must be {words}.", where=where)
    if need.among and given not in need.among:
        raise BadInput("unknown_value", f"{str(given)[:60]!r} is not known here.", where=where,
                       hint="One of: " + ", ".join(need.among) + ".")  # fmt: skip
    if need.shape == WEB:
        _web(place, need.name)
    if need.name in ("first_seen", "registration_date"):
        place.time(need.name)


def _web(place: _Place, name: str) -> None:
    address = place.text(name)
    try:
        parts = urlsplit(address)
        good = bool(parts.scheme and (parts.netloc or parts.path)) and " " not in address
    except ValueError:
        good = False
    if not good:
        raise BadInput("bad_format", f"The field {name!r} must be an address with its scheme.", where=place.at(name))


def _conditions(place: _Place, category: str, name: str, source: str) -> None:
    if category == "messaging" and place.value.get("protocol") == "smtp":
        place.text("smtp_from", limit=254)
        _needed(place, Need("source_port", WHOLE))
    if name in IP_SOURCES_WITH_PORT and is_ip(source):
        _needed(place, Need("source_port", WHOLE))
    if name == "p2p":
        swarm = place.inner("swarm_info")
        if not swarm.value.get("magnet_uri"):
            swarm.text("info_hash")
    if name == "usenet":
        place.inner("message_info").text("message_id")


def _evidence(place: _Place) -> tuple[Piece, ...]:
    given = place.value.get("evidence")
    if given is None:
        return ()
    if not isinstance(given, list):
        raise BadInput("wrong_type", "The field 'evidence' must be a list.", where=place.at("evidence"))
    if len(given) > MOST_EVIDENCE:
        raise BadInput("too_many", f"At most {MOST_EVIDENCE} pieces of evidence are taken; these are {len(given):,}.",
                       where=place.at("evidence"))  # fmt: skip
    return tuple(
        _piece(each, f"{place.at('evidence')}[{index}]", "content_type", "description", "payload")
        for index, each in enumerate(given)
    )


def _piece(value: Any, where: str, kind: str, about: str, payload: str) -> Piece:
    if not isinstance(value, dict):
        raise BadInput("wrong_type", "A piece of evidence must be an object.", where=where)
    place = _Place(value, where)
    text = value.get(payload)
    if not isinstance(text, str):
        raise BadInput("missing_field", f"The field {payload!r} is required, as base64.", where=place.at(payload))
    if len(text) > MOST_BYTES * 4 // 3 + 1_000:
        raise BadInput("too_large", "A piece of evidence may have at most 5 MB.", where=place.at(payload))
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("bad_base64", "This is not base64.", where=place.at(payload)) from None
    description = value.get(about)
    claimed = value.get("hash")
    return Piece(
        content_type=place.text(kind, limit=200).lower(), data=data,
        description=description[:500] if isinstance(description, str) else "",
        claimed=claimed[:200].lower() if isinstance(claimed, str) else "",
    )  # fmt: skip


def _third(place: _Place) -> Document:
    """Version 3: the same content under its old names. Its reports have no id; the caller makes one from what it says."""
    version = place.text("Version")
    if not version.startswith("3"):
        raise BadInput(
            "unknown_version", f"{version[:20]!r} is no version that is read here.", where=place.at("Version")
        )
    info, report = place.inner("ReporterInfo"), place.inner("Report")
    contact = info.text("ReporterContactEmail", required=False, limit=254) or info.text("ReporterOrgEmail", limit=254)
    domain = info.text("ReporterOrgDomain", required=False, limit=253) or contact.rpartition("@")[2]
    if not is_host(domain):
        raise BadInput("bad_format", "The domain must be the name of a host.", where=info.at("ReporterOrgDomain"))
    party = Party(info.text("ReporterOrg", limit=200), contact, domain.lower())
    said = report.text("ReportType")
    found = V3.get(re.sub(r"[^a-z0-9]", "", said.lower()))
    if found is None:
        raise BadInput("unknown_type", f"There is no type {said[:60]!r} in version 3.", where=report.at("ReportType"),
                       hint="Send version 4, or one of: " + ", ".join(V3) + ".")  # fmt: skip
    origin = report.inner("Source")
    source = next((str(origin.value[name]) for name in ("IP", "URL", "Domain", "Value") if origin.value.get(name)), "")
    if not source:
        raise BadInput("missing_field", "The source needs an IP or a URL.", where=origin.at("IP"))
    if len(source) > LONGEST:
        raise BadInput("too_long", f"The source has more than {LONGEST:,} characters.", where=report.at("Source"))
    more = report.value.get("AdditionalInfo")
    fields = {_snake(str(name)): each for name, each in more.items()} if isinstance(more, dict) else {}
    fields = {"smtp_from": fields.pop("smtpfrom", None), **fields}
    port = origin.value.get("Port")
    fields |= {"source_identifier": source, "source_port": port, "url": origin.value.get("URL")}
    attachments = report.value.get("Attachment") or []
    if not isinstance(attachments, list) or len(attachments) > MOST_EVIDENCE:
        raise BadInput(
            "wrong_type", f"The attachments must be a list of at most {MOST_EVIDENCE}.", where=report.at("Attachment")
        )
    return Document(
        version=version, report_id="", at=report.time("Date"), reporter=party, sender=party, source=source, category=found[0],
        type=found[1], fields={name: each for name, each in _rest(fields, frozenset()).items() if each is not None},
        evidence=tuple(
            _piece(each, f"{report.at('Attachment')}[{index}]", "ContentType", "Description", "Data")
            for index, each in enumerate(attachments)
        ),
    )  # fmt: skip


def _snake(name: str) -> str:
    if name.startswith("SMTP"):
        name = "Smtp" + name[4:].lower()
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _rest(value: dict[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {str(_kept(name, 0)): _kept(each, 0) for name, each in value.items() if name not in without}


def _kept(value: Any, depth: int) -> Any:
    """What any program can keep: no endless nesting, no numbers that lose digits, no NUL, bounded texts."""
    if isinstance(value, str):
        return value[:20_000].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if depth >= 7:
        return "…"
    if isinstance(value, list):
        return [_kept(each, depth + 1) for each in value[:500]]
    if isinstance(value, dict):
        return {str(_kept(str(name)[:200], 0)): _kept(each, depth + 1) for name, each in list(value.items())[:500]}
    return str(value)
