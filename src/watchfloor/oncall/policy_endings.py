"""A policy's text that ends by itself soon: a page of the lowest severity, where the matrix has a line for it."""

from __future__ import annotations

from watchfloor.ledger.writer import Writer, plain
from watchfloor.oncall import actions
from watchfloor.oncall.contracts import PageIn
from watchfloor.policy import queries
from watchfloor.policy.models import PolicyVersion

SEVERITY = 1  # nothing is wrong yet, and there are days left


def tell(w: Writer, version: PolicyVersion) -> None:
    """Raise it, once for each version; None fits where the matrix begins higher, and the list of policies says it all the same."""
    policy = queries.policy(version.policy_key)
    words = f"{policy.name}: version {version.number} ends {plain(version.ends_at)}"
    asked = PageIn(
        key=f"policy-ends:{version.pk}", about="policy", severity=SEVERITY, policy=policy.key, clearance=policy.clearance,
        words=words[:200],
    )  # fmt: skip
    actions.page(w, asked)
