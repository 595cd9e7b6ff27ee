"""A suggestion becomes a proposal: its story, its acceptance criteria, what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.platform import datefields
from watchfloor.programme.improvements import access
from watchfloor.programme.improvements.actions.numbers import following
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.domain.amounts import guess
from watchfloor.programme.improvements.domain.story import MOST, line
from watchfloor.programme.improvements.events import ImprovementProposed, ImprovementWritten
from watchfloor.programme.improvements.models import Proposal, Suggestion

TITLE = 160


def propose(w: Writer, actor: Actor, suggestion: UUID, title: str) -> Proposal:
    """Begin a proposal from a suggestion and those joined to it."""
    row = access.suggestion(actor, suggestion)
    root = Suggestion.objects.select_for_update().get(pk=row.joined_to_id or row.pk)
    if not access.edits(actor, root):
        raise NotFound("unknown_suggestion", "There is no such suggestion.")
    if root.proposal_id is not None:
        raise Conflict("proposed", "It is in a proposal already.", hint="Load the page again.")
    many = [root, *root.joined.select_for_update()]
    vendors = {each.vendor_key for each in many}
    made = w.create(
        Proposal, number=following(Proposal), vendor_key=vendors.pop() if len(vendors) == 1 else "", queue_key=root.queue_key,
        state=states.DRAFT, title=line(title, "title", longest=TITLE), made_by=str(actor), made_at=clock.now(),
    )  # fmt: skip
    for each in many:
        w.update(each, proposal=made, state=Suggestion.State.TAKEN, told_at=clock.now())
    w.event(ImprovementProposed(queue=made.queue_key or "", vendor=made.vendor_key), made)
    return made


def write_story(w: Writer, actor: Actor, key: UUID, given: Mapping[str, str]) -> Proposal:
    """The title and the three parts of the story."""
    row = _open(actor, key)
    parts = {name: line(given.get(name, ""), name, longest=300, needed=False) for name in ("as_a", "i_want", "so_that")}
    w.update(row, title=line(given.get("title", ""), "title", longest=TITLE), **parts)
    return _written(w, row)


def add_criterion(w: Writer, actor: Actor, key: UUID, given: Mapping[str, str]) -> Proposal:
    """One line more by which it is seen to be done."""
    row = _open(actor, key)
    if len(row.criteria) >= MOST:
        raise BadInput("too_many", f"{MOST} criteria are enough for one story.", where="given")
    parts = [line(given.get(name, ""), name, longest=300) for name in ("given", "when", "then")]
    w.update(row, criteria=[*row.criteria, [*parts, False]])
    return _written(w, row)


def set_criterion(w: Writer, actor: Actor, key: UUID, place: int, what: str) -> Proposal:
    """``met``, ``open``: it was seen to be so, or not after all; ``drop``: it is no criterion."""
    row = _open(actor, key)
    if not 0 <= place < len(row.criteria) or what not in ("met", "open", "drop"):
        raise NotFound("unknown_criterion", "There is no such line.")
    lines = [list(each) for each in row.criteria]
    if what == "drop":
        if row.state != states.DRAFT:
            raise Conflict("decided", "The criteria were decided on; they can be met, not taken out.")
        del lines[place]
    else:
        lines[place][3] = what == "met"
    w.update(row, criteria=lines)
    return _written(w, row)


def set_effort(w: Writer, actor: Actor, key: UUID, given: Mapping[str, str]) -> Proposal:
    """Weeks of one person it takes, and the day after which it is worth nothing more, where there is one."""
    row = _open(actor, key)
    weeks = guess(given, "effort", least=0.1, most=520)
    window = datefields.day_or_none(given.get("window", ""), "window")
    w.update(row, effort=[weeks.low, weeks.likely, weeks.high], window=window)
    return _written(w, row)


def editable(actor: Actor, key: UUID) -> Proposal:
    """One proposal this person may work on, locked."""
    row = access.proposal(actor, key)
    if not access.edits(actor, row):
        raise NotFound("unknown_proposal", "There is no such proposal.")
    return Proposal.objects.select_for_update().get(pk=row.pk)


def _open(actor: Actor, key: UUID) -> Proposal:
    row = editable(actor, key)
    if row.state in (states.DECLINED, states.CLOSED):
        raise Conflict("decided", f"The proposal is {row.state}.", hint="Take it up again first.")
    return row


def _written(w: Writer, row: Proposal) -> Proposal:
    if w.has_changes:
        met = sum(bool(each[3]) for each in row.criteria)
        w.event(ImprovementWritten(criteria=len(row.criteria), met=met, missing=row.story.missing()), row)
    return row
