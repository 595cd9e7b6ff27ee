"""Statements of reasons (DSA, Article 17): made in the transaction of every decision that restricts, and kept true to its actions.

``begin`` is called once, with the decision. Whatever happens to an action later, by whichever verb, ``settle`` follows at the end of that
transaction: it compares what is in force with what was last stated, so calling it again changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.enforcement import catalogue, domain, events, privacy, queries, statement_facts
from watchfloor.enforcement.contracts import Basis, Enforce
from watchfloor.enforcement.models import Action, StatementGround, StatementOfReasons
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer, plain
from watchfloor.policy import queries as policies

State = StatementOfReasons.State
_EVENTS: dict[str, type[events.OfStatement]] = {
    State.MADE: events.StatementMade,
    State.CORRECTED: events.StatementCorrected,
    State.WITHDRAWN: events.StatementWithdrawn,
}
_NO_CHANGE = (
    events.ActionTaken, events.InverseTaken, events.ActionConfirmed, events.ActionFailed, events.ActionDead, events.ActionReplayed,
)  # fmt: skip
_COPIED = (
    "case_id", "item", "item_type", "content_kinds", "account_type", "policy_key", "policy_version_id", "clause", "violation_key",
    "dsa_category", "dsa_keywords", "ground", "legal_ground", "explanation", "also_illegal", "facts", "source", "source_identity",
    "detected_automatically", "decided", "market", "content_language", "content_date",
)  # fmt: skip


def begin(
    w: Writer, given: Enforce, item: Item, account: Item | None, taken: list[Action]
) -> StatementOfReasons | None:
    """The statement of a decision that restricts; None when nothing was restricted, or none is owed (Article 17(2)).

    Where every restriction waits for a second person, what the statement rests on is kept until there is one to state.
    """
    restricting = [row for row in taken if _restricts(row)]
    ground = statement_facts.ground_of(given.policy_key, given.violation_key)
    if not restricting or ground.exempt:
        return None
    clause = policies.violation(given.violation_key).clause if given.violation_key else ""
    decided = given.basis.decided or ("fully" if given.origin == "rule" else "not_automated")
    facts = statement_facts.found(item, given.violation_key, given.policy_key, given.basis, decided)
    values: dict[str, Any] = {
        "decision_id": given.decision_id, "case_id": given.case_id, "item": item, "item_type": item.type_key,
        "content_kinds": statement_facts.kinds(item, given.item_version),
        "account_type": statement_facts.account_type(account), "policy_key": given.policy_key,
        "policy_version_id": given.policy_version, "clause": clause, "violation_key": given.violation_key,
        "dsa_category": ground.dsa_category, "dsa_keywords": list(ground.dsa_keywords), "ground": ground.ground,
        "legal_ground": ground.legal_ground, "also_illegal": ground.also_illegal, "facts": facts,
        "explanation": statement_facts.why(
            given.violation_key, given.policy_key, given.policy_version, ground, given.market
        ),
        "source": given.basis.source, "source_identity": _identity(given.basis),
        "detected_automatically": given.basis.detected_automatically, "decided": decided, "market": given.market,
        "content_language": item.language or given.language,
        "content_date": statement_facts.content_date(item, given.item_version),
    }  # fmt: skip
    return _write(w, values, restricting)


def touched(w: Writer, decision_id: UUID, event: events.OfAction) -> None:
    """Something happened to an action: at the end of the transaction its decision's statement is brought in line."""
    if not isinstance(event, _NO_CHANGE):
        why = getattr(event, "why", "")
        w.at_end(("statement", decision_id), lambda: settle(w, decision_id, why=why))


