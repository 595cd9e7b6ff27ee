"""Boards are made, changed, shared, copied, put back to an earlier version and put away. The only writers of boards and versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Role
from watchfloor.insight import catalogue
from watchfloor.insight.boards.domain.document import Document, check
from watchfloor.insight.boards.events import BoardArchived, BoardSaved, BoardShared
from watchfloor.insight.boards.models import Board, BoardDraft, BoardVersion
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing

SEES = "insight.view"
EDITS = "board.edit"


def listed(actor: Actor, *, archived: bool = False) -> QuerySet[Board]:
    """The boards one may open: those of the house, shared ones and one's own; first boards first, then by name."""
    if not actor.has(SEES):
        return Board.objects.none()
    mine = Q(owner=str(actor)) | Q(shared=True)
    return Board.objects.filter(mine, archived_at__isnull=not archived).order_by("name", "pk")


def opened(actor: Actor, board_id: UUID) -> Board:
    """One board, an archived one too.

    Raises:
        NotFound: there is none, or it is somebody's own.
    """
    row = Board.objects.filter(Q(owner=str(actor)) | Q(shared=True), pk=board_id).first() if actor.has(SEES) else None
    if row is None:
        raise NotFound("no_board", "There is no such board.")
    return row


def may_change(actor: Actor, row: Board) -> bool:
    """One's own personal board with the right to see numbers; a shared one with the right to edit boards."""
    return actor.has(EDITS) if row.shared else row.owner == str(actor) and actor.has(SEES)


def first_for(actor: Actor) -> Board | None:
    """The board that is the first one of a role the actor holds."""
    roles = [scope.role for scope in actor.scopes]
    return listed(actor).filter(roles__overlap=roles).first() if roles else None


def document_of(row: Board | BoardVersion) -> Document:
    """The stored document."""
    return msgspec.convert(row.document, Document)


def checked(document: Document) -> Document:
    """The document, its metrics and dimensions known. ``BadInput`` otherwise."""
    return check(document, catalogue.metrics(), titles())


def using(actor: Actor) -> dict[str, list[Board]]:
    """By metric, the boards in use whose panels show it, of those the actor may open."""
    found: dict[str, list[Board]] = {}
    for row in listed(actor):
        for key in dict.fromkeys(key for panel in document_of(row).panels for key in panel.metrics):
            found.setdefault(key, []).append(row)
    return found


def make(actor: Actor, name: str, document: Document, *, purpose: str = "", shared: bool = False) -> Board:
    """A new board of one's own; ``shared`` from the start needs the right to edit boards."""
    _may_share(actor, shared)
    with writing(actor) as w:
        return put(w, name=name, document=document, purpose=purpose, shared=shared, owner=str(actor))


def put(
    w: Writer, *, name: str, document: Document, purpose: str = "", shared: bool = False, owner: str = "", key: str = "",
    roles: Sequence[str] = (),
) -> Board:  # fmt: skip
    """Insert a board with its first version, within a transaction of the caller's."""
    name, body = _named(name), _plain(document)
    now = clock.now()
    row = w.create(
        Board, name=name, purpose=purpose.strip()[:300], owner=owner, shared=shared, key=key, roles=list(roles), document=body,
        changed_by=w.actor, changed_at=now,
    )  # fmt: skip
    w.create(BoardVersion, board=row, number=1, name=name, document=body, saved_by=w.actor, saved_at=now)
    w.event(BoardSaved(number=1, panels=len(document.panels), shared=shared), row)
    return row


