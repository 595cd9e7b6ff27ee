"""What is said about the work, who is named in it, who watches."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.programme.tracking import after, readers
from watchfloor.programme.tracking.actions import checks
from watchfloor.programme.tracking.actions.initiatives import dims
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.domain.mentions import mentioned
from watchfloor.programme.tracking.events import Commented, Watched
from watchfloor.programme.tracking.models import Action, Comment, Initiative, Watch


def comment(w: Writer, about: str, text: str, *, origin: str = "") -> Comment:
    """Say something about an action or an initiative (``action:<id>``). Who is named with an @ and may read it is told.

    ``origin``: the system it comes from, where somebody said it elsewhere.
    """
    initiative, action = subject(about)
    text = checks.words(text, "text", needed=True)
    people = readers.names(initiative if action is None else action) if "@" in text else {}
    row = w.create(
        Comment, about=about, text=text, mentions=mentioned(text, people), by=w.actor, at=clock.now(),
        origin=origin[:40],
    )  # fmt: skip
    w.event(Commented(**dims(initiative), mentions=len(row.mentions)), row)
    after.tell(w, Change(what="commented", initiative=initiative, action=action, comment=row))
    return row


def watch(w: Writer, about: str, person: UUID, on: bool = True) -> Watch:
    """Be told what happens to it, or no longer."""
    subject(about)
    row = Watch.objects.select_for_update().filter(about=about, person=person).first()
    if row is None:
        row = w.create_unless_known(Watch, about=about, person=person, on=on)
        if row is None:
            return Watch.objects.get(about=about, person=person)
    elif row.on == on:
        return row
    else:
        w.update(row, on=on)
    w.event(Watched(on=on), row)
    return row


def subject(about: str) -> tuple[Initiative | None, Action | None]:
    """What ``about`` names: the initiative, and the action where it is one."""
    kind, _sep, name = about.partition(":")
    try:
        pk = UUID(name)
    except ValueError:
        pk = UUID(int=0)
    if kind == "action":
        action = Action.objects.select_related("initiative").filter(pk=pk).first()
        if action is not None:
            return action.initiative, action
    elif kind == "initiative":
        initiative = Initiative.objects.filter(pk=pk).first()
        if initiative is not None:
            return initiative, None
    raise BadInput("unknown_subject", "There is no such action or initiative.", where="about")
