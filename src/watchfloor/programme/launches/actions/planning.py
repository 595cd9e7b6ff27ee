"""A launch is planned, changed, and moved between the states that no gate decides on."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.db import connection

from watchfloor.insight import catalogue
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches import access
from watchfloor.programme.launches.domain import document as documents
from watchfloor.programme.launches.domain import states
from watchfloor.programme.launches.domain.document import Document
from watchfloor.programme.launches.events import LaunchClosed, LaunchMoved, LaunchSaved
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.stakeholders.actions.signing import ask_sign_off
from watchfloor.programme.tracking import queries
from watchfloor.programme.tracking.actions.initiatives import Started, begin_initiative, change_initiative
from watchfloor.review import plan
from watchfloor.workforce.models import Vendor

LONGEST_TITLE, LONGEST = 160, 20_000


def begin(w: Writer, *, kind: str, title: str, owner: str, document: Document, zone: str = "UTC") -> Launch:
    """A new launch. What is not entered yet its gates ask for."""
    values = _checked(kind, title, zone, document)
    with connection.cursor() as cursor:  # numbers have no gaps and no doubles
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('programme.launches', 12))")
    newest = Launch.objects.order_by("-number").values_list("number", flat=True).first() or 0
    row = w.create(
        Launch, number=newest + 1, kind=kind, owner=owner or w.actor, made_by=w.actor, made_at=clock.now(), **values
    )
    w.event(_saved(row), row)
    begin_initiative(w, Started(
        kind="launch", title=row.title, aim=document.aim, owner=_person(row.owner), zone=zone, about=about(row.pk),
        market=row.markets[0] if row.markets else None, vendor=row.vendors[0] if len(row.vendors) == 1 else "",
    ))  # fmt: skip
    return row


def change(w: Writer, launch_id: UUID, *, title: str, owner: str, document: Document, zone: str, seen: int) -> Launch:
    """Change what is entered, until it is decided on. ``seen`` is the revision it was changed from.

    Raises:
        Conflict: somebody changed it meanwhile, or it is decided on.
    """
    row = access.by_id(launch_id)
    if row.state not in states.EDITABLE:
        raise Conflict("decided", "The launch is decided on.", hint="Take it back to planning first.")
    if row.revision != seen:
        raise Conflict(
            "changed_meanwhile", "Somebody changed the launch meanwhile.", where="seen", hint="Look at it again."
        )
    values = _checked(row.kind, title, zone, document)
    before = (row.document, row.title, row.owner, row.zone)
    if before == (values["document"], values["title"], owner or row.owner, zone):
        return row
    w.update(row, owner=owner or row.owner, revision=row.revision + 1, **values)
    w.event(_saved(row), row)
    plan_of = queries.initiative_of(about(row.pk))
    if plan_of is not None:
        change_initiative(w, plan_of, title=row.title, owner=_person(row.owner), zone=zone)
    if row.state == states.GATED:
        ask_signers(w, row)
    return row


def move(w: Writer, launch_id: UUID, verb: str, why: str = "") -> Launch:
    """``submit``, ``withdraw``, ``again`` or ``drop``."""
    if verb not in ("submit", "withdraw", "again", "drop"):
        raise BadInput("unknown_step", "There is no such step of a launch.", where="do")
    if verb in ("withdraw", "drop") and not why.strip():
        raise BadInput("no_reason", "Say why.", where="why")
    row = access.by_id(launch_id)
    before = row.state
    after = states.after(before, verb)
    if before == states.ROLLED_BACK:  # a new try: what was on is history, and its numbers are measured anew
        w.update(
            row, state=after, baseline=None, started_at=None, ended_at=None, stopped_by="", stopped_why="", stopped_by_guard=None,
            undone=[],
        )  # fmt: skip
    else:
        w.update(row, state=after, ended_at=clock.now() if after == states.DROPPED else None)
    w.event(moved(row, before), row, reason=why.strip()[:200])
    if after == states.GATED:
        ask_signers(w, row)
    if states.DROPPED in (before, after):
        _end_plan(w, row, "dropped" if after == states.DROPPED else "planned")
    return row


def ask_signers(w: Writer, row: Launch) -> None:
    """Ask those who must sign for the launch as it is entered now; who was asked of this state already is not asked again."""
    document = document_of(row)
    if document.signers:
        ask_sign_off(
            w, about(row.pk), document.digest(), document.signers, row.title, market=row.markets[0] if row.markets else None,
            vendor=row.vendors[0] if len(row.vendors) == 1 else "", path=f"/programme/launches/{row.number}",
        )  # fmt: skip


def learn(w: Writer, launch_id: UUID, lessons: str, *, close: bool) -> Launch:
    """Write down what was learnt. ``close`` ends hypercare; of one that was rolled back lessons are written, and it stays that."""
    if not lessons.strip() or len(lessons) > LONGEST:
        raise BadInput("no_lessons", f"Write down what was learnt, in 1 to {LONGEST:,} characters.", where="lessons")
    row = access.by_id(launch_id)
    if close:
        if row.stages.filter(state="waiting").exists():
            raise Conflict("stages_left", "A stage has not begun yet.", hint="Begin it first, or stop the launch.")
        before = row.state
        w.update(row, state=states.after(before, "close"), lessons=lessons.strip(), ended_at=clock.now())
        w.event(moved(row, before), row)
        _end_plan(w, row, "done")
    elif row.state not in (states.ROLLED_BACK, states.DONE):
        raise Conflict("not_over", "Lessons are written when a launch is over.", hint="Close it, or stop it.")
    else:
        w.update(row, lessons=lessons.strip())
    w.event(LaunchClosed(launch=row.number, after=row.state), row)
    return row


def moved(row: Launch, before: str) -> LaunchMoved:
    """The event of a change of state."""
    return LaunchMoved(launch=row.number, launch_kind=row.kind, policy=row.policy_key, before=before, after=row.state)


def document_of(row: Launch) -> Document:
    """What is entered."""
    return msgspec.convert(row.document, Document)


def about(launch_id: object) -> str:
    """How a launch is named where others refer to it."""
    return f"launch:{launch_id}"


def _end_plan(w: Writer, row: Launch, state: str) -> None:
    plan_of = queries.initiative_of(about(row.pk))
    if plan_of is not None:
        change_initiative(w, plan_of, state=state)


def _person(actor: str) -> str | None:
    """Owners of initiatives are people; a launch that a program planned has none there."""
    return actor if actor.startswith("user:") else None


def _saved(row: Launch) -> LaunchSaved:
    return LaunchSaved(
        launch=row.number, launch_kind=row.kind, policy=row.policy_key, markets=row.markets, revision=row.revision
    )


def _known(document: Document) -> None:
    queues = {each.key for each in plan.live_queues()}
    vendors = set(Vendor.objects.values_list("key", flat=True)) if document.vendors else set()
    for what, where, given, known in (
        ("queue", "queues", document.queues, queues), ("vendor", "vendors", document.vendors, vendors),
    ):  # fmt: skip
        if strange := [each for each in given if each not in known]:
            raise BadInput(f"unknown_{what}", f"There is no {what} {strange[0][:80]!r}.", where=where)


def _checked(kind: str, title: str, zone: str, document: Document) -> dict[str, object]:
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise BadInput("no_title", f"Give it a title of 1 to {LONGEST_TITLE} characters.", where="title")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput("unknown_zone", f"{zone[:40]!r} is no time zone.", where="zone", hint="Europe/Berlin") from None
    documents.check(kind, document)
    for key in document.watched():
        catalogue.metric(key)
    _known(document)
    if kind == "policy":
        known = PolicyVersion.objects.filter(policy_key=document.policy_key, number=document.policy_number)
        if not known.exists():
            raise BadInput(
                "unknown_version", f"The policy has no version {document.policy_number}.", where="policy_number",
                hint="Draft it first, under Policies.",
            )  # fmt: skip
    return {
        "title": title.strip(), "zone": zone, "document": msgspec.to_builtins(document), "policy_key": document.policy_key,
        "markets": list(document.markets), "vendors": list(document.vendors),
    }  # fmt: skip
