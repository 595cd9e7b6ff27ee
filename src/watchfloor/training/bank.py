"""The only writers of practice cases, exam questions and exam rules, and which of them count now."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.training import events as happened
from watchfloor.training.domain import files, forms, stamps
from watchfloor.training.domain.files import Draft
from watchfloor.training.models import Exam, TrainingItem

State = TrainingItem.State
USES = ("practice", "exam")


def stamp_of(policy_key: str) -> tuple[int, str]:
    """Number and digest of the policy's text in force. Raises ``BadInput`` for a policy without one."""
    version = policies.version_in_force(policy_key)
    if version is None:
        raise BadInput("no_text_in_force", "The policy has no text in force.", where="policy",
                       hint="Put a version in force first.")  # fmt: skip
    return version.number, stamps.digest(version.text, version.overlays)


def findings(policy_key: str) -> list[str]:
    """What a case under this policy may be found to be: its violation types, and ``clean``."""
    return [*(row.key for row in policies.all_violations(policy_key) if not row.archived), "clean"]


def usable(policy_key: str, use: str) -> QuerySet[TrainingItem]:
    """What counts now: approved by a second person, and written for the policy text in force (or seen to be still right)."""
    version = policies.version_in_force(policy_key)
    rows = TrainingItem.objects.filter(policy_key=policy_key, use=use, state=State.APPROVED)
    if version is None:
        return rows.none()
    return rows.filter(text_digest=stamps.digest(version.text, version.overlays))


def is_stale(item: TrainingItem) -> bool:
    """Whether the policy's text has changed since the item was written or last seen to be right."""
    version = policies.version_in_force(item.policy_key)
    return version is None or item.text_digest != stamps.digest(version.text, version.overlays)


def save(w: Writer, policy_key: str, use: str, draft: Draft) -> TrainingItem:
    """Write an item, or the next revision of the one with that key. It counts once another person approves it."""
    return save_many(w, policy_key, use, [draft])[0]


def save_many(
    w: Writer, policy_key: str, use: str, drafts: Iterable[Draft], *, written_by: str = "", approved_by: str = ""
) -> list[TrainingItem]:
    """Write many, all or none. ``written_by`` and ``approved_by`` are for what is shipped: two parties have agreed to it already."""
    if use not in USES:
        raise BadInput(
            "unknown_use", f"{use[:20]!r} is no use of an item.", where="use", hint=f"One of: {', '.join(USES)}."
        )
    number, digest = stamp_of(policy_key)
    known = findings(policy_key)
    checked = [files.checked(draft, known, f"items[{index}]") for index, draft in enumerate(drafts)]
    if len({draft.key for draft in checked}) != len(checked):
        raise BadInput("same_key", "Two items have the same key.", where="items")
    existing = {
        row.key: row for row in TrainingItem.objects.select_for_update().filter(key__in=[d.key for d in checked])
    }
    saved, now = [], clock.now()
    for draft in checked:
        row = existing.get(draft.key)
        values = {
            "topic": draft.topic, "difficulty": draft.difficulty, "content": draft.content, "options": list(draft.options),
            "answer": draft.answer, "why": draft.why, "policy_version": number, "text_digest": digest,
            "written_by": written_by or w.actor, "written_at": now, "state": State.APPROVED if approved_by else State.DRAFT,
            "approved_by": approved_by, "approved_at": now if approved_by else None,
        }  # fmt: skip
        new = row is None
        if row is None:
            row = w.create(TrainingItem, key=draft.key, use=use, policy_key=policy_key, **values)
        elif (row.policy_key, row.use) != (policy_key, use):
            raise Conflict(
                "other_item", f"The key {draft.key!r} belongs to another policy or use.", hint="Choose another key."
            )
        else:
            w.update(row, revision=row.revision + 1, **values)
        w.event(
            happened.TrainingItemSaved(
                item=row.key, use=use, policy=policy_key, version=number, revision=row.revision, new=new
            ),
            row,
        )  # fmt: skip
        saved.append(row)
    return saved


def approve(w: Writer, item_id: UUID) -> TrainingItem:
    """Agree to an item. Raises ``Forbidden`` for who wrote it, ``Conflict`` when the policy has changed since."""
    row = _locked(item_id)
    if row.state != State.DRAFT:
        raise Conflict("wrong_state", "Only what waits for approval can be approved.")
    if row.written_by == w.actor:
        raise Forbidden("same_person", "The writer of an item cannot approve it.", hint="Ask a colleague.")
    if is_stale(row):
        raise Conflict(
            "stale_item", "The policy's text has changed since this was written.", hint="Read it again first."
        )
    w.update(row, state=State.APPROVED, approved_by=w.actor, approved_at=clock.now())
    event = happened.TrainingItemApproved(
        item=row.key,
        policy=row.policy_key,
        version=row.policy_version,
        revision=row.revision,
        written_by=row.written_by,
    )
    w.event(event, row)
    return row


