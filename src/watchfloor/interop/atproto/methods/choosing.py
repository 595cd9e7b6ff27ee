"""What a moderator's words mean here: which violation type, which actions of the catalogue. Nothing is guessed: where a client does not
say which rule was broken and the policy has several, it is told which there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchfloor.enforcement import queries as enforcement
from watchfloor.interop.atproto.asking import bad
from watchfloor.items.models import Item
from watchfloor.policy import queries as policies
from watchfloor.policy.contracts import ViolationRef


def violation(named: Sequence[str], policy_key: str, market: str) -> ViolationRef:
    """The violation type that is meant: named itself, or the only one of its policy."""
    known = {row.key for row in policies.all_policies()}
    for key in named:
        if key in known:
            continue
        return policies.violation(key)
    wanted = next((key for key in named if key in known), policy_key)
    found = policies.violations(wanted, market) if wanted else []
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.key for each in found) or ", ".join(sorted(known))
    raise bad(
        "Say which rule was broken, in policies (or modTool.meta.policies, or as the first word of the comment). "
        f"One of: {names}."
    )


def policies_of(event: dict[str, Any], tool: Any) -> list[str]:
    """What a client names as broken: in the event, or in ``modTool.meta.policies`` for events that have no place for it;
    else by the comment's first word, where a console lets people write nothing else."""
    meta = tool.get("meta") if isinstance(tool, dict) else None
    given = event.get("policies") or (meta.get("policies") if isinstance(meta, dict) else None) or []
    if not isinstance(given, list) or not all(isinstance(each, str) and len(each) <= 80 for each in given):
        raise bad("policies must be a list of texts.")
    first = str(event.get("comment") or "")[:200].strip().partition(" ")[0].rstrip(":,;.")
    return given[:20] or ([first] if first in {each.key for each in _every_rule()} else [])


def takedown(item: Item, kind: ViolationRef, hours: int | None) -> tuple[str, ...]:
    """The violation type's own actions, and one that takes it down if none of them does."""
    account = item.kind == "account"
    every = [each for each in enforcement.kinds() if each.item_state == Item.State.REMOVED]
    down = [each for each in every if each.does == ("suspend" if account else "remove")]
    if hours:
        down = [each for each in down if each.duration_hours == hours]
        if not down:
            lasting = sorted({each.duration_hours for each in every if each.duration_hours})
            raise bad(f"The catalogue has no such action of {hours} hours. There are: {lasting or 'none'}.")
        return (*(key for key in kind.actions if not _takes_down(key)), down[0].key)
    forever = [each for each in down if each.duration_hours is None] or down
    if not forever:
        raise bad("The catalogue has no action that takes this down.")
    target = "author" if account else "item"
    if any(_takes_down(key) and enforcement.kind(key).target == target for key in kind.actions):
        return kind.actions
    return (*kind.actions, forever[0].key)


def labels(values: Sequence[str], kind: ViolationRef) -> tuple[str, ...]:
    """The catalogue's entries that put these labels on."""
    by_value = {
        str(each.params.get("value") or kind.policy_key): each.key
        for each in reversed(enforcement.kinds())
        if each.does == "label"
    }
    missing = [value for value in values if value not in by_value]
    if missing:
        there = ", ".join(sorted(by_value)) or "none"
        raise bad(
            f"No action of the catalogue puts on the label {missing[0][:60]!r}. For {kind.key} there are: {there}."
        )
    return tuple(dict.fromkeys(by_value[value] for value in values))


def _every_rule() -> list[ViolationRef]:
    return [kind for policy in policies.all_policies() for kind in policies.violations(policy.key)]


def _takes_down(key: str) -> bool:
    return enforcement.kind(key).item_state == Item.State.REMOVED
