"""Moderators' half: reports listed and read, taken, given back, settled and opened again, and what is done to an account.

All of it goes by the floor's own verbs: to take a report is to take its case under a lease, to settle it is a decision, and an account is
acted on by a decision, too. So the same permissions, limits and second looks hold as at the workbench.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.actions import lift
from watchfloor.enforcement.domain import IN_FORCE
from watchfloor.identity.domain import Actor
from watchfloor.intake import catalogue
from watchfloor.interop.mastodon import showing
from watchfloor.interop.mastodon.answers import Asked, links, said
from watchfloor.interop.mastodon.entities import Entity
from watchfloor.interop.mastodon.reporting import reason_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions, queries
from watchfloor.review.contracts import DecisionIn, LeaseOut
from watchfloor.review.models import Case, Decision, Report

USUAL, MOST = 100, 200
LEASE_SECONDS: Final = 3_600
EFFECTS: Final = {  # Mastodon's action -> what our catalogue calls its effect
    "none": "warn", "sensitive": "age_gate", "disable": "lock", "silence": "reduce_reach", "suspend": "suspend",
}  # fmt: skip
UNDOES: Final = {"unsensitive": "age_gate", "enable": "lock", "unsilence": "reduce_reach", "unsuspend": "suspend"}


def reports(asked: Asked) -> Any:
    """A page of reports, the newest first; open ones unless told otherwise."""
    rows = known(asked.actor)
    resolved, unresolved = asked.flag("resolved"), asked.flag("unresolved")
    if resolved != unresolved or not resolved:
        rows = rows.filter(case__state=Case.State.CLOSED) if resolved else rows.exclude(case__state=Case.State.CLOSED)
    if target := asked.text("target_account_id"):
        rows = rows.filter(Q(item__kind="account", item__external_id=target) | Q(item__author__external_id=target))
    if by := asked.text("account_id"):
        rows = rows.filter(reporter=by) if showing.names_reporters(asked.actor) else rows.none()
    limit = asked.number("limit", USUAL, MOST)
    for name, how in (("max_id", "pk__lt"), ("since_id", "pk__gt"), ("min_id", "pk__gt")):
        if text := asked.text(name):
            rows = rows.filter(**{how: _id(text, name)})
    forward = bool(asked.text("min_id"))
    found = list(rows.order_by("pk" if forward else "-pk")[: limit + 1])
    more = len(found) > limit or forward
    shown = sorted(found[:limit], key=lambda row: row.pk, reverse=True)
    response = said(showing.many(asked.actor, shown))
    if shown:
        response["Link"] = links(asked, ids.encode("rpt", shown[0].pk), ids.encode("rpt", shown[-1].pk), more=more)
    return response


def one(asked: Asked, report_id: str) -> Entity:
    """One report; opening a restricted one is logged."""
    return showing.of(asked.actor, find(asked.actor, report_id))


def assign(asked: Asked, report_id: str) -> Entity:
    """Take its case, for an hour."""
    row = find(asked.actor, report_id)
    actions.claim_case(asked.actor, row.case_id, lease_seconds=LEASE_SECONDS)
    return showing.of(asked.actor, row)


def unassign(asked: Asked, report_id: str) -> Entity:
    """Give it back; nothing happens where one does not hold it."""
    row = find(asked.actor, report_id)
    job = showing.held_by(row.case_id)
    if job is not None and str(job.lease_holder) == asked.actor.id:
        actions.release(asked.actor, job.pk, job.lease_token)
    return showing.of(asked.actor, row)


def resolve(asked: Asked, report_id: str) -> Entity:
    """Settle it without an action: nothing is wrong with the item. A report that is settled already stays as it is."""
    row = find(asked.actor, report_id)
    if row.case.state != Case.State.CLOSED:
        _decide(
            asked.actor,
            row.case_id,
            DecisionIn(verdict="clean", rationale=asked.text("text") or "Resolved without action."),
        )
    return showing.of(asked.actor, find(asked.actor, report_id))


def reopen(asked: Asked, report_id: str) -> Entity:
    """Take the decision back, as its terms allow; an open one stays open."""
    row = find(asked.actor, report_id)
    if row.case.state == Case.State.CLOSED:
        if row.case.last_decision_id is None:
            raise Conflict("no_decision", "The case was closed without a decision: report the item again.")
        actions.undo(asked.actor, row.case.last_decision_id, asked.text("text") or "Reopened by its moderator.")
    return showing.of(asked.actor, find(asked.actor, report_id))


def update(asked: Asked, report_id: str) -> Entity:
    """Another category or rule: where that is another policy's, the report goes to the case of the item under that policy."""
    row = find(asked.actor, report_id)
    category, rules = asked.text("category"), asked.many("rule_ids")
    if category or rules:
        reason = policies.reason(reason_of(catalogue.load(), category or "violation", rules))
        if reason.policy_key != row.case.policy_key:
            actions.split(asked.actor, row.case_id, [row.pk], "Its category was changed.", policy_key=reason.policy_key)
    return showing.of(asked.actor, find(asked.actor, report_id))


