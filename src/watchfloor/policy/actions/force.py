"""Versions come into force, at once or at their hour, and go: succeeded, or ended by their date, when the text before comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer, plain
from watchfloor.policy import endings, queries, texts, touches
from watchfloor.policy import events as happened
from watchfloor.policy.actions.frame import say_violation
from watchfloor.policy.actions.versions import expect, locked, next_number, serialise
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain import states
from watchfloor.policy.domain.document import Kind
from watchfloor.policy.models import Policy, PolicyVersion, ViolationType

State = PolicyVersion.State


def publish(w: Writer, actor: Actor, version: PolicyVersion, *, seen: str, at: datetime | None = None) -> PolicyVersion:
    """Put an approved version in force, now or at a moment to come, by somebody who has seen what it touches.

    ``seen`` is ``touches.digest`` of the list that was shown; ``Conflict("touches_changed")`` when it is another by now.
    """
    version = locked(version)
    found = touches.of_version(actor, version)
    if seen != touches.digest(found):
        raise Conflict(
            "touches_changed", "What this version touches has changed since it was shown.", where="seen",
            hint="Look at the list again, then publish.",
        )  # fmt: skip
    version = put_in_force(w, version, at=at)
    counts = {touch.kind: touch.count for touch in found}
    event = happened.VersionPublished(policy=version.policy_key, number=version.number, touches=counts)
    w.event(event, version, policy_version=version.pk)
    return version


def put_in_force(w: Writer, version: PolicyVersion, *, at: datetime | None = None) -> PolicyVersion:
    """Make an approved version the one decisions are made under: now, or at a moment to come (``start_due`` does it then)."""
    version = locked(version)
    if version.state not in {State.APPROVED, State.SCHEDULED}:
        expect(version, State.APPROVED, "put in force")
    now = clock.now()
    if version.ends_at is not None and version.ends_at <= max(now, at or now):
        raise BadInput("ends_before_it_begins", "The version would have ended before it began.", where="at")
    if at is not None and at > now:
        w.update(version, state=State.SCHEDULED, in_force_from=at)
        w.event(
            happened.VersionScheduled(policy=version.policy_key, number=version.number, in_force_from=plain(at)),
            version, policy_version=version.pk,
        )  # fmt: skip
        return version
    for old in PolicyVersion.objects.filter(policy_key=version.policy_key, state=State.IN_FORCE).exclude(pk=version.pk):
        _leave(w, old, State.SUPERSEDED)
        w.event(
            happened.VersionSuperseded(policy=old.policy_key, number=old.number, by_number=version.number),
            old, policy_version=old.pk,
        )  # fmt: skip
    _enter(w, version)
    return version


def take_out(w: Writer, version: PolicyVersion) -> PolicyVersion:
    """A version in force goes at once, and the text before comes back, as was agreed when it was let in (a launch that stops).

    Raises:
        Conflict: another version is in force by now, or there was none before whose text may still hold.
    """
    version = locked(version)
    expect(version, State.IN_FORCE, "take out")
    before = _before(version)
    if before is None:
        raise Conflict("nothing_before", "No earlier text may still hold.", hint="Write a version that mends this one.")
    _leave(w, version, State.SUPERSEDED)
    event = happened.VersionSuperseded(
        policy=version.policy_key, number=version.number, by_number=next_number(version.policy_key)
    )
    w.event(event, version, policy_version=version.pk)
    return _bring_back(w, before)


def has_before(version: PolicyVersion) -> bool:
    """Whether ``take_out`` would find a text to come back to, were the version in force: one is now, or it has taken one's place."""
    if version.state == State.IN_FORCE:
        return _before(version) is not None
    now = PolicyVersion.objects.filter(policy_key=version.policy_key, state=State.IN_FORCE).first()
    return now is not None and (now.ends_at is None or now.ends_at > clock.now())


def start_due(w: Writer) -> int:
    """Put scheduled versions into force whose hour has come; returns how many."""
    due = PolicyVersion.objects.filter(state=State.SCHEDULED, in_force_from__lte=clock.now())
    started = 0
    for version in list(due.order_by("in_force_from", "number")):
        if version.ends_at is not None and version.ends_at <= clock.now():  # nobody was there for its whole time
            version = locked(version)
            w.update(version, state=State.WITHDRAWN, in_force_from=None)
            event = happened.VersionWithdrawn(policy=version.policy_key, number=version.number, before=State.SCHEDULED)
            w.event(event, version, policy_version=version.pk, reason="its end date came first")
            continue
        put_in_force(w, version)
        started += 1
    return started


def end_due(w: Writer) -> int:
    """End versions whose end date has come; the text before, if it may still hold, comes back as a version of its own."""
    due = list(PolicyVersion.objects.filter(state=State.IN_FORCE, ends_at__lte=clock.now()))
    for version in due:
        version = locked(version)
        if version.state == State.IN_FORCE:
            _end(w, version)
    return len(due)


