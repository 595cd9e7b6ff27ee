"""The only writers of policies: the frame, the versions of the text and their way into force, violation types, reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer, plain
from watchfloor.policy import domain, queries, tree
from watchfloor.policy import events as happened
from watchfloor.policy.models import Policy, PolicyVersion, Reason, ViolationType

State = PolicyVersion.State


def save_policy(w: Writer, *, key: str, **values: Any) -> Policy:
    """Make or change a policy's frame: name, harm_group, severity, clearance, target_hours, dsa_category, names, position."""
    domain.check_policy(key, values)
    row = Policy.objects.filter(key=key).first()
    new = row is None
    row = w.create(Policy, key=key, **values) if row is None else w.update(row, **values)
    w.event(happened.PolicySaved(policy=key, harm_group=row.harm_group, severity=row.severity, new=new), row)
    queries.forget()
    return row


def draft(
    w: Writer,
    policy_key: str,
    *,
    summary: str,
    text: str,
    questions: list[dict[str, str]] | None = None,
    overlays: dict[str, str] | None = None,
    decision_tree: dict[str, Any] | None = None,
) -> PolicyVersion:
    """A new draft with the next number. Drafts are cheap; several may stand side by side."""
    domain.check_text(summary, text, questions or [], overlays or {})
    _must_exist(policy_key)
    tree.check(decision_tree, _violations(policy_key))
    _serialise(policy_key)
    last = PolicyVersion.objects.filter(policy_key=policy_key).order_by("-number").values_list("number", flat=True)
    row = w.create(
        PolicyVersion, policy_key=policy_key, number=(last.first() or 0) + 1, state=State.DRAFT, summary=summary,
        text=text, questions=questions or [], overlays=overlays or {}, decision_tree=decision_tree, written_by=w.actor,
    )  # fmt: skip
    w.event(happened.VersionDrafted(policy=policy_key, number=row.number), row, policy_version=row.pk)
    return row


def edit_draft(w: Writer, version: PolicyVersion, **values: Any) -> PolicyVersion:
    """Change a draft's summary, text, questions, overlays or decision tree. Who changed it last counts as its writer."""
    version = _locked(version)
    _expect(version, State.DRAFT, "edit")
    merged = {name: values.get(name, getattr(version, name)) for name in ("summary", "text", "questions", "overlays")}
    domain.check_text(**merged)
    decision_tree = values.get("decision_tree", version.decision_tree)
    tree.check(decision_tree, _violations(version.policy_key))
    w.update(version, **merged, decision_tree=decision_tree, written_by=w.actor)
    w.event(
        happened.VersionDrafted(policy=version.policy_key, number=version.number), version, policy_version=version.pk
    )
    return version


def approve(w: Writer, version: PolicyVersion) -> PolicyVersion:
    """Agree to a draft. Raises ``Forbidden`` for the person who wrote it: two people answer for a policy."""
    version = _locked(version)
    _expect(version, State.DRAFT, "approve")
    if version.written_by == w.actor:
        raise Forbidden("same_person", "The writer of a version cannot approve it.", hint="Ask a colleague.")
    w.update(version, state=State.APPROVED, approved_by=w.actor)
    w.event(
        happened.VersionApproved(policy=version.policy_key, number=version.number, written_by=version.written_by),
        version, policy_version=version.pk,
    )  # fmt: skip
    return version


