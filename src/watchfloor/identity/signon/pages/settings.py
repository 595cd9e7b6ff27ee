"""Settings > Sign-on: providers, and groups that become roles. For who manages people everywhere."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard, limits
from watchfloor.identity.domain import Actor, Scope
from watchfloor.identity.mending import Errors, keys, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import Role
from watchfloor.identity.signon import groups, oidc, proof, providers
from watchfloor.identity.signon.domain.oidc import Refused
from watchfloor.identity.signon.models import Given, Provider, Tie
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render


def everywhere(request: HttpRequest) -> Actor:
    """Who may set this: whoever manages people without limits, for it decides who anybody is."""
    actor = actor_of(request)
    if actor.beyond(Scope(role="", permissions=frozenset({"people.manage"}))) is not None:
        raise Forbidden("no_permission", "This is for who manages people everywhere.", hint="Ask an administrator.")
    return actor


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage")
@proof.fresh()
def index(request: HttpRequest) -> HttpResponse:
    """All of it; a POST adds a rule."""
    actor = everywhere(request)
    errors = Errors()
    if request.method == "POST":
        post = request.POST
        with mending(errors), writing(actor) as w:
            groups.save_rule(
                w, actor, source=post.get("source", ""), group=post.get("group", ""), role_key=post.get("role", ""),
                queues=keys(post.get("queues", ""), "queues", limits.known("queues")), markets=keys(post.get("markets", ""), "markets"),
                vendors=keys(post.get("vendors", ""), "vendors", limits.known("vendors")),
                max_severity=_severity(post.get("max_severity", "5")),
                team=post.get("team", ""), vendor_key=_vendor(post.get("vendor_key", "")),
            )  # fmt: skip
        if not errors:
            messages.success(
                request, _("Saved. It counts from each person's next sign-on, or the directory's next word.")
            )
            return redirect("signon")
    rows = list(Provider.objects.order_by("position", "name", "key"))
    names = dict(Role.objects.values_list("key", "name"))
    sources = {row.key: row.name for row in rows} | {
        groups.SCIM: _("The directory (SCIM)"),
        groups.EVERY: _("each of them"),
    }
    held: dict[uuid.UUID, int] = {}
    for rule_id in Given.objects.filter(ended_at__isnull=True).values_list("rule_id", flat=True):
        held[rule_id] = held.get(rule_id, 0) + 1
    context = {
        "providers": [{"row": row, "people": Tie.objects.filter(provider_id=row.pk, ended_at__isnull=True).count()} for row in rows],
        "rules": [
            {"row": rule, "source": sources.get(rule.source, rule.source), "role": names.get(rule.role_key, rule.role_key),
             "people": held.get(rule.pk, 0)}
            for rule in groups.live()
        ],
        "sources": list(sources.items()), "roles": [("", _("no role")), *sorted(names.items(), key=lambda each: each[1])],
        "vendors": [("", _("none")), *sorted((limits.known("vendors") or {}).items())],
        "known": {kind: ", ".join(sorted(limits.known(kind) or {})) for kind in ("queues", "vendors")},
        "typed": request.POST, "errors": errors, "scim": request.build_absolute_uri("/scim/v2"),
        "open_form": bool(errors) or "rule" in request.GET,
    }  # fmt: skip
    return render(request, "identity_signon/index.html", context, status=422 if errors else 200)


@require_POST
@guard.page("people.manage")
def end_rule(request: HttpRequest, rule_id: uuid.UUID) -> HttpResponse:
    """End one; what it gave is taken."""
    actor = everywhere(request)
    with writing(actor) as w:
        taken = groups.end_rule(w, actor, rule_id)
    said = ngettext(
        "The rule has ended. %(count)s person lost a role by it.",
        "The rule has ended. %(count)s people lost a role by it.",
        taken,
    )
    messages.success(request, said % {"count": taken})
    return redirect("signon")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage")
@proof.fresh()
def provider(request: HttpRequest, key: str = "") -> HttpResponse:
    """One provider, or a new one; a POST may also only try it."""
    actor = everywhere(request)
    row = Provider.objects.filter(key=key).first() if key else None
    if key and row is None:
        raise NotFound("unknown_provider", "There is no such provider.")
    errors = Errors()
    tried = ""
    if request.method == "POST":
        post = request.POST
        with mending(errors), writing(actor) as w:
            if post.get("step") == "switch" and row is not None:
                providers.switch(w, row, not row.on)
            else:
                if row is None and Provider.objects.filter(key=post.get("key", "")).exists():
                    raise BadInput("taken", _("There is a provider with this key."), where="key")
                found = providers.save_provider(
                    w, key=row.key if row else post.get("key", ""), name=post.get("name", ""),
                    kind=row.kind if row else post.get("kind", ""), client_id=post.get("client_id", ""), secret=post.get("secret") or None,
                    issuer=post.get("issuer", ""), metadata=post.get("metadata", ""), strong=post.get("strong") == "on",
                    claims={name: post.get(f"claim_{name}", usual) for name, usual in providers.CLAIMS.items()},
                    domains=post.get("domains", "").replace(",", " ").split(), join=post.get("join", ""),
                    on=row.on if row else False,
                )  # fmt: skip
                tried = _tried(found)
                if tried:
                    raise BadInput("no_answer", tried, where="issuer")
                if row is None:
                    providers.switch(w, found, True)
        if not errors:
            messages.success(request, _("Saved."))
            return redirect("signon")
    typed: Any = (
        request.POST
        if request.method == "POST"
        else _values(row, "saml" if request.GET.get("kind") == "saml" else "oidc")
    )
    kind = row.kind if row else typed.get("kind", "oidc")
    context = {
        "provider": row, "typed": typed, "errors": errors,
        "kinds": [{"label": label, "href": f"?kind={key}", "current": key == kind} for key, label, _help in _kinds()],
        "speaks": next((help for key, _label, help in _kinds() if key == kind), ""), "joins": _joins(), "claims": _claims(typed),
        "addresses": _addresses(request, row.key if row else (typed.get("key") or "…"), kind),
    }  # fmt: skip
    return render(request, "identity_signon/provider.html", context, status=422 if errors else 200)


def _tried(found: Provider) -> str:
    """What is wrong with an OpenID provider's own word, in a sentence; empty when it answers as it should."""
    if found.kind != Provider.Kind.OIDC:
        return ""
    oidc.forget()
    try:
        oidc.configuration(found.issuer)
    except Refused as error:
        return error.text
    return ""


