"""Readers of policies, from a process cache of a few seconds: every report and every decision asks here."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.policy import tree
from watchfloor.policy.claims import claims_in
from watchfloor.policy.contracts import PolicyRef, Readiness, ReasonRef, VersionRef, ViolationRef
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain import flat
from watchfloor.policy.models import Policy, PolicyVersion, Reason, ViolationType

__all__ = [
    "all_policies",
    "all_reasons",
    "all_violations",
    "claims_in",
    "decision_tree",
    "forget",
    "offered_reasons",
    "policy",
    "readiness",
    "reason",
    "version_in_force",
    "violation",
    "violations",
]


class _Book(msgspec.Struct, frozen=True):
    """All of it, as read at one moment."""

    policies: dict[str, PolicyRef]
    versions: dict[str, VersionRef]
    violations: dict[str, ViolationRef]
    reasons: dict[str, ReasonRef]
    by_atproto: dict[str, ReasonRef]


def forget() -> None:
    """Read again at the next use (after a change)."""
    _book.forget()


def policy(key: str) -> PolicyRef:
    """One policy; ``BadInput`` with the known keys when there is no such."""
    book = _book()
    if key not in book.policies:
        raise _unknown("policy", key, book.policies)
    return book.policies[key]


def readiness(version_id: UUID) -> Readiness:
    """Trained people, stale units and open touches of a version, as facts for the gates of a launch."""
    from watchfloor.policy import readiness as facts  # it stands on this module

    return facts.readiness(version_id)


def all_policies() -> list[PolicyRef]:
    """All policies in their order."""
    return list(_book().policies.values())


def version_in_force(policy_key: str) -> VersionRef | None:
    """The version decisions are made under now; None while the policy has no text in force."""
    policy(policy_key)
    return _book().versions.get(policy_key)


def violation(key: str) -> ViolationRef:
    """One violation type, archived ones too (old decisions name them)."""
    book = _book()
    if key not in book.violations:
        raise _unknown("violation type", key, [row.key for row in book.violations.values() if not row.archived])
    return book.violations[key]


def violations(policy_key: str, market: str = "") -> list[ViolationRef]:
    """The violation types a reviewer may pick for a case in this market: those that hold everywhere and its overlays."""
    policy(policy_key)
    return [
        row
        for row in _book().violations.values()
        if row.policy_key == policy_key and not row.archived and (row.markets is None or market in row.markets)
    ]


def decision_tree(policy_key: str, market: str = "") -> tree.Tree:
    """The tree reviewers are led by: as written on the version in force, else from its questions, else from the violation types."""
    kinds = violations(policy_key, market)
    keys = {kind.key for kind in kinds}
    version = _book().versions.get(policy_key)
    if version is not None and version.decision_tree:
        return tree.resolve(version.decision_tree, keys, market, written=True)
    if version is not None and version.questions:
        return tree.resolve(tree.from_questions(version.questions), keys, market, written=True)
    return tree.resolve(tree.from_violations(kinds), keys, market, written=False)


def all_violations(policy_key: str) -> list[ViolationRef]:
    """All violation types of a policy: of every market, and archived ones."""
    policy(policy_key)
    return [row for row in _book().violations.values() if row.policy_key == policy_key]


def reason(key: str) -> ReasonRef:
    """One report reason, by our key or by an atproto token (``com.atproto.moderation.defs#reasonSpam``)."""
    book = _book()
    found = book.reasons.get(key) or book.by_atproto.get(key)
    if found is None:
        raise _unknown("reason", key, book.reasons)
    return found


def all_reasons() -> list[ReasonRef]:
    """All reasons in their order, archived ones too."""
    return list(_book().reasons.values())


def offered_reasons() -> list[ReasonRef]:
    """The reasons one may choose from now, in their order."""
    return [row for row in _book().reasons.values() if not row.archived]


def _read() -> _Book:
    policies = {
        row.key: PolicyRef(
            id=row.pk, key=row.key, name=row.name, harm_group=row.harm_group, severity=row.severity,
            clearance=row.clearance, target_hours=row.target_hours, dsa_category=row.dsa_category,
            position=row.position, names=row.names,
        )
        for row in Policy.objects.order_by("position", "key")
    }  # fmt: skip
    versions = {
        row.policy_key: VersionRef(
            id=row.pk, policy_key=row.policy_key, number=row.number, summary=row.summary, text=row.text,
            in_force_from=row.in_force_from, questions=row.questions, overlays=row.overlays,
            decision_tree=row.decision_tree, ends_at=row.ends_at,
            clauses=documents.clauses_from_rows(row.clauses) if row.clauses else flat.parse(row.text),
        )
        for row in PolicyVersion.objects.filter(state=PolicyVersion.State.IN_FORCE).order_by("number")
    }  # fmt: skip
    kinds = {
        row.key: ViolationRef(
            id=row.pk, key=row.key, policy_key=row.policy_key, clause=row.clause, name=row.name, help=row.help,
            severity=row.severity, points=row.points, actions=tuple(row.actions),
            markets=None if row.markets is None else tuple(row.markets), position=row.position,
            archived=row.archived_at is not None,
        )
        for row in ViolationType.objects.order_by("position", "key")
    }  # fmt: skip
    reasons = {
        row.key: ReasonRef(
            id=row.pk, key=row.key, name=row.name, policy_key=row.policy_key, atproto=tuple(row.atproto),
            dsa_category=row.dsa_category, position=row.position, archived=row.archived_at is not None,
        )
        for row in Reason.objects.order_by("position", "key")
    }  # fmt: skip
    by_atproto: dict[str, ReasonRef] = {}
    for each in reasons.values():
        for token in each.atproto:
            by_atproto.setdefault(token, each)
    return _Book(policies, versions, kinds, reasons, by_atproto)


def _unknown(what: str, key: str, known: Iterable[str]) -> BadInput:
    names = ", ".join(known) or "none yet (run `watchfloor init`)"
    code = "unknown_" + what.replace(" ", "_")
    return BadInput(code, f"There is no {what} {key[:80]!r}.", where=what.split()[0], hint=f"Known ones: {names}.")


_book = Remembered(_read)
