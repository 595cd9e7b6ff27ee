"""Cluster cases: many items judged by reading a stated random sample of them, with an exact bound on what was decided unread."""

from watchfloor.review.clusters.making import make, needed, visible, visible_clusters
from watchfloor.review.clusters.reading import Bound, bound, decide, drop, next_unread, preview, read, sample

__all__ = [
    "Bound",
    "bound",
    "decide",
    "drop",
    "make",
    "needed",
    "next_unread",
    "preview",
    "read",
    "sample",
    "visible",
    "visible_clusters",
]
