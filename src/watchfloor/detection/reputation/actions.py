"""The only writers of restrictions: make, change, agree or refuse, lift. Each change is a version; a wide one needs two people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from watchfloor.detection.reputation import in_force, previewing, seeing
from watchfloor.detection.reputation.answering import key_of
from watchfloor.detection.reputation.contracts import RestrictionIn
from watchfloor.detection.reputation.domain import effects, subjects
from watchfloor.detection.reputation.domain.breadth import Reach
from watchfloor.detection.reputation.domain.matching import Matcher, Row
from watchfloor.detection.reputation.events import RestrictionSaved, RestrictionStateChanged
from watchfloor.detection.reputation.models import Restriction, RestrictionVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

LONGEST_WINDOW = 7 * 86_400
_KEPT = ("subject", "value", "actions", "effect", "limit", "window", "per", "policy_key", "reason", "owner")
State = Restriction.State


def checked(wanted: RestrictionIn) -> RestrictionIn:
    """In its normal form.

    Raises:
        BadInput: what is wrong with it, where, and how to mend it.
    """
    value = subjects.normal(wanted.subject, wanted.value)
    if wanted.subject == subjects.DEVICE:
        value = seeing.seal_device(value)
    if wanted.effect not in effects.EFFECTS:
        raise BadInput("unknown_effect", f"{wanted.effect[:30]!r} is nothing a restriction can do.", where="effect",
                       hint="One of: " + ", ".join(effects.EFFECTS) + ".")  # fmt: skip
    strange = sorted(set(wanted.actions) - set(effects.ACTIONS))
    if strange or not wanted.actions:
        message = f"{strange[0][:30]!r} is no action." if strange else "Say what is restricted."
        raise BadInput("unknown_action", message, where="actions", hint="Of: " + ", ".join(effects.ACTIONS) + ".")
    reason = " ".join(wanted.reason.split())
    if not 3 <= len(reason) <= 500:
        raise BadInput("no_reason", "Say in 3 to 500 characters why.", where="reason")
    slow = wanted.effect == effects.SLOW
    if slow and not (1 <= wanted.limit <= 1_000_000):
        raise BadInput("bad_limit", "How many may there be? At least 1.", where="limit")
    if slow and not (1 <= wanted.window <= LONGEST_WINDOW):
        raise BadInput("bad_window", "In which time? From one second to seven days.", where="window")
    if wanted.per not in ("account", "subject"):
        raise BadInput("unknown_per", "Counted for each account, or for all together?", where="per",
                       hint="account or subject.")  # fmt: skip
    policy = ""
    if wanted.effect == effects.REVIEW:
        policy = policies.policy(wanted.policy or "spam").key
    if wanted.expires_at is not None and wanted.expires_at <= clock.now():
        raise BadInput("already_over", "It would be over already.", where="expires_at")
    return msgspec.structs.replace(
        wanted, value=value, actions=tuple(each for each in effects.ACTIONS if each in wanted.actions), reason=reason,
        limit=wanted.limit if slow else 0, window=wanted.window if slow else 0, policy=policy,
        per=wanted.per if slow else "account", owner=wanted.owner.strip()[:120],
    )  # fmt: skip


def reach_of(wanted: RestrictionIn) -> tuple[Reach, str]:
    """What it would have hit, and why a second person must agree ("" where nobody must)."""
    row = as_row(checked(wanted))
    reach = previewing.preview(row)
    return reach, previewing.why_wide(row, reach)


def save(
    w: Writer,
    wanted: RestrictionIn,
    *,
    row: Restriction | None = None,
    why: str = "",
    found: tuple[Reach, str] | None = None,
) -> Restriction:
    """Make a restriction, or a new version of one. A wide one waits for a second person and holds nobody until then.

    Args:
        found: ``reach_of(wanted)``, worked out before the transaction began.

    Raises:
        BadInput: as ``checked``. Conflict: the same one is there already, or this one waits for somebody.
    """
    ready = checked(wanted)
    reach, wide = found or reach_of(wanted)
    _must_fit(ready, row)
    now = clock.now()
    state = State.WAITING if wide else State.ON
    values: dict[str, Any] = {
        "subject": ready.subject, "value": ready.value, "actions": list(ready.actions), "effect": ready.effect, "limit": ready.limit,
        "window": ready.window, "per": ready.per, "policy_key": ready.policy, "reason": ready.reason,
        "owner": ready.owner or w.actor, "expires_at": ready.expires_at, "state": state,
        "reach": {**msgspec.to_builtins(reach), "wide": wide}, "changed_at": now, "changed_by": w.actor,
    }  # fmt: skip
    if row is None:
        pk = new_id()
        row = w.create(Restriction, id=pk, key=key_of(str(pk)), made_at=now, made_by=w.actor, **values)
    else:
        row = Restriction.objects.select_for_update().get(pk=row.pk)
        w.update(row, version=row.version + 1, **values)
    _keep(w, row, why)
    w.event(
        RestrictionSaved(
            subject=row.subject, effect=row.effect, actions=list(row.actions), state=row.state, version=row.version
        ),
        row,
    )
    in_force.forget()
    return row


def judge(w: Writer, row: Restriction, *, agree: bool, why: str = "") -> Restriction:
    """The second person's word on a wide one.

    Raises:
        Conflict: it does not wait. Forbidden: by the one who asked for it.
    """
    row = _locked(row)
    if row.state != State.WAITING:
        raise Conflict("not_waiting", "It does not wait for anybody.")
    if row.changed_by == w.actor:
        raise Forbidden("second_person", "Another person must agree to what you asked for.")
    return _set(w, row, State.ON if agree else State.REFUSED, why)


def lift(w: Writer, row: Restriction, *, why: str) -> Restriction:
    """It holds nobody any more, from now on."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = _locked(row)
    if row.state not in (State.ON, State.WAITING):
        raise Conflict("not_on", "It is not in force.")
    return _set(w, row, State.LIFTED, why)


