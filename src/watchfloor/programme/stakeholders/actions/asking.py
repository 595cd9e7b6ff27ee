"""One person asks another, until when; the answer may become a draft of knowledge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.knowledge import actions as knowledge
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders.actions import checks
from watchfloor.programme.stakeholders.events import PersonAnswered, PersonAsked
from watchfloor.programme.stakeholders.models import Question


def ask(
    w: Writer, of: UUID | str, text: str, due: datetime, *, about: str = "", market: str | None = None, vendor: str = ""
) -> Question:
    """Ask a person something; they are told by mail."""
    text, who, now = checks.words(text, "text"), checks.person(of, "of"), clock.now()
    if due.tzinfo is None or due <= now:
        raise BadInput("bad_due", "The answer is due some time from now.", where="due")
    row = w.create(
        Question, about=about[:120], text=text, asked_by=w.actor, asked_of=who, asked_at=now, due=due, market=market or None,
        vendor_key=vendor,
    )  # fmt: skip
    w.event(PersonAsked(market=market or "", vendor=vendor), row)
    letters.write(
        w, f"question:{row.pk}", cause="question", person=who, path="/programme/yours",
        subject=_("You are asked something"), text=text,
    )  # fmt: skip
    return row


def answer(w: Writer, question: UUID, text: str, *, article: str = "", policy_key: str = "") -> Question:
    """The person who was asked answers. ``article``: the title of a draft of knowledge made from it, for a policy."""
    text = checks.words(text, "answer")
    row = Question.objects.select_for_update().filter(pk=question).first()
    if row is None or checks.own(w.actor) != row.asked_of:
        raise NotFound("unknown_question", "There is no such question to you.")
    if row.answered_at is not None:
        raise Conflict("answered_already", "You answered it already.", hint="Load the page again.")
    made = None
    if article.strip():
        if not policy_key:
            raise BadInput("no_policy", "Say which policy the article belongs to.", where="policy")
        made = knowledge.draft(w, title=article, body=text, policy_key=policy_key, source=f"question:{row.pk}")
    now = clock.now()
    w.update(row, answer=text, answered_by=w.actor, answered_at=now, article_id=made.pk if made else None)
    w.event(
        PersonAnswered(
            in_time=now <= row.due, after_ms=round((now - row.asked_at).total_seconds() * 1000), article=made is not None,
            market=row.market or "", vendor=row.vendor_key,
        ),
        row,
    )  # fmt: skip
    asker = checks.own(row.asked_by)
    if asker is not None:
        letters.write(
            w, f"answer:{row.pk}", cause="answer", person=asker, path="/programme/yours",
            subject=_("Your question is answered"), text=text,
        )  # fmt: skip
    return row
