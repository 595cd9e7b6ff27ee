"""The only writers of what the outside pages by: routing keys, and the alerts that come with them."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final
from uuid import UUID

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall.actions.paging import acknowledge_for, page, resolve_for
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.domain.alerts import Alert
from watchfloor.oncall.events import RoutingKeySaved
from watchfloor.oncall.models import EscalationPolicy, RoutingKey

ACTOR: Final = "alerts"


def add_routing_key(w: Writer, *, name: str, escalation_policy: str) -> tuple[RoutingKey, str]:
    """A key for somebody outside; it is told this once: 32 letters and digits, as clients of Events v2 expect."""
    if not name.strip() or len(name) > 80:
        raise BadInput("missing_name", "It needs a name of at most 80 characters.", where="name")
    if not EscalationPolicy.objects.filter(key=escalation_policy, archived_at__isnull=True).exists():
        raise BadInput("unknown_policy", "Choose whom its alerts page.", where="escalation_policy")
    key = secrets.token_hex(16)
    row = w.create(
        RoutingKey, name=name.strip(), digest=_digest(key), ends_in=key[-4:], escalation_policy=escalation_policy,
        made_at=clock.now(),
    )  # fmt: skip
    w.event(RoutingKeySaved(name=row.name), row)
    return row, key


def remove_routing_key(w: Writer, key_id: UUID) -> None:
    """Who holds it pages nobody any more."""
    row = RoutingKey.objects.select_for_update().filter(pk=key_id, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_key", "There is no such key.")
    w.update(row, removed_at=clock.now())
    w.event(RoutingKeySaved(name=row.name, removed=True), row)


@begin_again
def take(alert: Alert) -> None:
    """Page, acknowledge or resolve as an alert says; what is acknowledged or resolved without being live changes nothing.

    Raises:
        BadInput: no such routing key, or its escalation policy is gone.
    """
    with writing(system(ACTOR)) as w:
        row = RoutingKey.objects.filter(digest=_digest(alert.routing_key), removed_at__isnull=True).first()
        if row is None:
            raise BadInput("unknown_key", "'routing_key' is not known here", where="routing_key")
        key = f"outside:{row.pk}:{hashlib.sha256(alert.dedup_key.encode()).hexdigest()[:40]}"
        if alert.action == "trigger":
            words = f"{row.name}: {alert.summary} ({alert.source})"
            asked = PageIn(
                key=key,
                about="outside",
                severity=alert.severity,
                words=words[:200],
                escalation_policy=row.escalation_policy,
            )
            page(w, asked)
        elif alert.action == "acknowledge":
            acknowledge_for(w, key, None)
        else:
            resolve_for(w, key)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
