"""Screens of notices: what was told to whom and whether it arrived, the words in every language, what violation types mean in law."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.enforcement import (
    category_words,
    notice_fields,
    notice_queries,
    notice_templates,
    notices,
    statement_facts,
    statements,
)
from watchfloor.enforcement.models import NoticeTemplate
from watchfloor.enforcement.notice_words import LANGUAGES
from watchfloor.enforcement.pages.actions import held_count
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

PER_PAGE = 50
CSV_ROWS = 10_000
CSV_HEAD = (
    "notice",
    "template",
    "version",
    "to",
    "language",
    "decision",
    "case",
    "policy",
    "market",
    "at",
    "object_until",
    "repeats",
)
NAMES = {"en": "English", "es": "Español", "ja": "日本語", "ar": "العربية"}
EDIT = "policy.edit"


@require_safe
@guard.page("enforcement.view")
def log(request: HttpRequest) -> HttpResponseBase:
    """``/enforcement/notices``: newest first; the export has no names of people."""
    wanted = {name: request.GET.get(name, "").strip() for name in notice_queries.FILTERS}
    rows = notice_queries.notices(actor_of(request), wanted)
    if request.GET.get("format") == "csv":
        return csv_response("notices", CSV_HEAD, (_csv_row(row) for row in rows[:CSV_ROWS].iterator()))
    found, pager = paged(rows, request.GET, PER_PAGE)
    context = {
        "rows": [{"row": row, "url": _address(row)} for row in found], "kinds": _kinds(), "query": request.GET,
        "filters": _filters(), "csv_url": _with(request, format="csv"), "spoken": NAMES,
        "held": held_count(actor_of(request)),
        "pager": pager,
    }  # fmt: skip
    return render(request, "enforcement/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view")
def one(request: HttpRequest, notice_id: str) -> HttpResponse:
    """``/enforcement/notices/<id>``: as its reader has it; POST sends it once more (for those who may)."""
    actor = actor_of(request)
    row = notice_queries.notice(actor, notice_id)
    if request.method == "POST":
        notice_queries.notice(actor, notice_id, "enforcement.manage")  # else there is none
        with writing(actor) as w:
            notices.resend(w, row.pk)
        messages.success(request, _("It goes out once more, as it was written."))
        return HttpResponseRedirect(_address(row))
    context = {
        "row": row, "paragraphs": [part.split("\n") for part in row.body.split("\n\n") if part.strip()],
        "kinds": _kinds(), "sent": notice_queries.deliveries(row), "spoken": NAMES,
        "may_resend": actor.has("enforcement.manage"),
    }  # fmt: skip
    return render(request, "enforcement/notice.html", context)


@require_safe
@guard.page("enforcement.view", EDIT)
def book(request: HttpRequest) -> HttpResponse:
    """``/enforcement/words``: every notice in every language, and what is stale."""
    rows = [{"key": key, "name": _(spec.name), "words": words} for key, spec, words in notice_queries.book()]
    columns = [{"key": "name", "label": _("Notice")}, *({"key": key, "label": name} for key, name in NAMES.items())]
    return render(
        request,
        "enforcement/words.html",
        {"rows": rows, "spoken": NAMES, "columns": columns, "held": held_count(actor_of(request))},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view", EDIT)
def words(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """``/enforcement/words/<notice>/<language>``: its words, tried on real notices; POST previews or saves a new version."""
    actor = actor_of(request)
    spec = notice_fields.TEMPLATES.get(key)
    if spec is None or language not in LANGUAGES:
        raise NotFound("unknown_notice", "There is no such notice.")
    now = notice_templates.CURRENT()
    mine, original = now.get((key, language)), now.get((key, notice_templates.ORIGINAL))
    typed = {
        "subject": request.POST.get("subject", mine.subject if mine else ""),
        "body": request.POST.get("body", mine.body if mine else "").replace("\r\n", "\n"),
    }
    error: tuple[str, str] | None = None
    if request.method == "POST" and request.POST.get("step") == "save":
        if not actor.has(EDIT):
            raise NotFound("unknown_notice", "There is no such notice.")
        try:
            with writing(actor) as w:
                notice_templates.save(
                    w, key=key, language=language, subject=typed["subject"].strip(), body=typed["body"].strip()
                )
            messages.success(request, _("In force from now on. Notices already sent keep their words."))
            return HttpResponseRedirect(request.path)
        except BadInput as problem:
            error = ("body", f"{problem.message} {problem.hint}".strip())
    examples = notice_queries.examples(actor, key, language)
    chosen = next((each for each in examples if each.key == request.POST.get("example", "")), examples[0])
    shown, trouble = _preview(key, typed, chosen)
    versions = list(NoticeTemplate.objects.filter(key=key, language=language).order_by("-version")[:10])
    context = {
        "key": key, "written": language, "spoken": NAMES, "name": _(spec.name), "mine": mine, "original": original,
        "typed": typed, "errors": [error] if error else [], "trouble": "" if error else trouble, "shown": shown,
        "fields": [(name, _(notice_fields.FIELDS[name]), name in spec.needs) for name in notice_fields.FIELDS if name in spec.fields],
        "example_choices": [(each.key, _example(each)) for each in examples], "chosen": chosen,
        "language_tabs": [
            {"label": title, "href": reverse("enforcement-words-one", args=[key, code]), "current": code == language}
            for code, title in NAMES.items()
        ], "may_edit": actor.has(EDIT), "versions": versions,
        "names": names_of(row.written_by for row in versions if row.written_by),
    }  # fmt: skip
    return render(request, "enforcement/words_one.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view", EDIT)
def grounds(request: HttpRequest) -> HttpResponseBase:
    """``/enforcement/grounds``: per violation type the category, the keywords, law or terms; POST changes one (``violation``)."""
    actor = actor_of(request)
    error: tuple[str, str] | None = None
    if request.method == "POST":
        if not actor.has(EDIT):
            raise NotFound("unknown_page", "There is no such page.")
        try:
            _save_ground(request)
            return HttpResponseRedirect(reverse("enforcement-grounds") + f"#{request.POST.get('violation', '')}")
        except BadInput as problem:
            error = (problem.where or "ground", f"{problem.message} {problem.hint}".strip())
    rows: list[dict[str, Any]] = [
        {"kind": kind, "policy": policy, "ground": statement_facts.ground_of(policy.key, kind.key)}
        for policy in policies.all_policies()
        if not policy.clearance or actor.may("enforcement.view", clearance=policy.clearance)
        for kind in policies.all_violations(policy.key)
        if not kind.archived
    ]
    fields, keywords = _ground_filters(rows), sorted({word for row in rows for word in row["ground"].dsa_keywords})
    rows = [row for row in rows if _fits(row, request.GET)]
    if request.GET.get("format") == "csv":
        return csv_response("grounds", ("violation", "category", "keywords", "ground", "law", "also_illegal", "exempt"), (
            (row["kind"].key, row["ground"].dsa_category, " ".join(row["ground"].dsa_keywords), row["ground"].ground,
             row["ground"].legal_ground, row["ground"].also_illegal, row["ground"].exempt) for row in rows
        ))  # fmt: skip
    context = {
        "rows": rows, "errors": [error] if error else [], "typed": request.POST, "may_edit": actor.has(EDIT),
        "categories": category_words.category_words(), "held": held_count(actor),
        "query": request.GET, "filters": fields, "csv_url": _with(request, format="csv"),
        "keywords": keywords,
    }  # fmt: skip
    return render(request, "enforcement/grounds.html", context, status=422 if error else 200)


def _ground_filters(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    policy = {row["policy"].key: row["policy"].name for row in rows}
    return [
        {"name": "q", "label": _("Violation type"), "chip": _("Search"), "type": "search"},
        {"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": list(policy.items())},
        {"name": "ground", "label": _("Any ground"), "chip": _("Ground"), "options": [("terms", _("Terms")), ("illegal", _("Law"))]},
    ]  # fmt: skip


def _fits(row: dict[str, Any], query: Any) -> bool:
    text = query.get("q", "").strip().lower()
    return (
        text in f"{row['kind'].clause} {row['kind'].name} {row['kind'].key}".lower()
        and query.get("policy", "") in ("", row["policy"].key)
        and query.get("ground", "") in ("", row["ground"].ground)
    )


def _save_ground(request: HttpRequest) -> None:
    post = request.POST
    also = {"yes": True, "no": False}.get(post.get("also_illegal", ""))
    category = post.get("dsa_category", "").strip()
    if not category.startswith("STATEMENT_CATEGORY_"):
        raise BadInput("bad_category", _("A category begins with STATEMENT_CATEGORY_."), where="dsa_category")
    words = [word for word in post.get("dsa_keywords", "").replace(",", " ").split() if word]
    if any(not word.startswith("KEYWORD_") for word in words):
        raise BadInput("bad_keyword", _("A keyword begins with KEYWORD_."), where="dsa_keywords")
    with writing(actor_of(request)) as w:
        statements.save_ground(
            w, post.get("violation", ""), dsa_category=category, dsa_keywords=words, ground=post.get("ground", "terms"),
            legal_ground=post.get("legal_ground", "").strip(), also_illegal=also, exempt=post.get("exempt") == "yes",
        )  # fmt: skip
    messages.success(request, _("Statements made from now on stand on this."))


def _preview(key: str, typed: dict[str, str], example: notice_queries.Example) -> tuple[tuple[str, str] | None, str]:
    """Subject and body as a reader would have them; or what is wrong."""
    try:
        notice_fields.check(key, typed["subject"], typed["body"], key)
        values = {**notice_queries.made_up(key).values, **example.values}
        link = _("[the reader's own link]")
        subject, body = (notice_fields.fill(typed[name], values) for name in ("subject", "body"))
        return (subject, body.replace("{{appeal_link}}", link)), ""
    except BadInput as problem:
        return None, f"{problem.message} {problem.hint}".strip()


def _example(each: notice_queries.Example) -> str:
    if each.at is None:
        return _("the names of the fields")
    return _("the one of %(day)s, %(time)s UTC") % {"day": f"{each.at:%Y-%m-%d}", "time": f"{each.at:%H:%M:%S}"}


def _address(row: Any) -> str:
    return reverse("enforcement-notice", args=[encode("ntc", row.pk)])


def _kinds() -> dict[str, str]:
    return {key: _(spec.name) for key, spec in notice_fields.TEMPLATES.items()}


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _filters() -> list[dict[str, Any]]:
    known = [(row.key, row.name) for row in policies.all_policies()]
    return [
        {"name": "q", "label": _("Notice, case, person or item"), "chip": _("Search"), "type": "search"},
        {"name": "template", "label": _("Any notice"), "chip": _("Notice"), "options": list(_kinds().items())},
        {"name": "to", "label": _("To anyone"), "chip": _("To"), "options": [("author", _("Author")), ("reporter", _("Reporter"))]},
        {"name": "language", "label": _("Any language"), "chip": _("Language"), "options": list(NAMES.items())},
        {"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": known},
        {"name": "market", "label": _("Market"), "chip": _("Market"), "type": "search"},
    ]  # fmt: skip


def _csv_row(row: Any) -> tuple[Any, ...]:
    return (
        encode("ntc", row.pk), row.template, row.template_version, row.to, row.language,
        encode("dec", row.decision_id) if row.decision_id else "", encode("case", row.case_id) if row.case_id else "",
        row.policy_key, row.market, row.created_at, row.appeal_until, row.resent,
    )  # fmt: skip
