"""Files of people: who there is as rows, what a file would do, and doing it in one transaction, with the way back kept for a month.

A file is done by the same verbs as the pages, so it can do nothing that its sender could not do there person by person. What it would do
is tried, not guessed: the steps are taken and rolled back, and what refuses becomes the sentence of its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.identity import actions as identity
from watchfloor.identity import limits, people
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Grant, User
from watchfloor.identity.queries import live_grants
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.workforce import actions
from watchfloor.workforce.domain import people_file as files
from watchfloor.workforce.domain.people_file import Step, Wrong
from watchfloor.workforce.events import PeopleFileTaken
from watchfloor.workforce.models import PeopleFile, Reviewer

MANAGE = "people.manage"
KEPT = timedelta(days=30)
HEAD = (*files.COLUMNS, *files.TOLD)


class Plan(msgspec.Struct, frozen=True):
    """What a file would do, and what is wrong with it; with anything wrong nothing of it is done."""

    steps: list[Step]
    wrong: list[Wrong]

    def of(self, *kinds: str) -> list[Step]:
        """The steps of these kinds."""
        return [each for each in self.steps if each.kind in kinds]

    @property
    def seen(self) -> str:
        """What a preview showed, in short: the same plan has the same."""
        return files.digest([each for each in self.steps if each.kind != "same"])


def rows(users: Iterable[User]) -> Iterator[tuple[str, ...]]:
    """People as lines of a file, ``HEAD`` above them."""
    found = list(users)
    states, others = _states(found)
    for user in found:
        cells = files.text(states[user.pk])
        seen = user.last_login.isoformat(timespec="seconds") if user.last_login else ""
        yield (user.email, *(cells[name] for name in files.COLUMNS[1:]), " ".join(others[user.pk]), seen)


def look(actor: Actor, content: str) -> Plan:
    """What the file would do. Nothing is changed.

    Raises:
        BadInput: it is no file of people.
    """
    try:
        with writing(actor) as w:
            raise _Tried(_carry_out(w, actor, content))
    except _Tried as tried:
        return tried.plan


def take_in(actor: Actor, content: str, *, seen: str | None = None, undoes: PeopleFile | None = None) -> PeopleFile:
    """Do what the file says, all of it or nothing.

    Args:
        seen: what the preview showed (``Plan.seen``); by now it may be something else.

    Raises:
        BadInput: a line cannot be done (``where`` is its number). Conflict: it would by now do something else, or nothing.
    """
    with writing(actor) as w:
        plan = _carry_out(w, actor, content)
        if plan.wrong:
            first = plan.wrong[0]
            raise BadInput("bad_line", f"Line {first.line}: {first.said}", where=f"line {first.line}")
        if seen is not None and seen != plan.seen:
            raise Conflict(
                "changed_meanwhile", "This would by now do something else than you were shown.", hint="Look again."
            )
        done = plan.of("add", "change", "end")
        if not done:
            raise Conflict("nothing", "Everybody in this file is already as it says.")
        row = PeopleFile.objects.create(
            by=str(actor), at=clock.now(), added=len(plan.of("add")), changed=len(plan.of("change")), ended=len(plan.of("end")),
            back="" if undoes is not None else files.back(done),
        )  # fmt: skip
        told = PeopleFileTaken(
            people_added=row.added, people_changed=row.changed, people_ended=row.ended, undo=undoes is not None
        )
        w.event(told, ("people_file", row.pk))
        if undoes is not None:
            PeopleFile.objects.filter(pk=undoes.pk).update(undone_at=clock.now())
    return row


def undo(actor: Actor, pk: UUID) -> PeopleFile:
    """Take a file back: who it added cannot sign in any more, all else is as it was before it.

    Raises:
        NotFound: it is none of theirs, or too long ago. Conflict: it was taken back. BadInput: a step back is refused.
    """
    row = one(actor, pk)
    if row.undone_at is not None:
        raise Conflict("undone", "This file was taken back already.")
    if not row.back:
        raise Conflict("too_late", "This file is too long ago to be taken back.")
    return take_in(actor, row.back, undoes=row)


def listed(actor: Actor) -> QuerySet[PeopleFile]:
    """Files that were taken in, newest first: all for who manages people everywhere, else one's own."""
    found = PeopleFile.objects.order_by("-at")
    return found if actor.may(MANAGE, vendor="") else found.filter(by=str(actor))


