"""A cluster is made: which items, how large a sample proves what is wanted, and in which order they are drawn."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from uuid import UUID

from watchfloor.engines import agreement
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review.bulk import choosing
from watchfloor.review.bulk.orders import PERMISSION
from watchfloor.review.events_many import ClusterMade
from watchfloor.review.models import Cluster, ClusterItem

SOURCES = ("related", "query", "csv", "search", "campaign")
FEWEST = 2
HELD = "review.cluster"  # reads and decides a cluster by holding its job


def needed(total: int, share: float, confidence: float = 0.95) -> int:
    """How many must be read so that, when none of them is wrong, at most ``share`` of the whole is, this surely."""
    return agreement.sample_size(total, share, confidence)


def make(
    actor: Actor,
    items: Sequence[UUID],
    *,
    name: str,
    policy_key: str,
    source: str,
    about: str = "",
    case_id: UUID | None = None,
    share: float = 0.05,
    confidence: float = 0.95,
    seed: str = "",
) -> Cluster:
    """Make a cluster of these items; those the actor may not know of are left out.

    The sample is a simple random one: items stand in the order of sha256(seed, item id), and the first so many are read. With the
    seed, which is recorded, anyone can draw it again. ``seed`` is given by tests only.
    """
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include orders over many cases.")
    name = " ".join(name.split())[:120]
    if not name:
        raise BadInput("no_name", "Give the cluster a name by which people will know it.", where="name")
    if source not in SOURCES:
        raise BadInput("unknown_source", f"{source!r} is no source of a cluster.", where="source")
    policy = policies.policy(policy_key)
    if policy.clearance:
        raise Forbidden("restricted", "What needs a clearance is decided one by one.", where="policy")
    if not 0.5 <= confidence < 1:
        raise BadInput("bad_confidence", "The confidence lies between 0.5 and 1.", where="confidence")
    every = list(dict.fromkeys(items))
    if len(every) > choosing.MOST:
        raise BadInput("too_many", f"A cluster has at most {choosing.MOST:,} items.", where="ids")
    known = choosing.open_to(actor, every)
    chosen = sorted(item for item in every if item in known)
    if len(chosen) < FEWEST:
        raise BadInput("too_few", "A cluster takes at least two items that you may see.", where="ids")
    seed = seed or secrets.token_hex(16)
    drawn = sorted(chosen, key=lambda item: draw_key(seed, item))
    with writing(actor, reason=name) as w:
        cluster = w.create(
            Cluster, id=new_id(), name=name, policy_key=policy.key, case_id=case_id, source=source, about=about[:500],
            count=len(chosen), digest=digest_of(chosen), state=Cluster.State.READING, share=share, confidence=confidence,
            seed=seed, sample_size=needed(len(chosen), share, confidence), made_by=str(actor), made_at=clock.now(),
        )  # fmt: skip
        for start in range(0, len(drawn), choosing.AT_ONCE):
            ClusterItem.objects.bulk_create(
                ClusterItem(cluster=cluster, item_id=item, place=start + place)
                for place, item in enumerate(drawn[start : start + choosing.AT_ONCE])
            )
        event = ClusterMade(
            policy=policy.key, source=source, count=cluster.count, digest=cluster.digest, seed=seed,
            sample=cluster.sample_size, share=share, confidence=confidence,
        )  # fmt: skip
        w.event(event, cluster, case_id=case_id)
    return cluster


def draw_key(seed: str, item: UUID) -> bytes:
    """Where an item stands in the draw."""
    return hashlib.sha256(f"{seed}\n{item}".encode()).digest()


def digest_of(items: Sequence[UUID]) -> str:
    """Says exactly which items: sha256 over their sorted ids."""
    return hashlib.sha256("\n".join(str(item) for item in sorted(items)).encode()).hexdigest()


def visible(actor: Actor, cluster_id: UUID) -> Cluster:
    """One cluster; ``NotFound`` where there is none, or it is somebody else's and one's rights end at a market."""
    row = Cluster.objects.filter(pk=cluster_id).first()
    if row is None or not _may(actor, row):
        raise NotFound("unknown_cluster", "There is no such cluster.")
    return row


def visible_clusters(actor: Actor, limit: int = 50) -> list[Cluster]:
    """The newest clusters the actor may see."""
    if not actor.has(PERMISSION):
        return []
    return [row for row in Cluster.objects.order_by("-made_at", "-pk")[: limit * 4] if _may(actor, row)][:limit]


def _may(actor: Actor, row: Cluster) -> bool:
    wide = any(PERMISSION in scope.permissions and scope.markets is None for scope in actor.scopes)
    return actor.has(PERMISSION) and (row.made_by == str(actor) or actor.all_powerful or wide)
