"""Versions of a policy's text until they are agreed to: drafted, changed, approved by a second person, withdrawn, brought back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from msgspec.structs import replace

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.policy import domain, texts, tree
from watchfloor.policy import events as happened
from watchfloor.policy.actions.frame import must_exist
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain import flat, states
from watchfloor.policy.domain.document import Clause, Document
from watchfloor.policy.models import PolicyVersion, ViolationType

State = PolicyVersion.State
MAX_WHY = 2_000


def draft(
    w: Writer,
    policy_key: str,
    *,
    summary: str,
    text: str = "",
    clauses: Iterable[Clause] | None = None,
    questions: list[dict[str, str]] | None = None,
    overlays: dict[str, str] | None = None,
    decision_tree: dict[str, Any] | None = None,
) -> PolicyVersion:
    """A new draft with the next number, of plain ``text`` or of ``clauses``; violation types stay as they are."""
    found = flat.parse(text) if clauses is None else tuple(clauses)
    text = text if clauses is None else flat.render(found)
    domain.check_text(summary, text, questions or [], overlays or {})
    must_exist(policy_key)
    tree.check(decision_tree, set(_kinds(policy_key)))
    return _new(
        w, policy_key, summary=summary, text=text, clauses=documents.clauses_to_rows(found), questions=questions or [],
        overlays=overlays or {}, decision_tree=decision_tree,
    )  # fmt: skip


def draft_document(w: Writer, policy_key: str, document: Document, *, why: str = "") -> PolicyVersion:
    """A new draft of a whole text. Drafts are cheap; several may stand side by side."""
    must_exist(policy_key)
    return _new(w, policy_key, **_columns(policy_key, document, why))


def edit_draft(w: Writer, version: PolicyVersion, **values: Any) -> PolicyVersion:
    """Change a draft's summary, plain text, questions, overlays or decision tree. Who changed it last counts as its writer."""
    version = locked(version)
    expect(version, State.DRAFT, "edit")
    merged = {name: values.get(name, getattr(version, name)) for name in ("summary", "text", "questions", "overlays")}
    domain.check_text(**merged)
    decision_tree = values.get("decision_tree", version.decision_tree)
    tree.check(decision_tree, set(_kinds(version.policy_key)))
    if "text" in values:
        merged["clauses"] = documents.clauses_to_rows(flat.parse(values["text"]))
    return _change(w, version, **merged, decision_tree=decision_tree)


def edit_document(w: Writer, version: PolicyVersion, document: Document, *, why: str = "") -> PolicyVersion:
    """Change a draft as a whole. Who changed it last counts as its writer."""
    version = locked(version)
    expect(version, State.DRAFT, "edit")
    return _change(w, version, **_columns(version.policy_key, document, why))


def approve(w: Writer, version: PolicyVersion) -> PolicyVersion:
    """Agree to a draft. Raises ``Forbidden`` for the person who wrote it: two people answer for a policy."""
    version = locked(version)
    expect(version, State.DRAFT, "approve")
    if version.written_by == w.actor:
        raise Forbidden("same_person", "The writer of a version cannot approve it.", hint="Ask a colleague.")
    w.update(version, state=State.APPROVED, approved_by=w.actor)
    w.event(
        happened.VersionApproved(policy=version.policy_key, number=version.number, written_by=version.written_by),
        version, policy_version=version.pk,
    )  # fmt: skip
    return version


def withdraw(w: Writer, version: PolicyVersion, why: str) -> PolicyVersion:
    """A version that is not in force yet never will be. A version in force is succeeded instead: ``roll_back``."""
    if not why.strip():
        raise BadInput("no_reason", "Say why the version is withdrawn.", where="why")
    version = locked(version)
    before = version.state
    if not states.may(before, states.WITHDRAWN):
        raise Conflict(
            "wrong_state", f"Version {version.number} is {before.replace('_', ' ')}; only what is not in force yet is withdrawn.",
            hint="Bring back an earlier version instead." if before == State.IN_FORCE else "",
        )  # fmt: skip
    # Without its hour: certificates look at when later versions begin.
    w.update(version, state=State.WITHDRAWN, in_force_from=None)
    event = happened.VersionWithdrawn(policy=version.policy_key, number=version.number, before=before)
    w.event(event, version, policy_version=version.pk, reason=why.strip())
    return version


