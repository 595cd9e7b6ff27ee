"""Why an application is refused or an app is stopped: ids that never change, each with what to do about it.

An id is quoted to developers and by them; it is never used again for something else. The first digit is the area.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_


class AppViolation(msgspec.Struct, frozen=True):
    """A reason with an id: what is wrong, and how the developer mends it."""

    id: str
    name: str
    fix: str


_KNOWN = (
    AppViolation("AR-101", N_("A redirect address is not safe"),
                 N_("Use https for every redirect address; leave out fragments, wildcards and user names.")),
    AppViolation("AR-102", N_("A redirect domain is not your own"),
                 N_("Redirect to a domain that you registered, not to a link shortener, an IP address or a bare suffix.")),
    AppViolation("AR-103", N_("A redirect domain is blocked"),
                 N_("The domain is known for abuse. Redirect elsewhere, or write to us if it has changed hands.")),
    AppViolation("AR-201", N_("A scope is not needed for the use case"),
                 N_("Ask only for scopes that a feature you describe uses today, and take the others out.")),
    AppViolation("AR-202", N_("The reason for a scope is missing"),
                 N_("For each scope say in a sentence which feature uses it and what a person sees of it.")),
    AppViolation("AR-301", N_("The name can be taken for another's"),
                 N_("Choose a name that is clearly your own; do not imitate a protected name or another app.")),
    AppViolation("AR-401", N_("The use case is not described"),
                 N_("Say who uses the app, what they do with it step by step, and what it sends to us and when.")),
    AppViolation("AR-402", N_("The use is not allowed"),
                 N_("Profiling by sensitive traits, matching people off the platform and bought engagement are not allowed.")),
    AppViolation("AR-501", N_("Data are kept too long or without need"),
                 N_("Name each kind of data, why you keep it and for how many days; delete it when the reason ends.")),
    AppViolation("AR-502", N_("The expected volume does not fit the tier"),
                 N_("Apply for the tier that your numbers need, or lower the number of calls a day.")),
    AppViolation("AR-601", N_("The app does something else than it declared"),
                 N_("Bring the app back to its declared use, or describe the new use and apply again.")),
    AppViolation("AR-602", N_("Spam comes through the app"),
                 N_("Stop the senders, limit writes per person, and tell us what you changed.")),
    AppViolation("AR-603", N_("The app inflates engagement"),
                 N_("Remove automatic following, voting and reposting; each such action needs a person's own press.")),
    AppViolation("AR-604", N_("Limits or a suspension are evaded"),
                 N_("Use one app and its own tokens; ask for a higher limit instead of spreading calls.")),
)  # fmt: skip
VIOLATIONS: Final[dict[str, AppViolation]] = {each.id: each for each in _KNOWN}


def checked(ids: Iterable[str]) -> list[str]:
    """The ids, each once, in order. Raises ``BadInput`` for one that there is not."""
    found = sorted(set(ids))
    for each in found:
        if each not in VIOLATIONS:
            raise BadInput("unknown_violation", f"{each[:20]!r} is no violation of an app.", where="violations",
                           hint=f"One of: {', '.join(VIOLATIONS)}.")  # fmt: skip
    return found
