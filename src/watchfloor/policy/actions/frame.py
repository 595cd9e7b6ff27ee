"""The frame of a policy: what it is called and how grave it is, its violation types, the reasons that lead to it."""

from __future__ import annotations

from typing import Any

from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.policy import domain, queries
from watchfloor.policy import events as happened
from watchfloor.policy.models import Policy, Reason, ViolationType


def save_policy(w: Writer, *, key: str, **values: Any) -> Policy:
    """Make or change a policy's frame: name, harm_group, severity, clearance, target_hours, dsa_category, names, position."""
    domain.check_policy(key, values)
    row = Policy.objects.filter(key=key).first()
    new = row is None
    row = w.create(Policy, key=key, **values) if row is None else w.update(row, **values)
    w.event(happened.PolicySaved(policy=key, harm_group=row.harm_group, severity=row.severity, new=new), row)
    queries.forget()
    return row


def save_violation(w: Writer, *, key: str, policy_key: str, **values: Any) -> ViolationType:
    """Make or change a violation type. The key never changes meaning: archive it and make another instead."""
    domain.check_violation(key, values)
    must_exist(policy_key)
    row = ViolationType.objects.filter(key=key).first()
    if row is not None and row.policy_key != policy_key:
        raise Conflict(
            "other_policy",
            f"The violation type {key!r} belongs to the policy {row.policy_key!r}.",
            hint="Archive it and make a new one.",
        )
    row = w.create(ViolationType, key=key, policy_key=policy_key, **values) if row is None else w.update(row, **values)
    say_violation(w, row)
    return row


def archive_violation(w: Writer, row: ViolationType) -> None:
    """Take a violation type off the reviewers' list; old decisions keep naming it."""
    w.update(row, archived_at=clock.now())
    say_violation(w, row)


def save_reason(w: Writer, *, key: str, policy_key: str, **values: Any) -> Reason:
    """Make or change a report reason and its mapping to outside vocabularies."""
    domain.check_reason(key, values)
    must_exist(policy_key)
    values["policy_key"] = policy_key
    taken = Reason.objects.filter(atproto__overlap=values.get("atproto", [])).exclude(key=key).first()
    if taken is not None:
        token = next(token for token in values["atproto"] if token in taken.atproto)
        raise Conflict(
            "token_taken",
            f"{token!r} leads to the reason {taken.name!r} already.",
            where="atproto",
            hint="Take it from there first.",
        )
    row = Reason.objects.filter(key=key).first()
    row = w.create(Reason, key=key, **values) if row is None else w.update(row, **values)
    w.event(happened.ReasonSaved(reason=key, policy=policy_key, archived=row.archived_at is not None), row)
    queries.forget()
    return row


def must_exist(policy_key: str) -> None:
    """Raise ``BadInput`` that names the known policies unless this is one."""
    if not Policy.objects.filter(key=policy_key).exists():
        queries.forget()
        queries.policy(policy_key)  # raises, and says which ones there are


def say_violation(w: Writer, row: ViolationType) -> None:
    """The event of a violation type that was made or changed."""
    w.event(
        happened.ViolationTypeSaved(
            violation=row.key, policy=row.policy_key, severity=row.severity, points=row.points,
            archived=row.archived_at is not None,
        ),
        row,
    )  # fmt: skip
    queries.forget()
