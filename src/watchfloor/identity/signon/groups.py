"""Groups of the directory become roles: rules, and what a person holds because of them. The only writers of both.

A rule may give only what its maker could give by hand. Whatever a rule gave is taken when the membership or the rule ends; roles that
were given by hand are left alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence

from watchfloor.identity import granting
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.identity.models import Grant, Role, User
from watchfloor.identity.signon.events import GroupRuleEnded, GroupRuleSaved, GroupsSettled
from watchfloor.identity.signon.models import Given, GroupRule
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer

EVERY = "*"
SCIM = "scim"
BY = system("sign-on")
Place = Callable[[Writer, User, str, str], object]

_places: list[Place] = []


def placed_by(place: Place) -> None:
    """Workforce, which stands above, puts a person into a team of a vendor: ``place(w, user, vendor_key, team)``."""
    if place not in _places:
        _places.append(place)


def live(sources: Iterable[str] | None = None) -> list[GroupRule]:
    """The rules that hold, of these sources or of all."""
    found = GroupRule.objects.filter(ended_at__isnull=True)
    if sources is not None:
        found = found.filter(source__in=list(sources))
    return list(found.order_by("source", "group", "role_key", "pk"))


def save_rule(
    w: Writer,
    by: Actor,
    *,
    source: str,
    group: str,
    role_key: str = "",
    queues: Sequence[str] | None = None,
    markets: Sequence[str] | None = None,
    vendors: Sequence[str] | None = None,
    max_severity: int = 5,
    team: str = "",
    vendor_key: str = "",
) -> GroupRule:
    """A new rule; it counts from each person's next sign-on or the directory's next word."""
    group, team = group.strip(), team.strip()
    if not group or len(group) > 200:
        raise BadInput("bad_group", "A group's name has 1 to 200 characters.", where="group")
    if not role_key and not vendor_key:
        raise BadInput("gives_nothing", "Choose a role, or a vendor and team.", where="role")
    if not 1 <= max_severity <= 5:
        raise BadInput("bad_severity", "The highest severity is 1 to 5.", where="max_severity")
    if len(team) > 60:
        raise BadInput("too_long", "A team's name has at most 60 characters.", where="team")
    if role_key:
        _may_give(by, role_key, queues, markets, vendors, max_severity)
    row = w.create(
        GroupRule, source=source, group=group, role_key=role_key, max_severity=max_severity, team=team, vendor_key=vendor_key,
        queues=None if queues is None else list(queues), markets=None if markets is None else list(markets),
        vendors=None if vendors is None else list(vendors), made_at=clock.now(),
    )  # fmt: skip
    w.event(GroupRuleSaved(provider=source, role=role_key), row)
    return row


def end_rule(w: Writer, by: Actor, rule_id: uuid.UUID) -> int:
    """End a rule; what it gave is taken at once. How many people lost a role by it."""
    row = GroupRule.objects.select_for_update().filter(pk=rule_id, ended_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_rule", "There is no such rule.")
    if row.role_key:
        _may_give(by, row.role_key, row.queues, row.markets, row.vendors, row.max_severity)
    given = list(Given.objects.select_for_update().filter(rule_id=row.pk, ended_at__isnull=True).order_by("pk"))
    taken = sum(_take(w, each) for each in given)
    w.update(row, ended_at=clock.now())
    w.event(GroupRuleEnded(provider=row.source, role=row.role_key), row)
    return taken


def names_with_roles(source: str) -> set[str]:
    """The groups of a source that give a role: who is in one may join."""
    return {rule.group for rule in live([source, EVERY]) if rule.role_key}


def settle(w: Writer, user: User, source: str, names: Iterable[str]) -> tuple[int, int]:
    """Give what the person's groups at ``source`` give, take what they no longer do; how many of each."""
    member = set(names)
    rules = {rule.pk: rule for rule in live([source, EVERY]) if rule.group in member}
    stands = {
        row.rule_id: row
        for row in Given.objects.select_for_update()
        .filter(user_id=user.pk, source=source, ended_at__isnull=True)
        .order_by("pk")
    }
    gone = set(
        Grant.objects.filter(pk__in=[row.grant_id for row in stands.values()], revoked_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    given = taken = 0
    for rule_id, row in stands.items():
        if rule_id not in rules:
            taken += _take(w, row)
    for rule_id, rule in rules.items():
        before = stands.get(rule_id)
        if not rule.role_key or (before is not None and before.grant_id not in gone):
            continue
        if before is not None:  # somebody took the grant by hand; the group gives it again
            w.update(before, ended_at=clock.now())
        if not Role.objects.filter(key=rule.role_key).exists():
            continue
        grant = granting.grant(
            w, BY, user, rule.role_key, queues=rule.queues, markets=rule.markets, vendors=rule.vendors,
            max_severity=rule.max_severity,
        )  # fmt: skip
        w.create(Given, user_id=user.pk, rule_id=rule.pk, grant_id=grant.pk, source=source)
        given += 1
    for rule in rules.values():
        if rule.vendor_key:
            for place in _places:
                place(w, user, rule.vendor_key, rule.team)
    if given or taken or w.has_changes:
        w.event(GroupsSettled(provider=source, given=given, taken=taken), ("user", user.pk))
    return given, taken


def _take(w: Writer, row: Given) -> int:
    """Take one grant; the last administrator keeps theirs."""
    grant = Grant.objects.select_for_update().filter(pk=row.grant_id, revoked_at__isnull=True).first()
    if grant is not None:
        try:
            granting.keep_one_administrator(without_grant=grant.pk)
        except Conflict:
            return 0
        w.update(row, ended_at=clock.now())
        granting.revoke_grant(w, grant)
        return 1
    w.update(row, ended_at=clock.now())
    return 0


def _may_give(
    by: Actor, role_key: str, queues: Sequence[str] | None, markets: Sequence[str] | None, vendors: Sequence[str] | None,
    max_severity: int,
) -> None:  # fmt: skip
    role = Role.objects.filter(key=role_key).first()
    if role is None:
        raise BadInput("unknown_role", f"There is no role {role_key[:40]!r}.", where="role")
    wanted = Scope(
        role=role_key, permissions=frozenset(role.permissions), max_severity=max_severity,
        queues=None if queues is None else frozenset(queues), markets=None if markets is None else frozenset(markets),
        vendors=None if vendors is None else frozenset(vendors),
    )  # fmt: skip
    beyond = by.beyond(wanted)
    if beyond is not None:
        raise Forbidden(
            "grants_above_self", f"A group cannot give {role.name} like this: you do not hold {beyond!r} within these limits yourself.",
            where="role",
        )  # fmt: skip
