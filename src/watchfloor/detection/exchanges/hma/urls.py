"""The door's addresses, below ``/hma/``: the same paths as HMA's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from watchfloor.detection.exchanges.hma import curation, following, hashing, matching
from watchfloor.detection.exchanges.hma.answers import EDITS, FOLLOWS, MANAGES, SEES, door
from watchfloor.identity import guard


@require_GET
@csrf_exempt
@guard.everyone("It says only that the server is there, for a load balancer.")
def alive(request: HttpRequest) -> HttpResponse:
    """What HMA says when it can be asked; the index is never behind, so it is never not ready."""
    return HttpResponse("I-AM-ALIVE", content_type="text/html; charset=utf-8")


@require_GET
@csrf_exempt
@guard.everyone("The list of this door's addresses, which its documentation shows as well.")
def site_map(request: HttpRequest) -> HttpResponse:
    """All addresses."""
    return JsonResponse(sorted({"/" + str(each.pattern) for each in urlpatterns}), safe=False)


_BANK, _CONTENT = "c/bank/<str:name>", "c/bank/<str:name>/content"
urlpatterns = [
    path("status", alive, name="hma-status"),
    path("status/live", alive, name="hma-status-live"),
    path("site-map", site_map, name="hma-site-map"),
    path("h/hash", door(GET=(SEES, hashing.hash_get), POST=(SEES, hashing.hash_post)), name="hma-hash"),
    path("m/raw_lookup", door(GET=(SEES, matching.raw_lookup)), name="hma-raw-lookup"),
    path("m/lookup", door(GET=(SEES, matching.lookup_get), POST=(SEES, matching.lookup_post)), name="hma-lookup"),
    path("m/compare", door(POST=(SEES, matching.compare)), name="hma-compare"),
    path("m/index/status", door(GET=(SEES, matching.index_status)), name="hma-index-status"),
    path("c/banks", door(GET=(SEES, curation.banks), POST=(MANAGES, curation.bank_create)), name="hma-banks"),
    path(
        _BANK,
        door(
            GET=(SEES, curation.bank_show), PUT=(MANAGES, curation.bank_update), DELETE=(MANAGES, curation.bank_delete)
        ),
        name="hma-bank",
    ),
    path(_CONTENT, door(POST=(EDITS, curation.content_add)), name="hma-contents"),
    path(
        f"{_CONTENT}/<int:number>",
        door(
            GET=(SEES, curation.content_show),
            PUT=(EDITS, curation.content_update),
            DELETE=(EDITS, curation.content_delete),
        ),
        name="hma-content",
    ),
    path(f"{_BANK}/signal", door(POST=(EDITS, curation.signal_add)), name="hma-signal"),
    path("c/signal_type", door(GET=(SEES, curation.signal_types)), name="hma-signal-types"),
    path("c/signal_type/index", door(GET=(SEES, matching.type_index)), name="hma-type-index"),
    path("c/signal_type/<str:name>", door(PUT=(MANAGES, curation.unimplemented)), name="hma-signal-type"),
    path("c/content_type", door(GET=(SEES, curation.content_types)), name="hma-content-types"),
    path(
        "c/exchanges",
        door(GET=(SEES, following.exchanges), POST=(FOLLOWS, curation.unimplemented)),
        name="hma-exchanges",
    ),
    path("c/exchanges/apis", door(GET=(SEES, following.apis)), name="hma-apis"),
    path(
        "c/exchanges/api/<str:name>",
        door(GET=(SEES, following.api), POST=(FOLLOWS, curation.unimplemented)),
        name="hma-api",
    ),
    path("c/exchanges/api/<str:name>/schema", door(GET=(SEES, following.schema)), name="hma-api-schema"),
    path(
        "c/exchange/<str:name>",
        door(GET=(SEES, following.exchange), PUT=(FOLLOWS, following.update), DELETE=(FOLLOWS, curation.unimplemented)),
        name="hma-exchange",
    ),
    path("c/exchange/<str:name>/status", door(GET=(SEES, following.status)), name="hma-exchange-status"),
]
