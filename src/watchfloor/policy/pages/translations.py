"""Translations of a policy: how each language stands, and the editor, part by part beside the words it is made from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import actions, texts
from watchfloor.policy.domain import translations
from watchfloor.policy.models import PolicyVersion, Translation
from watchfloor.policy.pages import parts

FIELD = "part:"


@require_safe
@guard.page("policy.view")
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    """The languages of a policy, and which clauses each has left behind."""
    policy = parts.policy_of(key)
    version = parts.text_to_translate(key)
    document = texts.document_of(version) if version else None
    numbers = {clause.key: clause.number for clause in document.clauses} if document else {}
    rows: list[dict[str, Any]] = []
    for row in Translation.objects.filter(policy_key=key).order_by("language"):
        found = translations.coverage(document, row.parts) if document else None
        behind = [numbers[each] for each in found.behind] if found else []
        rows.append({"row": row, "found": found, "behind": behind, "name": parts.language_name(row.language)})
    if request.GET.get("format") == "csv":
        head = ["language", "version", "parts", "current", "stale", "missing", "behind"]
        lines = [
            (r["row"].language, r["row"].version, r["found"].total, r["found"].current, r["found"].stale,
             r["found"].missing, " ".join(r["behind"]))
            for r in rows if r["found"]
        ]  # fmt: skip
        return csv_response(f"translations-{key}", head, lines)
    context = {
        "policy": policy, "version": version, "rows": rows, "tabs": parts.tabs(actor_of(request), key, "translations"),
        "names": names_of(r["row"].written_by for r in rows), "may_edit": actor_of(request).has("policy.translate"),
        "query": request.GET,
    }  # fmt: skip
    return render(request, "policy/translations.html", context)


@require_http_methods(parts.METHODS)
@guard.page("policy.translate")
def edit(request: HttpRequest, key: str, language: str = "") -> HttpResponseBase:
    """Translate from the text that comes next, or holds. ``?language=`` begins one; only parts that were changed are saved anew."""
    policy = parts.policy_of(key)
    version = parts.text_to_translate(key)
    if version is None:
        raise NotFound("no_text", "The policy has no text to translate.")
    language = language or request.GET.get("language", "").strip()
    try:
        translations.check_language(language)
    except BadInput as refused:
        messages.error(request, parts.sentence(refused))
        return redirect("policy-translations", key)
    row = Translation.objects.filter(policy_key=key, language=language).first()
    shown = translations.parts(texts.document_of(version), row.parts if row else {})
    typed = {part.key: part.text for part in shown}
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        typed = {part.key: request.POST.get(FIELD + part.key, "").replace("\r\n", "\n") for part in shown}
        fits = {part.key for part in shown if request.POST.get(f"fits:{part.key}") == "yes"}
        changed = {
            part.key: typed[part.key]
            for part in shown
            if typed[part.key].strip() != part.text.strip() or part.key in fits
        }
        try:
            if request.POST.get("version") != str(version.number):
                raise Conflict(
                    "other_text", "The text has changed while you were translating.", hint="Look at it again."
                )
            with writing(actor_of(request)) as w:
                actions.save_translation(w, version, language, changed)
            count = len(changed)
            done = ngettext("%(num)d part is saved.", "%(num)d parts are saved.", count) % {"num": count}
            messages.success(request, done)
            return redirect("policy-translation", key, language)
        except (BadInput, Conflict) as refused:
            errors = [(FIELD + refused.where.removeprefix("parts."), parts.sentence(refused))]
    context = {
        "policy": policy, "version": version, "target": language, "target_name": parts.language_name(language),
        "parts": shown, "typed": typed, "errors": errors,
        "error_of": dict(errors), "found": translations.coverage(texts.document_of(version), row.parts if row else {}),
        "labels": _labels(version),
    }  # fmt: skip
    return render(request, "policy/translation.html", context, status=422 if errors else 200)


def _labels(version: PolicyVersion) -> dict[str, str]:
    """What parts are called."""
    document = texts.document_of(version)
    found = {"summary": _("Summary")}
    for clause in document.clauses:
        found[f"clause:{clause.key}"] = _("Clause %(number)s") % {"number": clause.number}
        for market in clause.overlays:
            found[f"clause:{clause.key}@{market}"] = _("Clause %(number)s in %(market)s") % {
                "number": clause.number, "market": market}  # fmt: skip
    for market in document.overlays:
        found[f"market:{market}"] = _("Note on %(market)s") % {"market": market}
    for kind in document.kinds or ():
        found[f"violation:{kind.key}"] = _("Name of violation type %(clause)s") % {"clause": kind.clause}
    return found
