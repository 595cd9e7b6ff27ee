"""Every address there is, found by looking: pages of the resolver, endpoints of the JSON API, intake's own paths.

Each says for whom it is, beside itself (see ``watchfloor.identity.guard``); nothing is stated here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from watchfloor.identity.domain import PERMISSIONS

HOW = (
    "is open to nobody knows whom. State it where it is declared: a page by @guard.page(...) or @guard.everyone(why), "
    'an endpoint in its description by "Needs ``permission``." or "Any token."'
)
OTHERS = ("allauth.",)  # sign-in, of the library: for everyone, or for whoever is signed in; no data of the floor
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One address and method, with what it says of itself. ``permissions`` None: nothing; empty: whoever is signed in."""

    route: str
    name: str
    method: str
    api: bool
    permissions: tuple[str, ...] | None
    open_because: str = ""
    clearance: str = ""  # without it the page is not there at all
    body: Any = None  # a JSON schema of what it takes
    query: dict[str, Any] = {}  # schemas of what it wants in the query
    schemas: dict[str, Any] = {}

    def at(self, fill: Callable[[str, str], str]) -> str:
        """The address with its parameters filled in by ``fill(kind, name)``, and what it wants in the query."""
        path = "/" + PARAMETER.sub(lambda found: fill(found["kind"] or "str", found["name"]), self.route)
        wanted = {name: sample(self, schema) for name, schema in self.query.items()}
        return path + (f"?{urlencode(wanted)}" if wanted else "")


def pages() -> list[Address]:
    """The pages of the console, without the library's."""
    from django.urls import get_resolver

    found = []
    for route, name, view in _walk(get_resolver().url_patterns):
        if route.startswith("v1/") or view.__module__.startswith(OTHERS):
            continue
        found.append(
            Address(
                route=route, name=name or route, method="GET", api=False,
                permissions=getattr(view, "permissions", None), open_because=getattr(view, "open_because", ""),
                clearance=getattr(view, "clearance", ""),
            )
        )  # fmt: skip
    return found


def endpoints() -> list[Address]:
    """The JSON API, from the document it publishes; intake's paths too."""
    from watchfloor.console.api import openapi

    document = openapi()
    schemas = document["components"]["schemas"]
    found = []
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if method not in {"get", "post", "put", "patch", "delete"}:
                continue
            content = said.get("requestBody", {}).get("content", {})
            wanted = [each for each in said.get("parameters", ()) if each["in"] == "query" and each.get("required")]
            body = next((each.get("schema") for each in content.values()), None)
            found.append(
                Address(
                    route=_typed(path, said), name=said.get("operationId", path),
                    method=method.upper(), api=True, permissions=_needed(said.get("description", "")), body=body, schemas=schemas,
                    query={each["name"]: each["schema"] for each in wanted},
                )
            )  # fmt: skip
    return found


def sample(address: Address, schema: Any = None) -> Any:
    """A small body that fits a schema."""
    schema = address.body if schema is None else schema
    if schema is None:
        return {}
    if "$ref" in schema:
        return sample(address, address.schemas[schema["$ref"].rsplit("/", 1)[1]])
    for many in ("anyOf", "oneOf", "allOf"):
        if many in schema:
            return sample(address, schema[many][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type", "object")
    if kind == "object":
        required = schema.get("required", ())
        return {name: sample(address, each) for name, each in schema.get("properties", {}).items() if name in required}
    if kind == "string":
        shaped = {
            "date-time": "2030-01-01T00:00:00Z",
            "date": "2030-01-01",
            "uuid": "0192f0c1-0000-7000-8000-000000000000",
        }
        return shaped.get(schema.get("format", ""), "something")
    if kind == "array":
        return [sample(address, schema.get("items", {}))] * int(schema.get("minItems", 0))
    return {"integer": 1, "number": 1.0, "boolean": False}.get(kind)


def _typed(path: str, said: dict[str, Any]) -> str:
    """An OpenAPI path as Django writes it, numbers and UUIDs marked as such."""
    kinds = {}
    for each in said.get("parameters", ()):
        kind = (
            "int"
            if each["schema"].get("type") == "integer"
            else "uuid"
            if each["schema"].get("format") == "uuid"
            else "str"
        )
        kinds[each["name"]] = kind
    return re.sub(r"\{(\w+)\}", lambda found: f"<{kinds.get(found[1], 'str')}:{found[1]}>", path.lstrip("/"))


def _needed(description: str) -> tuple[str, ...] | None:
    if re.search(r"\bAny token\b", description):
        return ()
    said = re.search(r"\bNeeds?\b(.*)", description, re.DOTALL)
    named = tuple(name for name in re.findall(r"`([a-z_.]+)`", said[1]) if name in PERMISSIONS) if said else ()
    return named or None


def _walk(patterns: Any, before: str = "") -> Iterator[tuple[str, str, Any]]:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from _walk(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern), each.name, each.callback
