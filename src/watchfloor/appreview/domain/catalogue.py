"""What apps may ask for, as data in versions: scopes with a grade, tiers with their calls a day and how long an application may wait."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from watchfloor.appreview.domain.scopes import READ, SCOPES, SENSITIVE, WRITE, Scope
from watchfloor.kernel.errors import BadInput

GRADES: Final = (READ, WRITE, SENSITIVE)
KEY: Final = re.compile(r"[a-z][a-z0-9_.:-]{0,59}")
MOST_SCOPES, MOST_HINTS = 200, 20
MOST_CALLS, MOST_HOURS = 10_000_000_000, 24 * 90


class Tier(msgspec.Struct, frozen=True):
    """How much an app is for. ``calls``: a day at most; ``hours``: within which a first application is decided."""

    calls: int
    hours: int


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """One version. ``number`` 0 is the shipped one. Tiers have fixed names, from the smallest to the largest."""

    number: int = 0
    scopes: dict[str, Scope]
    tiers: dict[str, Tier]

    def grade_of(self, key: str) -> str:
        """The grade of a scope; one that is not in the catalogue counts as sensitive until somebody has looked."""
        found = self.scopes.get(key)
        return found.grade if found else SENSITIVE

    def speaks_of(self, use_case: str, key: str) -> bool:
        """Whether a use case says, in any of the scope's words, what it would be for. Unknown scopes: no."""
        found = self.scopes.get(key)
        text = use_case.casefold()
        return found is not None and any(hint in text for hint in found.hints)


# Beyond the calls of the last tier somebody has to talk.
SHIPPED: Final = Catalogue(
    scopes=SCOPES,
    tiers={"small": Tier(10_000, 120), "standard": Tier(1_000_000, 72), "large": Tier(50_000_000, 48)},
)


def checked(found: Catalogue) -> Catalogue:
    """The same, if it can be worked with.

    Raises:
        BadInput: no scopes or too many, a key that is none, an unknown grade, no words to know it by, tiers that do not rise.
    """
    if not 1 <= len(found.scopes) <= MOST_SCOPES:
        raise BadInput("bad_number", f"A catalogue has 1 to {MOST_SCOPES} scopes.", where="scopes")
    for key, scope in found.scopes.items():
        _scope(key, scope)
    if list(found.tiers) != list(SHIPPED.tiers):
        raise BadInput("unknown_tier", f"The tiers are {', '.join(SHIPPED.tiers)}.", where="tiers")
    before = 0
    for key, tier in found.tiers.items():
        if not before < tier.calls <= MOST_CALLS:
            raise BadInput("bad_calls", "Each tier has more calls a day than the one before.", where=f"calls_{key}")
        if not 1 <= tier.hours <= MOST_HOURS:
            raise BadInput("bad_hours", f"An application waits 1 to {MOST_HOURS} hours.", where=f"hours_{key}")
        before = tier.calls
    return found


def _scope(key: str, scope: Scope) -> None:
    if not KEY.fullmatch(key):
        raise BadInput(
            "bad_scope",
            f"{key[:60]!r} is no scope.",
            where="scopes",
            hint="Small letters, digits and _ . : - ; like content.read",
        )
    if scope.grade not in GRADES:
        raise BadInput("unknown_grade", f"{scope.grade[:20]!r} is no grade.", where="scopes",
                       hint=f"One of: {', '.join(GRADES)}.")  # fmt: skip
    if not scope.about.strip() or len(scope.about) > 200:
        raise BadInput("no_about", f"Say in a few words what an app can do with {key}.", where="scopes")
    if not 1 <= len(scope.hints) <= MOST_HINTS or any(not 2 <= len(hint) <= 40 for hint in scope.hints):
        sentence = f"Give 1 to {MOST_HINTS} beginnings of words by which a use case shows that it needs {key}."
        raise BadInput("bad_hints", sentence, where="scopes")


def differences(before: Catalogue, after: Catalogue) -> tuple[list[str], list[str], list[str]]:
    """Keys of scopes that came, went and changed; tiers that changed are among the last, by ``tier:`` and their name."""
    came = sorted(set(after.scopes) - set(before.scopes))
    went = sorted(set(before.scopes) - set(after.scopes))
    changed = sorted(key for key in set(before.scopes) & set(after.scopes) if before.scopes[key] != after.scopes[key])
    changed += [f"tier:{key}" for key in after.tiers if before.tiers.get(key) != after.tiers[key]]
    return came, went, changed