def put_in_force(w: Writer, version: PolicyVersion, *, at: datetime | None = None) -> PolicyVersion:
    """Make an approved version the one decisions are made under: now, or at a moment to come (``start_due`` does it then)."""
    version = _locked(version)
    if version.state not in {State.APPROVED, State.SCHEDULED}:
        _expect(version, State.APPROVED, "put in force")
    if at is not None and at > clock.now():
        w.update(version, state=State.SCHEDULED, in_force_from=at)
        w.event(
            happened.VersionScheduled(policy=version.policy_key, number=version.number, in_force_from=plain(at)),
            version, policy_version=version.pk,
        )  # fmt: skip
        return version
    now = clock.now()
    for old in PolicyVersion.objects.filter(policy_key=version.policy_key, state=State.IN_FORCE).exclude(pk=version.pk):
        w.update(old, state=State.SUPERSEDED, superseded_at=now)
        w.event(
            happened.VersionSuperseded(policy=old.policy_key, number=old.number, by_number=version.number),
            old, policy_version=old.pk,
        )  # fmt: skip
    w.update(version, state=State.IN_FORCE, in_force_from=now)
    w.event(
        happened.VersionInForce(policy=version.policy_key, number=version.number), version, policy_version=version.pk
    )
    queries.forget()
    return version


def start_due(w: Writer) -> int:
    """Put scheduled versions into force whose hour has come; returns how many."""
    due = PolicyVersion.objects.filter(state=State.SCHEDULED, in_force_from__lte=clock.now()).order_by("in_force_from")
    versions = list(due)
    for version in versions:
        put_in_force(w, version)
    return len(versions)


def save_violation(w: Writer, *, key: str, policy_key: str, **values: Any) -> ViolationType:
    """Make or change a violation type. The key never changes meaning: archive it and make another instead."""
    domain.check_violation(key, values)
    _must_exist(policy_key)
    row = ViolationType.objects.filter(key=key).first()
    if row is not None and row.policy_key != policy_key:
        raise Conflict(
            "other_policy",
            f"The violation type {key!r} belongs to the policy {row.policy_key!r}.",
            hint="Archive it and make a new one.",
        )
    row = w.create(ViolationType, key=key, policy_key=policy_key, **values) if row is None else w.update(row, **values)
    _say_violation(w, row)
    return row


def archive_violation(w: Writer, row: ViolationType) -> None:
    """Take a violation type off the reviewers' list; old decisions keep naming it."""
    w.update(row, archived_at=clock.now())
    _say_violation(w, row)


def save_reason(w: Writer, *, key: str, policy_key: str, **values: Any) -> Reason:
    """Make or change a report reason and its mapping to outside vocabularies."""
    domain.check_reason(key, values)
    _must_exist(policy_key)
    values["policy_key"] = policy_key
    row = Reason.objects.filter(key=key).first()
    row = w.create(Reason, key=key, **values) if row is None else w.update(row, **values)
    w.event(happened.ReasonSaved(reason=key, policy=policy_key), row)
    queries.forget()
    return row


def _must_exist(policy_key: str) -> None:
    if not Policy.objects.filter(key=policy_key).exists():
        queries.forget()
        queries.policy(policy_key)  # raises, and says which ones there are


def _violations(policy_key: str) -> set[str]:
    """The violation types an answer may lead to."""
    return set(
        ViolationType.objects.filter(policy_key=policy_key, archived_at__isnull=True).values_list("key", flat=True)
    )


def _say_violation(w: Writer, row: ViolationType) -> None:
    w.event(
        happened.ViolationTypeSaved(
            violation=row.key, policy=row.policy_key, severity=row.severity, points=row.points,
            archived=row.archived_at is not None,
        ),
        row,
    )  # fmt: skip
    queries.forget()


def _expect(version: PolicyVersion, state: str, verb: str) -> None:
    if version.state != state:
        raise Conflict(
            "wrong_state",
            f"Version {version.number} of {version.policy_key!r} is {version.state.replace('_', ' ')}; "
            f"one can only {verb} it while it is {state.replace('_', ' ')}.",
        )


def _locked(version: PolicyVersion) -> PolicyVersion:
    _serialise(version.policy_key)
    found = PolicyVersion.objects.filter(pk=version.pk).first()
    if found is None:
        raise BadInput("unknown_version", "There is no such policy version.")
    return found


def _serialise(policy_key: str) -> None:
    """Changes of one policy's versions happen one after another: numbers have no gaps and one version is in force."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [policy_key])
