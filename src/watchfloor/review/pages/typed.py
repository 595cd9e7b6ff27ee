"""What a reviewer typed on the workbench, read once and kept whatever happens to the request."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from watchfloor.kernel.errors import BadInput
from watchfloor.review.contracts import DecisionIn

MAX_TEXT = 10_000

# Texts that are written a hundred times a day; chosen, they are added to the note.
MACROS: Mapping[str, tuple[object, str]] = {
    "quoted": (
        _("Quoted to condemn"),
        "The words are quoted in order to condemn or report them; the author does not share them.",
    ),
    "satire": (
        _("Satire, clear from context"),
        "Satire that is clear from the context; nobody is attacked for what they are.",
    ),
    "bulk": (_("Same text in bulk"), "The same text was sent to many people who did not ask for it."),
    "link": (_("Link leads elsewhere"), "The link leads to a place other than the one it names."),
    "private": (_("Private data of another"), "It shows private data of a person who did not agree to it."),
    "context": (_("Context is missing"), "What came before and after is needed to decide this."),
}


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The workbench's form."""

    token: int = 0
    step: str = ""
    verdict: str = ""
    violation: str = ""
    actions_for: str = ""
    actions: tuple[str, ...] = ()
    note: str = ""
    macro: str = ""
    reason: str = ""
    skip_reason: str = ""
    to_queue: str = ""
    active_ms: int = 0
    queue: str = ""
    path: tuple[tuple[str, int], ...] = ()
    question: str = ""
    ask_to: str = ""
    ask_waits: bool = True
    waits_for: str = ""
    mark_at: str = ""
    mark_note: str = ""
    medium: str = ""
    stop_violation: str = ""  # in the question whether a stream is stopped
    macro_text: str = ""  # what the macro comes to here

    @property
    def full_note(self) -> str:
        """The note with the macro's text beneath it (the script puts it in at once; a plain form does here)."""
        text = self.macro_text
        return "\n".join(part for part in (self.note.strip(), text) if part)

    def finding(self) -> DecisionIn:
        """The decision. Actions count only if they were shown for the violation type that is chosen now."""
        violating = self.verdict == "violating"
        chosen = self.actions if violating and self.actions_for == self.violation else None
        return DecisionIn(
            verdict=self.verdict,
            violation_key=self.violation if violating else "",
            actions=chosen,
            rationale=self.full_note,
            active_ms=self.active_ms,
            path=self.path,
        )


def read(request: HttpRequest) -> Typed:
    """The form as sent; ``BadInput`` only for what no person can have typed."""
    post = request.POST
    note, reason = post.get("note", ""), post.get("reason", "")
    if len(note) > MAX_TEXT or len(reason) > MAX_TEXT:
        raise BadInput("too_long", f"A note has at most {MAX_TEXT:,} characters.", where="note")
    return Typed(
        token=number(post.get("token", "")),
        step=post.get("step", ""),
        verdict=post.get("verdict", ""),
        violation=post.get("violation", ""),
        actions_for=post.get("actions_for", ""),
        actions=tuple(post.getlist("actions")),
        note=note,
        macro=post.get("macro", ""),
        reason=reason,
        skip_reason=post.get("skip_reason", ""),
        to_queue=post.get("to_queue", ""),
        active_ms=number(post.get("active_ms", "")),
        queue=queue_of(request),
        path=_path(post.get("path", "")),
        question=post.get("question", "")[:MAX_TEXT],
        ask_to=post.get("ask_to", "")[:80],
        ask_waits=post.get("ask_waits", "wait") == "wait",
        waits_for=post.get("waits_for", "")[:20],
        mark_at=post.get("mark_at", "")[:20],
        mark_note=post.get("mark_note", "")[:300],
        medium=post.get("medium", "")[:80],
        stop_violation=post.get("stop_violation", "")[:80],
        macro_text=MACROS[post.get("macro", "")][1] if post.get("macro", "") in MACROS else "",
    )


def queue_of(request: HttpRequest) -> str:
    """The one queue this reviewer works just now (``?queue=``), or an empty string for all of theirs."""
    return (request.POST.get("queue") or request.GET.get("queue") or "")[:80]


def _path(text: str) -> tuple[tuple[str, int], ...]:
    """``q1.0 q2.1``: question keys with answer numbers; anything else is no path."""
    steps = []
    for step in text.split()[:200]:
        key, _, number = step.rpartition(".")
        if not key or not number.isdecimal() or len(number) > 2:
            return ()
        steps.append((key[:40], int(number)))
    return tuple(steps)


def number(text: str) -> int:
    """A whole number of at most 15 digits; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 16 else 0
