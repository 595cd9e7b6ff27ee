"""The SQL that makes a table of the star out of facts, within somebody's rights; and what it must know beside the facts."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Final

from watchfloor.insight.boards.sql.tables import PUBLIC
from watchfloor.insight.star.declaration import Table
from watchfloor.insight.star.dimensions import DIMENSIONS, KNOWN, Known, known_sql
from watchfloor.insight.star.measures import MEASURES
from watchfloor.platform import config

TABLES: Final[dict[str, Table]] = {each.name: each for each in (*MEASURES, *DIMENSIONS)}

# What measures are made of: a name that only a setting speaks of (a policy's violation types, saved) is in no table of names.
_WORK: Final = "split_part(type, '.', 1) IN ('report', 'case', 'job', 'decision', 'action', 'appeal', 'escalation')"

# Of the declaration; what was exported by another one is exported anew.
DIGEST: Final = hashlib.sha256(repr(sorted(TABLES.items())).encode()).hexdigest()[:16]


def made(table: Table, allowed: str, known: Known, more: str = "") -> str:
    """A SELECT over a relation called ``facts``. ``allowed`` is a condition on a row that has the dimensions of a fact.

    Measures are made from the whole history, then cut to what is allowed; names are those of allowed facts only, so that
    what one may not know of does not show by its name.
    """
    columns = ", ".join(f"CAST({each.sql} AS {each.type}) AS {each.name}" for each in table.columns)
    beside = ", ".join(f"{name} AS ({known_sql(name, known.get(name, ()))})" for name in KNOWN)
    if not table.measures:
        seen = f"SELECT * FROM every_fact AS r WHERE ({allowed}) AND {_WORK} AND {PUBLIC}"
        here = f"here AS (WITH facts AS (SELECT * FROM seen_facts) {table.source})"
        return f"WITH every_fact AS (SELECT * FROM facts), seen_facts AS ({seen}), {beside}, {here} SELECT {columns} FROM here AS r"
    rows = f"SELECT r.* FROM ({table.source}) AS r WHERE ({allowed})"
    versioned = (
        f"SELECT r.*, v.number AS policy_version FROM ({rows}) AS r "
        f"ASOF LEFT JOIN versions AS v ON r.policy = v.policy AND r.{table.clock} >= v.valid_from"
    )
    chosen = f"{columns}{', ' if more else ''}{more}"
    return f"WITH {beside} SELECT {chosen} FROM ({versioned}) AS r"


def known() -> Known:
    """What the database says of queues, versions, violations, vendors and item types."""
    from watchfloor.insight.flatten import naive
    from watchfloor.items.models import ItemType
    from watchfloor.policy.models import Policy, PolicyVersion, ViolationType
    from watchfloor.review.models import Queue
    from watchfloor.workforce.models import Vendor

    policies = {row.key: row for row in Policy.objects.all()}
    versions: dict[tuple[str, Any], tuple[object, ...]] = {}
    in_force = PolicyVersion.objects.exclude(in_force_from=None).exclude(state="scheduled").order_by("number")
    for policy, number, since in in_force.values_list("policy_key", "number", "in_force_from"):
        assert since is not None
        of = policies.get(policy)
        about = (of.name, of.harm_group, of.severity) if of else (policy, "", None)
        versions[policy, since] = (policy, number, *about, naive(since).isoformat(" "))
    return {
        "queues": [(key, name, kind, ended is not None)
                   for key, name, kind, ended in Queue.objects.values_list("key", "name", "kind", "archived_at")],
        "versions": list(versions.values()),
        "violations": list(ViolationType.objects.values_list("key", "name", "clause", "policy_key", "severity")),
        "vendors": list(Vendor.objects.values_list("key", "name", "site")),
        "item_types": list(ItemType.objects.values_list("key", "name")),
    }  # fmt: skip


@lru_cache(1)
def salt() -> str:
    """What pseudonyms are made with: a secret of this installation, the same in every export; they tell nothing elsewhere."""
    return config.secret("star.key")
