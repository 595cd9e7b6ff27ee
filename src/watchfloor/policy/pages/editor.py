"""The version editor: a form by clauses, with a preview against the version in force."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import actions, texts
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain.differences import compare
from watchfloor.policy.models import PolicyVersion
from watchfloor.policy.pages import forms, parts
from watchfloor.policy.pages.diff import field_words


@require_http_methods(parts.METHODS)
@guard.page("policy.edit")
def write(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?from=3``: a new draft that begins as version 3 is (default: the one in force)."""
    parts.policy_of(key)
    rows = PolicyVersion.objects.filter(policy_key=key).order_by("-number")
    asked = parts.number_of(request, "from")
    base = rows.filter(number=asked or 0).first() or rows.filter(state="in_force").first() or rows.first()
    return _page(request, key, None, base)


@require_http_methods(parts.METHODS)
@guard.page("policy.edit")
def edit(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """Change a draft; whoever does so becomes its writer, and another person approves it."""
    parts.policy_of(key)
    version = texts.version_of(key, number)
    if version.state != "draft":
        messages.error(request, _("Only a draft can be changed. Write a new version that begins with this one."))
        return redirect(f"{reverse('policy-detail', args=[key])}?version={number}")
    return _page(request, key, version, version)


def _page(request: HttpRequest, key: str, draft: PolicyVersion | None, base: PolicyVersion | None) -> HttpResponse:
    typed = forms.typed_of(texts.document_of(base), draft.why if draft else "") if base else forms.blank()
    errors: list[tuple[str, str]] = []
    preview: dict[str, Any] = {"preview": None}
    if request.method == "POST":
        typed = forms.read(request)
        step = request.POST.get("step", "save")
        if not forms.step(typed, step):
            try:
                found = forms.document(typed)
                if step != "preview":
                    return _save(request, key, draft, found, typed["why"])  # type: ignore[return-value]
                documents.check(found)
                preview = _preview(key, found)
            except (BadInput, Conflict) as refused:
                errors = [(forms.field_of(refused), parts.sentence(refused))]
    context = {
        "policy": parts.policy_of(key), "draft": draft, "base": base, "typed": typed, "errors": errors,
        "error_of": dict(errors), "fields": field_words(), "hows": parts.hows(), **preview,
    }  # fmt: skip
    return render(request, "policy/edit.html", context, status=422 if errors else 200)


def _save(
    request: HttpRequest, key: str, draft: PolicyVersion | None, found: documents.Document, why: str
) -> HttpResponseBase:
    with writing(actor_of(request)) as w:
        if draft is None:
            saved = actions.draft_document(w, key, found, why=why)
        else:
            saved = actions.edit_document(w, draft, found, why=why)
    messages.success(request, _("Draft %(number)s is saved. A colleague can approve it.") % {"number": saved.number})
    return redirect(f"{reverse('policy-detail', args=[key])}?version={saved.number}")


def _preview(key: str, found: documents.Document) -> dict[str, Any]:
    standing = PolicyVersion.objects.filter(policy_key=key, state="in_force").first()
    against = texts.document_of(standing) if standing else documents.Document(summary="", clauses=())
    return {"preview": found, "held": standing, "found": compare(against, found)}
