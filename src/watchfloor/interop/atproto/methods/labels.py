"""Public labels, asked for by address; anybody may. (The stream of them is ``stream``.)"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from watchfloor.interop.atproto.asking import GET, Ask, bad, method
from watchfloor.interop.atproto.labelling import as_json
from watchfloor.interop.atproto.models import Published

MOST_PATTERNS = 100


@method("com.atproto.label.queryLabels", GET, None)
def query_labels(ask: Ask) -> dict[str, Any]:
    """The newest word on each address and value, in the order it was said; what was taken off is negated."""
    limit, after = ask.limit(250), ask.number("cursor", 0) or 0
    rows = Published.objects.filter(last=True, seq__gt=after)
    patterns = ask.many("uriPatterns")
    if len(patterns) > MOST_PATTERNS:
        raise bad(f"At most {MOST_PATTERNS} patterns.")
    if patterns and "*" not in patterns:
        wanted = Q(uri__in=[each for each in patterns if "*" not in each])
        for each in patterns:
            if "*" in each[:-1]:
                raise bad("Only a star at the end of a pattern is understood.")
            if each.endswith("*"):
                wanted |= Q(uri__startswith=each[:-1])
        rows = rows.filter(wanted)
    if ask.many("sources"):
        rows = rows.filter(src__in=ask.many("sources"))
    else:
        rows = rows.filter(src=ask.here.did)
    found = list(rows.order_by("seq")[: limit + 1])
    more = {"cursor": str(found[limit - 1].seq)} if len(found) > limit else {}
    return {"labels": [as_json(row) for row in found[:limit]], **more}
