"""The same question as ``Actor.may``, asked of the database: which rows may this actor see or touch?

One place, so that lists, counts, search, exports and metrics cannot differ from the page of a single row. Property-tested
against ``Actor.may``.
"""

from __future__ import annotations

from django.db.models import Q

from watchfloor.identity.domain import Actor

NOTHING = Q(pk__in=[])


def rows(
    actor: Actor,
    permission: str,
    *,
    queue: str | None = None,
    market: str | None = None,
    severity: str | None = None,
    clearance: str | None = None,
    vendor: str | None = None,
) -> Q:
    """A filter for the rows on which ``actor`` has ``permission``; the keywords name the model's columns (lookups allowed)."""
    if actor.all_powerful:
        return Q()
    result = NOTHING
    for scope in actor.scopes:
        if permission not in scope.permissions:
            continue
        allowed = Q()
        if queue and scope.queues is not None:
            allowed &= Q(**{f"{queue}__in": sorted(scope.queues)}) | Q(**{f"{queue}__isnull": True})
        if market and scope.markets is not None:
            allowed &= Q(**{f"{market}__in": sorted(scope.markets)}) | Q(**{f"{market}__isnull": True})
        if vendor and scope.vendors is not None:
            allowed &= Q(**{f"{vendor}__in": sorted(scope.vendors)}) | Q(**{f"{vendor}__isnull": True})
        if severity:
            allowed &= Q(**{f"{severity}__lte": scope.max_severity})
        if clearance:
            allowed &= Q(**{f"{clearance}__in": ["", *sorted(scope.clearances)]})
        result |= allowed
        if not allowed:  # this grant has no limits: everything
            return Q()
    return result
