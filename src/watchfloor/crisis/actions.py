"""The only writers of a crisis: a level is set, a bank is named or made, it ends. Whoever runs the incident does it, with a reason."""

from __future__ import annotations

from datetime import timedelta

from watchfloor.crisis.domain import LEVELS
from watchfloor.crisis.events import CrisisBank, CrisisLevel
from watchfloor.crisis.models import Crisis
from watchfloor.detection.banks import actions as banks
from watchfloor.detection.banks import queries as known
from watchfloor.detection.banks.contracts import BankIn
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.oncall.models import Incident
from watchfloor.policy import queries as policies

BANK_LASTS = timedelta(days=90)  # a bank made for a crisis ends by itself unless somebody keeps it


def may_run(actor: Actor, incident: Incident) -> bool:
    """Whether this person runs this incident."""
    return actor.may(
        "incident.manage", market=incident.market, severity=incident.severity, clearance=incident.clearance
    )


def set_level(actor: Actor, incident: Incident, level: int, why: str) -> Crisis:
    """Begin a crisis, raise or lower its level, or end it (0).

    Raises:
        BadInput: no such level, no reason. Conflict: it stands at that level, or there is nothing to end.
    """
    _run(actor, incident, why)
    if level != 0 and level not in LEVELS:
        raise BadInput("unknown_level", "Choose a level.", where="level")
    now = clock.now()
    with writing(actor, reason=why.strip()[:200]) as w:
        row = Crisis.objects.select_for_update().filter(incident_id=incident.pk).first()
        before = row.level if row is not None and row.ended_at is None else 0
        if before == level:
            raise Conflict("same_level", "It stands at that level already.", hint="Load the page again.")
        if row is None:
            row = w.create(
                Crisis, incident_id=incident.pk, level=level, level_at=now, started_at=now, started_by=w.actor
            )
        elif level == 0:
            w.update(row, ended_at=now, ended_by=w.actor, level_at=now)
        else:
            w.update(row, level=level, level_at=now, ended_at=None, ended_by="")
        w.event(CrisisLevel(incident=str(incident.pk), level=level, before=before), row)
        return row


def use_bank(actor: Actor, incident: Incident, key: str, *, make: bool = False, policy_key: str = "") -> Crisis:
    """Name the bank whose matches belong to this crisis, or make one for it (which needs ``bank.manage``).

    A new bank opens cases for what it finds, has the incident's clearance, and expires after ninety days.
    """
    _run(actor, incident, "x")
    with writing(actor, reason=f"incident {incident.number}") as w:
        row = Crisis.objects.select_for_update().filter(incident_id=incident.pk, ended_at=None).first()
        if row is None:
            raise Conflict("no_crisis", "There is no crisis.", hint="Set a level first.")
        if make:
            if not actor.may("bank.manage", severity=incident.severity, clearance=incident.clearance):
                raise Forbidden("no_permission", "Your roles do not include making banks.")
            policies.policy(policy_key)
            settings = BankIn(
                key=f"incident-{incident.number}", name=f"Incident {incident.number}", owner=w.actor, policy_key=policy_key,
                purpose=f"Hashes of incident {incident.number}", clearance=incident.clearance, severity=incident.severity,
                expires_at=clock.now() + BANK_LASTS,
            )  # fmt: skip
            key = banks.create_bank(w, settings, why=f"incident {incident.number}").key
        else:
            key = known.bank(actor, key).key
        w.update(row, bank_key=key)
        w.event(CrisisBank(incident=str(incident.pk), bank=key, made=make), row)
        return row


def _run(actor: Actor, incident: Incident, why: str) -> None:
    if not may_run(actor, incident):
        raise Forbidden("no_permission", "Your roles do not include running this incident.")
    if not why.strip():
        raise BadInput("say_why", "Say why.", where="why")
