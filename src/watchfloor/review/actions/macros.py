"""Ready texts: one's own, and those shared with everyone by whoever may."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review import plan
from watchfloor.review.actions.people import person_id
from watchfloor.review.domain import macros
from watchfloor.review.events_bench import MacroSaved
from watchfloor.review.models_bench import Macro

MOST_OWN = 100


def save_macro(
    actor: Actor, macro_id: UUID | None = None, *, name: str, text: str, shared: bool = False, policy_key: str = "",
    queue_key: str = "",
) -> Macro:  # fmt: skip
    """Make a ready text, or change one. Shared ones need ``macro.share``; another person's own one is a ``NotFound``."""
    macros.check(text)
    if not name.strip() or len(name.strip()) > 80:
        raise BadInput("bad_name", "A ready text has a name of 1 to 80 characters.", where="name")
    if policy_key:
        policies.policy(policy_key)
    if queue_key and plan.queue(queue_key) is None:
        raise BadInput("unknown_queue", f"There is no queue {queue_key[:80]!r}.", where="queue_key")
    _may_share(actor, shared)
    values = {
        "name": name.strip(), "text": text.strip(), "owner": None if shared else person_id(actor),
        "policy_key": policy_key, "queue_key": queue_key,
    }  # fmt: skip
    with writing(actor) as w:
        if macro_id is None:
            if not shared and Macro.objects.filter(owner=person_id(actor), archived_at=None).count() >= MOST_OWN:
                raise Conflict("too_many", f"You have {MOST_OWN} ready texts.", hint="Put one away first.")
            row = w.create(Macro, **values, made_by=str(actor), made_at=clock.now())
        else:
            row = w.update(_own(actor, macro_id), **values)
        w.event(MacroSaved(shared=shared, policy=policy_key, queue=queue_key), row)
        return row


def archive_macro(actor: Actor, macro_id: UUID) -> None:
    """Put a ready text away; what was written with it stays."""
    with writing(actor) as w:
        row = _own(actor, macro_id)
        w.update(row, archived_at=clock.now())
        event = MacroSaved(shared=row.owner is None, policy=row.policy_key, queue=row.queue_key, archived=True)
        w.event(event, row)


def _own(actor: Actor, macro_id: UUID) -> Macro:
    row = Macro.objects.select_for_update().filter(pk=macro_id, archived_at=None).first()
    if row is None or row.owner not in (None, person_id(actor)):
        raise NotFound("unknown_macro", "There is no such ready text.")
    _may_share(actor, row.owner is None)
    return row


def _may_share(actor: Actor, shared: bool) -> None:
    if shared and not actor.has("macro.share"):
        raise Forbidden("no_permission", "Your roles do not include texts that everyone shares.", where="shared")
