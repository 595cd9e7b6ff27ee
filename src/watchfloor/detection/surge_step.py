"""What a surge may do to detection: hold what rules do by themselves, and move the score from which a model opens cases."""

from __future__ import annotations

from datetime import timedelta

from watchfloor.detection import hold, models_in_force
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.models import Signal, Surge
from watchfloor.review.surge.standing import steps_on
from watchfloor.review.surge.steps import Effect, Step, Undo

DAY = timedelta(days=1)


class HoldAutomation:
    """``{"kind": "hold_automation"}``: what rules would do by themselves becomes cases. Needs ``rule.enable``.

    When the surge ends the hold is lifted, if it is still that one.
    """

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


class OpenAt:
    """``{"kind": "open_at", "policy": "spam", "at": 0.97}``: the policy's model opens cases by itself only from this score on.

    The model, its signals and its measured threshold stay as they are (``models_in_force``). Needs ``rule.enable``.
    """

    def check(self, step: Step) -> None:
        policies.policy(str(step.get("policy")))
        at = step.get("at")
        if not isinstance(at, (int, float)) or not 0 < at <= 1:
            raise BadInput("bad_score", "A score lies above 0 and is at most 1.", where="at")

    def preview(self, actor: Actor, step: Step) -> Effect:
        """Counted: yesterday's and today's signals of the model that fall on the other side."""
        name = f"{step['policy']}: {step['at']:g}"
        now = models_in_force.open_at(step["policy"])
        if now is None:
            return Effect("open_at", name, 0)
        low, high = sorted((now, float(step["at"])))
        seen = Signal.objects.filter(source=f"model:{step['policy']}", score__gte=low, score__lt=high)
        return Effect("open_at", name, seen.filter(at__gt=clock.now() - DAY).count())

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        if not actor.has("rule.enable"):
            raise Forbidden(
                "no_permission", "You may not move a model's threshold.", hint="Ask someone who puts rules on."
            )
        self.check(step)
        steps_on.forget()
        return {}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        steps_on.forget()
