"""What the workbench tells of a cluster in hand: the next of its sample as any item is shown, what was read so far, the bound it proves."""

from __future__ import annotations

from typing import Any

from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.policy import queries as policies
from watchfloor.review import bench, bench_media, clusters, link_cards, queries
from watchfloor.review.bench_view import item_view
from watchfloor.review.domain import scripts
from watchfloor.review.models import Case, Cluster, ClusterItem, Job
from watchfloor.review.pages import many_words, tables


def context(actor: Actor, job: Job, cluster: Cluster, verdict: str) -> dict[str, Any]:
    """Everything the template names; ``verdict`` is the one the bound is counted for."""
    row = clusters.next_unread(cluster)
    drawn = clusters.sample(cluster)
    texts = tables.excerpts((each.item, each.item.current_version) for each in drawn if each.verdict)
    read = [{"row": each, "text": texts.get(each.item.current_version, "")} for each in reversed(drawn) if each.verdict]
    return {
        "job": job,
        "cluster": cluster,
        "case": _as_case(row, job) if row is not None else job.case,
        "row": row,
        "bound": clusters.bound(cluster, verdict),
        "load": clusters.load(cluster),
        "read": read,
        "kinds": many_words.kinds(),
        "policy": policies.policy(cluster.policy_key),
        "version": policies.version_in_force(cluster.policy_key),
        "violations": [(each.key, each.name) for each in policies.violations(cluster.policy_key, job.market)],
        "why": queries.why(job),
        "today": queries.reviewer_today(actor),
        "exposure_ms": bench.exposure_ms(actor),
        "held_words": many_words.held_out(),
        **(_item(actor, row, job) if row is not None else {}),
    }


def _as_case(row: ClusterItem, job: Job) -> Case:
    """The item under the cluster's harm group, as the pieces of the workbench that show an item ask for it; it is no row."""
    case = job.case
    return Case(
        pk=case.pk, item=row.item, item_version=row.item.current_version, severity=job.severity, market=row.item.market,
        language=row.item.language, policy_key=job.policy_key, harm_group=case.harm_group,
    )  # fmt: skip


def _item(actor: Actor, row: ClusterItem, job: Job) -> dict[str, Any]:
    case = _as_case(row, job)
    type_name, fields = bench.fields_of(row.item.type_key)
    data = items.snapshot(case.item_version) if case.item_version else None
    return {
        "item": item_view(fields, data),
        "type_name": type_name,
        "author": bench.author(case, actor),
        "links": link_cards.links(fields, data or {}),
        "claims": bench.claims_of(case, data),
        "media_views": bench_media.views(case.item_version, actor),
        "marks": [],
        "script": scripts.share(items.text_of(row.item.type_key, data) if data else ""),
        "changed_since": False,
        "choices": [],
    }
