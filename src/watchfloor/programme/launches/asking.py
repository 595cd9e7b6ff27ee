"""The gates of a launch as they stand this moment: facts gathered, verdicts given, waivers put beside them."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.contracts import GateNow
from watchfloor.programme.launches.domain import gates, kinds
from watchfloor.programme.launches.domain.gates import Fact
from watchfloor.programme.launches.gathering import READERS
from watchfloor.programme.launches.gathering.frame import Asked, percent
from watchfloor.programme.launches.models import GateRow, Launch

log = logging.getLogger(__name__)


def gates_of(row: Launch) -> list[GateNow]:
    """Every gate of the launch, in order."""
    document = document_of(row)
    version = None
    if document.policy_key:
        version = PolicyVersion.objects.filter(policy_key=document.policy_key, number=document.policy_number).first()
    asked = Asked(launch=row, document=document, version=version, now=clock.now())
    kept = {each.key: each for each in GateRow.objects.filter(launch=row)}
    found = []
    for gate in kinds.gates_of(row.kind, document.gates):
        need = document.need(gate)
        fact = _fact(gate.key, msgspec.structs.replace(asked, need=need))
        verdict, row_of = gates.judge(fact, need), kept.get(gate.key)
        waived = row_of is not None and bool(row_of.waived_by) and verdict != gates.GREEN
        found.append(
            GateNow(
                key=gate.key, title=_(gate.title), owner=_(gate.owner), verdict=gates.WAIVED if waived else verdict, need=need,
                unit=gate.unit, fact=fact, said=gate.said, since=row_of.since if row_of and row_of.verdict == verdict else None,
                waived_by=row_of.waived_by if row_of else "", waived_at=row_of.waived_at if row_of else None,
                waived_why=row_of.waived_why if row_of else "",
            )
        )  # fmt: skip
    return found


def verdicts(row: Launch) -> dict[str, tuple[str, float | None, float]]:
    """What the loop keeps of each gate: the verdict underneath any waiver, what was measured, what was needed."""
    return underneath(gates_of(row))


def underneath(found: list[GateNow]) -> dict[str, tuple[str, float | None, float]]:
    """The same of gates that were read already."""
    return {gate.key: (gates.judge(gate.fact, gate.need), gate.fact.measured, gate.need) for gate in found}


def plain(gate: GateNow) -> dict[str, Any]:
    """A gate as the record of a decision keeps it."""
    return {
        "key": gate.key, "title": gate.title, "verdict": gate.verdict, "measured": gate.fact.measured, "need": gate.need, "unit": gate.unit,
        "say": gate.fact.say, "waived_by": gate.waived_by if gate.verdict == gates.WAIVED else "",
        "waived_why": gate.waived_why if gate.verdict == gates.WAIVED else "",
    }  # fmt: skip


def _fact(key: str, asked: Asked) -> Fact:
    try:
        with transaction.atomic():
            return READERS[key](asked)
    except Exception:  # one fact that cannot be read must not hide the others
        log.exception("gate %s of launch %s could not be read", key, asked.launch.number)
        return Fact(measured=None, say=_("This could not be read; the log says why."))


def seen_by(actor: Actor, found: list[GateNow]) -> list[GateNow]:
    """The same gates with what this person may see of their parts: other vendors' sites, rules and queues are left out."""
    mine = access.vendors_of(actor)
    return [_seen(actor, mine, gate) for gate in found]


def _seen(actor: Actor, mine: frozenset[str] | None, gate: GateNow) -> GateNow:
    fact = gate.fact
    if (gate.key == "detection" and not actor.has("rule.view")) or (
        gate.key == "staffing" and not actor.has("staffing.view")
    ):
        fact = msgspec.structs.replace(fact, parts=())
    if mine is not None and any(part.vendor for part in fact.parts):
        parts = tuple(part for part in fact.parts if part.vendor in mine)
        least = min((part.measured for part in parts if part.measured is not None), default=None)
        say = _("%(share)s at your sites.") % {"share": percent(least)} if least is not None else _("Nothing of yours.")
        fact = msgspec.structs.replace(fact, parts=parts, measured=least, say=say)
    return gate if fact is gate.fact else msgspec.structs.replace(gate, fact=fact)