def still_right(w: Writer, item_id: UUID) -> TrainingItem:
    """Say that an item is right under the text in force, too. It waits for another person's approval again."""
    row = _locked(item_id)
    if row.state == State.RETIRED:
        raise Conflict("wrong_state", "The item is retired.")
    if not is_stale(row):
        raise Conflict("not_stale", "The item is written for the text in force already.")
    content = {str(name): str(value) for name, value in row.content.items()}
    draft = Draft(
        key=row.key, topic=row.topic, difficulty=row.difficulty, content=content, options=tuple(row.options),
        answer=row.answer, why=row.why,
    )  # fmt: skip
    return save(w, row.policy_key, row.use, draft)


def retire(w: Writer, item_id: UUID) -> TrainingItem:
    """Use it no more; the answers given to it stay."""
    row = _locked(item_id)
    if row.state == State.RETIRED:
        raise Conflict("wrong_state", "The item is retired already.")
    w.update(row, state=State.RETIRED)
    w.event(happened.TrainingItemRetired(item=row.key, policy=row.policy_key), row)
    return row


def save_exam(
    w: Writer,
    policy_key: str,
    *,
    blueprint: list[dict[str, object]],
    forms: int = 4,
    minutes: int = 20,
    cut: float = 0.8,
    wait_hours: float = 24,
    practice_right: int = 0,
    valid_days: int | None = None,
    level: int = 1,
    own_forms: bool = False,
    most_uses: int = 0,
) -> Exam:
    """Set the rules of a policy's exam. Sittings that have begun go by the rules they began with.

    ``own_forms``: a form is drawn for each person (see ``training.exposure``), of questions asked ``most_uses`` times at most (0: any).
    """
    policies.policy(policy_key)
    cells = _cells(policy_key, blueprint)
    for name, value, least, most in (
        ("forms", forms, 1, 20), ("minutes", minutes, 1, 600), ("cut", cut, 0.01, 1), ("wait_hours", wait_hours, 0, 24 * 90),
        ("practice_right", practice_right, 0, 500), ("valid_days", valid_days or 1, 1, 3650), ("level", level, 1, 9),
        ("most_uses", most_uses, 0, 100_000),
    ):  # fmt: skip
        if not least <= value <= most:
            raise BadInput("out_of_range", f"{name} goes from {least} to {most}.", where=name)
    values = {
        "blueprint": [{"topic": c.topic, "count": c.count, "difficulty": c.difficulty} for c in cells], "forms": forms,
        "minutes": minutes, "cut": cut, "wait_hours": wait_hours, "practice_right": practice_right,
        "valid_days": valid_days, "level": level, "own_forms": own_forms, "most_uses": most_uses if own_forms else 0,
    }  # fmt: skip
    row = Exam.objects.filter(policy_key=policy_key).first()
    row = w.create(Exam, policy_key=policy_key, **values) if row is None else w.update(row, **values)
    questions = sum(cell.count for cell in cells)
    w.event(happened.ExamSaved(policy=policy_key, questions=questions, cut=cut, minutes=minutes), row)
    return row


def _cells(policy_key: str, blueprint: list[dict[str, object]]) -> list[forms.Cell]:
    cells = forms.cells(blueprint)
    known = (*findings(policy_key), "general")
    for index, cell in enumerate(cells):
        if cell.topic not in known:
            raise BadInput("unknown_topic", f"{cell.topic[:60]!r} is no topic of this policy.", where=f"blueprint[{index}]",
                           hint=f"One of: {', '.join(known)}.")  # fmt: skip
    return cells


def item(item_id: UUID) -> TrainingItem:
    """One item; ``NotFound`` when there is none."""
    row = TrainingItem.objects.filter(pk=item_id).first()
    if row is None:
        raise NotFound("unknown_item", "There is no such item.")
    return row


def _locked(item_id: UUID) -> TrainingItem:
    row = TrainingItem.objects.select_for_update().filter(pk=item_id).first()
    if row is None:
        raise NotFound("unknown_item", "There is no such item.")
    return row
