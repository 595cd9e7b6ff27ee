"""Cluster cases: many items judged by reading a stated random sample of them, with an exact bound on what was decided unread."""

from watchfloor.review.clusters.campaign import Campaign, campaign
from watchfloor.review.clusters.making import make, needed, visible, visible_clusters
from watchfloor.review.clusters.queueing import (
    KIND,
    cluster_of_job,
    decide_in_hand,
    enqueue,
    job_of,
    load,
    preview_in_hand,
    read_in_hand,
)
from watchfloor.review.clusters.reading import Bound, bound, decide, drop, next_unread, preview, read, sample

__all__ = [
    "KIND",
    "Bound",
    "Campaign",
    "bound",
    "campaign",
    "cluster_of_job",
    "decide",
    "decide_in_hand",
    "drop",
    "enqueue",
    "job_of",
    "load",
    "make",
    "needed",
    "next_unread",
    "preview",
    "preview_in_hand",
    "read",
    "read_in_hand",
    "sample",
    "visible",
    "visible_clusters",
]
