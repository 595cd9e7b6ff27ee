"""What the search for a cause answers: a verdict, the causes, and how sure of each one may be."""

from __future__ import annotations

import msgspec


class Cause(msgspec.Struct, frozen=True):
    """One slice that explains the change.

    Attributes:
        where: its value in each dimension it is fixed in.
        p: the chance of so strong a slice anywhere if no slice had changed (at most this).
        score: log odds of "this slice changed" to "it did not", the number of slices looked at already paid for.
        real: what was measured there; a rate for ratios.
        forecast: what was expected there.
        share: its part of the whole change (1 is all of it; more, if others moved the other way).
        leaves: leaf rows under it that were not under a cause found before.
    """

    where: dict[str, str]
    p: float
    score: float
    real: float
    forecast: float
    share: float
    leaves: int


class Location(msgspec.Struct, frozen=True):
    """Where a change comes from.

    Attributes:
        verdict: ``localised`` (see ``causes``), ``everywhere`` (all slices moved alike: look for an outside cause), ``none``
            (no slice moved more than chance moves some slice).
        causes: strongest first.
        p: of the strongest slice, whether or not it is called a cause.
        shift: relative change common to all leaves that was set apart before the search (0 if there was none).
        real: the whole, as measured; a rate for ratios.
        forecast: the whole, as expected.
    """

    verdict: str
    causes: list[Cause]
    p: float
    shift: float
    real: float
    forecast: float
