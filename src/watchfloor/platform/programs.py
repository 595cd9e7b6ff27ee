"""Addresses that programs ask: errors there are JSON, nobody is welcomed or led to a sign-in, no session ends."""

from __future__ import annotations

from typing import Final

PROGRAMS: Final = (
    "/v1/", "/v2/", "/1.1/", "/1.2/", "/hma/", "/xrpc/", "/scim/", "/api/", "/oauth/", "/.well-known/", "/ap/", "/did:", "/metrics",
)  # fmt: skip
