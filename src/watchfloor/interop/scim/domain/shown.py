"""What is shown of a resource: ``attributes`` and ``excludedAttributes`` (RFC 7644, 3.9), and the order of a list (3.4.2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from watchfloor.interop.scim.domain.errors import ScimError
from watchfloor.interop.scim.domain.filters import Path, located, of
from watchfloor.interop.scim.domain.schema import Kind, top


def names(text: str) -> list[str]:
    """A list by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def shown(kind: Kind, row: dict[str, Any], only: Iterable[str] = (), without: Iterable[str] = ()) -> dict[str, Any]:
    """The resource with what was asked for; what is always returned stays."""
    only, without = list(only), list(without)
    if not only:
        row = _unasked(kind, row)
    if not only and not without:
        return row
    found: dict[str, Any] = {}
    if only:
        for name, value in row.items():
            attribute = top(kind, name)
            if attribute is not None and attribute.returned == "always":
                found[name] = value
        for text in only:
            with suppress(ScimError):  # an attribute of another kind, or none
                _keep(found, row, located(text, kind, "invalidValue"))
        return found
    found = dict(row)
    for text in without:
        with suppress(ScimError):
            _drop(found, located(text, kind, "invalidValue"))
    return found


def _unasked(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    """Without what is shown only when it is asked for."""
    found = dict(row)
    for attribute in kind.schema.attributes:
        quiet = {sub.name for sub in attribute.subs if sub.returned == "request"}
        if quiet and isinstance(found.get(attribute.name), list):
            found[attribute.name] = [
                {k: v for k, v in each.items() if k not in quiet} for each in found[attribute.name]
            ]
    for extension in kind.extensions:
        quiet = {each.name for each in extension.attributes if each.returned == "request"}
        if quiet and extension.id in found:
            found[extension.id] = {k: v for k, v in found[extension.id].items() if k not in quiet}
    return found


def ordered(kind: Kind, rows: list[dict[str, Any]], by: str, descending: bool) -> list[dict[str, Any]]:
    """Sorted by one attribute; those that lack it come last (first, descending)."""
    path = located(by, kind, "invalidValue")
    attribute = path.sub or path.attribute

    def key(row: dict[str, Any]) -> tuple[bool, str, Any]:
        value = of(row, path)
        many = value if isinstance(value, list) else [value]
        first = next(
            (each for each in many if isinstance(each, dict) and each.get("primary")), many[0] if many else None
        )
        one = first.get("value") if isinstance(first, dict) else first
        if isinstance(one, str) and attribute is not None and not attribute.exact:
            one = one.lower()
        return one is None, type(one).__name__, one if one is not None else 0

    return sorted(rows, key=key, reverse=descending)


def _keep(found: dict[str, Any], row: dict[str, Any], path: Path) -> None:
    if path.attribute is None:
        if path.urn in row:
            found[path.urn] = row[path.urn]
        return
    source = row.get(path.urn) or {} if path.urn else row
    if path.attribute.name not in source:
        return
    target = found.setdefault(path.urn, {}) if path.urn else found
    value = source[path.attribute.name]
    target[path.attribute.name] = value if path.sub is None else _only(value, path.sub.name)


def _only(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [{name: each[name]} for each in value if isinstance(each, dict) and name in each]
    return {name: value[name]} if isinstance(value, dict) and name in value else {}


def _drop(found: dict[str, Any], path: Path) -> None:
    if path.attribute is None:
        found.pop(path.urn, None)
        return
    if path.attribute.returned == "always":
        return
    holder = found
    if path.urn:
        holder = found[path.urn] = dict(found.get(path.urn) or {})
    if path.sub is None:
        holder.pop(path.attribute.name, None)
        return
    value, name = holder.get(path.attribute.name), path.sub.name
    if isinstance(value, list):
        holder[path.attribute.name] = [{k: v for k, v in each.items() if k != name} for each in value]
    elif isinstance(value, dict):
        holder[path.attribute.name] = {k: v for k, v in value.items() if k != name}
