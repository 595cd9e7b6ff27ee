"""Who we are in the protocol: the address in the settings, our DID, and the key that labels are signed with."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings

from watchfloor.interop.atproto.domain import names, signing
from watchfloor.platform import config


def here() -> names.Here:
    """This installation, as ``WATCHFLOOR_URL`` names it; and which labeler it is, where ``WATCHFLOOR_ATPROTO_DID`` says so."""
    return names.Here(settings.PUBLIC_URL.rstrip("/"), settings.ATPROTO_DID)


@cache
def label_key() -> EllipticCurvePrivateKey:
    """The key labels are signed with, made on first use and kept in the data folder (``keys/atproto.key``)."""
    return signing.private_key(config.secret("atproto.key").encode())


@cache
def session_secret() -> bytes:
    """What our own session tokens are made with (``keys/atproto-session.key``)."""
    return config.secret("atproto-session.key").encode()


def public_key() -> str:
    """The label key's public half, as DID documents write it."""
    return signing.multibase(signing.public(label_key()))
