"""The two hot paths as OpenAPI: they are served beside the JSON API, so their description is written down here."""

from __future__ import annotations

from typing import Any

import msgspec

from watchfloor.intake.rows import EventRow, ReportRow

_FOUND, SCHEMAS = msgspec.json.schema_components([ReportRow, EventRow], ref_template="#/components/schemas/{name}")
_ERROR = {"description": 'What is wrong, where, how to mend it: `{"error": {"code", "message", "where", "hint"}}`'}


def _path(row: str, plural: str, permission: str) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{row}"}
    many = {"type": "array", "items": one, "maxItems": 1000}
    return {
        "post": {
            "summary": f"Send {plural}",
            "description": f"One, or up to 1,000 as a list or as lines. The token needs `{permission}`. 202 means durable.",
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
                },
            },
            "responses": {
                "202": {
                    "description": "Stored. One row: its receipt. A batch: `accepted`, `rejected` and a result for each row."
                },
                **dict.fromkeys(("400", "401", "403", "409", "413", "415", "422"), _ERROR),
                "503": {"description": "Overloaded: send it again after `Retry-After` seconds with the same key."},
            },
        }
    }


PATHS: dict[str, Any] = {
    "/v1/reports": _path("ReportRow", "reports", "report.submit"),
    "/v1/events": _path("EventRow", "events", "event.submit"),
}
