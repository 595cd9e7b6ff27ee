"""One line for each thing that a security person looks for: a sign-in that failed, something refused, a token nobody knows.

They go to the logger ``watchfloor.security`` (stderr and ``<home>/log``, see ``platform/logs.py``), not into the ledger, which no
stranger may fill. Who is told by id or by a pseudonym; no secret, no e-mail address, no content, no query string.
"""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

log = logging.getLogger("watchfloor.security")
LONGEST = 200
SECRETS = frozenset({"key", "token", "secret"})  # parameters of addresses that open something by themselves


def note(event: str, request: HttpRequest | None = None, **fields: str) -> None:
    """Write one line: what, who, from where, at which address."""
    about = {"event": event, **fields}
    if request is not None:
        about |= {
            "address": str(request.META.get("REMOTE_ADDR", "")),
            "method": str(request.method),
            "path": _path(request),
        }
    log.warning("%s", event, extra=about)


def refused(request: HttpRequest, code: str) -> None:
    """Somebody asked for what they may not."""
    note("refused", request, code=code, who=_who(request))


def pseudonym(name: str) -> str:
    """The same for the same name, and nobody's name."""
    return salted_hmac("watchfloor.security", name.strip().lower(), algorithm="sha256").hexdigest()[:16] if name else ""


def _path(request: HttpRequest) -> str:
    """The address without the keys that some links hold."""
    path = request.path
    match = request.resolver_match
    for name, value in (match.kwargs if match is not None else {}).items():
        if name in SECRETS:
            path = path.replace(str(value), "…")
    return path[:LONGEST]


def _who(request: Any) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    source = getattr(request, "token_source", "")
    return f"token:{source}" if source else "nobody"
