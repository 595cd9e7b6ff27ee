"""A surge may hold what rules do by themselves; when it ends the hold is lifted, if it is still that one."""

from __future__ import annotations

from watchfloor.detection import hold
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.review.models import Surge
from watchfloor.review.surge.steps import Effect, Step, Undo


class HoldAutomation:
    """``{"kind": "hold_automation"}``: what rules would do by themselves becomes cases. Needs ``rule.enable``."""

    def check(self, step: Step) -> None:
        """There is nothing to say of it."""

    def preview(self, actor: Actor, step: Step) -> Effect:
        return Effect("hold_automation", "", 0 if hold.holding() else 1)

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        if not actor.has("rule.enable"):
            raise Forbidden(
                "no_permission", "You may not hold automatic actions.", hint="Ask someone who puts rules on."
            )
        hours = (surge.until - surge.started_at).total_seconds() / 3600
        try:
            return {"hold": str(hold.hold_automation(w, why=surge.why, hours=hours).pk)}
        except Conflict:  # held already, by someone else: theirs to lift
            return {}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        row = hold.holding()
        if row is not None and str(row.pk) == undo.get("hold"):
            hold.lift_hold(w, why=surge.why)
