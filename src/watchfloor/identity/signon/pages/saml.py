"""The addresses a SAML provider is given.

The answer comes by POST from elsewhere, where the browser sends no cookie of ours: so the page sends it on to itself, as one of our own.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.signon import saml
from watchfloor.identity.signon.domain.oidc import Refused
from watchfloor.identity.signon.models import Provider
from watchfloor.identity.signon.pages import signing
from watchfloor.kernel.errors import MissingExtra, NotFound
from watchfloor.platform.render import render


def _provider(key: str) -> Provider:
    found = signing.provider_of(key)
    if found.kind != Provider.Kind.SAML:
        raise NotFound("unknown_provider", "There is nothing at this address.")
    return found


@csrf_exempt
@guard.everyone(signing.OPEN)
@require_POST
def acs(request: HttpRequest, key: str) -> HttpResponse:
    """An answer; each request of ours is answered once, in the browser that asked."""
    provider = _provider(key)
    answer, state = request.POST.get("SAMLResponse", ""), request.POST.get("RelayState", "")
    if len(answer) > saml.MOST * 2:
        return signing.refused(request, provider, Refused("answer", "The answer is too long."), note=False)
    if "own" not in request.POST:
        return render(request, "identity_signon/send_on.html", {"answer": answer, "state": state[:200]})
    asked = signing.taken(request, provider, state)
    if asked is None:
        return signing.refused(request, provider, Refused("state", "No sign-on was begun in this browser."), note=False)
    try:
        said, session = saml.said(request, provider, str(asked["nonce"]), again=bool(asked["again"]))
        return signing.enter(request, provider, said, asked, session=session)
    except Refused as error:
        return signing.refused(request, provider, error)
    except MissingExtra as error:
        return signing.refused(request, provider, Refused("missing", error.message))


@guard.everyone("It tells a provider our addresses and holds nothing else.")
@require_safe
def metadata(request: HttpRequest, key: str) -> HttpResponse:
    """Ours, as XML."""
    return HttpResponse(saml.metadata_of(request, _provider(key)), content_type="application/samlmetadata+xml")
