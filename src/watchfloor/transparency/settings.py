"""Where statements of reasons are sent, from the environment; nothing is set: nothing is sent.

``WATCHFLOOR_DSA_ENDPOINT`` is the address of the Transparency Database's API (``https://transparency.dsa.ec.europa.eu/api/v1``, or its
sandbox), ``WATCHFLOOR_DSA_TOKEN`` the token it gave out (``WATCHFLOOR_DSA_TOKEN_FILE`` a file that holds it).
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from watchfloor.kernel.errors import BadInput


class Endpoint(msgspec.Struct, frozen=True):
    """The API to send to. The token is shown nowhere."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r})"


def endpoint() -> Endpoint | None:
    """The API, or None when statements are only prepared."""
    url = os.environ.get("WATCHFLOOR_DSA_ENDPOINT", "").strip().rstrip("/")
    if not url:
        return None
    token = os.environ.get("WATCHFLOOR_DSA_TOKEN", "").strip()
    file = os.environ.get("WATCHFLOOR_DSA_TOKEN_FILE", "").strip()
    if not token and file:
        try:
            token = Path(file).read_text().strip()
        except OSError as error:
            raise BadInput(
                "bad_setting", f"The token file cannot be read: {error.strerror}.", where="WATCHFLOOR_DSA_TOKEN_FILE"
            ) from None
    if not token:
        raise BadInput(
            "bad_setting", "Sending statements of reasons needs a token.", where="WATCHFLOOR_DSA_TOKEN",
            hint="It is shown once in the database's user profile; each new one ends the old.",
        )  # fmt: skip
    return Endpoint(url, token)