def read_account(asked: Asked, account_id: str) -> Entity:
    """An account that a report one may see is about."""
    return showing.admin_account_of(asked.actor, _account(asked.actor, account_id))


def act(asked: Asked, account_id: str) -> Any:
    """Do something to an account, on a report about it. Without ``report_id`` on the newest open one.

    ``violation`` names the type of the finding; without it, it is the first type of the report's policy that this action goes with.
    """
    kind = asked.text("type") or "none"
    if kind not in EFFECTS:
        raise BadInput(
            "unknown_value", f"{kind[:40]!r} is no action.", where="type", hint="One of: " + ", ".join(EFFECTS) + "."
        )
    rows = known(asked.actor).filter(
        Q(item__external_id=account_id, item__kind="account") | Q(item__author__external_id=account_id)
    )
    if wanted := asked.text("report_id"):
        rows = rows.filter(pk=_id(wanted, "report_id"))
    row = rows.exclude(case__state=Case.State.CLOSED).order_by("-pk").first()
    if row is None:
        _account(asked.actor, account_id)
        raise BadInput(
            "no_report", "There is no open report about this account.", where="report_id",
            hint="Report it first: an action rests on a decision.",
        )  # fmt: skip
    action = next((each for each in _kinds(EFFECTS[kind])), None)
    if action is None:
        raise BadInput("no_such_action", f"The catalogue has nothing for {kind!r}.", where="type")
    chosen = asked.text("violation") or _violation(row.case, action)
    _decide(
        asked.actor, row.case_id,
        DecisionIn(verdict="violating", violation_key=chosen, actions=(action,), rationale=asked.text("text")),
    )  # fmt: skip
    return {}


def undo(asked: Asked, account_id: str, verb: str) -> Entity:
    """Take back what is in force on an account; where nothing is, nothing happens."""
    item = _account(asked.actor, account_id)
    names = _kinds(UNDOES[verb], every=True)
    rows = enforcement.visible_actions(asked.actor, "enforcement.lift").filter(
        item=item, kind_key__in=names, state__in=(*IN_FORCE, "scheduled"), inverse_of__isnull=True
    )  # fmt: skip
    for row in rows:
        with writing(asked.actor, reason=verb) as w:
            lift(w, row.pk, why=f"{verb}, by its moderator")
    return showing.admin_account_of(asked.actor, item)


def known(actor: Actor) -> QuerySet[Report]:
    """The reports on cases this actor may open."""
    rows = Report.objects.filter(case__in=queries.visible_cases(actor).values("pk"))
    return rows.select_related("case", "item", "item__author")


def find(actor: Actor, report_id: str) -> Report:
    """One of them; what one may not know of was never there."""
    try:
        row = known(actor).filter(pk=ids.decode("rpt", report_id)).first()
    except BadInput:
        row = None
    if row is None:
        raise NotFound("unknown_report", "Record not found")
    queries.case(actor, row.case_id, why="report read by API")  # of a restricted one this is logged
    return row


def _decide(actor: Actor, case_id: UUID, finding: DecisionIn) -> Decision:
    """Decide under the lease one holds, else under one taken for that; what fails gives it back."""
    job = showing.held_by(case_id)
    if job is not None and str(job.lease_holder) == actor.id:
        return actions.decide(actor, job.pk, job.lease_token, finding)
    lease: LeaseOut = actions.claim_case(actor, case_id)
    try:
        return actions.decide(actor, lease.job_id, lease.token, finding)
    except (BadInput, Conflict, Forbidden):
        actions.release(actor, lease.job_id, lease.token)
        raise


def _account(actor: Actor, account_id: str) -> Any:
    found = (
        known(actor)
        .filter(Q(item__kind="account", item__external_id=account_id) | Q(item__author__external_id=account_id))
        .first()
    )
    if found is None:
        raise NotFound("unknown_account", "Record not found")
    return found.item if found.item.kind == "account" else found.item.author


def _kinds(does: str, *, every: bool = False) -> list[str]:
    """Catalogue entries of an effect, those without an end first."""
    rows = [row for row in enforcement.kinds(enabled=not every) if row.does == does]
    return [row.key for row in sorted(rows, key=lambda row: (row.duration_hours is not None, row.position))]


def _violation(case: Case, action: str) -> str:
    types = sorted(policies.violations(case.policy_key, case.market), key=lambda row: row.position)
    if not types:
        raise BadInput("no_violation", "The policy of this report has no violation types.", where="violation")
    return next((row.key for row in types if action in row.actions), types[0].key)


def _id(text: str, where: str) -> UUID:
    try:
        return ids.decode("rpt", text)
    except BadInput:
        raise BadInput("bad_id", "This is no id of a report.", where=where) from None
