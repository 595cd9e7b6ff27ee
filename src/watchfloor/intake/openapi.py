"""The two hot paths as OpenAPI: they are served beside the JSON API, so their description is written down here."""

from __future__ import annotations

from typing import Any

import msgspec

from watchfloor.intake.rows import EventRow, ReportRow
from watchfloor.intake.verdicts import BLOCKING, MOST_MS, USUAL_MS

_FOUND, SCHEMAS = msgspec.json.schema_components([ReportRow, EventRow], ref_template="#/components/schemas/{name}")
_ERROR = {"description": 'What is wrong, where, how to mend it: `{"error": {"code", "message", "where", "hint"}}`'}
_CLOUD_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent 1.0; its data are a row. Its source and id are the idempotency key.",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        **{name: {"type": "string", "minLength": 1} for name in ("id", "source", "type")},
        "data": {"type": "object"},
    },
}


def _path(row: str, plural: str, permission: str) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{row}"}
    many = {"type": "array", "items": one, "maxItems": 1000}
    return {
        "post": {
            "summary": f"Send {plural}",
            "description": f"One, or up to 1,000 as a list or as lines. Needs `{permission}`. 202 means durable.",
            "tags": ["intake"],
            "operationId": f"send_{plural}",
            "security": [{"Bearer": []}],
            "parameters": [
                {
                    "in": "header",
                    "name": "Idempotency-Key",
                    "schema": {"type": "string", "maxLength": 180},
                    "required": False,
                }
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {"oneOf": [one, many, {"type": "object", "properties": {plural: many}}]}
                    },
                    "application/x-ndjson": {"schema": one},
                    "application/cloudevents+json": {"schema": _CLOUD_EVENT},
                    "application/cloudevents-batch+json": {
                        "schema": {"type": "array", "items": _CLOUD_EVENT, "maxItems": 1000}
                    },
                },
            },
            "responses": {
                "202": {
                    "description": "Stored. One row: its receipt. A batch: `accepted`, `rejected` and a result for each row."
                },
                **dict.fromkeys(("400", "401", "403", "409", "413", "415", "422"), _ERROR),
                "429": {"description": "This token sends faster than it may: again after `Retry-After` seconds."},
                "503": {"description": "Overloaded: send it again after `Retry-After` seconds with the same key."},
            },
        }
    }


def _verdict() -> dict[str, Any]:
    text = {"type": "string"}
    texts = {"type": "array", "items": text}
    question = {
        "type": "object",
        "required": ["event"],
        "properties": {
            "event": {"$ref": "#/components/schemas/EventRow"},
            "timeout_ms": {"type": "integer", "minimum": 1, "maximum": MOST_MS, "default": USUAL_MS},
            "on_error": {"type": "string", "enum": ["open", "closed"], "default": "open"},
            "blocking": {**texts, "default": list(BLOCKING)},
            "record": {"type": "boolean", "default": False},
        },
    }
    answer = {
        "type": "object",
        "required": ["judged", "allow", "verdicts"],
        "properties": {
            "judged": {"type": "boolean"}, "allow": {"type": "boolean"}, "verdicts": texts, "shadow": texts, "errors": texts,
            "fired": {"type": "array", "items": {"type": "object", "properties": {"rule": text, "reason": text}}},
            "labels": {"type": "array", "items": {"type": "object"}}, "effects": {"type": "array", "items": {"type": "object"}},
            "rule_set": text, "milliseconds": {"type": "number"}, "recorded": text, "error": {"type": "object"},
        },
    }  # fmt: skip
    return {
        "post": {
            "summary": "Ask for a verdict before publishing",
            "description": "What the rules in force say of one event, and what they would do. Nothing is stored unless "
            "`record` is true. Needs `verdict.ask`. What cannot be judged in `timeout_ms` is answered as "
            "`on_error` says, with `judged: false`.",
            "tags": ["intake"],
            "operationId": "ask_verdict",
            "security": [{"Bearer": []}],
            "requestBody": {"required": True, "content": {"application/json": {"schema": question}}},
            "responses": {
                "200": {"description": "The verdict.", "content": {"application/json": {"schema": answer}}},
                **dict.fromkeys(("400", "401", "403", "409", "413", "415", "422", "429"), _ERROR),
            },
        }
    }


PATHS: dict[str, Any] = {
    "/v1/reports": _path("ReportRow", "reports", "report.submit"),
    "/v1/events": _path("EventRow", "events", "event.submit"),
    "/v1/verdicts": _verdict(),
}
