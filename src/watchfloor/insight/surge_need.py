"""A surge may say how many people a queue needs while it is on: the floor then shows that number where its own rule says fewer."""

from __future__ import annotations

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.review.models import Queue, Surge
from watchfloor.review.surge.standing import steps_on
from watchfloor.review.surge.steps import Effect, Step, Undo
from watchfloor.workforce import queries as workforce

KIND = "need"
MOST = 10_000


class Need:
    """``{"kind": "need", "queue": "spam.en", "people": 12}``: nothing is changed, so there is nothing to put back."""

    def check(self, step: Step) -> None:
        people = step.get("people")
        if not isinstance(people, int) or not 1 <= people <= MOST:
            raise BadInput("bad_people", "Say how many people it needs.", where="people")
        if not Queue.objects.filter(key=step.get("queue"), archived_at__isnull=True).exists():
            raise BadInput("unknown_queue", f"There is no queue {str(step.get('queue'))[:80]!r}.", where="queue")

    def preview(self, actor: Actor, step: Step) -> Effect:
        """Counted: the people who are missing now."""
        here = [each for each in workforce.people_on(actor) if not each.queues or step["queue"] in each.queues]
        missing = step["people"] - sum(each.strength for each in here if each.state in ("available", "working"))
        return Effect(KIND, f"{step['queue']}: {step['people']}", max(0, round(missing)))

    def start(self, w: Writer, actor: Actor, surge: Surge, step: Step) -> Undo:
        self.check(step)
        steps_on.forget()
        return {}

    def end(self, w: Writer, actor: Actor, surge: Surge, step: Step, undo: Undo) -> None:
        steps_on.forget()


def needs() -> dict[str, int]:
    """What surges that are on say queues need; of several the most."""
    found: dict[str, int] = {}
    for step in steps_on(KIND):
        found[step["queue"]] = max(found.get(step["queue"], 0), step["people"])
    return found