def roll_back(w: Writer, policy_key: str, number: int, *, why: str) -> PolicyVersion:
    """A new draft with the text of an earlier version. It needs a second person like any other."""
    if not why.strip():
        raise BadInput("no_reason", "Say why the earlier text comes back.", where="why")
    must_exist(policy_key)
    earlier = PolicyVersion.objects.filter(policy_key=policy_key, number=number).first()
    if earlier is None:
        raise BadInput("unknown_version", f"The policy has no version {number}.", where="number")
    if earlier.state not in (State.SUPERSEDED, State.ENDED):
        raise Conflict("wrong_state", f"Version {number} was not in force before; only such a text comes back.")
    document = texts.document_of(earlier)
    ends = None if document.ends_at is None or document.ends_at <= clock.now() else document.ends_at
    columns = _columns(policy_key, replace(document, ends_at=ends), why)
    return _new(w, policy_key, **columns, restores=number)


def locked(version: PolicyVersion) -> PolicyVersion:
    """The version as it stands now; nobody else changes the policy's versions until the transaction is over."""
    serialise(version.policy_key)
    found = PolicyVersion.objects.filter(pk=version.pk).first()
    if found is None:
        raise BadInput("unknown_version", "There is no such policy version.")
    return found


def expect(version: PolicyVersion, state: str, verb: str) -> None:
    """``Conflict`` unless the version is in that state."""
    if version.state != state:
        raise Conflict(
            "wrong_state",
            f"Version {version.number} of {version.policy_key!r} is {version.state.replace('_', ' ')}; "
            f"one can only {verb} it while it is {state.replace('_', ' ')}.",
        )


def serialise(policy_key: str) -> None:
    """Changes of one policy's versions happen one after another: numbers have no gaps and one version is in force."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [policy_key])


def next_number(policy_key: str) -> int:
    """The number of the next version."""
    last = PolicyVersion.objects.filter(policy_key=policy_key).order_by("-number").values_list("number", flat=True)
    return (last.first() or 0) + 1


def _new(w: Writer, policy_key: str, **columns: Any) -> PolicyVersion:
    serialise(policy_key)
    row = w.create(
        PolicyVersion, policy_key=policy_key, number=next_number(policy_key), state=State.DRAFT, written_by=w.actor,
        written_at=clock.now(), **columns,
    )  # fmt: skip
    w.event(happened.VersionDrafted(policy=policy_key, number=row.number), row, policy_version=row.pk)
    return row


def _change(w: Writer, version: PolicyVersion, **columns: Any) -> PolicyVersion:
    w.update(version, **columns, written_by=w.actor, written_at=clock.now())
    event = happened.VersionDrafted(policy=version.policy_key, number=version.number)
    w.event(event, version, policy_version=version.pk)
    return version


def _columns(policy_key: str, document: Document, why: str) -> dict[str, Any]:
    documents.check(document)
    if len(why) > MAX_WHY:
        raise BadInput("too_long", f"At most {MAX_WHY:,} characters.", where="why")
    if document.ends_at is not None and document.ends_at <= clock.now():
        raise BadInput("ends_in_the_past", "The version would have ended already.", where="ends_at")
    keys = [kind.key for kind in document.kinds or ()]
    others = ViolationType.objects.filter(key__in=keys).exclude(policy_key=policy_key).values_list("key", "policy_key")
    for key, other in others:
        raise Conflict(
            "other_policy", f"The violation type {key!r} belongs to the policy {other!r}.", where="violations",
            hint="Give it another key.",
        )  # fmt: skip
    if document.kinds is None:
        tree.check(document.decision_tree, set(_kinds(policy_key)))
    return {
        "summary": document.summary.strip(), "text": flat.render(document.clauses),
        "clauses": documents.clauses_to_rows(document.clauses), "overlays": dict(document.overlays),
        "violations": None if document.kinds is None else documents.kinds_to_rows(document.kinds),
        "decision_tree": document.decision_tree, "questions": [], "ends_at": document.ends_at, "why": why.strip(),
    }  # fmt: skip


def _kinds(policy_key: str) -> list[str]:
    """The violation types an answer may lead to."""
    live = ViolationType.objects.filter(policy_key=policy_key, archived_at__isnull=True)
    return list(live.values_list("key", flat=True))
