"""Which of the newest open cases show near media: each is a seed around which a cluster may be made.

A cluster by media is a star: what is near *one* item's picture, not what is near what is near it, or a chain of small changes would
put strangers together.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.index import HashIndex
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.items.media.near import ASKED
from watchfloor.kernel.errors import MissingExtra
from watchfloor.review.clusters.newest import NEWEST

MOST = 20  # seeds looked at in one go
_PRINTS = f"""{NEWEST}SELECT n.id, n.harm_group, n.policy_key, p.bits FROM newest AS n
JOIN items_item AS i ON i.id = n.item_id
JOIN items_media_link AS l ON l.item_version = i.current_version
JOIN items_media AS m ON m.id = l.media_id AND m.state = 'ready' AND m.clearance = ''
CROSS JOIN LATERAL (
  SELECT bits, row_number() OVER (ORDER BY seconds) AS place, count(*) OVER () AS all_of_it
  FROM items_media_print WHERE media_id = m.id AND quality >= %(enough)s AND NOT "inner"
) AS p
WHERE p.place %% greatest(1, (p.all_of_it + %(asked)s - 1) / %(asked)s) = 0
"""


def seeds(since: datetime, most: int) -> list[UUID]:
    """Cases opened since then that show media near those of others under the same policy; those with most of them first.

    A case that is near an earlier seed is none itself. ``[]`` where what compares pictures is not installed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PRINTS, {"since": since, "seeds": most, "enough": ENOUGH, "asked": ASKED})
        rows = cursor.fetchall()
    try:
        pairs = _near([bytes(bits) for *_, bits in rows])
    except MissingExtra:
        return []
    others: dict[UUID, set[UUID]] = {}
    for one, other in pairs:
        (left, *under, _), (right, *beside, _) = rows[one], rows[other]
        if left != right and under == beside:
            others.setdefault(left, set()).add(right)
    found: list[UUID] = []
    covered: set[UUID] = set()
    for case in sorted(others, key=lambda pk: (-len(others[pk]), pk)):
        if case not in covered:
            found.append(case)
            covered |= others[case] | {case}
    return found[:MOST]


def _near(bits: list[bytes]) -> list[tuple[int, int]]:
    """All pairs (places in the list, both ways) within the radius."""
    if len(bits) < 2:
        return []
    np = numpy()
    words = np.frombuffer(b"".join(bits), dtype=">u8").reshape(-1, 4)[:, ::-1].astype(np.uint64)
    index = HashIndex()
    index.add(range(len(bits)), words)
    found = index.search(words)
    return [(int(one), int(other)) for one, other in zip(found.question, found.id, strict=True) if one != other]
