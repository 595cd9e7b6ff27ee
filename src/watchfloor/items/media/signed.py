"""Addresses that live two minutes: which rendition of which medium, for whom, until when, under an HMAC that only we can make.

    https://media.example.org/med_01…/poster?a=user:01…&v=3f2a…&e=1789…&s=…

A video's own address lives as long as the video runs besides, or playing would stop; rights are asked again at every request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache
from urllib.parse import parse_qsl, urlencode

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden
from watchfloor.platform import config

SECONDS = 120
VARIANTS = ("poster", "small", "strip", "veil", "play")


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a signed address says."""

    media_id: str  # med_...
    variant: str
    actor: str
    item_version: str
    until: int  # seconds since 1970

    @property
    def text(self) -> str:
        """What is signed: one line each, none of which can hold a line break."""
        return "\n".join((self.media_id, self.variant, self.actor, self.item_version, str(self.until)))


def address(
    origin: str, media_id: str, variant: str, actor: str, *, item_version: str = "", longer: float = 0.0
) -> str:
    """A signed address; ``longer`` seconds on top of the two minutes."""
    until = int(clock.now().timestamp()) + SECONDS + int(longer)
    claim = Claim(media_id=media_id, variant=variant, actor=actor, item_version=item_version, until=until)
    query = {"a": actor, "v": item_version, "e": str(until), "s": _sign(claim)}
    return f"{origin}/{media_id}/{variant}?{urlencode(query, safe=':')}"


def check(path: str, query: str) -> tuple[Claim, str]:
    """What an address claims, and its signature. Raises ``Forbidden`` unless we made it and its time is not over."""
    parts = path.strip("/").split("/")
    given = dict(parse_qsl(query))
    until = given.get("e", "")
    if len(parts) != 2 or parts[1] not in VARIANTS or not (until.isascii() and until.isdigit() and len(until) < 15):
        raise Forbidden("bad_address", "This is no address of a medium.")
    claim = Claim(
        media_id=parts[0], variant=parts[1], actor=given.get("a", ""), item_version=given.get("v", ""), until=int(until)
    )
    signature = given.get("s", "")
    if not hmac.compare_digest(_sign(claim).encode(), signature.encode()):
        raise Forbidden("bad_signature", "This address was changed, or was not made here.")
    if clock.now().timestamp() > claim.until:
        raise Forbidden("expired", "This address has ended.", hint="Load the page again for a new one.")
    return claim, signature


def _sign(claim: Claim) -> str:
    digest = hmac.new(_key(), claim.text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@cache
def _key() -> bytes:
    return config.secret("media-urls.key").encode()