def one(actor: Actor, pk: UUID) -> PeopleFile:
    """By its id; ``NotFound`` for whoever may not see it."""
    row = listed(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound("no_file", "There is no such file.")
    return row


def forget_old() -> int:
    """After a month the way back is forgotten, and with it names."""
    return PeopleFile.objects.filter(at__lt=clock.now() - KEPT).exclude(back="").update(back="")


class _Tried(Exception):
    """Rolls back what was tried."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


def _carry_out(w: Writer, actor: Actor, content: str) -> Plan:
    """Every line that can be done is; the others are told."""
    lines, wrong = files.parse(content)
    users = {user.email: user for user in User.objects.filter(email__in=[line.email for line in lines])}
    mine = set(
        people.manageable(actor).filter(pk__in=[user.pk for user in users.values()]).values_list("pk", flat=True)
    )
    states, _others = _states(users.values())
    steps = []
    for line in lines:
        user = users.get(line.email)
        try:
            if user is not None and user.pk not in mine:
                raise Forbidden(
                    "not_yours",
                    f"Someone with the address {line.email[:80]} exists already, and is none of your people.",
                )
            step = files.step(line, None if user is None else states[user.pk])
            with w.attempt():
                _do(w, actor, step, user)
            steps.append(step)
        except (BadInput, Conflict, Forbidden) as refused:
            wrong.append(Wrong(line.number, line.email, refused.message))
    return Plan(steps, sorted(wrong, key=lambda each: each.line))


def _do(w: Writer, actor: Actor, step: Step, user: User | None) -> None:
    before, after = step.before, step.after
    if step.kind == "same":
        return
    if user is None:
        user = identity.create_user(w, email=step.email, name=after.name, password=None)
        was = files.State(name=after.name)
    else:
        assert before is not None
        was = before
    if after.name != was.name:
        identity.rename(w, user, after.name, by=actor)
    if after.active:
        identity.set_active(w, user, True, by=actor)
    _roles(w, actor, user, was.roles, after.roles)
    _work(w, actor, user, was, after)
    if not after.active:
        identity.set_active(w, user, False, by=actor)
    elif not people.manageable(actor).filter(pk=user.pk).exists():
        raise Forbidden(
            "out_of_reach",
            "You manage the people of some vendors only: give a role within one of them, like reviewer@birch.",
        )


def _roles(w: Writer, actor: Actor, user: User, before: Sequence[str], after: Sequence[str]) -> None:
    for written in sorted(set(after) - set(before)):
        key, vendors = files.role(written)
        known = limits.known("vendors")
        strange = [each for each in vendors or () if known is not None and each not in known]
        if strange:
            raise BadInput("unknown_vendor", f"There is no vendor {strange[0][:40]!r}.", where="roles")
        identity.grant(w, actor, user, key, vendors=vendors)
    gone = set(before) - set(after)
    if gone:
        for row in live_grants().filter(user_id=user.pk).select_for_update():
            if _written(row) in gone:
                identity.revoke_grant(w, row, by=actor)


def _work(w: Writer, actor: Actor, user: User, before: files.State, after: files.State) -> None:
    changed = {name for name in ("vendor", *files.OF_WORK) if getattr(before, name) != getattr(after, name)}
    if not changed:
        return
    for vendor in {before.vendor, after.vendor} - {""}:
        if not actor.may(MANAGE, vendor=vendor):
            raise Forbidden("not_your_vendor", f"You do not manage the people of {vendor!r}.")
    row = Reviewer.objects.filter(pk=user.pk).first()
    known = limits.known("queues")
    strange = [] if known is None else [each for each in after.queues if each not in known]
    if strange and "queues" in changed:
        raise BadInput("unknown_queue", f"There is no queue {strange[0][:60]!r}.", where="queues")

    def of(name: str) -> Any:  # what does not change keeps its order
        return getattr(after, name) if row is None or name in changed else getattr(row, name)

    actions.save_reviewer(
        w, user.pk, vendor_key=after.vendor or before.vendor, team=of("team"), languages=of("languages"), markets=of("markets"),
        skills=row.skills if row else (), queues=of("queues"), started_on=of("started_on"), active=bool(after.vendor),
        share=of("share"),
    )  # fmt: skip


def _states(users: Iterable[User]) -> tuple[dict[UUID, files.State], dict[UUID, list[str]]]:
    """How people are, and the roles that a file does not touch."""
    found = {user.pk: user for user in users}
    roles: dict[UUID, set[str]] = {pk: set() for pk in found}
    others: dict[UUID, set[str]] = {pk: set() for pk in found}
    for grant in live_grants().filter(user_id__in=list(found)):
        written = _written(grant)
        (others if written is None else roles)[grant.user_id].add(written or grant.role_key)
    work = {row.pk: row for row in Reviewer.objects.filter(pk__in=list(found))}
    states = {}
    for pk, user in found.items():
        state = files.State(name=user.name, active=user.is_active, roles=tuple(sorted(roles[pk])))
        row = work.get(pk)
        if row is not None:
            state = msgspec.structs.replace(
                state, vendor=row.vendor_key if row.active else "", team=row.team, languages=tuple(sorted(row.languages)),
                markets=tuple(sorted(row.markets)) if row.markets else None, queues=tuple(sorted(row.queues)), share=row.share,
                started_on=row.started_on,
            )  # fmt: skip
        states[pk] = state
    return states, {pk: sorted(keys) for pk, keys in others.items()}


def _written(grant: Grant) -> str | None:
    """A grant as a file writes it; None where it has limits that a file does not know."""
    limited = grant.queues is not None or grant.markets is not None or grant.max_severity != 5
    if limited or grant.clearances or grant.expires_at is not None or grant.vendors == []:
        return None
    return files.written(grant.role_key, grant.vendors)
