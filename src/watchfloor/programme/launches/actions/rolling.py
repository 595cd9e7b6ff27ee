"""Stages go on and are taken back: what is on is said to the change log, and a stop undoes all that can be undone in one transaction."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.insight import changes
from watchfloor.insight.changes import ChangeIn
from watchfloor.insight.changes.models import ChangeRow
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.oncall.actions import page
from watchfloor.oncall.contracts import PageIn
from watchfloor.policy import actions as policy_actions
from watchfloor.policy.models import Policy, PolicyVersion
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions.planning import document_of, moved
from watchfloor.programme.launches.domain import states
from watchfloor.programme.launches.domain.guards import Span
from watchfloor.programme.launches.events import LaunchStopped, StageHeld, StageTurned
from watchfloor.programme.launches.models import Launch, Stage
from watchfloor.programme.stakeholders import letters

CHANGE_KINDS = {
    "policy": "policy",
    "product": "release",
    "api": "release",
    "market": "release",
    "vendor": "staffing",
    "tooling": "release",
}


def start(w: Writer, launch_id: UUID, number: int) -> Stage:
    """Put the next stage on. The last one of a policy's launch puts its version in force, everywhere at once.

    Raises:
        Conflict: an earlier stage waits, or the policy's version cannot come into force.
    """
    row = access.by_id(launch_id)
    after = states.after(row.state, "start")
    waiting = list(row.stages.select_for_update().filter(state=Stage.State.WAITING).order_by("number"))
    if not waiting or waiting[0].number != number:
        raise Conflict("not_next", "This is not the next stage.", hint="Stages begin in their order.")
    stage = waiting[0]
    version = version_of(row) if stage.in_force else None
    if (
        version is not None and version.state != PolicyVersion.State.IN_FORCE
    ):  # somebody may have published it meanwhile
        policy_actions.put_in_force(w, version)
    before, now = row.state, clock.now()
    change = ChangeIn(
        kind=CHANGE_KINDS[row.kind], title=row.title, starts_at=now, scope=_scope(row, stage), source="hand",
        link=f"/programme/launches/{row.number}", key=_key(row, stage),
    )  # fmt: skip
    changes.record(w, change)
    w.update(stage, state=Stage.State.ON, on_at=now, on_by=w.actor, problem="")
    w.event(_turned(row, stage, on=True), row)
    if before != after:
        w.update(row, state=after, started_at=now)
        w.event(moved(row, before), row)
    return stage


def hold(w: Writer, launch_id: UUID, number: int, problem: str) -> None:
    """A stage could not begin at its hour: say so once, and page the owner's on-call."""
    row = access.by_id(launch_id)
    stage = row.stages.select_for_update().get(number=number)
    if stage.problem == problem[:300] or stage.state != Stage.State.WAITING:
        return
    w.update(stage, problem=problem[:300])
    w.event(StageHeld(launch=row.number, stage=number, problem=problem[:300]), row)
    told = f"Stage {number} of launch {row.number} could not begin: {problem}"
    _page(w, row, told)
    _tell_owner(w, row, f"held:{number}:{stage.pk}", told)


def stop(
    w: Writer, launch_id: UUID, *, why: str, guard: str = "", span: Span | None = None, limit: float | None = None
) -> Launch:
    """Stop it and take back what can be taken back; what cannot is named, and on-call is paged. ``guard``: what stopped it by itself."""
    if not why.strip() or len(why) > 2_000:
        raise BadInput("no_reason", "Say why it is stopped, in 1 to 2,000 characters.", where="why")
    row = access.by_id(launch_id)
    before = row.state
    after = states.after(before, "stop")
    now = clock.now()
    undone: list[dict[str, object]] = []
    for stage in row.stages.select_for_update().order_by("-number"):
        if stage.state == Stage.State.ON:
            undone.append(_take_back(w, row, stage))
        elif stage.state == Stage.State.WAITING:
            w.update(stage, state=Stage.State.OFF, off_at=now)
    known = (
        None
        if span is None
        else {"metric": guard, "value": span.value, "low": span.low, "high": span.high, "limit": limit}
    )
    w.update(
        row,
        state=after,
        ended_at=now,
        stopped_by=w.actor,
        stopped_why=why.strip(),
        stopped_by_guard=known,
        undone=undone,
    )
    event = LaunchStopped(
        launch=row.number, launch_kind=row.kind, policy=row.policy_key, guard=guard, value=span.value if span else None,
        low=span.low if span else None, high=span.high if span else None, limit=limit,
    )  # fmt: skip
    w.event(event, row, reason=why.strip()[:200])
    w.event(moved(row, before), row)
    if guard or not all(each["done"] for each in undone):
        _page(w, row, why.strip())
    if row.owner != w.actor:
        _tell_owner(w, row, f"stopped:{now.timestamp()}", f"Launch {row.number} was stopped. {why.strip()}")
    return row


