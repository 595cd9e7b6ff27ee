"""What a look found is held against the decision: the same, otherwise (then another person settles it), or void."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.quality.actions import regrading
from watchfloor.quality.actions.dims import of_look
from watchfloor.quality.domain.looks import Finding, same
from watchfloor.quality.events import LookAnswered
from watchfloor.quality.models import Look
from watchfloor.quality.queries.population import vendor_of
from watchfloor.review.looks import Answer
from watchfloor.review.models import Decision


def hear(w: Writer, answer: Answer) -> None:
    """Told by review of each answer, in its transaction."""
    row = Look.objects.select_for_update().filter(job_id=answer.job_id, state=Look.State.WAITING).first()
    if row is None:
        return
    now = clock.now()
    found = Finding(answer.verdict, answer.violation_key)
    told = {
        "found_by": answer.by, "found_at": now, "found_verdict": answer.verdict, "found_violation": answer.violation_key,
        "found_version_id": answer.policy_version, "found_why": answer.rationale,
    }  # fmt: skip
    if answer.item_version != row.item_version or _fell(row):
        w.update(row, state=Look.State.VOID, **told)
    elif row.purpose == "gold":  # the answer is what is judged; what is right is known
        w.update(
            row, state=Look.State.SETTLED, settled_at=now, decider=answer.by, decided_at=now, vendor=vendor_of(answer.by),
            verdict=answer.verdict, violation_key=answer.violation_key, policy_version_id=answer.policy_version, **told,
        )  # fmt: skip
    elif same(found, Finding(row.verdict, row.violation_key)):
        w.update(
            row, state=Look.State.AGREED, right_verdict=row.verdict, right_violation=row.violation_key, settled_at=now,
            **told,
        )  # fmt: skip
    else:  # until it is settled, what was found counts; who is unsure says nothing
        sure = answer.verdict != "unsure"
        w.update(
            row, state=Look.State.DIFFERS, right_verdict=answer.verdict if sure else "",
            right_violation=answer.violation_key if sure else "", **told,
        )  # fmt: skip
    weight = 1 / row.probability if row.purpose == "sample" and row.state == Look.State.AGREED else 0.0
    event = LookAnswered(
        **of_look(row), state=row.state, found=answer.verdict, found_violation=answer.violation_key, weight=weight,
        weight_right=weight,
    )  # fmt: skip
    w.event(event, row, case_id=row.case_id, policy_version=answer.policy_version, item_version=answer.item_version)
    regrading.maybe(w, row)


def _fell(row: Look) -> bool:
    """The decision was taken back or overturned before anybody looked: that is another finding than ours."""
    if row.purpose == "gold":
        return False
    return Decision.objects.filter(pk=row.decision_id, superseded_at__isnull=False).exists()
