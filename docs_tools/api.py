"""The JSON API as a page: each operation with its parameters, its body field by field, and its answers."""

from __future__ import annotations

from typing import Any

from docs_tools.text import cell, code, prose, table

Schema = dict[str, Any]


def page() -> str:
    """The page as Markdown."""
    from watchfloor.console.api import openapi

    return render(openapi())


def render(document: Schema) -> str:
    """An OpenAPI 3.1 document as Markdown."""
    lines = [
        "# API",
        "",
        "Written from the OpenAPI document, which a running server gives at `/v1/openapi.json`. Every call carries",
        "`Authorization: Bearer TOKEN`; what a token may do is in its [permissions](permissions.md). Errors are JSON:",
        '`{"error": {"code", "message", "where", "hint"}}`.',
        "",
    ]
    used: list[str] = []
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            lines += [f"## `{method.upper()} {path}`", ""]
            lines += [prose(operation.get("description") or operation.get("summary", "")), ""]
            parameters = operation.get("parameters", [])
            if parameters:
                rows = [
                    (code(p["name"]), p["in"], kind(p.get("schema", {}), used), "yes" if p.get("required") else "")
                    for p in parameters
                ]
                lines += table(("parameter", "in", "type", "required"), rows)
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                lines += [f"Body, `{media}`: {kind(content['schema'], used)}", ""]
            answers = [
                (code(status), answer.get("description", "")) for status, answer in operation["responses"].items()
            ]
            lines += table(("answer", ""), answers)
    lines += ["## Structures", ""]
    done: set[str] = set()
    while left := [name for name in used if name not in done]:
        for name in left:
            done.add(name)
            lines += structure(name, document["components"]["schemas"][name], used)
    return "\n".join(lines)


def structure(name: str, schema: Schema, used: list[str]) -> list[str]:
    """One named structure, field by field."""
    lines = [f"### {name}", "", prose(schema.get("description", "")), ""]
    required = set(schema.get("required", []))
    rows = [
        (code(field), kind(inner, used), "yes" if field in required else "", bounds(inner))
        for field, inner in schema.get("properties", {}).items()
    ]
    return lines + (table(("field", "type", "required", "bounds"), rows) if rows else [])


def kind(schema: Schema, used: list[str]) -> str:
    """A schema in a few words; structures it names are noted in ``used`` and linked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in used:
            used.append(name)
        return f"[{name}](#{name.lower()})"
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return " or ".join(dict.fromkeys(kind(each, used) for each in schema[choice]))
    if "enum" in schema:
        return "one of " + ", ".join(code(value) for value in schema["enum"])
    if schema.get("type") == "array":
        most = f" (up to {schema['maxItems']:,})" if "maxItems" in schema else ""
        return f"list of {kind(schema.get('items', {}), used)}{most}"
    if schema.get("properties"):
        return (
            "{" + ", ".join(f"{code(name)}: {kind(inner, used)}" for name, inner in schema["properties"].items()) + "}"
        )
    return cell(schema.get("format") or schema.get("type") or "any")


def bounds(schema: Schema) -> str:
    """Lengths, limits and the default, where they are stated."""
    words = {
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minimum": "from {}",
        "maximum": "to {}",
    }
    found = [text.format(schema[key]) for key, text in words.items() if key in schema]
    if schema.get("default") not in (None, "", [], {}):
        found.append(f"default `{schema['default']}`")
    return ", ".join(found)