def as_it_was(row: Restriction, number: int) -> RestrictionIn:
    """What an earlier version said; saved again it is a new version, which goes by today's reach. So a lifting is undone."""
    found = row.versions.filter(number=number).first()
    if found is None:
        raise NotFound("no_version", "There is no such version.")
    kept = dict(found.document)
    kept["policy"] = kept.pop("policy_key", "")
    return msgspec.convert(kept, RestrictionIn)


def by_key(key: str) -> Restriction:
    """By its short name or its id."""
    rows = Restriction.objects.filter(key=key)
    if not rows:
        try:
            rows = Restriction.objects.filter(pk=UUID(key))
        except ValueError:
            rows = Restriction.objects.none()
    found = rows.first()
    if found is None:
        raise NotFound("no_restriction", "There is no such restriction.")
    return found


def as_row(wanted: RestrictionIn) -> Row:
    """As it would be asked."""
    return Row(
        id=str(new_id()), subject=wanted.subject, value=wanted.value, actions=frozenset(wanted.actions), effect=wanted.effect,
        limit=wanted.limit, window=wanted.window, per=wanted.per, policy=wanted.policy, ends=wanted.expires_at,
    )  # fmt: skip


def _must_fit(wanted: RestrictionIn, row: Restriction | None) -> None:
    others = [each for each in in_force.live() if row is None or each.pk != row.pk]
    for each in others:
        same = (each.subject, each.value, each.effect) == (wanted.subject, wanted.value, wanted.effect)
        if same and set(each.actions) >= set(wanted.actions) and wanted.effect != effects.SLOW:
            raise Conflict("there_already", f"{each.key} does this already.", hint="Change that one.")
    if wanted.subject == subjects.EMAIL and "*" in wanted.value:
        Matcher([*map(in_force.row_of, others), as_row(wanted)])


def _set(w: Writer, row: Restriction, state: str, why: str) -> Restriction:
    before = row.state
    w.update(row, state=state, version=row.version + 1, changed_at=clock.now(), changed_by=w.actor)
    _keep(w, row, why)
    w.event(RestrictionStateChanged(before=before, after=state, version=row.version), row)
    in_force.forget()
    return row


def _keep(w: Writer, row: Restriction, why: str) -> None:
    document: dict[str, Any] = {name: getattr(row, name) for name in _KEPT}
    document["expires_at"] = row.expires_at.isoformat() if row.expires_at else None
    w.create(
        RestrictionVersion, restriction=row, number=row.version, document=document, state=row.state, at=row.changed_at,
        by=w.actor, why=" ".join(why.split())[:500],
    )  # fmt: skip


def _locked(row: Restriction) -> Restriction:
    return Restriction.objects.select_for_update().get(pk=row.pk)
