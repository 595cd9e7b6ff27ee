"""What the rule editor asks while one types: problems, completions, help, what the draft makes of an event. Nothing is stored."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from watchfloor.detection import domain, functions, queries, ruleset
from watchfloor.detection.editing import drafts, vocabulary
from watchfloor.engines import sml
from watchfloor.engines.sml.complete import Completions, complete
from watchfloor.engines.sml.format import format_text
from watchfloor.engines.sml.hover import Hover, hover, signature_at
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.render import render

MAX_BODY = 8_000_000
T = TypeVar("T")


class Draft(msgspec.Struct, frozen=True):
    """A text as it stands in the editor, and where the cursor is (in characters)."""

    path: str
    text: str
    offset: int = 0


class TryDraft(msgspec.Struct, frozen=True):
    """A draft and what to try it on: an item (``itm_...``) or an event as JSON."""

    path: str
    text: str
    item: str = ""
    event: str = ""


class Answer(msgspec.Struct, frozen=True):
    """Completions, and help with the call the cursor stands in."""

    completions: Completions
    signature: Hover | None


def body(request: HttpRequest, kind: type[T]) -> T:
    """The request's JSON; ``BadInput`` when it is not what the editor sends."""
    if len(request.body) > MAX_BODY:
        raise BadInput("too_large", "That is more text than a rule file may hold.")
    try:
        found = msgspec.json.decode(request.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput("bad_request", f"This is not what the editor sends: {error}.") from None
    domain.check_path(getattr(found, "path", "x.sml"))
    return found


def answer(content: object, status: int = 200) -> HttpResponse:
    """JSON."""
    return HttpResponse(msgspec.json.encode(content), content_type="application/json", status=status)


@require_POST
@guard.page("rule.view")
def check(request: HttpRequest) -> HttpResponse:
    """Everything that is wrong with the draft."""
    draft = body(request, Draft)
    return answer(drafts.check(draft.path, draft.text))


@require_POST
@guard.page("rule.view")
def suggest(request: HttpRequest) -> HttpResponse:
    """What may come next, and help with the arguments at hand."""
    draft = body(request, Draft)
    known = functions.known()
    found = complete(
        draft.text, draft.offset, path=draft.path, sources=ruleset.sources(), functions=known,
        vocabulary=vocabulary.of_floor(actor_of(request)),
    )  # fmt: skip
    return answer(Answer(found, signature_at(draft.text, draft.offset, known)))


@require_POST
@guard.page("rule.view")
def help_on(request: HttpRequest) -> HttpResponse:
    """Help on what stands at the pointer; null where there is none."""
    draft = body(request, Draft)
    found = hover(
        draft.text, draft.offset, path=draft.path, sources=ruleset.sources(), functions=functions.known(),
        vocabulary=vocabulary.of_floor(actor_of(request)),
    )  # fmt: skip
    return answer(found)


@require_POST
@guard.page("rule.view")
def shaped(request: HttpRequest) -> HttpResponse:
    """The draft in the one shape of rule files; as it is where it cannot be read yet."""
    draft = body(request, Draft)
    try:
        return answer({"text": format_text(draft.text, draft.path), "problem": ""})
    except sml.RuleErrors as error:
        return answer({"text": draft.text, "problem": error.problems[0].message})


@require_POST
@guard.page("investigate.view")
def so_far(request: HttpRequest) -> HttpResponse:
    """How often the draft's rules fire among the newest events; null while it does not compile."""
    draft = body(request, Draft)
    try:
        return answer(drafts.hits_so_far(actor_of(request), draft.path, draft.text))
    except sml.RuleErrors:
        return answer(None)


@require_POST
@guard.page("rule.view")
def try_out(request: HttpRequest) -> HttpResponse:
    """Which rules of the draft fire on an event, and why: a piece of page."""
    draft = body(request, TryDraft)
    context: dict[str, object] = {"tried": None, "problem": "", "event": ""}
    try:
        event = _event(request, draft)
        context["event"] = msgspec.json.format(msgspec.json.encode(event.data), indent=2).decode()
        context["tried"] = drafts.try_on(draft.path, draft.text, event)
    except sml.RuleErrors as error:
        count = len(error.problems)
        context["problem"] = f"{error.problems[0].message} {error.problems[0].hint}".strip()
        context["more"] = count - 1
    except WatchfloorError as error:
        context["problem"] = " ".join(part for part in (error.message, error.hint) if part)
    return render(request, "detection/tried.html", context)


def _event(request: HttpRequest, draft: TryDraft) -> sml.Event:
    if draft.event.strip():
        return sml.event_from_json(draft.event.encode())
    if not draft.item:
        raise BadInput("nothing_to_try", "Choose an item, or paste an event.")
    return queries.event_of(queries.visible_item(actor_of(request), ids.decode("itm", draft.item)))
