"""A refusal as SCIM says it (RFC 7644, section 3.12)."""

from __future__ import annotations

from typing import Any

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """``kind`` is the ``scimType``, for 400 and 409."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        found: dict[str, Any] = {"schemas": [ERROR], "status": str(self.status), "detail": self.detail}
        return {**found, "scimType": self.kind} if self.kind else found


def bad(detail: str, kind: str = "invalidValue") -> ScimError:
    """400."""
    return ScimError(400, detail, kind)
