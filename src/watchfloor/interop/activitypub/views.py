"""The addresses: the actor, its webfinger, and the inbox, where only what is signed by a known instance is read."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.intake import catalogue, strict
from watchfloor.intake.rows import REPORT
from watchfloor.interop import taking
from watchfloor.interop.activitypub import flags, keys, ours, signatures
from watchfloor.interop.mastodon.reporting import reason_of
from watchfloor.interop.senders import actions
from watchfloor.interop.senders.models import Sender
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Overloaded, WatchfloorError

MOST_BYTES: Final = 1_000_000
MEDIA: Final = "application/activity+json"
OPEN: Final = "Who we are in the Fediverse: a public key and an address."


@guard.everyone(OPEN)
@require_safe
def actor(request: HttpRequest) -> JsonResponse:
    """Our actor."""
    response = JsonResponse(ours.actor(), content_type=MEDIA)
    response["Cache-Control"] = "public, max-age=300"
    return response


@guard.everyone(OPEN)
@require_safe
def webfinger(request: HttpRequest) -> JsonResponse:
    """``?resource=acct:reports@host``."""
    found = ours.webfinger(request.GET.get("resource", ""))
    if found is None:
        return JsonResponse({"error": "There is nobody of this name."}, status=404)
    response = JsonResponse(found, content_type="application/jrd+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@guard.everyone(OPEN)
@require_safe
def outbox(request: HttpRequest) -> JsonResponse:
    """Empty: nothing is published."""
    url = ours.actor_url().removesuffix("actor") + "outbox"
    empty = {"@context": ours.CONTEXT[0], "id": url, "type": "OrderedCollection", "totalItems": 0, "orderedItems": []}
    return JsonResponse(empty, content_type=MEDIA)


@csrf_exempt
@guard.everyone("Signed by an actor of an instance that the settings name; it can report, and reads nothing.")
@require_POST
def inbox(request: HttpRequest) -> HttpResponseBase:
    """202 with the receipts of a ``Flag``; 202 for other activities, of which nothing is done; 401 for what is not signed."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"error": "too_large"}, status=413)
    try:
        instance, owner = _proved(request)
    except WatchfloorError as wrong:
        return _wrong(wrong)
    try:
        receipts = _take(instance, owner, request.body)
    except WatchfloorError as wrong:
        actions.failed(instance, wrong.message)
        return _wrong(wrong)
    if receipts:
        actions.took(instance)
    return JsonResponse({"receipts": receipts}, status=202)


def _proved(request: HttpRequest) -> tuple[Sender, str]:
    """The instance and the actor whose key signed this very request, lately."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    signature = signatures.read(headers.get("signature", ""))
    instance = keys.instance(signature.key_id)
    if instance is None:  # before anything is fetched for it
        raise signatures.refused("The instance of this key is not one that reports here.")
    signatures.covers(signature, headers, request.body, clock.now())
    text = signatures.signed_text(signature, request.method or "", request.get_full_path(), headers)
    key = keys.known(signature.key_id)
    if not signatures.holds(signature, key.pem, text):
        fresh = keys.newer(key)
        if fresh is None or not signatures.holds(signature, fresh.pem, text):
            raise signatures.refused("The signature is not of this key.")
        key = fresh
    return instance, key.owner


def _take(instance: Sender, owner: str, body: bytes) -> list[str]:
    activity: Any = strict.Reader().one(strict.text_of(body))
    if not isinstance(activity, dict):
        raise BadInput("wrong_type", "An activity must be a JSON object.")
    strict.canonical(activity, "")  # texts that no database keeps
    by = activity.get("actor")
    by = by.get("id") if isinstance(by, dict) else by
    if by != owner:
        raise signatures.refused("The activity is of another actor than its signature.")
    kind = activity.get("type")
    if kind != "Flag" and not (isinstance(kind, list) and "Flag" in kind):
        return []
    name = activity.get("id")
    if not isinstance(name, str) or not keys.same_host(name, owner):
        raise BadInput("bad_id", "An activity's id is an address of its own server.", where="id")
    known = catalogue.load()
    types = flags.Types(taking.type_of("account", "account"), taking.type_of("content", "post"))
    reason = instance.reason_key or reason_of(known, "other", [])
    made = flags.rows({**activity, "actor": owner}, types, reason=reason, known=lambda url: _known(url, types))
    for row in made:
        row["item"]["data"] = taking.looks(row["item"]["type"], row["item"]["id"]) or row["item"]["data"]
    key = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    keyed = [(row, f"flag:{key}#{index}") for index, row in enumerate(made)]
    return taking.take(REPORT, keyed, source=actions.source(instance), known=known, first_stands=True)


def _known(url: str, types: flags.Types) -> flags.Named | None:
    for name in flags.ids_to_try(url):
        for kind in (types.post, types.account):
            if items.find(kind, name) is not None:
                return flags.Named(kind, name)
    return None


def _wrong(error: WatchfloorError) -> JsonResponse:
    response = JsonResponse({"error": error.message}, status=error.status)
    if isinstance(error, Overloaded):
        response["Retry-After"] = str(error.retry_after)
    return response
