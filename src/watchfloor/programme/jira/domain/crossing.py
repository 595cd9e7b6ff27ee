"""What may cross to Jira: words that a person typed for it, and among these nothing that names a case or a person of the platform.

Only four fields cross, and comments written for it: the title and the text on the form, the due day, the state. Words are looked at once
more here: for identifiers of cases, reports, items and the like, addresses of this console, people's addresses, handles and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from watchfloor.kernel.errors import BadInput

# Outside identifiers (TypeIDs) and the form they have inside.
_OURS = re.compile(r"\b[a-z]{2,12}_[0-7][0-9a-hjkmnp-tv-z]{25}\b", re.IGNORECASE)
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_ROUTES = re.compile(
    r"/(?:cases|case|jobs|items|reports|reporters|decisions|appeals|accounts|investigate)/", re.IGNORECASE
)
LONGEST_TITLE, LONGEST_TEXT = 200, 8_000


def found_in(text: str, hosts: Iterable[str] = ()) -> str:
    """The first stretch that names something of the floor's; empty where there is none."""
    for pattern in (_OURS, _UUID):
        if hit := pattern.search(text):
            return hit[0]
    for host in hosts:
        if (
            host
            and (hit := re.search(rf"\b{re.escape(host)}\S*", text, re.IGNORECASE))
            and _ROUTES.search(hit[0] + "/")
        ):
            return hit[0]
    return ""


def check(text: str, where: str, *, hosts: Iterable[str] = (), personal: Iterable[str] = ()) -> str:
    """The text, if it may leave. ``personal``: stretches that look like a person's, as ``enforcement.privacy`` found them."""
    stretch = found_in(text, hosts) or next(iter(personal), "")
    if stretch:
        raise BadInput(
            "would_leak", f"“{stretch[:60]}” names something of a case or a person, and Jira is not the place for it.", where=where,
            hint="Say it without; whoever may read the case finds it through this action.",
        )  # fmt: skip
    return text
