"""One's own sessions, what the house asks of all, and the page where somebody proves again who they are."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard, words
from watchfloor.identity.mending import Errors, keys, mending
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.identity.models import Role
from watchfloor.identity.people import factors
from watchfloor.identity.signon import policies, proof, providers, sessions
from watchfloor.identity.signon.domain.policy import USUAL_FRESH
from watchfloor.identity.signon.models import Provider, SessionRule, Tie
from watchfloor.identity.signon.pages.settings import everywhere
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.platform import addresses
from watchfloor.platform.render import render


@require_safe
@guard.page()
def mine(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    here = sessions.key_of(request)
    names = dict(Provider.objects.values_list("key", "name"))
    rows = [
        {"row": row, "here": row.key_digest == here, "by": names.get(row.provider) or words.means(row.by)}
        for row in sessions.live(user_of(request).pk)
    ]
    return render(
        request, "identity_signon/mine.html", {"rows": rows, "asked": policies.of_person(user_of(request).pk)}
    )


@require_POST
@guard.page()
@proof.fresh(everyone=True)
def end(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """End one of one's own."""
    with writing(actor_of(request)) as w:
        sessions.end(w, actor_of(request), session_id)
    messages.success(request, _("That session has ended."))
    return redirect("my_sessions")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage")
@proof.fresh()
def rules(request: HttpRequest) -> HttpResponse:
    """What is asked of everyone, and more of roles. ``?role=`` opens the form for one."""
    actor = everywhere(request)
    errors = Errors()
    role = request.POST.get("role", request.GET.get("role", ""))
    if request.method == "POST":
        post = request.POST
        with mending(errors), writing(actor) as w:
            asked = {
                "lifetime_hours": _number(post, "lifetime_hours"), "idle_minutes": _number(post, "idle_minutes"),
                "at_once": _number(post, "at_once"), "fresh_minutes": _number(post, "fresh_minutes"),
                "networks": keys(post.get("networks", ""), "networks") or [], "second_factor": post.get("second_factor") == "on",
                "passwords": post.get("passwords") == "on",
            }  # fmt: skip
            _not_out(request, role, asked)
            policies.save(w, role_key=role, **asked)  # type: ignore[arg-type]
        if not errors:
            messages.success(request, _("Saved. It counts from each person's next click."))
            return redirect("session_rules")
    names = dict(Role.objects.order_by("name").values_list("key", "name"))
    found = {row.role_key: row for row in SessionRule.objects.all()}
    row = found.get(role)
    typed: Any = request.POST if request.method == "POST" else _values(row, role)
    context = {
        "everyone": found.get(""), "rows": [{"row": each, "name": names.get(key, key)} for key, each in sorted(found.items()) if key],
        "role": role, "role_name": names.get(role, ""), "roles": [("", _("Everyone")), *names.items()], "typed": typed, "errors": errors,
        "usual_fresh": USUAL_FRESH, "address": addresses.client_of(request), "has_provider": bool(providers.offered()),
    }  # fmt: skip
    return render(request, "identity_signon/rules.html", context, status=422 if errors else 200)


@require_safe
@guard.page()
def prove(request: HttpRequest) -> HttpResponse:
    """The ways somebody has to prove who they are; back to ``?next=``."""
    user = user_of(request)
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    query = urlencode({"next": wanted if safe else "/"})
    held = factors(user)
    ways: list[tuple[str, str, str]] = []
    if held["webauthn"]:
        ways.append((_("With a passkey"), "key", f"{reverse('mfa_reauthenticate_webauthn')}?{query}"))
    if held["totp"]:
        ways.append((_("With a code"), "device-mobile", f"{reverse('mfa_reauthenticate')}?{query}"))
    weak = not ways  # no second factor: then whatever they sign in with
    if weak and user.has_usable_password() and policies.of_person(user.pk).passwords:
        ways.append((_("With my password"), "lock", f"{reverse('account_reauthenticate')}?{query}"))
    tied = Tie.objects.filter(user_id=user.pk, ended_at__isnull=True).values("provider_id")
    for provider in Provider.objects.filter(on=True, pk__in=tied):
        if provider.strong or weak:
            address = f"{reverse('signon_begin', args=[provider.key])}?{query}&again=1"
            ways.append((_("Through %(name)s") % {"name": provider.name}, "lock-open", address))
    return render(request, "identity_signon/prove.html", {"ways": ways})


def _not_out(request: HttpRequest, role: str, asked: dict[str, Any]) -> None:
    """Nobody shuts the door behind themselves."""
    mine = role in ("", *(each.role for each in actor_of(request).scopes))
    if mine and not addresses.within(addresses.client_of(request), asked["networks"]):
        raise BadInput(
            "own_network", _("You would shut yourself out: your address is not in these networks."), where="networks"
        )
    if not role and not asked["passwords"] and not providers.offered():
        raise BadInput("no_way_in", _("Set up a provider first, else hardly anybody could sign in."), where="passwords")


def _number(post: Any, name: str) -> int | None:
    text = post.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise BadInput("bad_number", _("That is not a whole number."), where=name)
    return int(text) if text else None


def _values(row: SessionRule | None, role: str) -> dict[str, Any]:
    if row is None:
        return {"passwords": "" if role else "on"}
    return {
        "lifetime_hours": row.lifetime_hours or "", "idle_minutes": row.idle_minutes or "", "at_once": row.at_once or "",
        "fresh_minutes": row.fresh_minutes or "", "networks": ", ".join(row.networks), "second_factor": "on" if row.second_factor else "",
        "passwords": "on" if row.passwords else "",
    }  # fmt: skip
