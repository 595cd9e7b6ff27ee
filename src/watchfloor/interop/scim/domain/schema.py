"""Attributes: what a schema says of one, and values held against it. Names are compared without case, as RFC 7643 has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from watchfloor.interop.scim.domain.errors import bad

MAX_TEXT: Final = 4_000
MAX_VALUES: Final = 20_000  # members of a group


class Attribute(msgspec.Struct, frozen=True):
    """One attribute, as ``/Schemas`` tells of it."""

    name: str
    type: str = "string"
    multi: bool = False
    description: str = ""
    required: bool = False
    exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    subs: tuple[Attribute, ...] = ()
    canonical: Callable[[], Iterable[str]] | tuple[str, ...] = ()
    closed: bool = False  # no value but the canonical ones
    listed: bool = False  # several in one text, by commas: directories map such an attribute more easily than a list
    refers: tuple[str, ...] = ()

    def values(self) -> list[str]:
        """The canonical values as they are now."""
        return list(self.canonical() if callable(self.canonical) else self.canonical)

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of this name, in any case."""
        return next((each for each in self.subs if each.name.lower() == name.lower()), None)

    def described(self) -> dict[str, Any]:
        """Its JSON in a schema."""
        found: dict[str, Any] = {
            "name": self.name, "type": self.type, "multiValued": self.multi, "description": self.description or self.name,
            "required": self.required, "caseExact": self.exact, "mutability": self.mutability, "returned": self.returned,
            "uniqueness": self.uniqueness,
        }  # fmt: skip
        values = self.values()
        if values:
            found["canonicalValues"] = values
        if self.subs:
            found["subAttributes"] = [each.described() for each in self.subs]
        if self.refers:
            found["referenceTypes"] = list(self.refers)
        return found


class Schema(msgspec.Struct, frozen=True):
    """A schema: its URN, and its attributes."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]

    def get(self, name: str) -> Attribute | None:
        """The attribute of this name, in any case."""
        return next((each for each in self.attributes if each.name.lower() == name.lower()), None)


class Kind(msgspec.Struct, frozen=True):
    """A resource type: its core schema and its extensions."""

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()

    def extension(self, urn: str) -> Schema | None:
        """The extension with this URN, in any case."""
        return next((each for each in self.extensions if each.id.lower() == urn.lower()), None)


COMMON: Final = (
    Attribute("schemas", type="reference", multi=True, exact=True, returned="always", refers=("uri",)),
    Attribute("id", exact=True, mutability="readOnly", returned="always", uniqueness="server"),
    Attribute("externalId", exact=True),
    Attribute("meta", type="complex", mutability="readOnly", subs=(
        Attribute("resourceType", exact=True, mutability="readOnly"), Attribute("created", type="dateTime", mutability="readOnly"),
        Attribute("lastModified", type="dateTime", mutability="readOnly"),
        Attribute("location", type="reference", exact=True, mutability="readOnly", refers=("uri",)),
        Attribute("version", exact=True, mutability="readOnly"),
    )),
)  # fmt: skip


def top(kind: Kind, name: str) -> Attribute | None:
    """A common or core attribute of a resource."""
    return next((each for each in COMMON if each.name.lower() == name.lower()), None) or kind.schema.get(name)


def taken(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a client sent, in canonical names and checked: unknown and read-only attributes are left out, as RFC 7644 (3.3) lets us."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        extension = kind.extension(name)
        if extension is not None:
            if not isinstance(value, Mapping):
                if value is None:
                    continue
                raise bad(f"{extension.id} must be an object.")
            inner = {
                each.name: checked(each, one)
                for key, one in value.items()
                if (each := extension.get(key)) is not None and each.mutability != "readOnly"
            }
            inner = {key: one for key, one in inner.items() if not empty(one)}
            if inner:
                found[extension.id] = inner
            continue
        attribute = top(kind, name)
        if attribute is None or attribute.mutability == "readOnly" or attribute.name == "schemas":
            continue
        value = checked(attribute, value)
        if not empty(value):
            found[attribute.name] = value
    return found


def empty(value: Any) -> bool:
    """What RFC 7643 (2.5) calls unassigned."""
    return value is None or value == [] or value == {}


def checked(attribute: Attribute, value: Any) -> Any:
    """A value held against its attribute; raises 400 ``invalidValue``."""
    if value is None:
        return None
    if attribute.multi:
        many = value if isinstance(value, list) else [value]
        if len(many) > MAX_VALUES:
            raise bad(f"{attribute.name} has too many values.", "tooMany")
        found = [_one(attribute, each) for each in many if each is not None]
        if sum(1 for each in found if isinstance(each, dict) and each.get("primary") is True) > 1:
            raise bad(f"Only one of {attribute.name} can be primary.")
        return found
    if isinstance(value, list):
        if attribute.listed and all(isinstance(each, str) for each in value):
            value = [",".join(value)]
        if len(value) != 1:
            raise bad(f"{attribute.name} has one value.")
        value = value[0]
    return _one(attribute, value)


def _one(attribute: Attribute, value: Any) -> Any:
    if attribute.type == "complex":
        if not isinstance(value, Mapping):
            if attribute.sub("value") is None or not isinstance(value, str):
                raise bad(f"{attribute.name} must be an object.")
            value = {"value": value}
        found = {
            sub.name: checked(sub, one)
            for key, one in value.items()
            if (sub := attribute.sub(key)) is not None and (sub.mutability != "readOnly")
        }
        return {key: one for key, one in found.items() if not empty(one)}
    if attribute.type == "boolean":
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"  # some directories send words
        if not isinstance(value, bool):
            raise bad(f"{attribute.name} is true or false.")
        return value
    if attribute.type in ("integer", "decimal"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise bad(f"{attribute.name} is a number.")
        return value
    if not isinstance(value, str) or "\0" in value:
        raise bad(f"{attribute.name} is text.")
    if len(value) > (200_000 if attribute.type == "binary" else MAX_TEXT):
        raise bad(f"{attribute.name} is too long.")
    if attribute.type == "dateTime" and not _moment(value):
        raise bad(f"{attribute.name} is a date and time like 2026-01-31T08:00:00Z.")
    if attribute.closed:
        parts = [part for part in re.split(r"[,\s]+", value) if part] if attribute.listed else [value]
        return ",".join(dict.fromkeys(_known(attribute, part) for part in parts)) or None
    return value


def _known(attribute: Attribute, value: str) -> str:
    known = attribute.values()
    exact = next((each for each in known if each.lower() == value.lower()), None)
    if exact is None:
        raise bad(f"{value[:60]!r} is not known as {attribute.name}; known: {', '.join(known[:20])}.")
    return exact


def _moment(value: str) -> bool:
    try:
        datetime.fromisoformat(re.sub(r"Z$", "+00:00", value))
    except ValueError:
        return False
    return True
