"""Where Jira's webhook calls. What it says is only a reason to look: what changed is read from Jira itself, with our own credentials."""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.programme.jira import pushing, sealing
from watchfloor.programme.jira.actions import sites

MOST_BYTES = 2_000_000


class _Issue(msgspec.Struct):
    id: str = ""
    key: str = ""


class _Told(msgspec.Struct):
    """Of all that Jira sends, which issue it is about."""

    issue: _Issue | None = None


@csrf_exempt
@guard.everyone("Signed by Jira with the secret of the settings; it only has an issue read again, and tells nothing.")
@require_POST
def hook(request: HttpRequest) -> HttpResponse:
    """``X-Hub-Signature: sha256=<hex HMAC of the body>``; 204 whether the issue is one of ours or not, 401 unsigned."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    site = sites.current()
    secret = sealing.opened(site.secret, "secret") if site is not None else ""
    made = "sha256=" + hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    said = request.headers.get("X-Hub-Signature", "")
    if not secret or not hmac.compare_digest(made.encode(), said.encode()):
        return HttpResponse(status=401)
    try:
        told = msgspec.json.decode(request.body, type=_Told)
    except msgspec.MsgspecError:
        return HttpResponse(status=400)
    names = [name for name in (told.issue.id, told.issue.key) if name] if told.issue else []
    if names:
        pushing.look_at(names)
    return HttpResponse(status=204)
