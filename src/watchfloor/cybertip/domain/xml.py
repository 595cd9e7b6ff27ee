"""Structs to XML and replies from it. A struct's fields become elements in their order, for the receiver refuses any other.

Only the standard library: what is written is built as a tree, so that no text can become markup; what is read is small, and a
document type declaration (the way of entity attacks) is refused before it is parsed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

import msgspec

from watchfloor.cybertip.domain.parts import Part
from watchfloor.kernel.errors import BadInput

MOST_REPLY: Final = 1_000_000  # bytes; a reply is a few lines
# What XML 1.0 cannot carry (section 2.2), not even escaped.
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What NCMEC answers. ``code`` 0 is well; ids and hash are empty where the answer has none."""

    code: int
    description: str = ""
    report_id: int | None = None
    file_id: str = ""
    hash: str = ""
    file_ids: tuple[str, ...] = ()


def write(part: Part, tag: str = "") -> bytes:
    """The document as UTF-8 with its declaration; ``tag`` is by default the struct's name. ``BadInput`` names a text XML cannot carry."""
    document: bytes = ET.tostring(_root(part, tag), encoding="utf-8", xml_declaration=True)
    return document


def pretty(part: Part, tag: str = "") -> str:
    """The same with line breaks and indents, for people."""
    root = _root(part, tag)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def indented(document: bytes) -> str:
    """A document of ours with line breaks and indents, for people."""
    root = ET.fromstring(document)  # noqa: S314  our own writer made it
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def read_reply(body: bytes) -> Reply:
    """A ``reportResponse`` or ``reportDoneResponse``. ``BadInput`` for anything else."""
    if len(body) > MOST_REPLY or b"<!DOCTYPE" in body:
        raise BadInput("bad_reply", "The answer is no reply of the CyberTipline.")
    try:
        root = ET.fromstring(body)  # noqa: S314  bounded, and without a document type
        values = {_bare(each.tag): (each.text or "").strip() for each in root}
        files = [(each.text or "").strip() for each in root.iter() if _bare(each.tag) == "fileId"]
        if _bare(root.tag) not in {"reportResponse", "reportDoneResponse"}:
            raise ValueError(root.tag)
        return Reply(
            code=int(values["responseCode"]), description=values.get("responseDescription", "")[:1000],
            report_id=int(values["reportId"]) if values.get("reportId") else None, file_id=values.get("fileId", ""),
            hash=values.get("hash", ""), file_ids=tuple(files),
        )  # fmt: skip
    except (ET.ParseError, ValueError, KeyError):
        raise BadInput("bad_reply", "The answer is no reply of the CyberTipline.") from None


def _root(part: Part, tag: str) -> ET.Element:
    name = tag or type(part).__name__[0].lower() + type(part).__name__[1:]
    root = ET.Element(name)
    _fill(root, part, name)
    return root


@cache
def _fields(kind: type[Part]) -> list[tuple[str, str, Any]]:
    return [(each.name, each.encode_name, each.default) for each in msgspec.structs.fields(kind)]


def _fill(element: ET.Element, part: Part, where: str) -> None:
    for name, tag, default in _fields(type(part)):
        value = getattr(part, name)
        if value is None or (value in ("", ()) and default is not msgspec.NODEFAULT):
            continue
        here = f"{where}.{tag}"
        if name in part.attributes:
            element.set(tag, _text(value, here))
        elif name == part.own_text:
            element.text = _text(value, here)
        elif part.flags:
            if value:
                ET.SubElement(element, tag)
        else:
            for each in value if isinstance(value, tuple) else (value,):
                child = ET.SubElement(element, tag)
                if isinstance(each, Part):
                    _fill(child, each, here)
                else:
                    child.text = _text(each, here)


def _text(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadInput("no_zone", "A moment needs its time zone.", where=where)
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if found := FORBIDDEN.search(text):
        raise BadInput(
            "bad_character", f"The character U+{ord(found[0]):04X} cannot be sent.", where=where, hint="Remove it."
        )
    return text


def _bare(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]
