"""What the framework's own document of the API leaves out: intake's paths, how each endpoint refuses, which answer leads to which call."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "For programs; stays the same."},
                "message": {"type": "string", "description": "One sentence for people."},
                "where": {"type": "string", "description": "The field or setting it is about."},
                "hint": {"type": "string", "description": "How to mend it."},
            },
        }
    },
}
REFUSALS = {
    "400": "It cannot be read, or it asks for what cannot be.",
    "401": "No token, or one that is not valid.",
    "403": "The token may not do that.",
    "404": "There is nothing at this address, or nothing that this token may know of.",
    "405": "The address does not know this method.",
    "409": "It does not fit what is there by now.",
    "413": "It is too large.",
    "415": "Not in this form.",
    "422": "It can be read and does not fit.",
    "429": "Too many; `Retry-After` says when to come again.",
    "503": "Not now; `Retry-After` says when to come again.",
}
METHODS = ("get", "post", "put", "patch", "delete")


def completed(document: Any) -> Any:
    """The document with all of it."""
    if find_spec("watchfloor.intake.openapi") is not None:
        described = import_module("watchfloor.intake.openapi")
        document["paths"] = {**described.PATHS, **document["paths"]}
        document.setdefault("components", {}).setdefault("schemas", {}).update(described.SCHEMAS)
    document["components"]["schemas"]["Refusal"] = ERROR
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                _refuses(operation)
                _numbers(path, operation)
    _links(document["paths"])
    return document


def _refuses(operation: dict[str, Any]) -> None:
    said = operation["responses"] = {str(status): what for status, what in operation["responses"].items()}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for status, words in REFUSALS.items():
        said[status] = {"description": words, **said.get(status, {}), "content": content}


def _numbers(path: str, operation: dict[str, Any]) -> None:
    """A number in a path has the bounds of a row's."""
    for each in operation.get("parameters", ()):
        if each["in"] == "path" and each["schema"].get("type") == "integer":
            each["schema"] = {"minimum": 0, "maximum": 2**31 - 1, **each["schema"]}


def _links(paths: dict[str, Any]) -> None:
    """What a POST made can be asked for by its id: ``POST /v1/things`` answers with what ``GET /v1/things/{id}`` wants."""
    for path, methods in paths.items():
        made = methods.get("post")
        if made is None or "{" in path.rsplit("/", 1)[-1]:
            continue
        for other, asked in paths.items():
            rest = other.removeprefix(path + "/") if other.startswith(path + "/") else ""
            if rest.startswith("{") and rest.endswith("}") and "/" not in rest and "get" in asked:
                name = rest.strip("{}")
                link = {"operationId": asked["get"]["operationId"], "parameters": {name: "$response.body#/id"}}
                for status in ("200", "201", "202"):
                    if status in made["responses"]:
                        made["responses"][status] = {**made["responses"][status], "links": {"one": link}}
