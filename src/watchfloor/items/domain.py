"""Item types and snapshots, pure: what fields a type may have, whether data fit, and the address of a version."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import rfc8785

from watchfloor.kernel.errors import BadInput

FIELD_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "datetime": (str,),
    "url": (str,),
    "image": (str,),
    "video": (str,),
    "audio": (str,),
    "id": (str,),
    "user_id": (str,),
    "related_item": (dict,),
    "geohash": (str,),
    "array": (list,),
    "map": (dict,),
}
PRIVATE_ROLES = ("deviceId", "ip", "payment")  # kept as keyed hashes only (items.keys)
ROLES = (
    "creatorId", "createdAt", "displayName", "text", "parentId", "threadId", "profileIcon", "isDeleted", "liveState", "streamUrl",
    "viewers", *PRIVATE_ROLES,
)  # fmt: skip
MAX_TEXT = 100_000
MAX_DEPTH = 12


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One typed field of an item type; at most one field of a type has a given role."""

    name: str
    type: str = "string"
    required: bool = False
    role: str = ""


def check(fields: list[Field], data: dict[str, Any], where: str = "item.data") -> None:
    """Raise ``BadInput`` naming the first field that does not fit; fields the type does not name are kept as they are."""
    for field in fields:
        value = data.get(field.name)
        if value is None:
            if field.required:
                raise BadInput("missing_field", f"The field {field.name!r} is required.", where=f"{where}.{field.name}")
            continue
        allowed = FIELD_TYPES[field.type]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise BadInput(
                "wrong_type",
                f"The field {field.name!r} must be a {field.type}, not {_kind(value)}.",
                where=f"{where}.{field.name}",
            )
    _bounded(data, where, 0)


def role(fields: list[Field], name: str) -> str:
    """The name of the field with this role, or ``""``."""
    for field in fields:
        if field.role == name:
            return field.name
    return ""


def version_hash(type_key: str, external_id: str, data: dict[str, Any]) -> str:
    """sha256 (hex) of the RFC 8785 canonical JSON of ``{"data", "id", "type"}``."""
    return hashlib.sha256(rfc8785.dumps({"type": type_key, "id": external_id, "data": data})).hexdigest()


def _bounded(value: Any, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadInput("too_deep", f"Data may nest at most {MAX_DEPTH} levels.", where=where)
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise BadInput(
                "too_long", f"A text may have at most {MAX_TEXT:,} characters; this has {len(value):,}.", where=where
            )
        if "\x00" in value:
            raise BadInput("bad_text", "A text may not contain the NUL character.", where=where, hint="Remove U+0000.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _bounded(key, where, depth + 1)
            _bounded(item, f"{where}.{key[:60]}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _bounded(item, f"{where}[{index}]", depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        raise BadInput(
            "number_too_large",
            "Whole numbers beyond 2^53 lose digits in JSON.",
            where=where,
            hint="Send it as a string.",
        )


def _kind(value: Any) -> str:
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
