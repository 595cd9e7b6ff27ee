"""The only writers of units: a source becomes a version, a second person agrees, and published it is what is taught."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.policy.models import PolicyVersion
from watchfloor.training import making
from watchfloor.training.domain import stamps, units
from watchfloor.training.events_delivery import UnitApproved, UnitPublished, UnitSaved
from watchfloor.training.models import TrainingUnit, UnitVersion

State = UnitVersion.State
LONGEST = 200_000  # characters of a source


def save(w: Writer, source: str, *, seen: int | None = None, only: tuple[str, str] | None = None) -> UnitVersion:
    """Read a source and keep it as the open version of its policy and language: a new one, or the draft written anew.

    Args:
        seen: the revision of the draft the writer read; None: they read none.
        only: the policy and language it must be of (the unit whose page it was written on).

    Raises:
        BadInput: it cannot be read (``where`` names the line), or is of another policy, version or language.
        Conflict: somebody wrote the draft meanwhile.
    """
    if len(source) > LONGEST:
        raise BadInput("too_long", f"A unit has at most {LONGEST:,} characters.", where="source")
    read = units.parse(source)
    if only is not None and (read.policy, read.language) != only:
        raise BadInput("other_unit", f"This page is of {only[0]} in {only[1]}; the source says {read.policy} in {read.language}.",
                       where="source", hint="Write it as a unit of its own.")  # fmt: skip
    policies.policy(read.policy)
    digest = _digest(read.policy, read.version)
    now = clock.now()
    unit = TrainingUnit.objects.select_for_update().filter(policy_key=read.policy, language=read.language).first()
    if unit is None:
        first = not TrainingUnit.objects.filter(policy_key=read.policy).exists()
        unit = w.create(
            TrainingUnit, policy_key=read.policy, language=read.language, original=first, owner=read.owner, review_on=read.review,
            made_by=w.actor, made_at=now,
        )  # fmt: skip
    else:
        w.update(unit, owner=read.owner, review_on=read.review)
    values = {
        "title": read.title, "source": source, "digest": units.digest(source), "policy_version": read.version, "text_digest": digest,
        "of_number": 0 if unit.original else _original_number(read.policy), "written_by": w.actor, "written_at": now,
        "state": State.DRAFT, "approved_by": "", "approved_at": None,
    }  # fmt: skip
    row = UnitVersion.objects.select_for_update().filter(unit=unit, state__in=[State.DRAFT, State.APPROVED]).first()
    if row is None:
        newest = UnitVersion.objects.filter(unit=unit).order_by("-number").values_list("number", flat=True).first() or 0
        row = w.create(UnitVersion, unit=unit, number=newest + 1, **values)
    elif seen is not None and seen != row.revision:
        raise Conflict(
            "written_meanwhile", "Somebody changed the draft meanwhile.", hint="Load the page again and write it there."
        )
    else:
        w.update(row, revision=row.revision + 1, **values)
    w.event(UnitSaved(policy=unit.policy_key, language=unit.language, number=row.number, revision=row.revision), row)
    return row


def approve(w: Writer, version_id: UUID) -> UnitVersion:
    """Agree to a draft. Raises ``Forbidden`` for who wrote it."""
    row = _locked(version_id)
    if row.state != State.DRAFT:
        raise Conflict("wrong_state", "Only a draft can be approved.")
    if row.written_by == w.actor:
        raise Forbidden("same_person", "The writer of a unit cannot approve it.", hint="Ask a colleague.")
    w.update(row, state=State.APPROVED, approved_by=w.actor, approved_at=clock.now())
    w.event(_approved(row), row)
    return row


def send_back(w: Writer, version_id: UUID) -> UnitVersion:
    """What was approved goes back to its writer."""
    row = _locked(version_id)
    if row.state != State.APPROVED:
        raise Conflict("wrong_state", "Only what is approved and not published can go back.")
    w.update(row, state=State.DRAFT, approved_by="", approved_at=None)
    w.event(_approved(row, back=True), row)
    return row


def publish(w: Writer, version_id: UUID) -> UnitVersion:
    """It is what is taught from now on; a worker makes its products. Needs the policy text it was written for to be in force."""
    row = _locked(version_id)
    unit = row.unit
    if row.state != State.APPROVED:
        raise Conflict("wrong_state", "A second person approves it first.")
    version = policies.version_in_force(unit.policy_key)
    if version is None or stamps.digest(version.text, version.overlays) != row.text_digest:
        raise Conflict("other_text", f"It is written for version {row.policy_version} of the policy, whose text is not in force.",
                       hint="Publish it once that version is, or write it for the one in force.")  # fmt: skip
    now = clock.now()
    for former in UnitVersion.objects.select_for_update().filter(unit=unit, state=State.PUBLISHED):
        w.update(former, state=State.SUPERSEDED)
    w.update(row, state=State.PUBLISHED, published_by=w.actor, published_at=now)
    w.event(
        UnitPublished(policy=unit.policy_key, language=unit.language, number=row.number, version=row.policy_version), row
    )  # fmt: skip
    making.ask(row, w.actor)
    return row


def version(version_id: UUID) -> UnitVersion:
    """One version with its unit; ``NotFound``."""
    row = UnitVersion.objects.select_related("unit").filter(pk=version_id).first()
    if row is None:
        raise NotFound("unknown_unit", "There is no such version of a unit.")
    return row


def _digest(policy_key: str, number: int) -> str:
    row = PolicyVersion.objects.filter(policy_key=policy_key, number=number).first()
    if row is None:
        raise BadInput("unknown_version", f"The policy {policy_key} has no version {number}.", where="source",
                       hint="Name the version the unit is written for after “version:”.")  # fmt: skip
    return stamps.digest(row.text, row.overlays)


def _original_number(policy_key: str) -> int:
    rows = UnitVersion.objects.filter(unit__policy_key=policy_key, unit__original=True)
    live = rows.filter(state=State.PUBLISHED).values_list("number", flat=True).first()
    return live or rows.order_by("-number").values_list("number", flat=True).first() or 0


def _approved(row: UnitVersion, *, back: bool = False) -> UnitApproved:
    return UnitApproved(
        policy=row.unit.policy_key, language=row.unit.language, number=row.number, written_by=row.written_by, back=back
    )


def _locked(version_id: UUID) -> UnitVersion:
    row = UnitVersion.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=version_id).first()
    if row is None:
        raise NotFound("unknown_unit", "There is no such version of a unit.")
    return row
