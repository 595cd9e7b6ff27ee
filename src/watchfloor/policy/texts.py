"""A policy version's row as a document: what its page, the diff, translations and exports read."""

from __future__ import annotations

from watchfloor.kernel.errors import NotFound
from watchfloor.policy import tree
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain import flat
from watchfloor.policy.domain.document import Clause, Document, Kind
from watchfloor.policy.models import Policy, PolicyVersion, ViolationType


def clauses_of(version: PolicyVersion) -> tuple[Clause, ...]:
    """The clauses; of a version that was kept as plain text, as its paragraphs say."""
    return documents.clauses_from_rows(version.clauses) if version.clauses else flat.parse(version.text)


def document_of(version: PolicyVersion) -> Document:
    """The whole text. Violation types: of the version in force those that hold now; of another those it was written with."""
    if version.violations is None or version.state == PolicyVersion.State.IN_FORCE:
        kinds = live_kinds(version.policy_key)
    else:
        kinds = documents.kinds_from_rows(version.violations)
    written = version.decision_tree or (tree.from_questions(version.questions) if version.questions else None)
    return Document(
        summary=version.summary, clauses=clauses_of(version), kinds=kinds, overlays=dict(version.overlays),
        decision_tree=written, ends_at=version.ends_at,
    )  # fmt: skip


def live_kinds(policy_key: str) -> tuple[Kind, ...]:
    """The violation types of a policy that can be picked now, in any market."""
    rows = ViolationType.objects.filter(policy_key=policy_key, archived_at__isnull=True).order_by("position", "key")
    return tuple(kind_of(row) for row in rows)


def kind_of(row: ViolationType) -> Kind:
    """One violation type as a version has it."""
    return Kind(
        key=row.key, clause=row.clause, name=row.name, help=row.help, severity=row.severity, points=row.points,
        actions=tuple(row.actions), markets=None if row.markets is None else tuple(row.markets),
    )  # fmt: skip


def version_of(policy_key: str, number: int) -> PolicyVersion:
    """One version by its number; ``NotFound``."""
    row = PolicyVersion.objects.filter(policy_key=policy_key, number=number).first()
    if row is None:
        raise NotFound("unknown_version", f"The policy has no version {number}.")
    return row


def frame_of(policy: Policy) -> dict[str, object]:
    """The frame as a policy file has it."""
    return {
        "key": policy.key, "name": policy.name, "names": policy.names, "harm_group": policy.harm_group,
        "severity": policy.severity, "clearance": policy.clearance, "target_hours": policy.target_hours,
        "dsa_category": policy.dsa_category,
    }  # fmt: skip
