"""Rule files: which there are, and one in the editor, as text and as a form. Without scripts the text is a plain field."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection import domain, functions, queries
from watchfloor.detection.actions import archive_rule_file, save_rule_file
from watchfloor.detection.models import RuleFile
from watchfloor.detection.pages import parts
from watchfloor.detection.pages.new import begun
from watchfloor.detection.pages.setup import setup
from watchfloor.engines import sml
from watchfloor.engines.sml.reference import language_reference
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.platform.middleware import allow_styles
from watchfloor.platform.render import render


@require_http_methods(["GET", "POST"])
@guard.page("rule.view")
def file_list(request: HttpRequest) -> HttpResponse:
    """The files of the set; a POST begins a new one under the path given."""
    error, path = "", request.POST.get("path", "").strip()
    if request.method == "POST":
        _must_edit(request)
        try:
            domain.check_path(path)
            return HttpResponseRedirect(reverse("rule-file", args=[path]))
        except BadInput as problem:
            error = f"{problem.message} {problem.hint}"
    found = list(RuleFile.objects.filter(archived_at__isnull=True).order_by("path"))
    facts = queries.facts_in_force()
    rows = [
        {"file": row, "lines": row.text.count("\n") + 1, "url": reverse("rule-file", args=[row.path]),
         "rules": [each.name for each in facts.values() if each.file == row.path]}
        for row in found
    ]  # fmt: skip
    context = {
        "rows": rows, "error": error, "path": path, "tabs": parts.tabs("rule-files"), "query": request.GET,
        "names": names_of(row.changed_by for row in found), "may_edit": actor_of(request).has("rule.edit"),
    }  # fmt: skip
    return render(request, "detection/files.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@guard.page("rule.view")
def rule_file(request: HttpRequest, path: str) -> HttpResponse:
    """One file, or a new one: its text, what is wrong with what was typed, and the reference of functions beside it."""
    row = RuleFile.objects.filter(path=path, archived_at__isnull=True).first()
    may_edit = actor_of(request).has("rule.edit")
    try:
        domain.check_path(path)
    except BadInput:
        raise NotFound("no_rule_file", f"There is no rule file {path[:60]!r}.") from None
    if row is None and not may_edit:
        raise NotFound("no_rule_file", f"There is no rule file {path[:60]!r}.")
    text = begun(request, path, row.text if row is not None else "")
    problems: tuple[sml.Problem, ...] = ()
    refused = ""
    if request.method == "POST":
        _must_edit(request)
        text = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            if request.POST.get("step") == "archive":
                with writing(actor_of(request)) as w:
                    archive_rule_file(w, path)
                messages.success(request, _("%(path)s is out of the set; its rules are retired.") % {"path": path})
                return HttpResponseRedirect(reverse("rule-files"))
            if row is not None and request.POST.get("revision") != str(row.revision):
                raise Conflict(
                    "changed_meanwhile", "Someone else saved this file while you were writing.",
                    hint="Your text is kept below. Copy it, open the file again and put your change in.",
                )  # fmt: skip
            with writing(actor_of(request), reason=request.POST.get("why", "").strip()) as w:
                save_rule_file(w, path, text)
            messages.success(
                request, _("%(path)s is saved. New rules are drafts until someone takes them on.") % {"path": path}
            )
            return HttpResponseRedirect(reverse("rule-file", args=[path]))
        except sml.RuleErrors as error:
            problems = error.problems
        except (BadInput, Conflict) as error:
            refused = " ".join(part for part in (error.message, error.hint) if part)
    nonce = secrets.token_urlsafe(16)
    context = _context(request, path, row, text, problems, refused)
    context["setup"] = setup(
        path,
        row.text if row is not None else "",
        nonce,
        may_edit=may_edit,
        may_count=actor_of(request).has("investigate.view"),
    )
    response = render(request, "detection/file.html", context, status=422 if problems or refused else 200)
    allow_styles(response, nonce)  # the code field makes its own style sheet
    return response


def _context(
    request: HttpRequest, path: str, row: RuleFile | None, text: str, problems: tuple[sml.Problem, ...], refused: str
) -> dict[str, Any]:
    facts = queries.facts_in_force()
    history = list(Event.objects.filter(subject=f"rulefile:{row.pk}").order_by("-ordinal")[:20]) if row else []
    by_category: dict[str, list[dict[str, Any]]] = {}
    for each in language_reference(functions.known())["functions"]:
        by_category.setdefault(each["category"], []).append(each)
    return {
        "path": path, "file": row, "text": text, "refused": refused, "why": request.POST.get("why", ""),
        "revision": request.POST.get("revision", row.revision if row else 0),
        "problems": [{"problem": each, "excerpt": _excerpt(each)} for each in problems],
        "bad_lines": {each.line for each in problems if each.file == path},
        "lines": range(1, text.count("\n") + 201),
        "recent": [
            (ids.encode("itm", item.pk), f"{item.type_key} {item.external_id[:24]}: {words[:70]}")
            for item, words in queries.recent_items(actor_of(request))
        ],
        "rules": [each for each in facts.values() if each.file == path],
        "functions": dict(sorted(by_category.items())),
        "history": history,
        "names": names_of([*(event.actor for event in history), row.changed_by if row else ""]),
        "may_edit": actor_of(request).has("rule.edit"),
        "query": request.GET,
        "tabs": parts.tabs("rule-files"),
    }  # fmt: skip


def _excerpt(problem: sml.Problem) -> str:
    """The line with its carets, out of the rendered problem."""
    return "\n".join(line for line in problem.rendered.splitlines() if " | " in line or line.rstrip().endswith(" |"))


def _must_edit(request: HttpRequest) -> None:
    if not actor_of(request).has("rule.edit"):
        raise Forbidden("no_permission", "Your roles do not include writing rules.", hint="Ask an administrator.")
