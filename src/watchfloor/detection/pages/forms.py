"""The rule form's two questions (how does this rule look as a form; how does this form look as text), and what a draft would change."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from watchfloor.detection.editing import forms, vocabulary
from watchfloor.detection.models import RuleFile
from watchfloor.detection.pages.editor import Draft, answer, body
from watchfloor.engines.sml.form import NewCounter, NewField, RuleForm
from watchfloor.engines.sml.formfile import put_rule
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.render import render


class FormDraft(msgspec.Struct, frozen=True):
    """A draft and the rule of it to show as a form."""

    path: str
    text: str
    rule: str = ""


class FormChange(msgspec.Struct, frozen=True):
    """A draft and a rule as it shall be in it."""

    path: str
    text: str
    form: RuleForm
    new: tuple[NewField | NewCounter, ...] = ()


class Written(msgspec.Struct, frozen=True):
    """The draft with the form's rule in it."""

    text: str


@require_POST
@guard.page("rule.view")
def as_form(request: HttpRequest) -> HttpResponse:
    """One rule of the draft as a form, or why that cannot be."""
    draft = body(request, FormDraft)
    return answer(forms.form_of(draft.path, draft.text, draft.rule, vocabulary.of_floor(actor_of(request))))


@require_POST
@guard.page("rule.view")
def as_text(request: HttpRequest) -> HttpResponse:
    """The draft with the form written into it; nothing is stored."""
    change = body(request, FormChange)
    return answer(Written(put_rule(change.text, change.form, change.new)))


@require_POST
@guard.page("rule.view")
def changes(request: HttpRequest) -> HttpResponse:
    """The draft beside the stored text: a piece of page."""
    draft = body(request, Draft)
    row = RuleFile.objects.filter(path=draft.path, archived_at__isnull=True).first()
    context = {"old": row.text if row is not None else "", "new": draft.text, "path": draft.path, "file": row}
    return render(request, "detection/changes.html", context)
