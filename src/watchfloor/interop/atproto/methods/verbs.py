"""What each moderator's event does to a subject, by the floor's own verbs. Inside the transaction of ``deciding``: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from watchfloor.enforcement import actions as enforcing
from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.domain import IN_FORCE
from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto import muting
from watchfloor.interop.atproto.asking import Ask, Wrong, bad, string, strings, unknown
from watchfloor.interop.atproto.methods.assignments import put_down
from watchfloor.interop.atproto.methods.choosing import labels, policies_of, takedown, violation
from watchfloor.items.models import Item
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review import queries
from watchfloor.review.actions import reporters
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Appeal, Case, Decision

MOST_TEXT = 10_000
MOST_OF_ACCOUNT = 100  # cases of one account that are acknowledged with it
Verb = Callable[[Ask, Item, dict[str, Any]], object]


def _takedown(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    if "appview" not in (strings(event, "targetServices") or ["appview"]):
        raise bad(
            "An action goes to the platform, where things are seen (appview): there is no data server apart from it."
        )
    hours = _hours(event)
    named = policies_of(event, ask.body.get("modTool"))
    case = _case(ask.actor, item, named)
    kind = violation(named, case.policy_key if case else "", item.market)
    if item.state == Item.State.REMOVED and case is None:
        raise Wrong(400, "SubjectHasAction", "The subject is already taken down.")
    decide(ask.actor, item, case, kind.policy_key, DecisionIn(
        verdict="violating", violation_key=kind.key, actions=takedown(item, kind, hours), rationale=event.get("comment") or "",
    ))  # fmt: skip
    if event.get("acknowledgeAccountSubjects"):
        _acknowledge_others(ask.actor, item, event.get("comment") or "")


def _label(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    create, negate = strings(event, "createLabelVals"), strings(event, "negateLabelVals")
    comment = event.get("comment") or ""
    if not create and not negate:
        raise bad("Name a label to put on or to take off.")
    for value in negate:
        _take_label_off(ask.actor, item, value, comment or "taken off by a moderator")
    if create:
        if _hours(event):
            raise bad("How long a label stays is set in the catalogue of actions.")
        named = policies_of(event, ask.body.get("modTool"))
        case = _case(ask.actor, item, named)
        kind = violation(named, case.policy_key if case else "", item.market)
        decide(ask.actor, item, case, kind.policy_key, DecisionIn(
            verdict="violating", violation_key=kind.key, actions=labels(create, kind), rationale=comment,
        ))  # fmt: skip


def _take_label_off(actor: Actor, item: Item, value: str, why: str) -> None:
    found = [
        row
        for row in enforcement.visible_actions(actor, "enforcement.lift").filter(item=item, inverse_of__isnull=True)
        if row.slot == f"label:{value}" and row.state in IN_FORCE
    ]
    if not found:
        if not actor.has("enforcement.lift"):
            raise Wrong(403, "Forbidden", "Taking a label off needs enforcement.lift.")
        raise bad(f"The subject does not bear the label {value[:60]!r}.")
    with writing(actor, reason=why) as w:
        for row in found:
            enforcing.lift(w, row.pk, why=why)


def _acknowledge(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    comment = event.get("comment") or ""
    waiting = _open(ask.actor, item)
    if not waiting and not event.get("acknowledgeAccountSubjects"):
        raise bad("Nothing waits on this subject.")
    for case in waiting:
        decide(ask.actor, item, case, case.policy_key, DecisionIn(verdict="clean", rationale=comment))
    if event.get("acknowledgeAccountSubjects"):
        _acknowledge_others(ask.actor, item, comment)


def _acknowledge_others(actor: Actor, item: Item, comment: str) -> None:
    account = item if item.kind == "account" else item.author
    if account is None:
        return
    rows = queries.visible_cases(actor).select_related("item").filter(item__author=account).exclude(state="closed")
    cases = list(rows.exclude(item=item)[: MOST_OF_ACCOUNT + 1])
    if len(cases) > MOST_OF_ACCOUNT:
        raise bad(
            f"More than {MOST_OF_ACCOUNT} subjects of this account are open: decide them in bulk, with a preview."
        )
    for case in cases:
        decide(actor, case.item, case, case.policy_key, DecisionIn(verdict="clean", rationale=comment))


def _escalate(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    waiting = [case for case in _open(ask.actor, item) if case.state == Case.State.OPEN]
    if not waiting:
        raise bad("Nothing waits on this subject that could be handed up.")
    for case in waiting:
        hand_up(ask.actor, case, event.get("comment") or "")


def _comment(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    review.note(ask.actor, _latest(ask.actor, item).pk, string(event, "comment", MOST_TEXT, required=True))


def _tag(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    if _hours(event):
        raise bad("A tag stays until it is taken off.")
    add, remove = strings(event, "add", 20), strings(event, "remove", 20)
    review.tag(ask.actor, _latest(ask.actor, item).pk, add=add, remove=remove)


def _reverse(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    """What stands on the subject falls. Where an appeal waits, the appeal is decided; else the decision is taken back."""
    cases = queries.visible_cases(ask.actor).filter(item=item)
    standing = Decision.objects.filter(case__in=cases, verdict="violating", superseded_at__isnull=True)
    found = list(standing.select_related("case").order_by("at"))
    if not found:
        raise bad("Nothing stands against this subject that could be reversed.")
    comment = event.get("comment") or "reversed by a moderator's client"
    for decision in found:
        if Appeal.objects.filter(decision=decision, state=Appeal.State.QUEUED).exists():
            decide(ask.actor, item, decision.case, "", DecisionIn(verdict="clean", rationale=comment))
        else:
            review.undo(ask.actor, decision.pk, comment[:200])


def _resolve_appeal(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    """The appeal is heard and changes nothing: what was found is found again."""
    cases = queries.visible_cases(ask.actor).filter(item=item)
    rows = Appeal.objects.filter(case__in=cases, state=Appeal.State.QUEUED).select_related("decision", "case")
    waiting = list(rows.order_by("filed_at"))
    if not waiting:
        raise bad("No appeal waits on this subject.")
    for appeal in waiting:
        first = appeal.decision
        finding = DecisionIn(
            verdict=first.verdict, violation_key=first.violation_key, rationale=event.get("comment") or ""
        )
        decide(ask.actor, item, appeal.case, "", finding)


def _mute(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    muting.mute(ask.actor, _latest(ask.actor, item), _hours(event) or 0, event.get("comment") or "muted")


def _unmute(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    muting.unmute(ask.actor, _latest(ask.actor, item), event.get("comment") or "")


def _mute_reporter(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    if _hours(event):
        raise bad("A reporter is muted until the muting is taken back; an end cannot be set.")
    review.mute(
        ask.actor, reporters.who_is("user", item.external_id), event.get("comment") or "by a moderator's client"
    )


def _unmute_reporter(ask: Ask, item: Item, event: dict[str, Any]) -> None:
    review.unmute(ask.actor, reporters.who_is("user", item.external_id), event.get("comment") or "")


VERBS: dict[str, Verb] = {
    "Takedown": _takedown, "Label": _label, "Acknowledge": _acknowledge, "Escalate": _escalate, "Comment": _comment, "Tag": _tag,
    "ReverseTakedown": _reverse, "ResolveAppeal": _resolve_appeal, "Mute": _mute, "Unmute": _unmute,
    "MuteReporter": _mute_reporter, "UnmuteReporter": _unmute_reporter,
}  # fmt: skip


def decide(actor: Actor, item: Item, case: Case | None, policy_key: str, finding: DecisionIn) -> None:
    """Under a lease like everybody's; a case is opened where none waits. Inside the caller's transaction: all of it or nothing."""
    if finding.verdict == "violating":
        finding = _beyond(actor, item, finding)
    found = case if case is not None and case.state != Case.State.CLOSED else None
    if found is None and policy_key:
        found = review.open_case(actor, item, policy_key, why=finding.rationale[:200])
    wanted = (found or _given(case)).pk
    put_down(actor, wanted)
    lease = review.claim_case(actor, wanted)
    try:
        review.decide(actor, lease.job_id, lease.token, finding)
    except Conflict as error:
        raise Wrong(400, "SubjectHasAction" if error.code == "case_not_open" else "Conflict", error.message) from error


def _beyond(actor: Actor, item: Item, finding: DecisionIn) -> DecisionIn:
    """The same was found of the same version before: that finding is taken back, and this one does what both did. A finding that would
    add nothing is refused, for the floor would do nothing."""
    cases = queries.visible_cases(actor).filter(item=item)
    before = Decision.objects.filter(
        case__in=cases, verdict="violating", superseded_at__isnull=True, violation_key=finding.violation_key,
        item_version=item.current_version, origin__in=("human", "rule"),
    ).order_by("-at").first()  # fmt: skip
    if before is None or finding.actions is None:
        return finding
    standing = [row.kind_key for row in enforcement.in_force(item.pk) if row.decision_id == before.pk]
    if set(finding.actions) <= set(standing):
        raise Wrong(400, "SubjectHasAction", "This was found before, and all of it is in force.")
    review.undo(actor, before.pk, finding.rationale[:200] or "found again, with more to follow")
    return msgspec.structs.replace(finding, actions=tuple(dict.fromkeys((*standing, *finding.actions))))


def _given(case: Case | None) -> Case:
    if case is None:
        raise unknown()
    return case


def _open(actor: Actor, item: Item) -> list[Case]:
    return list(queries.visible_cases(actor).filter(item=item).exclude(state="closed").order_by("opened_at"))


def _case(actor: Actor, item: Item, named: list[str]) -> Case | None:
    """The open case a finding belongs to: of the policy that is named, else the first."""
    waiting = _open(actor, item)
    if named:
        kinds = {violation([key], "", item.market).policy_key for key in named[:1]}
        of_it = [case for case in waiting if case.policy_key in kinds]
        return (of_it or waiting or [None])[0]  # type: ignore[list-item]
    return waiting[0] if waiting else None


def _latest(actor: Actor, item: Item) -> Case:
    rows = queries.visible_cases(actor).filter(item=item)
    case = rows.exclude(state="closed").order_by("opened_at").first() or rows.order_by("-opened_at").first()
    if case is None:
        raise unknown()
    return case


def _hours(event: dict[str, Any]) -> int | None:
    hours = event.get("durationInHours")
    if hours is None or hours == 0:
        return None
    if not isinstance(hours, int) or isinstance(hours, bool) or not 0 < hours < 100_000:
        raise bad("durationInHours must be a whole number.")
    return hours


def hand_up(actor: Actor, case: Case, comment: str) -> None:
    put_down(actor, case.pk)
    lease = review.claim_case(actor, case.pk)
    review.escalate(actor, lease.job_id, lease.token, comment[:200] or "handed up by a moderator's client")
