"""The way in through a provider, and out: addresses the browser and the provider come to."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.signon import joining, oidc, sessions
from watchfloor.identity.signon.domain import oidc as rules
from watchfloor.identity.signon.domain.oidc import Refused
from watchfloor.identity.signon.events import SignOnRefused
from watchfloor.identity.signon.joining import BY_NAME, Said
from watchfloor.identity.signon.models import Provider
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

log = logging.getLogger(__name__)
PENDING: Final = "wf-signon"  # in the session: state -> what this sign-on is
MOST: Final = 5  # sign-ons begun in one browser
SECONDS: Final = 600
STRONG: Final = "wf-strong"  # in the session: the provider asked for a second factor
OPEN: Final = "It is the way in: it leads to the provider and back, and lets in whom a checked answer names."


def provider_of(key: str) -> Provider:
    """One that is switched on; anything else is no address."""
    found = Provider.objects.filter(key=key, on=True).first()
    if found is None:
        raise NotFound("unknown_provider", "There is nothing at this address.")
    return found


@guard.everyone(OPEN)
@require_safe
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """To the provider. ``?next=``; ``?again=1``: prove who you are once more.

    Whom another site sends here presses the button themselves: nobody else begins a session for them.
    """
    provider = provider_of(key)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect_to_login(_next(request) or reverse("home"))
    state, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(3))
    again = request.GET.get("again") == "1" and request.user.is_authenticated
    pending = _pending(request)
    pending[state] = {
        "provider": key, "nonce": nonce, "verifier": verifier, "next": _next(request), "at": time.time(),
        "again": str(request.user.pk) if again else "",
    }  # fmt: skip
    request.session[PENDING] = dict(sorted(pending.items(), key=lambda each: each[1]["at"])[-MOST:])
    try:
        if provider.kind == Provider.Kind.SAML:
            from watchfloor.identity.signon import saml

            asked, number = saml.begin_address(request, provider, state=state, again=again)
            request.session[PENDING][state]["nonce"] = number
            request.session.modified = True
            return HttpResponseRedirect(asked)
        back = request.build_absolute_uri(reverse("signon_back", args=[key]))
        return HttpResponseRedirect(
            oidc.begin_address(provider, back=back, state=state, nonce=nonce, verifier=verifier, again=again)
        )
    except Refused as error:
        return refused(request, provider, error)


@guard.everyone(OPEN)
@require_safe
def back(request: HttpRequest, key: str) -> HttpResponse:
    """From an OpenID provider, with a code. Each state serves once."""
    provider = provider_of(key)
    asked = taken(request, provider, request.GET.get("state", ""))
    if asked is None:
        return refused(
            request, provider, Refused("state", "No sign-on was begun in this browser, or it was used."), note=False
        )
    if "code" not in request.GET:
        word = request.GET.get("error", "")[:60]
        return refused(
            request,
            provider,
            Refused("cancelled" if word == "access_denied" else "provider", f"The provider says {word!r}."),
        )
    try:
        claims = oidc.claims_for(
            provider, code=request.GET["code"], nonce=asked["nonce"], verifier=asked["verifier"], again=bool(asked["again"]),
            back=request.build_absolute_uri(reverse("signon_back", args=[key])),
        )  # fmt: skip
        names = provider.claims
        if names["groups"] and names["groups"] in (claims.get("_claim_names") or {}):
            raise Refused(
                "groups",
                "The provider left the groups out: there are too many. Let it send only those that matter here.",
            )
        said = Said(
            subject=claims["sub"], email=str(claims.get(names["email"]) or ""), name=str(claims.get(names["name"]) or ""),
            email_sure=claims.get("email_verified", True) in (True, "true"), language=str(claims.get(names["language"]) or ""),
            groups=rules.groups_in(claims, names["groups"]) if names["groups"] else None,
        )  # fmt: skip
        return enter(request, provider, said, asked, session=str(claims.get("sid") or ""))
    except Refused as error:
        return refused(request, provider, error)


def taken(request: HttpRequest, provider: Provider, state: str) -> dict[str, Any] | None:
    """What was begun under this state in this browser; it serves no second time."""
    pending = _pending(request)
    found = pending.pop(state, None)
    request.session[PENDING] = pending
    if found is None or found["provider"] != provider.key or time.time() - found["at"] > SECONDS:
        return None
    return dict(found)


def enter(request: HttpRequest, provider: Provider, said: Said, asked: dict[str, Any], *, session: str) -> HttpResponse:
    """Sign somebody in, or take their proof that it is still them."""
    with writing(BY_NAME) as w:
        person = joining.person_of(w, provider, said)
    if asked["again"]:
        if asked["again"] != str(person.pk) or request.user != person:
            raise Refused("other_person", "The provider named somebody else.")
        record_authentication(
            request, person, "signon", provider=provider.key, strong=provider.strong, reauthenticated=True
        )
        sessions.proved(request, person, "provider")
        return redirect(asked["next"] or "home")
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, person, "signon", provider=provider.key, strong=provider.strong)
    request.session[STRONG] = provider.strong
    request.signed_in_by = f"{provider.kind} {provider.key}"  # type: ignore[attr-defined]
    request.signed_in_at = (provider.key, session)  # type: ignore[attr-defined]
    person.backend = "django.contrib.auth.backends.ModelBackend"
    answer: HttpResponse = perform_login(request, person, email_verification="none", redirect_url=asked["next"] or None)
    return answer


def refused(request: HttpRequest, provider: Provider, error: Refused, *, note: bool = True) -> HttpResponse:
    """Say so, without telling a stranger more than whom to ask; the reason stands in the ledger and the log."""
    log.warning("sign-on by %s refused: %s", provider.key, error.text)
    if note:
        with writing(BY_NAME) as w:
            w.event(SignOnRefused(provider=provider.key, why=error.why), provider)
    return render(
        request,
        "identity_signon/refused.html",
        {"provider": provider, "why": error.why, "reason": reason(error.why)},
        status=403,
    )


def reason(why: str) -> str:
    """The sentence for a person."""
    return {
        "unknown": _("You are not known here yet. Ask an administrator to let you in."),
        "domain": _("This provider may not sign in people of your organisation. Ask an administrator."),
        "no_address": _("Your provider did not confirm your e-mail address."),
        "disabled": _("You may not sign in here any more. Ask an administrator if that is wrong."),
        "other_account": _("Your address belongs to another account of this provider. Ask an administrator."),
        "other_person": _("That was somebody else. Sign in as yourself to go on."),
        "cancelled": _("You broke it off. Nothing happened."),
        "state": _("This sign-on was begun somewhere else, took too long or was used already. Begin again."),
        "provider": _("The provider does not answer as it should. Try again, or ask an administrator."),
        "groups": _("Your provider did not send your groups, because there are too many. Ask an administrator."),
        "not_fresh": _("Your provider did not ask who you are. Try again, and sign in there anew."),
        "missing": _("SAML is not installed here. Ask an administrator."),
    }.get(
        why, _("The answer of the provider could not be trusted. Begin again; if it stays so, tell an administrator.")
    )


@guard.everyone("It ends one's own session; a provider may end it too where it knows of one.")
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out here, and there where the provider has an address for it."""
    key = sessions.provider_of(request)
    get_adapter(request).logout(request)
    provider = Provider.objects.filter(key=key, on=True, kind=Provider.Kind.OIDC).first() if key else None
    messages.info(request, _("You are signed out."))
    here = reverse("account_login")
    if provider is not None:
        try:
            there = oidc.end_address(provider, request.build_absolute_uri(here))
        except Refused:
            there = ""
        if there:
            return render(request, "identity_signon/left.html", {"provider": provider, "there": there})
    return redirect(here)


@csrf_exempt
@guard.everyone("It takes a token signed by the provider, and can only end sessions.")
@require_http_methods(["POST"])
def back_channel(request: HttpRequest, key: str) -> HttpResponse:
    """The provider says that somebody signed out there (OpenID Connect Back-Channel Logout)."""
    provider = provider_of(key)
    try:
        claims = oidc.verified(provider, request.POST.get("logout_token", ""), oidc.logout_type())
        issuer = str(oidc.configuration(provider.issuer)["issuer"])
        rules.check_logout(claims, issuer=issuer, client_id=provider.client_id, now=time.time())
    except Refused as error:
        log.warning("logout by %s refused: %s", key, error.text)
        return JsonResponse({"error": "invalid_request", "error_description": error.text}, status=400)
    with writing(BY_NAME) as w:
        sessions.end_by_provider(
            w, provider, subject=str(claims.get("sub") or ""), session=str(claims.get("sid") or "")
        )
    response = HttpResponse(status=200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _pending(request: HttpRequest) -> dict[str, dict[str, Any]]:
    found = request.session.get(PENDING)
    return dict(found) if isinstance(found, dict) else {}


def _next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
