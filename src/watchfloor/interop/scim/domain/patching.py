"""``PATCH`` of RFC 7644 (3.5.2) on a plain document: add, replace and remove, with and without a path."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from watchfloor.interop.scim.domain.errors import bad
from watchfloor.interop.scim.domain.filters import Path, parse_path
from watchfloor.interop.scim.domain.schema import Attribute, Kind, checked, empty, top

PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS: Final = 1_000


def patched(kind: Kind, document: Mapping[str, Any], body: Any) -> dict[str, Any]:
    """The document after all operations; 400 leaves it as it was."""
    operations = _get(body, "operations") if isinstance(body, Mapping) else None
    if not isinstance(operations, list) or not operations or len(operations) > MAX_OPERATIONS:
        raise bad("A patch has a list of Operations.", "invalidSyntax")
    found = deepcopy(dict(document))
    for each in operations:
        if not isinstance(each, Mapping):
            raise bad("An operation is an object.", "invalidSyntax")
        verb = str(_get(each, "op") or "").lower()
        if verb not in ("add", "replace", "remove"):
            raise bad(f"{verb[:20]!r} is no operation.", "invalidSyntax")
        path, value = _get(each, "path"), _get(each, "value")
        if not path:
            if verb == "remove":
                raise bad("To remove, say what: a path.", "noTarget")
            if not isinstance(value, Mapping):
                raise bad("Without a path the value is an object.")
            _whole(kind, found, verb, value)
        elif not isinstance(path, str):
            raise bad("A path is text.", "invalidPath")
        else:
            _at(found, verb, parse_path(path, kind), value)
    return {name: value for name, value in found.items() if not empty(value)}


def _get(body: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in body.items() if key.lower() == name), None)


def _whole(kind: Kind, document: dict[str, Any], verb: str, value: Mapping[str, Any]) -> None:
    for name, one in value.items():
        if name.lower() == "schemas":
            continue
        extension = kind.extension(name)
        if extension is not None:
            _at(document, verb, Path(extension.id, None), one)
        elif ":" in name or "." in name or "[" in name:  # a path as a key, as one directory writes it
            _at(document, verb, parse_path(name, kind), one)
        else:
            attribute = top(kind, name)
            if attribute is not None and attribute.mutability != "readOnly":
                _at(document, verb, Path("", attribute), one)


def _at(document: dict[str, Any], verb: str, path: Path, value: Any) -> None:
    holder = document.setdefault(path.urn, {}) if path.urn else document
    attribute = path.attribute
    if attribute is None:
        _extension(document, verb, path.urn, value)
        return
    if attribute.mutability == "readOnly" or (path.sub is not None and path.sub.mutability == "readOnly"):
        raise bad(f"{attribute.name} cannot be changed from outside.", "mutability")
    if path.test is not None:
        _some(holder, verb, path, attribute, value)
    elif path.sub is not None:
        _part(holder, verb, attribute, path.sub, value)
    elif verb == "remove":
        _remove(holder, attribute, value)
    elif attribute.multi and verb == "add":
        old = list(holder.get(attribute.name) or [])
        new = [each for each in checked(attribute, value) or [] if each not in old]
        holder[attribute.name] = _one_primary(old, new)
    elif attribute.type == "complex" and not attribute.multi:
        holder[attribute.name] = {**(holder.get(attribute.name) or {}), **(checked(attribute, value) or {})}
    else:
        holder[attribute.name] = checked(attribute, value)
    _needed(attribute, holder)
    if path.urn and not {key: one for key, one in holder.items() if not empty(one)}:
        document.pop(path.urn, None)


def _extension(document: dict[str, Any], verb: str, urn: str, value: Any) -> None:
    if verb == "remove":
        document.pop(urn, None)
    elif not isinstance(value, Mapping):
        raise bad(f"{urn} is an object.")
    else:
        document[urn] = {**document.get(urn, {}), **dict(value)}


def _remove(holder: dict[str, Any], attribute: Attribute, value: Any) -> None:
    """With a value (as one directory does for members) only those that match."""
    if attribute.multi and value:
        gone = checked(attribute, value) or []
        keys = {each.get("value") if isinstance(each, dict) else each for each in gone}
        holder[attribute.name] = [
            each
            for each in holder.get(attribute.name) or []
            if (each.get("value") if isinstance(each, dict) else each) not in keys
        ]
    else:
        holder.pop(attribute.name, None)


def _part(holder: dict[str, Any], verb: str, attribute: Attribute, sub: Attribute, value: Any) -> None:
    if attribute.multi:
        many = [dict(each) for each in holder.get(attribute.name) or []]
        for each in many or ([] if verb == "remove" else [{}]):
            if verb == "remove":
                each.pop(sub.name, None)
            else:
                each[sub.name] = checked(sub, value)
                if each not in many:
                    many.append(each)
        holder[attribute.name] = [each for each in many if each]
        return
    one = dict(holder.get(attribute.name) or {})
    if verb == "remove":
        one.pop(sub.name, None)
    else:
        one[sub.name] = checked(sub, value)
    holder[attribute.name] = one


def _some(holder: dict[str, Any], verb: str, path: Path, attribute: Attribute, value: Any) -> None:
    test = path.test
    assert test is not None
    rows = [each if isinstance(each, dict) else {"value": each} for each in holder.get(attribute.name) or []]
    hit = [number for number, each in enumerate(rows) if test(each)]
    if verb == "remove":
        if path.sub is None:
            rows = [each for number, each in enumerate(rows) if number not in hit]
        else:
            for number in hit:
                rows[number] = {key: one for key, one in rows[number].items() if key != path.sub.name}
    elif not hit and not path.wanted:
        raise bad(f"No value of {attribute.name} is like that.", "noTarget")
    else:
        if not hit:  # make one that fits, as directories expect: emails[type eq "work"].value
            rows.append(dict(path.wanted))
            hit = [len(rows) - 1]
        for number in hit:
            if path.sub is not None:
                rows[number] = {**rows[number], path.sub.name: checked(path.sub, value)}
            else:
                new = checked(attribute, [value])[0]
                rows[number] = {**rows[number], **new} if verb == "add" else {**dict(path.wanted), **new}
    plain = not attribute.subs
    holder[attribute.name] = [each.get("value") for each in rows] if plain else [each for each in rows if each]


def _one_primary(old: list[Any], new: list[Any]) -> list[Any]:
    """A new primary value takes that from the one before (RFC 7644, 3.5.2)."""
    if any(isinstance(each, dict) and each.get("primary") for each in new):
        old = [{**each, "primary": False} if isinstance(each, dict) and each.get("primary") else each for each in old]
    return [*old, *new]


def _needed(attribute: Attribute, holder: dict[str, Any]) -> None:
    if attribute.required and empty(holder.get(attribute.name)):
        raise bad(f"{attribute.name} is needed.", "mutability")
