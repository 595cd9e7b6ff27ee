"""MISP's core format (draft-dulaunoy-misp-core-format): events whose attributes and objects carry hashes, in and out.

MISP has attribute types for MD5, SHA-256 and links but none for PDQ. A PDQ hash goes as a ``text`` attribute with the object relation
``pdq`` in an object named ``pdq-hash``; an attribute of a type ``pdq``, which some write, is read as well.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec

from watchfloor.detection.exchanges.formats.rows import Collect, HashRow
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

_TYPES = {"md5": "md5", "sha256": "sha256", "url": "url", "uri": "url", "link": "url", "pdq": "pdq"}
_SPACE = uuid.UUID(
    "6f0c1f52-7f0b-4a39-9b9e-54a1b3f1d0aa"
)  # of the ids of attributes and objects, which must stay the same


def read(text: str, found: Collect) -> None:
    """One event, a list of them, or a search's ``response``. Attributes of other types are left out, and not counted as bad."""
    try:
        whole = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadInput("bad_json", f"The file is no well-formed JSON: {error}.", where="file") from error
    if isinstance(whole, dict) and isinstance(whole.get("response"), (list, dict)):
        whole = whole["response"]
    events = whole if isinstance(whole, list) else [whole]
    bodies = [each.get("Event", each) for each in events if isinstance(each, dict)]
    if not any(isinstance(body, dict) and ("Attribute" in body or "Object" in body) for body in bodies):
        raise BadInput(
            "no_event", "The file holds no MISP event.", where="file", hint='It should have an "Event" with attributes.'
        )
    for number, body in enumerate(bodies):
        if not isinstance(body, dict):
            continue
        tags = _tags(body)
        source = body["Orgc"].get("name", "") if isinstance(body.get("Orgc"), dict) else ""
        for place, each in enumerate(_listed(body, "Attribute")):
            _attribute(each, found, f"Event[{number}].Attribute[{place}]", tags, str(source))
        for place, thing in enumerate(_listed(body, "Object")):
            for inner, each in enumerate(_listed(thing, "Attribute")):
                where = f"Event[{number}].Object[{place}].Attribute[{inner}]"
                _attribute(each, found, where, tags, str(source), str(thing.get("comment") or ""))


def written(rows: Iterable[HashRow], title: str) -> Iterator[str]:
    """One event of them all; the same entry has the same identifier in each export, so a second import changes nothing."""
    now = clock.now()
    head = {
        "uuid": str(uuid.uuid5(_SPACE, f"event:{title}")), "info": f"Hashes of the bank {title}", "date": now.date().isoformat(),
        "timestamp": str(int(now.timestamp())), "threat_level_id": "4", "analysis": "2", "distribution": "0", "published": False,
    }  # fmt: skip
    begin = msgspec.json.encode(head).decode()[:-1]
    objects: list[dict[str, Any]] = []
    yield '{"Event": ' + begin + ', "Attribute": [\n'
    comma = ""
    for row in rows:
        if row.kind in ("pdq", "video"):
            objects.append(_object(row))
            continue
        yield comma + msgspec.json.encode(_plain(row, row.kind if row.kind != "text" else "text", row.value)).decode()
        comma = ",\n"
    yield '\n], "Object": [\n'
    yield from chain.from_iterable(
        ((",\n" if number else "") + msgspec.json.encode(each).decode(),) for number, each in enumerate(objects)
    )
    yield "\n]}}\n"


def _attribute(each: Any, found: Collect, at: str, tags: list[str], source: str, comment: str = "") -> None:
    if not isinstance(each, dict) or each.get("deleted") is True:
        return
    relation, kind = str(each.get("object_relation") or ""), str(each.get("type") or "")
    value = str(each.get("value") or "")
    if kind.startswith("filename|"):
        kind, value = kind.partition("|")[2], value.rpartition("|")[2]
    name = relation if relation in ("pdq", "vpdq") else _TYPES.get(kind, "text" if relation == "raw-text" else "")
    if not name:
        return
    found.put(
        at=at, kind=name, value=value, tags=[*tags, *_tags(each)], evidence=str(each.get("comment") or comment or ""),
        source=source, source_ref=str(each.get("uuid") or ""),
    )  # fmt: skip


def _plain(row: HashRow, kind: str, value: str, relation: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {
        "uuid": str(uuid.uuid5(_SPACE, f"{row.kind}:{row.value}")), "type": kind,
        "category": "Network activity" if kind == "url" else "Payload delivery" if kind in ("md5", "sha256") else "Other",
        "value": value, "to_ids": True, "comment": row.evidence, "Tag": [{"name": tag} for tag in row.tags],
    }  # fmt: skip
    if relation or kind == "text":
        made["object_relation"] = relation or "raw-text"
    return made


def _object(row: HashRow) -> dict[str, Any]:
    relation = "pdq" if row.kind == "pdq" else "vpdq"
    return {
        "uuid": str(uuid.uuid5(_SPACE, f"object:{row.kind}:{row.value}")), "name": f"{relation}-hash", "meta-category": "image",
        "comment": row.evidence, "Attribute": [_plain(row, "text", row.value, relation)],
    }  # fmt: skip


def _tags(body: dict[str, Any]) -> list[str]:
    return [str(tag.get("name", "")) for tag in _listed(body, "Tag")]


def _listed(body: Any, name: str) -> list[dict[str, Any]]:
    found = body.get(name) if isinstance(body, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