def warn_due(w: Writer) -> int:
    """Say once of each version that will end within ``states.WARN_DAYS`` that it will, and tell who is to know (``endings``)."""
    soon = clock.now() + timedelta(days=states.WARN_DAYS)
    due = list(PolicyVersion.objects.filter(state=State.IN_FORCE, ends_at__lte=soon, warned_at__isnull=True))
    for version in due:
        w.update(version, warned_at=clock.now())
        event = happened.VersionEnding(policy=version.policy_key, number=version.number, ends_at=plain(version.ends_at))
        w.event(event, version, policy_version=version.pk)
        endings.tell(w, version)
    return len(due)


def structure(w: Writer) -> int:
    """Give versions that are kept as plain text only their clauses, too; the words stay. How many."""
    old = list(PolicyVersion.objects.filter(clauses=[]))
    for version in old:
        clauses = texts.clauses_of(version)
        w.update(version, clauses=documents.clauses_to_rows(clauses))
        event = happened.TextStructured(policy=version.policy_key, number=version.number, clauses=len(clauses))
        w.event(event, version, policy_version=version.pk)
    queries.forget()
    return len(old)


def _end(w: Writer, version: PolicyVersion) -> None:
    before = _before(version)
    _leave(w, version, State.ENDED)
    event = happened.VersionEnded(policy=version.policy_key, number=version.number, then=before.number if before else 0)
    w.event(event, version, policy_version=version.pk)
    if before is None:
        _apply(w, version.policy_key, ())  # nothing can be found under a text that does not hold any more
        queries.forget()
        return
    _bring_back(w, before)


def _bring_back(w: Writer, before: PolicyVersion) -> PolicyVersion:
    """A version of its own with the text before, in force now: two people agreed to it then, and to what brings it back."""
    document = texts.document_of(before)
    back = w.create(
        PolicyVersion, policy_key=before.policy_key, number=next_number(before.policy_key), state=State.APPROVED,
        summary=before.summary, text=before.text, clauses=before.clauses, questions=before.questions,
        overlays=before.overlays, decision_tree=before.decision_tree, ends_at=before.ends_at, restores=before.number,
        violations=documents.kinds_to_rows(document.kinds or ()), written_by=before.written_by,
        written_at=clock.now(), approved_by=before.approved_by, why=before.why,
    )  # fmt: skip
    w.event(happened.VersionDrafted(policy=back.policy_key, number=back.number), back, policy_version=back.pk)
    _enter(w, back)
    return back


def _before(version: PolicyVersion) -> PolicyVersion | None:
    """The version this one took the place of, if its text may still hold."""
    if version.in_force_from is None:
        return None
    earlier = PolicyVersion.objects.filter(
        policy_key=version.policy_key, state=State.SUPERSEDED, superseded_at__lte=version.in_force_from
    ).exclude(pk=version.pk)
    for row in earlier.order_by("-superseded_at", "-number"):
        if row.ends_at is None or row.ends_at > clock.now():
            return row
    return None


def _leave(w: Writer, version: PolicyVersion, state: str) -> None:
    """A version is no longer in force; it keeps its violation types as they were until now."""
    serialise(version.policy_key)
    kinds = documents.kinds_to_rows(texts.live_kinds(version.policy_key))
    w.update(version, state=state, superseded_at=clock.now(), violations=kinds)


def _enter(w: Writer, version: PolicyVersion) -> None:
    w.update(version, state=State.IN_FORCE, in_force_from=clock.now())
    w.event(
        happened.VersionInForce(policy=version.policy_key, number=version.number), version, policy_version=version.pk
    )
    if version.violations is not None:
        _apply(w, version.policy_key, documents.kinds_from_rows(version.violations))
    queries.forget()


def _apply(w: Writer, policy_key: str, kinds: tuple[Kind, ...]) -> None:
    """Make the violation types what a version says: new ones are made, others change, those it leaves out are archived."""
    rows = {row.key: row for row in ViolationType.objects.select_for_update().filter(policy_key=policy_key)}
    base = (Policy.objects.filter(key=policy_key).values_list("position", flat=True).first() or 0) * 100
    for number, kind in enumerate(kinds):
        values = {
            "clause": kind.clause, "name": kind.name, "help": kind.help, "severity": kind.severity, "points": kind.points,
            "actions": list(kind.actions), "markets": None if kind.markets is None else list(kind.markets),
            "position": base + number, "archived_at": None,
        }  # fmt: skip
        row = rows.pop(kind.key, None)
        if row is None:
            row = w.create(ViolationType, key=kind.key, policy_key=policy_key, **values)
        else:
            w.update(row, **values)
        if w.has_changes:
            say_violation(w, row)
    for row in rows.values():
        if row.archived_at is None:
            w.update(row, archived_at=clock.now())
            say_violation(w, row)