def save(
    actor: Actor, board_id: UUID, document: Document, *, seen: int, name: str | None = None, purpose: str | None = None
) -> Board:
    """A new version.

    Args:
        seen: the version that the change began with.

    Raises:
        Conflict: somebody saved another version meanwhile.
    """
    body = _plain(document)
    with writing(actor) as w:
        row = _locked(actor, board_id)
        if row.version != seen:
            raise Conflict(
                "saved_meanwhile", "Somebody saved this board while you edited it.",
                hint="Duplicate your edits as a board of your own, or drop them and begin with what is saved.",
            )  # fmt: skip
        title = row.name if name is None else _named(name)
        words = row.purpose if purpose is None else purpose.strip()[:300]
        if (body, title, words) == (row.document, row.name, row.purpose):
            return row
        number, now = row.version + 1, clock.now()
        w.update(row, name=title, purpose=words, document=body, version=number, changed_by=str(actor), changed_at=now)
        w.create(BoardVersion, board=row, number=number, name=title, document=body, saved_by=str(actor), saved_at=now)
        w.event(BoardSaved(number=number, panels=len(document.panels), shared=row.shared), row)
        BoardDraft.objects.filter(board=row, user_id=_person(actor)).delete()
    return row


def restore(actor: Actor, board_id: UUID, number: int) -> Board:
    """An earlier version again, as a new one."""
    row = opened(actor, board_id)
    version = row.versions.filter(number=number).first()
    if version is None:
        raise NotFound("no_version", "This board has no such version.")
    return save(actor, board_id, document_of(version), seen=row.version, name=version.name)


def duplicate(actor: Actor, board_id: UUID, name: str, document: Document | None = None) -> Board:
    """A board of one's own that begins as this one (or as a document that was made of it)."""
    row = opened(actor, board_id)
    return make(actor, name, document or document_of(row), purpose=row.purpose)


def share(actor: Actor, board_id: UUID, *, shared: bool, roles: Sequence[str] = ()) -> Board:
    """For the team or for its owner alone; for which roles it is the first board.

    Raises:
        BadInput: a role that is none, or roles for a board that is not shared.
    """
    _may_share(actor, True)
    known = set(Role.objects.filter(key__in=roles).values_list("key", flat=True))
    for role in roles:
        if role not in known:
            raise BadInput("unknown_role", f"There is no role {role[:40]!r}.", where="roles")
    if roles and not shared:
        raise BadInput("not_shared", "Only a shared board can be a role's first one.", where="roles")
    with writing(actor) as w:
        row = _locked(actor, board_id)
        if not shared and not row.owner:
            raise BadInput(
                "of_the_house", "A board of the house is for everyone.", hint="Duplicate it to have one of your own."
            )
        for other in Board.objects.select_for_update().filter(roles__overlap=list(roles)).exclude(pk=row.pk):
            w.update(other, roles=[role for role in other.roles if role not in roles])
            w.event(BoardShared(shared=other.shared, roles=other.roles), other)
        if (row.shared, row.roles) == (shared, list(roles)):
            return row
        w.update(row, shared=shared, roles=list(roles))
        w.event(BoardShared(shared=shared, roles=list(roles)), row)
    return row


def archive(actor: Actor, board_id: UUID, *, back: bool = False) -> Board:
    """Put a board away; nothing is lost, and ``back`` takes it out again. Its schedules find it gone and stop."""
    with writing(actor) as w:
        row = _locked(actor, board_id)
        if (row.archived_at is None) == back:
            return row
        w.update(row, archived_at=None if back else clock.now(), roles=[])
        w.event(BoardArchived(back=back), row)
    return row


def _locked(actor: Actor, board_id: UUID) -> Board:
    row = opened(actor, board_id)
    if not may_change(actor, row):
        raise Forbidden(
            "not_yours", "You may look at this board, but not change it.", hint="Duplicate it to have one of your own."
        )
    return Board.objects.select_for_update().get(pk=row.pk)


def _may_share(actor: Actor, shared: bool) -> None:
    if not (actor.has(EDITS) or (not shared and actor.has(SEES))):
        raise Forbidden(
            "no_permission", "Your roles do not include making boards for others.", hint="It needs board.edit."
        )


def _named(name: str) -> str:
    found = " ".join(name.split())
    if not found or len(found) > 120:
        raise BadInput("bad_name", "A board needs a name of at most 120 characters.", where="name")
    return found


def _plain(document: Document) -> Any:
    """As the database gives it back."""
    return msgspec.json.decode(msgspec.json.encode(checked(document)))


def _person(actor: Actor) -> UUID:
    return UUID(actor.id) if actor.kind == "user" else UUID(int=0)
