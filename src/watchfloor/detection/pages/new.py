"""A new rule: from nothing, from a template, or from a query. The choice leads to the editor with the text begun and nothing stored."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from watchfloor.detection import domain, ruleset
from watchfloor.detection.editing import templates
from watchfloor.detection.investigate import to_rule
from watchfloor.detection.pages import parts
from watchfloor.identity import guard
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.render import render

LONGEST_CONDITION = 4_000
_NAME = re.compile(r"[^\W\d_]\w*")


@require_http_methods(["GET", "POST"])
@guard.page("rule.edit")
def new_rule(request: HttpRequest) -> HttpResponse:
    """What it begins with, its name, and the file it goes into."""
    given = request.POST if request.method == "POST" else request.GET
    condition = given.get("condition", "").strip()
    typed = {
        "name": given.get("name", "").strip(), "condition": condition, "template": given.get("template", ""),
        "file": given.get("file", ""), "path": given.get("path", "").strip(),
    }  # fmt: skip
    errors: dict[str, str] = {}
    sources = ruleset.sources()
    if request.method == "POST":
        path = typed["path"] if typed["file"] in ("", "new") else typed["file"]
        try:
            _check(typed, path)
            query = {key: typed[key] for key in ("name", "condition", "template") if typed[key]}
            query.setdefault("template", "" if condition else "blank")
            address = f"{reverse('rule-file', args=[path])}?{urlencode(query)}"
            return HttpResponseRedirect(
                address + ("" if condition or typed["template"] not in ("", "blank") else "#tab-form")
            )
        except BadInput as error:
            errors[error.where] = " ".join(part for part in (error.message, error.hint) if part)
    context = {
        "typed": typed, "errors": errors, "templates": templates.offered(), "tabs": parts.tabs("rules"),
        "files": [(path, path) for path in sorted(sources)], "query": request.GET,
        "suggested": _free_path(sources),
    }  # fmt: skip
    return render(request, "detection/new.html", context, status=422 if errors else 200)


def begun(request: HttpRequest, path: str, text: str) -> str:
    """The text the editor begins with: as stored, or a new file's example, or with a rule made of the template or the condition that
    the address names."""
    name, condition = request.GET.get("name", "").strip(), request.GET.get("condition", "").strip()
    sources = ruleset.sources()
    if condition:
        name = templates.free_name(name if _NAME.fullmatch(name) else "FromQuery", sources)
        if not text and "$." in condition:  # a query of Investigate names paths; a rule names features
            return to_rule.rule_text(condition[:LONGEST_CONDITION], name)
        return templates.from_query(path, text, sources, name, condition[:LONGEST_CONDITION])
    key = request.GET.get("template", "")
    if text and not key:
        return text
    if key == "blank":
        return text or templates.opening(sources, path)
    template = templates.by_key(key) or templates.TEMPLATES[0]
    name = templates.free_name(name if _NAME.fullmatch(name) else template.name if key else "MyRule", sources)
    return templates.begun(path, text, sources, template, name)


def _check(typed: dict[str, str], path: str) -> None:
    if not path:
        raise BadInput("no_path", "Say which file it goes into.", where="path", hint="Such as links.sml.")
    domain.check_path(path)
    if typed["name"] and not _NAME.fullmatch(typed["name"]):
        raise BadInput(
            "bad_name", "A rule's name is one word.", where="name", hint="Letters, digits and _, such as PillShop."
        )
    if len(typed["condition"]) > LONGEST_CONDITION:
        raise BadInput("too_long", "This condition is too long to carry over.", where="condition")


def _free_path(sources: dict[str, str]) -> str:
    number = 1
    while f"rule{number}.sml" in sources:
        number += 1
    return f"rule{number}.sml"