def _values(row: Provider | None, kind: str) -> dict[str, Any]:
    if row is None:
        return {
            "kind": kind,
            "join": "provisioned",
            **{f"claim_{name}": usual for name, usual in providers.CLAIMS.items()},
        }
    return {
        "key": row.key, "name": row.name, "kind": row.kind, "client_id": row.client_id, "issuer": row.issuer, "metadata": row.metadata,
        "domains": ", ".join(row.domains), "join": row.join, "strong": "on" if row.strong else "",
        **{f"claim_{name}": row.claims.get(name, usual) for name, usual in providers.CLAIMS.items()},
    }  # fmt: skip


def _claims(typed: Any) -> list[tuple[str, str, str]]:
    words = {"email": _("Address"), "name": _("Name"), "groups": _("Groups"), "language": _("Language")}
    return [
        (f"claim_{name}", words[name], typed.get(f"claim_{name}", usual)) for name, usual in providers.CLAIMS.items()
    ]


def _kinds() -> list[tuple[str, str, str]]:
    return [
        ("oidc", _("OpenID Connect"), _("Most providers: Entra ID, Okta, Google, Keycloak.")),
        ("saml", _("SAML 2.0"), _("Where your provider speaks nothing newer.")),
    ]


def _joins() -> list[tuple[str, str, str]]:
    return [
        ("provisioned", _("People who are here already"), _("Invited by hand, or provisioned by the directory.")),
        ("groups", _("Also people whose group gives a role"), _("They are made at their first sign-on.")),
        ("nobody", _("Only who came in through it before"), _("Nobody new is tied to it.")),
    ]


def _addresses(request: HttpRequest, key: str, kind: str) -> list[tuple[str, str]]:
    def whole(name: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[key if key != "…" else "key"]))

    if kind == "saml":
        return [
            (_("Metadata, and our entity id"), whole("signon_metadata")),
            (_("Assertion consumer (POST)"), whole("signon_acs")),
        ]
    return [(_("Redirect address"), whole("signon_back")), (_("Back-channel logout"), whole("signon_back_channel"))]


def _severity(text: str) -> int:
    if not text.isdecimal() or len(text) > 2:
        raise BadInput("bad_severity", _("The highest severity is 1 to 5."), where="max_severity")
    return int(text)


def _vendor(key: str) -> str:
    known = limits.known("vendors")
    if key and known is not None and key not in known:
        raise BadInput("unknown_vendor", _("There is no such vendor."), where="vendor_key")
    return key