def version_of(row: Launch) -> PolicyVersion:
    """The version a policy's launch is about."""
    document = document_of(row)
    found = PolicyVersion.objects.filter(policy_key=document.policy_key, number=document.policy_number).first()
    if found is None:
        raise Conflict("no_version", "The version of the policy is gone.")
    return found


def _take_back(w: Writer, row: Launch, stage: Stage) -> dict[str, object]:
    """One stage that is on; what became of it, for people."""
    now, done = clock.now(), True
    if stage.in_force:
        try:
            back = policy_actions.take_out(w, version_of(row))
            told = _("The text before is in force again, as version %(number)s.") % {"number": back.number}
        except Conflict as refused:
            done, told = False, f"{refused.message} {refused.hint}".strip()
    elif row.kind == "policy":
        told = _("It had changed nothing of the policy itself.")
    else:
        done, told = False, _("It is off here; whoever runs it takes it back there: %(plan)s") % {
            "plan": document_of(row).rollback or _("no plan was written down")
        }  # fmt: skip
    change = ChangeRow.objects.filter(key=_key(row, stage)).first()
    if change is not None:
        starts = change.starts_at
        changes.record(w, ChangeIn(
            kind=change.kind, title=change.title, starts_at=starts, ends_at=now if now > starts else None, scope=change.scope,
            link=change.link, key=change.key or "", source=change.source,
        ))  # fmt: skip
    w.update(stage, state=Stage.State.OFF, off_at=now)
    w.event(_turned(row, stage, on=False), row)
    return {"stage": stage.number, "done": done, "told": told}


def _page(w: Writer, row: Launch, words: str) -> None:
    clearance = Policy.objects.filter(key=row.policy_key).values_list("clearance", flat=True).first() or ""
    market = row.markets[0] if len(row.markets) == 1 else ""
    page(
        w,
        PageIn(
            key=f"launch:{row.pk}", severity=3, or_as=4, policy=row.policy_key, market=market, clearance=clearance, words=words
        ),
    )  # fmt: skip


def _tell_owner(w: Writer, row: Launch, key: str, words: str) -> None:
    """On-call is paged by the matrix; who owns the launch hears of it by mail."""
    if row.owner.startswith("user:"):
        letters.write(
            w, f"launch:{row.pk}:{key}", cause="launch", person=UUID(row.owner.removeprefix("user:")), subject=words[:120], text=words,
            path=f"/programme/launches/{row.number}",
        )  # fmt: skip


def _turned(row: Launch, stage: Stage, *, on: bool) -> StageTurned:
    return StageTurned(
        launch=row.number,
        stage=stage.number,
        policy=row.policy_key,
        markets=stage.markets,
        percent=stage.percent,
        on=on,
    )


def _scope(row: Launch, stage: Stage) -> dict[str, list[str]]:
    document = document_of(row)
    named = {
        "policy": [document.policy_key] if document.policy_key else [], "market": stage.markets,
        "queue": list(document.queues), "vendor": list(document.vendors),
    }  # fmt: skip
    return {name: values for name, values in named.items() if values}


def _key(row: Launch, stage: Stage) -> str:
    return f"launch:{row.number}:{stage.number}"
