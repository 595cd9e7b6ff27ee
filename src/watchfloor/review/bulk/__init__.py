"""One order over many cases or items: first what it would do, then it, in the background, with a way back as one step.

``choose`` finds what is meant (a search, a list of ids, an author's other open cases, a cluster); ``preview`` sorts out what can be done
and what is held out, and counts the effects; ``begin`` writes the work list; ``work`` (a loop) works it in chunks, each one
transaction, so a process that dies has done a chunk wholly or not at all; ``reverse`` takes back what still stands.
"""

from watchfloor.review.bulk.choosing import Chosen, by_author, by_ids, by_search
from watchfloor.review.bulk.orders import VERBS, Order
from watchfloor.review.bulk.previewing import Preview, preview
from watchfloor.review.bulk.running import MOST, Progress, begin, progress, recent, reverse, visible, work

__all__ = [
    "MOST",
    "VERBS",
    "Chosen",
    "Order",
    "Preview",
    "Progress",
    "begin",
    "by_author",
    "by_ids",
    "by_search",
    "preview",
    "progress",
    "recent",
    "reverse",
    "visible",
    "work",
]