def settle(w: Writer, decision_id: UUID, *, why: str = "", fallen: bool = False) -> StatementOfReasons | None:
    """Bring a decision's statement in line with its actions; returns the version written, if one had to be.

    A restriction that was taken back drops out (corrected), the last one withdraws the statement; ``why`` = appeal, undo, ladder ...
    One that merely ran out was stated with its end: the statement stands, and is marked as ended. When the decision itself has
    ``fallen``, nothing of it stands, whatever had run out before.
    """
    last = newest(decision_id, lock=True)
    if last is None:
        return None
    rows = [] if fallen else Action.objects.filter(decision_id=decision_id, inverse_of__isnull=True).order_by("id")
    restricting = [row for row in rows if _restricts(row)]
    if last.state == State.WITHDRAWN and not any(row.state in domain.IN_FORCE for row in restricting):
        return None
    return _follow(w, last, restricting, why)


def reword(
    w: Writer, decision_id: UUID, *, facts: str = "", explanation: str = "", despite: str = ""
) -> StatementOfReasons:
    """Say the facts or the reasons in a person's own words: a correction of the statement that stands.

    Text that seems to name a person is refused (``BadInput("personal_data")``) unless ``despite`` says why it must stay; the ledger
    then records that, and what kinds were found.
    """
    last = newest(decision_id, lock=True)
    if last is None or last.number == 0:
        raise NotFound("no_statement", "This decision has no statement of reasons.")
    if last.state == State.WITHDRAWN:
        raise Conflict("withdrawn", "The statement was withdrawn: there is nothing left to correct.")
    kinds: list[str] = []
    for where, text, most in (("facts", facts, 5000), ("explanation", explanation, 2000)):
        if len(text) > most:
            raise BadInput("too_long", f"At most {most:,} characters.", where=where)
        if not despite.strip():
            privacy.refuse(text, where)
        kinds += privacy.kinds_of(privacy.personal_data(text))
    values = _copy(last) | {
        "facts": facts.strip() or last.facts,
        "explanation": explanation.strip() or last.explanation,
    }
    row = _create(w, values, last.number + 1, State.CORRECTED, last.actions, last.territory, last.applied_at, last)
    overridden = sorted(set(kinds)) if despite.strip() else []
    w.event(_event(row, overridden=overridden), row, case_id=row.case_id, policy_version=row.policy_version_id,
            reason=despite.strip()[:200] or None)  # fmt: skip
    return row


def save_ground(w: Writer, violation_key: str, **values: Any) -> StatementGround:
    """Write down what a violation type stands on: dsa_category, dsa_keywords, ground, legal_ground, also_illegal, exempt."""
    policies.violation(violation_key)
    if values.get("ground", "terms") not in ("illegal", "terms"):
        raise BadInput("bad_ground", "The ground is illegal or terms.", where=f"{violation_key}.ground")
    if values.get("ground") == "illegal" and not values.get("legal_ground"):
        raise BadInput("no_law", "Name the law that forbids it.", where=f"{violation_key}.legal_ground")
    row = StatementGround.objects.filter(violation_key=violation_key).first()
    if row is None:
        row = w.create(StatementGround, violation_key=violation_key, **values)
    else:
        w.update(row, **values)
    if w.has_changes:
        said = events.StatementGroundSaved(violation=violation_key, ground=row.ground, exempt=row.exempt)
        w.event(said, row)
    statement_facts.GROUNDS.forget()
    return row


def newest(decision_id: UUID, *, lock: bool = False) -> StatementOfReasons | None:
    """The last version, number 0 too."""
    rows = StatementOfReasons.objects.filter(decision_id=decision_id).order_by("-number")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def _follow(w: Writer, last: StatementOfReasons, rows: list[Action], why: str) -> StatementOfReasons | None:
    """The next version, if what stands differs from what was stated."""
    if last.number == 0:
        return _write(w, _copy(last), rows, after=last) if any(row.state in domain.IN_FORCE for row in rows) else None
    standing = [row for row in rows if row.state in domain.IN_FORCE or row.state == Action.State.EXPIRED]
    now = clock.now()
    if not standing:
        row = _create(w, _copy(last), last.number + 1, State.WITHDRAWN, last.actions, last.territory, last.applied_at, last,
                      ended_at=last.ended_at or now, why_ended=why or "undo")  # fmt: skip
        w.event(_event(row), row, case_id=row.case_id, policy_version=row.policy_version_id)
        return row
    over = all(row.state == Action.State.EXPIRED for row in standing)
    ended = max((row.expires_at for row in standing if row.expires_at), default=now) if over else None
    stated = [_stated(row) for row in standing]
    if stated != last.actions:
        row = _create(w, _copy(last), last.number + 1, State.CORRECTED, stated, _territory(stated), last.applied_at, last,
                      ended_at=ended, why_ended="expired" if over else "")  # fmt: skip
        w.event(_event(row), row, case_id=row.case_id, policy_version=row.policy_version_id)
        return row
    if over and last.ended_at is None:
        w.update(last, ended_at=ended, why_ended="expired")
        w.event(events.StatementEnded(**_dimensions(last)), last, case_id=last.case_id)
    return None


