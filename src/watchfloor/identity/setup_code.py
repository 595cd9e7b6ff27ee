"""Who may make the first administrator: whoever sits at the machine, or can read a code in its data folder.

A freshly started server that listens on more than loopback must not belong to the first stranger who opens it.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets

from django.http import HttpRequest

from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def code() -> str:
    """The code in ``<home>/keys/setup.code``, made on first use: three groups of five, about 73 bits."""
    folder = config.home() / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "setup.code"
    value = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")
    return value


def needed(request: HttpRequest) -> bool:
    """False only when the browser runs on this machine and came straight here (no proxy between)."""
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    straight = not any(name in request.headers for name in FORWARDED)
    return not (
        straight and _loopback(request.META.get("REMOTE_ADDR", "")) and (host == "localhost" or _loopback(host))
    )


def check(request: HttpRequest, given: str) -> None:
    """Refuse a wrong code where one is needed."""
    if needed(request) and not hmac.compare_digest(given.strip().lower().encode(), code().encode()):
        raise BadInput(
            "bad_setup_code",
            "That is not the set-up code of this installation.",
            where="code",
            hint="`watchfloor serve` prints it; it is in keys/setup.code in the data folder.",
        )


def forget() -> None:
    """The code has done its work."""
    (config.home() / "keys" / "setup.code").unlink(missing_ok=True)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