def _write(
    w: Writer, values: dict[str, Any], rows: list[Action], after: StatementOfReasons | None = None
) -> StatementOfReasons:
    """The first version: number 1 when something is in force, number 0 while all of it waits."""
    in_force = [_stated(row) for row in rows if row.state in domain.IN_FORCE]
    number, state = (1, State.MADE) if in_force else (0, State.WAITING)
    row = _create(w, values, number, state, in_force, _territory(in_force), clock.now(), after)
    event = _event(row) if number else events.StatementWaiting(**_dimensions(row))
    w.event(event, row, case_id=row.case_id, policy_version=row.policy_version_id)
    return row


def _create(
    w: Writer, values: dict[str, Any], number: int, state: str, actions: list[Any], territory: list[str], applied_at: datetime,
    after: StatementOfReasons | None, ended_at: datetime | None = None, why_ended: str = "",
) -> StatementOfReasons:  # fmt: skip
    decision = {"decision_id": after.decision_id} if after is not None else {}
    return w.create(
        StatementOfReasons, **{**values, **decision}, number=number, state=state, actions=actions, territory=territory,
        applied_at=applied_at, made_at=clock.now(), ended_at=ended_at, why_ended=why_ended,
    )  # fmt: skip


def _copy(row: StatementOfReasons) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COPIED}


def _restricts(row: Action) -> bool:
    return catalogue.effect(queries.kind(row.kind_key).does).restricts


def _stated(row: Action) -> dict[str, Any]:
    """A restriction as it is kept: JSON values, the fields of ``contracts.StatementAction``."""
    does = queries.kind(row.kind_key).does
    markets = row.params.get("markets") if does == "geo_restrict" else None
    return {
        "action_id": str(row.pk), "does": does, "starts_at": plain(row.created_at), "ends_at": plain(row.expires_at),
        "territory": sorted(markets or []),
    }  # fmt: skip


def _territory(stated: list[dict[str, Any]]) -> list[str]:
    """Where any of it holds; [] = everywhere."""
    if any(not each["territory"] for each in stated):
        return []
    return sorted({market for each in stated for market in each["territory"]})


def _identity(basis: Basis) -> str:
    """A body that gave notice is named; a person never is."""
    if basis.source not in ("trusted_flagger", "order"):
        return ""
    return privacy.redacted(basis.source_identity, "")[:250].strip()


def _dimensions(row: StatementOfReasons) -> dict[str, Any]:
    return {
        "decision": str(row.decision_id), "number": row.number, "policy": row.policy_key, "violation": row.violation_key,
        "category": row.dsa_category, "ground": row.ground, "source": row.source, "decided": row.decided,
        "detected_automatically": row.detected_automatically, "market": row.market,
        "actions": sorted({each["does"] for each in row.actions}),
    }  # fmt: skip


def _event(row: StatementOfReasons, **more: Any) -> events.OfStatement:
    if row.state == State.WITHDRAWN:
        return events.StatementWithdrawn(**_dimensions(row), why=row.why_ended)
    return _EVENTS[row.state](**_dimensions(row), **msgspec.to_builtins(more))
